-- Whose account an account is, and approvals that do not count any more.
CREATE TABLE account_person (             -- append only: the last row of an account stands
    said_no INTEGER NOT NULL,
    username VARCHAR NOT NULL,
    staff_no VARCHAR NOT NULL,            -- the department's number of a person, upper case; one person may hold several accounts
    said_by VARCHAR NOT NULL,
    said_at TIMESTAMP NOT NULL
);
CREATE VIEW account_now AS                -- an account with the person behind it; staff_no NULL: not stated
SELECT app_user.username, app_user.mobile, said.staff_no
FROM app_user LEFT JOIN (SELECT username, arg_max(staff_no, said_no) AS staff_no FROM account_person GROUP BY username) AS said
    ON said.username = app_user.username;
CREATE TABLE approval_void (              -- append only: the last approval given of a step counts no more
    job_id BIGINT NOT NULL,
    step_no INTEGER NOT NULL,
    username VARCHAR NOT NULL,            -- who had given it and may not any more
    voided_at TIMESTAMP NOT NULL
);
