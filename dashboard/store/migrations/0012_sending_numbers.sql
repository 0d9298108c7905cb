-- Several sending numbers, one a discom; and whom a refusal tells not to write to.
CREATE TABLE sending_number (
    number_no INTEGER NOT NULL,           -- 1: the number of the settings, written anew at each start
    phone_number_id VARCHAR NOT NULL,     -- Meta's
    office_code VARCHAR NOT NULL,         -- whose consumers it writes to; those whom no other number has get number 1
    label VARCHAR NOT NULL,
    rate DOUBLE NOT NULL,                 -- messages a second
    state VARCHAR NOT NULL,               -- open, stopped
    stop_reason VARCHAR,                  -- a key of words; 'person' where an administrator stopped it
    changed_at TIMESTAMP NOT NULL
);
CREATE TABLE job_route (                  -- which of a job's messages go from which number; a job without rows goes from number 1
    job_id BIGINT NOT NULL,
    number_no INTEGER NOT NULL,
    first_no INTEGER NOT NULL,
    last_no INTEGER NOT NULL
);
CREATE TABLE recipient_hold (             -- what refusals have told of people; append only
    mobile BIGINT NOT NULL,
    reason VARCHAR NOT NULL,              -- marketing: until resumed; blocked: for good; withheld: until a time
    code INTEGER NOT NULL,                -- the provider's, which their messages fail with
    since TIMESTAMP NOT NULL,
    until TIMESTAMP
);
