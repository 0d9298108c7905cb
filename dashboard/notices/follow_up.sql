-- name: stage_got(job_id, places, typed)!
-- Those whom a notice reached or may still reach, once more: taken by the provider and not failed since.
-- places[i] is where the i-th value stands among the first notice's own, 0 for one that typed[i] gives. Each goes from the number of the first.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT message.account_no, message.mobile,
       list_transform(:places::INTEGER[], lambda place, i: CASE WHEN place > 0 THEN message.parameters[place] ELSE (:typed::VARCHAR[])[i] END) AS parameters,
       coalesce(job_route.number_no, 1) AS number_no
FROM message_state(:job_id) AS now
JOIN message ON message.job_id = :job_id AND message.message_no = now.message_no
LEFT JOIN job_route ON job_route.job_id = :job_id AND now.message_no BETWEEN job_route.first_no AND job_route.last_no
WHERE now.state IN ('accepted', 'sent', 'delivered', 'read');

-- name: define_refused()#
-- Those refused for a reason that another attempt may overcome, but nobody whom an earlier attempt may have reached:
-- each that was taken, or of which nobody knows, must have been reported as failed. p_told: those that were ever said to have failed.
CREATE OR REPLACE TEMP MACRO refused_for_certain(p_job, p_codes, p_told) AS TABLE
WITH refused AS MATERIALIZED (
    SELECT message_no FROM message_state_among(p_job, 1, 2147483647, p_told) WHERE state = 'failed' AND list_contains(p_codes, code)
), taken AS (
    SELECT message_no, count(DISTINCT attempt) AS attempts FROM outcome SEMI JOIN refused USING (message_no)
    WHERE job_id = p_job AND result IN ('accepted', 'held', 'in_doubt', 'treated_as_sent') GROUP BY message_no
), reported AS (
    SELECT message_no, count(DISTINCT wamid) AS attempts FROM status_event SEMI JOIN refused USING (message_no)
    WHERE job_id = p_job AND status = 'failed' GROUP BY message_no
)
SELECT message_no FROM refused LEFT JOIN taken USING (message_no) LEFT JOIN reported USING (message_no)
WHERE coalesce(taken.attempts, 0) <= coalesce(reported.attempts, 0);

-- name: has_doubted(job_id)$
-- Whether it was ever unknown what became of any message of a job.
SELECT count(*) > 0 FROM outcome WHERE job_id = :job_id AND result IN ('in_doubt', 'treated_as_sent');

-- name: count_certain(job_id, codes, told)$
-- How many were refused for certain.
SELECT count(*) FROM refused_for_certain(:job_id, :codes::INTEGER[], :told::INTEGER[]);

-- name: stage_refused(job_id, codes, told)!
-- They, with their frozen words.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT message.account_no, message.mobile, message.parameters, coalesce(job_route.number_no, 1) AS number_no
FROM message SEMI JOIN refused_for_certain(:job_id, :codes::INTEGER[], :told::INTEGER[]) AS refused USING (message_no)
LEFT JOIN job_route ON job_route.job_id = :job_id AND message.message_no BETWEEN job_route.first_no AND job_route.last_no
WHERE message.job_id = :job_id;

-- name: count_staged()$
-- How many are to get the notice that follows.
SELECT count(*) FROM staged_message;

-- name: drop_staged()!
-- Nobody is left to be written to.
DROP TABLE IF EXISTS temp.staged_message;

-- name: insert_follow(notice_id, of_notice_id, kind)!
-- Which notice follows which.
INSERT INTO notice_follow VALUES (:notice_id, :of_notice_id, :kind);

-- name: list_follows(notice_id)
-- The notices that follow one, oldest first; one that was given up before it went is none.
SELECT notice_id, kind FROM notice_follow JOIN notice USING (notice_id)
WHERE of_notice_id = :notice_id AND state NOT IN ('draft', 'returned') ORDER BY notice_id;

-- name: is_overtaken(notice_id)$
-- Whether what an outage notice says is not so any more: supply is back, or a later time was told.
SELECT count(*) > 0 FROM outage JOIN outage_event AS said ON said.outage_id = outage.outage_id
WHERE outage.notice_id = :notice_id AND (said.kind = 'restored' OR (said.kind = 'expected' AND said.notice_id IS NOT NULL));
