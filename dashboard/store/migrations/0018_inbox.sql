-- What became of notices, kept so that they can be compared; and what consumers wrote, with who answers.
CREATE TABLE notice_tally (
    notice_id BIGINT NOT NULL,
    counted_at TIMESTAMP NOT NULL,
    recipients BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    read BIGINT NOT NULL,
    failed BIGINT NOT NULL
);
CREATE TABLE inbox_place (                -- whose number a thread is: one row an account, so that each of its offices sees it
    mobile BIGINT NOT NULL,
    account_no VARCHAR,                   -- NULL: nobody's that we know; then the state's own office answers
    office_code VARCHAR NOT NULL
);
CREATE TABLE inbox_event (                -- append only: what officials did about a number's messages
    mobile BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                -- answered, closed
    username VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    text VARCHAR NOT NULL,                -- of an answer; else empty
    job_id BIGINT                         -- the delivery job that carries an answer
);
