-- Sums are kept for every ten thousand of a job's messages: a page of one group of recipients is found without going through a ledger of
-- crores. NULL for the counters, and for what was counted before: such jobs are looked through whole.
ALTER TABLE job_tally ADD COLUMN stretch INTEGER;
-- What message_state is of a whole job, of some of its messages: of those between two, and where numbers are named (not NULL) of these alone.
-- A claim names its messages in their order, and last_no is not below any.
CREATE MACRO message_state_among(wanted_job, from_no, to_no, numbers) AS TABLE
WITH wanted AS MATERIALIZED (  -- before all joins, which would else be made with every message of the job
    SELECT job_id, message_no, account_no, mobile FROM message
    WHERE job_id = wanted_job AND message_no BETWEEN from_no AND to_no AND (numbers IS NULL OR message_no IN (SELECT unnest(numbers)))
), answered AS (
    SELECT message_no, max(attempt) AS attempt,
           arg_max(struct_pack(result := result, code := code), attempt * 2 + (result <> 'in_doubt')::INTEGER) AS last_one
    FROM outcome
    WHERE job_id = wanted_job AND message_no BETWEEN from_no AND to_no AND (numbers IS NULL OR message_no IN (SELECT unnest(numbers)))
    GROUP BY message_no
), reported AS (
    SELECT message_no, max(code) FILTER (status = 'failed') AS code, max(status_place(status)) AS place
    FROM status_event
    WHERE job_id = wanted_job AND message_no BETWEEN from_no AND to_no AND (numbers IS NULL OR message_no IN (SELECT unnest(numbers)))
    GROUP BY message_no
), claimed AS (
    SELECT message_no, max(attempt) AS attempt
    FROM (SELECT unnest(message_nos) AS message_no, attempt FROM claim
          WHERE job_id = wanted_job AND last_no >= from_no AND message_nos[1] <= to_no)
    WHERE message_no BETWEEN from_no AND to_no AND (numbers IS NULL OR message_no IN (SELECT unnest(numbers)))
    GROUP BY message_no
)
SELECT wanted.message_no, wanted.account_no, wanted.mobile,
       coalesce(claimed.attempt, 0) AS attempt,
       CASE WHEN reported.place IS NOT NULL THEN reported.code
            WHEN answered.last_one.result = 'failed' THEN answered.last_one.code END AS code,
       answered.last_one.result AS result,
       CASE WHEN reported.place IS NOT NULL THEN ['accepted', 'sent', 'failed', 'delivered', 'read'][reported.place]
            WHEN coalesce(claimed.attempt, 0) > coalesce(answered.attempt, 0) THEN 'in_flight'
            WHEN answered.last_one.result IN ('accepted', 'held', 'treated_as_sent') THEN 'accepted'
            WHEN answered.last_one.result IN ('failed', 'in_doubt', 'skipped') THEN answered.last_one.result
            WHEN job.state IN ('cancelled', 'discarded') THEN 'skipped'
            ELSE 'waiting' END AS state
FROM wanted
JOIN job ON job.job_id = wanted.job_id
LEFT JOIN answered ON answered.message_no = wanted.message_no
LEFT JOIN reported ON reported.message_no = wanted.message_no
LEFT JOIN claimed ON claimed.message_no = wanted.message_no;
CREATE OR REPLACE MACRO message_state(wanted_job) AS TABLE SELECT * FROM message_state_among(wanted_job, 1, 2147483647, NULL::INTEGER[]);
-- Which messages went to an account, a job's in the order of accounts: a consumer's notices are found without going through crores of
-- messages. A hint as in account_place: leading zeros are confirmed by the message; an account that is no number has none.
CREATE TABLE message_place AS
SELECT TRY_CAST(account_no AS BIGINT) AS account_key, job_id, message_no FROM message WHERE account_key IS NOT NULL ORDER BY job_id, account_key;
