-- Who must approve what: rules as data, the steps of a submission, and who gave which.
CREATE TABLE approval_rule (              -- the first rule that fits a notice decides, in the order of rule_no
    rule_no INTEGER NOT NULL,
    purpose VARCHAR NOT NULL,             -- of the template; empty: any
    sensitive BOOLEAN,                    -- about money owed; NULL: either
    widest_level VARCHAR NOT NULL,        -- the audience's office is of this level or below
    most_recipients BIGINT,               -- NULL: any number
    steps VARCHAR[] NOT NULL              -- one a person: the lowest level of the office whose approver may give it
);
INSERT INTO approval_rule VALUES
    (1, 'outage', false, 'feeder', NULL, []),
    (2, '', NULL, 'zone', 5000, ['circle']),
    (3, '', NULL, 'zone', NULL, ['zone']),
    (4, '', NULL, 'state', NULL, ['discom', 'discom']);
CREATE TABLE approval_step (              -- what one submission needs; a job is one submission, so an edit voids it
    job_id BIGINT NOT NULL,
    step_no INTEGER NOT NULL,
    level VARCHAR NOT NULL
);
CREATE TABLE approval_given (             -- append only
    job_id BIGINT NOT NULL,
    step_no INTEGER NOT NULL,
    username VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,        -- what was approved
    given_at TIMESTAMP NOT NULL
);
