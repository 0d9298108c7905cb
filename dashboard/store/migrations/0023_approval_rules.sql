-- The rules of approval as a history that an administrator adds to.
CREATE TABLE approval_rule_event (        -- append only: the last row of a rule stands
    event_no INTEGER NOT NULL,
    rule_no INTEGER NOT NULL,
    valid_from TIMESTAMP NOT NULL,
    said_by VARCHAR NOT NULL,
    is_retired BOOLEAN NOT NULL,
    place DOUBLE NOT NULL,                -- rules are tried in this order
    purpose VARCHAR NOT NULL,             -- of the template; empty: any
    sensitive BOOLEAN,                    -- about money owed; NULL: either
    widest_level VARCHAR NOT NULL,        -- the audience's office is of this level or below
    fewest_recipients BIGINT NOT NULL,
    most_recipients BIGINT,               -- NULL: any number
    steps VARCHAR[] NOT NULL              -- one a person: the lowest level of the office whose approver may give it
);
INSERT INTO approval_rule_event
SELECT rule_no, rule_no, TIMESTAMP '2026-01-01 00:00:00', 'shipped', false, rule_no, purpose, sensitive, widest_level, 0, most_recipients, steps
FROM approval_rule;
DROP TABLE approval_rule;
CREATE VIEW approval_rule AS              -- the rules as they stand
SELECT * FROM approval_rule_event AS event WHERE NOT is_retired
    AND event_no = (SELECT max(event_no) FROM approval_rule_event AS later WHERE later.rule_no = event.rule_no);
