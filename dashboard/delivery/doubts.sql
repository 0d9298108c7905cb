-- name: count_doubts(job_id, before)^
-- How many of a job's messages are in doubt, how many of them since before a moment, and since when the first that is not.
WITH known AS (
    SELECT message_no, attempt, state FROM message_state_among(:job_id, 1, 2147483647,
        (SELECT list(message_no) FROM outcome WHERE job_id = :job_id AND result = 'in_doubt'))
)
SELECT count(*), count(*) FILTER (answered_at <= :before), min(answered_at) FILTER (answered_at > :before)
FROM known JOIN outcome ON outcome.job_id = :job_id AND outcome.message_no = known.message_no AND outcome.attempt = known.attempt
                       AND outcome.result = 'in_doubt'
WHERE known.state = 'in_doubt';

-- name: list_ripe(job_id, before)
-- Those that are in doubt since before a moment, in their order, each under the attempt that is in doubt: what a person settles.
WITH known AS (
    SELECT message_no, attempt, state FROM message_state_among(:job_id, 1, 2147483647,
        (SELECT list(message_no) FROM outcome WHERE job_id = :job_id AND result = 'in_doubt' AND answered_at <= :before))
)
SELECT known.message_no, known.attempt
FROM known JOIN outcome ON outcome.job_id = :job_id AND outcome.message_no = known.message_no AND outcome.attempt = known.attempt
                       AND outcome.result = 'in_doubt' AND outcome.answered_at <= :before
WHERE known.state = 'in_doubt' ORDER BY known.message_no;

-- name: read_place()^
-- How far the ledger has come: the last rows of two tables that are only ever appended to.
SELECT (SELECT coalesce(max(rowid), -1) FROM outcome), (SELECT coalesce(max(rowid), -1) FROM status_event);

-- name: copy_unmoved(job_id, last_outcome, last_report)!
-- Those of the relation chosen_doubt of which nothing was written behind that place: they are in doubt as they were. (A report without our
-- reference finds its message by an answer, which is an outcome.)
CREATE OR REPLACE TEMP TABLE ripe_doubt AS
WITH bounds AS (SELECT min(message_no) AS first_no, max(message_no) AS last_no FROM chosen_doubt), moved AS (
    SELECT message_no FROM outcome, bounds WHERE job_id = :job_id AND rowid > :last_outcome AND message_no BETWEEN first_no AND last_no
    UNION ALL
    SELECT message_no FROM status_event, bounds WHERE job_id = :job_id AND rowid > :last_report AND message_no BETWEEN first_no AND last_no
)
SELECT message_no, attempt FROM chosen_doubt ANTI JOIN moved USING (message_no);

-- name: settle_ripe(job_id, result, retry_at, now)!
-- A person's word on the messages of ripe_doubt, under the attempt that is in doubt.
INSERT INTO outcome SELECT :job_id, message_no, attempt, :result, NULL, NULL, :now, :retry_at FROM ripe_doubt;

-- name: send_ripe_again(job_id, now)!
-- They wait for another attempt.
INSERT INTO waiting_retry SELECT :job_id, message_no, attempt, :now, 0, :now FROM ripe_doubt;

-- name: drop_ripe()!
-- They are settled.
DROP TABLE IF EXISTS temp.ripe_doubt;
