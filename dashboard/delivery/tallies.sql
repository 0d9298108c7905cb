-- name: insert_change(job_id, state, code, message_count)!
-- A sum begins, grows or shrinks.
INSERT INTO job_tally VALUES (:job_id, :state, :code, :message_count);

-- name: read_tally(job_id)
-- A job's sums.
SELECT state, code, sum(message_count)::BIGINT FROM job_tally WHERE job_id = :job_id GROUP BY state, code;

-- name: count_rows(job_id)^
-- How many facts the ledger holds of a job (sums that were made of fewer or more are not whole), and how many messages were handed over.
SELECT (SELECT count(*) FROM outcome WHERE job_id = :job_id), (SELECT count(*) FROM status_event WHERE job_id = :job_id),
    (SELECT coalesce(sum(len(message_nos)), 0)::BIGINT FROM claim WHERE job_id = :job_id);

-- name: delete_tally(job_id)!
-- The sums are written anew.
DELETE FROM job_tally WHERE job_id = :job_id;

-- name: list_overtaken(job_id, first_no, last_no, message_nos)
-- Those of a job's messages that were reported before their answer is written down.
SELECT message_no, status FROM status_event
WHERE job_id = :job_id AND message_no BETWEEN :first_no AND :last_no AND list_contains(:message_nos, message_no);

-- name: insert_changes(job_ids, states, codes, counts)!
-- Several sums grow or shrink.
INSERT INTO job_tally SELECT unnest(:job_ids::BIGINT[]), unnest(:states::VARCHAR[]), unnest(:codes::INTEGER[]), unnest(:counts::BIGINT[]);

-- name: insert_status_changes()!
-- What the reports of fresh_status change in the sums, beside those known before (known_status).
INSERT INTO job_tally
WITH fresh AS (
    SELECT job_id, message_no, max(status_place(status)) AS place, max(fresh_status.code) FILTER (status = 'failed') AS code
    FROM fresh_status JOIN job_tally USING (job_id)
    WHERE job_tally.state = 'total' AND message_no BETWEEN 1 AND message_count GROUP BY job_id, message_no
), known AS (
    SELECT job_id, message_no, max(status_place(status)) AS place, max(code) FILTER (status = 'failed') AS code
    FROM known_status GROUP BY job_id, message_no
), answered AS (
    SELECT outcome.job_id, outcome.message_no,
        arg_max(struct_pack(result := result, code := outcome.code), attempt * 2 + (result <> 'in_doubt')::INTEGER) AS last_one
    FROM outcome SEMI JOIN fresh ON outcome.job_id = fresh.job_id AND outcome.message_no = fresh.message_no
    GROUP BY outcome.job_id, outcome.message_no
), moved AS (
    SELECT fresh.job_id,
        tally_state(known.place, last_one.result) AS old_state,
        coalesce(CASE WHEN known.place IS NULL THEN last_one.code ELSE known.code END, -1) AS old_code,
        tally_state(greatest(known.place, fresh.place), last_one.result) AS new_state,
        coalesce(greatest(known.code, fresh.code), -1) AS new_code
    FROM fresh
    LEFT JOIN known ON known.job_id = fresh.job_id AND known.message_no = fresh.message_no
    LEFT JOIN answered ON answered.job_id = fresh.job_id AND answered.message_no = fresh.message_no
)
SELECT job_id, state, CASE WHEN state = 'failed' THEN code ELSE -1 END AS code, sum(change)::BIGINT FROM (
    SELECT job_id, old_state AS state, old_code AS code, -1 AS change FROM moved
    UNION ALL
    SELECT job_id, new_state, new_code, 1 FROM moved
) WHERE state IS NOT NULL GROUP BY ALL HAVING sum(change) <> 0
UNION ALL
SELECT job_id, 'status_rows', -1, count(*) FROM fresh_status WHERE job_id > 0 GROUP BY job_id;
