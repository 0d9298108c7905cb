-- What a person had seen of a thread when they answered it, and notices that come again every month.
ALTER TABLE inbox_event ADD COLUMN heard_count BIGINT;
CREATE TABLE notice_repeat (
    repeat_id BIGINT NOT NULL,
    template VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    variables JSON NOT NULL,              -- typed values by name; {month} and {day:N} stand for the occurrence's own
    office_code VARCHAR NOT NULL,
    audience JSON NOT NULL,
    day_of_month INTEGER NOT NULL,        -- 1 to 28, in Asia/Kolkata
    minute_of_day INTEGER NOT NULL,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    ended_by VARCHAR,
    ended_at TIMESTAMP
);
CREATE TABLE repeat_occurrence (          -- one a month, made once
    repeat_id BIGINT NOT NULL,
    month DATE NOT NULL,                  -- its first day
    notice_id BIGINT,                     -- NULL: it could not be submitted
    problem VARCHAR,                      -- then the code of the error
    send_at TIMESTAMP NOT NULL
);
