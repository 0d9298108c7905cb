-- Coverage: what else the cube answers, numbers that proved themselves, the goal of an office.

CREATE TABLE verified_number (            -- a message came from it, or one of ours was delivered to it; never taken back
    mobile BIGINT NOT NULL,
    since TIMESTAMP NOT NULL
);
INSERT INTO verified_number SELECT mobile, min(sent_at) FROM inbound_message GROUP BY mobile;

CREATE TABLE coverage_part (              -- beside the cube: consumers of an office that have one thing in common
    office_no INTEGER NOT NULL,
    dimension VARCHAR NOT NULL,           -- supply, arrears, reader (numbers that are a reader's own, by reader), step (of the funnel)
    part VARCHAR NOT NULL,                -- a value of the dimension; of step: verified, joined
    consumers BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    unusable BIGINT NOT NULL,
    on_file BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    opted_out BIGINT NOT NULL
);
INSERT INTO coverage_part
WITH counted AS (
    SELECT office_no, 'supply' AS dimension, coalesce(supply_type, '') AS part, state, count(*) AS people FROM consumer GROUP BY ALL
    UNION ALL
    SELECT office_no, 'arrears', arrears_segment, state, count(*) FROM consumer GROUP BY ALL
    UNION ALL
    SELECT office_no, 'reader', coalesce(agent_id, ''), state, count(*) FROM consumer WHERE verdict = 'reader''s own' GROUP BY ALL
    UNION ALL
    SELECT office_no, 'step', 'verified', state, count(*) FROM consumer
    WHERE state IN ('on_file', 'enrolled', 'opted_out') AND mobile IN (SELECT mobile FROM verified_number) GROUP BY ALL
    UNION ALL
    SELECT office_no, 'step', 'joined', state, count(*) FROM consumer
    WHERE state = 'enrolled'
        OR (state = 'opted_out' AND account_no IN (SELECT account_no FROM consent_event WHERE kind = 'opt_in')) GROUP BY ALL
)
SELECT office_no, dimension, part, sum(people),
    coalesce(sum(people) FILTER (state = 'missing'), 0), coalesce(sum(people) FILTER (state = 'unusable'), 0),
    coalesce(sum(people) FILTER (state = 'on_file'), 0), coalesce(sum(people) FILTER (state = 'enrolled'), 0),
    coalesce(sum(people) FILTER (state = 'opted_out'), 0)
FROM counted GROUP BY office_no, dimension, part;

ALTER TABLE coverage_day ADD COLUMN verified BIGINT;  -- NULL: a day before this was kept
ALTER TABLE coverage_day ADD COLUMN joined BIGINT;    -- ever enrolled with the number in use, those who left included

CREATE TABLE coverage_target (            -- append only: the last one set for an office stands
    office_code VARCHAR NOT NULL,
    share DOUBLE,                         -- of consumers enrolled, 0 to 1; NULL: no target any more
    by_day DATE,
    set_by VARCHAR NOT NULL,
    set_at TIMESTAMP NOT NULL
);
