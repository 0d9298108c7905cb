-- Outages told in a minute, notices that follow another one, and what a job keeps to while it sends.
CREATE TABLE job_plan (
    job_id BIGINT NOT NULL,
    priority INTEGER NOT NULL,            -- the higher goes first; 0 where a job has no plan
    window_minutes INTEGER[],             -- [from, to): minutes of the day in Asia/Kolkata in which it may send; NULL: all day
    day_limit BIGINT                      -- messages a day in Asia/Kolkata; NULL: as many as the number may
);
CREATE TABLE notice_follow (
    notice_id BIGINT NOT NULL,            -- goes to some of those …
    of_notice_id BIGINT NOT NULL,         -- … to whom this one was addressed
    kind VARCHAR NOT NULL                 -- restored, extended, resend
);
CREATE TABLE outage (
    outage_id BIGINT NOT NULL,
    feeder_code VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,               -- a code of notices/causes.toml
    language VARCHAR NOT NULL,
    began_at TIMESTAMP NOT NULL,
    notice_id BIGINT NOT NULL,
    opened_by VARCHAR NOT NULL,
    opened_at TIMESTAMP NOT NULL
);
CREATE TABLE outage_event (               -- append only
    outage_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                -- expected, restored, told
    username VARCHAR NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    moment TIMESTAMP,                     -- when supply is expected, or when it came back
    notice_id BIGINT                      -- of told: the notice that said so
);
-- An outage as it stands: the last expectation, when supply came back, the notice that told of it.
CREATE VIEW outage_now AS
SELECT outage.outage_id, outage.feeder_code, outage.cause, outage.language, outage.began_at, outage.notice_id, outage.opened_by, outage.opened_at,
       said.expected_at, said.restored_at, said.restored_by, said.told_notice_id
FROM outage JOIN (
    SELECT outage_id, arg_max(moment, recorded_at) FILTER (kind = 'expected') AS expected_at,
           min(moment) FILTER (kind = 'restored') AS restored_at, min(username) FILTER (kind = 'restored') AS restored_by,
           min(notice_id) FILTER (kind = 'told') AS told_notice_id
    FROM outage_event GROUP BY outage_id
) AS said ON said.outage_id = outage.outage_id;
