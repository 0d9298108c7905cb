-- name: next_job_id()$
-- The id that the next job takes; those whose messages are being written beside have theirs already.
SELECT coalesce(max(job_id), 0) + 1 FROM (SELECT job_id FROM job UNION ALL SELECT job_id FROM job_making);

-- name: count_staged()^
-- How many rows were handed over, and how many of them cannot be sent as they are.
SELECT count(*),
       count(*) FILTER (mobile IS NULL OR mobile NOT BETWEEN 6000000000 AND 9999999999),
       count(DISTINCT len(parameters)), max(len(parameters)),
       count(*) FILTER (parameters IS NULL OR len(list_filter(parameters, lambda value: value IS NULL)) > 0),
       min(rowid), max(rowid) - min(rowid) + 1
FROM staged_message;

-- name: insert_job(job_id, kind, template, language, parameter_names, message_count, now)!
-- A new job, held until somebody releases it.
INSERT INTO job VALUES (:job_id, 'held', :kind, :template, :language, :parameter_names, :message_count, NULL, :now, :now);

-- name: insert_messages(job_id)!
-- The staged rows as this job's messages, numbered in the order of accounts.
INSERT INTO message
SELECT :job_id, row_number() OVER (ORDER BY account_no, mobile, parameters), account_no, mobile, parameters
FROM staged_message ORDER BY account_no, mobile, parameters;

-- name: insert_many_messages(job_id, first_row)!
-- Very many staged rows in the order in which they were staged, that is roughly by office: sorting crores would take as long as all else.
INSERT INTO message SELECT :job_id, rowid - :first_row + 1, account_no, mobile, parameters FROM staged_message;

-- name: write_places(job_id)!
-- Where each account's message stands, in the order of accounts.
INSERT INTO message_place
SELECT TRY_CAST(account_no AS BIGINT) AS account_key, job_id, message_no FROM message
WHERE job_id = :job_id AND account_key IS NOT NULL ORDER BY account_key;

-- name: staged_choice()$
-- By which of their columns the staged rows choose the number that they go from: number_no says it, office_no tells whose people they are.
-- None where there is one number alone.
SELECT min(column_name) FROM duckdb_columns()
WHERE table_name = 'staged_message' AND column_name IN ('number_no', 'office_no') AND (SELECT count(*) FROM sending_number) > 1;

-- name: choose_numbers()!
-- Each office's number: that of the lowest office above it that has one, else number 1.
CREATE OR REPLACE TEMP TABLE staged_route AS
WITH numbered AS (
    SELECT number_no, office_no AS first_no, last_no FROM sending_number JOIN office ON code = office_code WHERE number_no > 1
)
SELECT staged.office_no, coalesce(arg_max(number_no, first_no), 1) AS number_no
FROM (SELECT DISTINCT office_no FROM staged_message) AS staged
LEFT JOIN numbered ON staged.office_no BETWEEN first_no AND numbered.last_no
GROUP BY staged.office_no;

-- name: insert_routed_messages(job_id)!
-- The staged rows as this job's messages, numbered by the number that they go from, then in the order of accounts.
INSERT INTO message
SELECT :job_id, row_number() OVER (ORDER BY number_no, account_no, mobile, parameters), account_no, mobile, parameters
FROM staged_message JOIN staged_route USING (office_no) ORDER BY number_no, account_no, mobile, parameters;

-- name: insert_routes(job_id)!
-- Which of the job's messages go from which number.
INSERT INTO job_route
SELECT :job_id, number_no, sum(message_count) OVER (ORDER BY number_no) - message_count + 1, sum(message_count) OVER (ORDER BY number_no)
FROM (
    SELECT number_no, count(*) AS message_count FROM staged_message JOIN staged_route USING (office_no) GROUP BY number_no
);

-- name: insert_numbered_messages(job_id)!
-- The same where the rows themselves say from which number they go.
INSERT INTO message
SELECT :job_id, row_number() OVER (ORDER BY number_no, account_no, mobile, parameters), account_no, mobile, parameters
FROM staged_message ORDER BY number_no, account_no, mobile, parameters;

-- name: insert_numbered_routes(job_id)!
-- The same where the rows themselves say from which number they go.
INSERT INTO job_route
SELECT :job_id, number_no, sum(message_count) OVER (ORDER BY number_no) - message_count + 1, sum(message_count) OVER (ORDER BY number_no)
FROM (SELECT number_no, count(*) AS message_count FROM staged_message GROUP BY number_no);

-- name: copy_staged()!
-- Rows that came as a table become the staging table.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT account_no::VARCHAR AS account_no, mobile::BIGINT AS mobile, parameters::VARCHAR[] AS parameters, * EXCLUDE (account_no, mobile, parameters)
FROM staged_rows;

-- name: drop_routes()!
-- The choice of numbers has done its work.
DROP TABLE IF EXISTS temp.staged_route;

-- name: drop_staged()!
-- The staging table has done its work.
DROP TABLE IF EXISTS temp.staged_message;

-- name: job_by_id(job_id)^
-- One job.
SELECT job_id, state, kind, template, language, parameter_names, message_count, pause_reason, created_at, changed_at
FROM job WHERE job_id = :job_id;

-- name: jobs_in_state(state)
-- The jobs in one state.
SELECT job_id FROM job WHERE state = :state ORDER BY job_id;

-- name: set_job_state(job_id, state, pause_reason, now)!
-- A job's next state.
UPDATE job SET state = :state, pause_reason = :pause_reason, changed_at = :now WHERE job_id = :job_id;

-- name: hold_jobs(reason, now)!
-- What is under way rests for one reason, whatever else it rests for.
UPDATE job SET state = 'paused', pause_reason = :reason, changed_at = :now WHERE state IN ('running', 'paused');

-- name: count_states(job_id)
-- How many messages stand in each state; of them, those whom a person declared sent, and those that the provider holds.
SELECT state, count(*), count(*) FILTER (result = 'treated_as_sent'), count(*) FILTER (result = 'held') FROM message_state(:job_id) GROUP BY state;

-- name: count_failures(job_id)
-- How many messages failed with each code.
SELECT code, count(*) FROM message_state(:job_id) WHERE state = 'failed' GROUP BY code ORDER BY count(*) DESC, code;
