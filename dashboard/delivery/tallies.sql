-- name: open_total(job_id, message_count)!
-- The sums of a job begin.
INSERT INTO job_tally VALUES (:job_id, 'total', -1, :message_count, NULL);

-- name: read_tally(job_id)
-- A job's sums.
SELECT state, code, sum(message_count)::BIGINT FROM job_tally WHERE job_id = :job_id GROUP BY state, code;

-- name: count_rows(job_id)^
-- How many facts the ledger holds of a job (sums that were made of fewer or more are not whole), and how many messages were handed over.
SELECT (SELECT count(*) FROM outcome WHERE job_id = :job_id), (SELECT count(*) FROM status_event WHERE job_id = :job_id),
    (SELECT coalesce(sum(len(message_nos)), 0)::BIGINT FROM claim WHERE job_id = :job_id);

-- name: copy_folded(job_id)!
-- One row a sum of a job …
CREATE OR REPLACE TEMP TABLE folded_tally AS
SELECT job_id, state, code, sum(message_count)::BIGINT AS message_count, stretch FROM job_tally WHERE job_id = :job_id
GROUP BY job_id, state, code, stretch HAVING sum(message_count) <> 0;

-- name: delete_tally(job_id)!
-- … in place of its many changes.
DELETE FROM job_tally WHERE job_id = :job_id;

-- name: take_folded()#
-- They are written anew.
INSERT INTO job_tally SELECT * FROM folded_tally;
DROP TABLE folded_tally;

-- name: list_unfolded(row_count)
-- The jobs with so many changes more than sums.
SELECT job_id FROM job_tally GROUP BY job_id HAVING count(*) - count(DISTINCT (state, code, stretch)) >= :row_count ORDER BY job_id;

-- name: list_stretches(job_id, size, states, with_rest)
-- The stretches of a job that hold messages in some states, and how many. `with_rest`: those too that are not in any state yet.
WITH known AS (
    SELECT stretch, sum(message_count) AS all_count, sum(message_count) FILTER (list_contains(:states::VARCHAR[], state)) AS wanted_count
    FROM job_tally WHERE job_id = :job_id AND stretch IS NOT NULL GROUP BY stretch
), whole AS (
    SELECT unnest(range((message_count + :size - 1) // :size)) AS stretch, message_count FROM job_tally WHERE job_id = :job_id AND state = 'total'
), counted AS (
    SELECT stretch, coalesce(wanted_count, 0)
        + CASE WHEN :with_rest THEN least(:size, message_count - stretch * :size) - coalesce(all_count, 0) ELSE 0 END AS message_count
    FROM whole LEFT JOIN known USING (stretch)
)
SELECT stretch::INTEGER, message_count::BIGINT FROM counted WHERE message_count > 0 ORDER BY stretch;

-- name: has_whole_counts(job_id)$
-- Whether any sum of a job is of before stretches were counted.
SELECT count(*) > 0 FROM job_tally
WHERE job_id = :job_id AND stretch IS NULL AND state NOT IN ('total', 'unasked', 'outcome_rows', 'status_rows');

-- name: list_overtaken(job_id, first_no, last_no, message_nos)
-- Those of a job's messages that were reported before their answer is written down.
SELECT message_no, status FROM status_event
WHERE job_id = :job_id AND message_no BETWEEN :first_no AND :last_no AND message_no IN (SELECT unnest(:message_nos));

-- name: insert_changes(job_ids, states, codes, counts, stretches)!
-- Several sums grow or shrink.
INSERT INTO job_tally
SELECT unnest(:job_ids::BIGINT[]), unnest(:states::VARCHAR[]), unnest(:codes::INTEGER[]), unnest(:counts::BIGINT[]), unnest(:stretches::INTEGER[]);

-- name: insert_settled(job_id, size, result)!
-- What a person's word on the messages of ripe_doubt changes: they are in doubt no more; those to be tried again wait.
INSERT INTO job_tally
WITH settled AS (SELECT (message_no - 1) // :size AS stretch, count(*) AS message_count FROM ripe_doubt GROUP BY stretch)
SELECT :job_id, 'in_doubt', -1, -message_count, stretch FROM settled
UNION ALL
SELECT :job_id, :result, -1, message_count, stretch FROM settled WHERE :result <> 'retry'
UNION ALL
SELECT :job_id, unnest(['outcome_rows', 'unasked']), -1, sum(message_count)::BIGINT, NULL FROM settled HAVING sum(message_count) > 0;

-- name: insert_status_changes(size)!
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
    SELECT fresh.job_id, (fresh.message_no - 1) // :size AS stretch,
        tally_state(known.place, last_one.result) AS old_state,
        coalesce(CASE WHEN known.place IS NULL THEN last_one.code ELSE known.code END, -1) AS old_code,
        tally_state(greatest(known.place, fresh.place), last_one.result) AS new_state,
        coalesce(greatest(known.code, fresh.code), -1) AS new_code
    FROM fresh
    LEFT JOIN known ON known.job_id = fresh.job_id AND known.message_no = fresh.message_no
    LEFT JOIN answered ON answered.job_id = fresh.job_id AND answered.message_no = fresh.message_no
)
SELECT job_id, state, CASE WHEN state = 'failed' THEN code ELSE -1 END AS code, sum(change)::BIGINT, stretch FROM (
    SELECT job_id, old_state AS state, old_code AS code, -1 AS change, stretch FROM moved
    UNION ALL
    SELECT job_id, new_state, new_code, 1, stretch FROM moved
) WHERE state IS NOT NULL GROUP BY ALL HAVING sum(change) <> 0
UNION ALL
SELECT job_id, 'status_rows', -1, count(*), NULL FROM fresh_status WHERE job_id > 0 GROUP BY job_id;

-- name: insert_priced_changes()!
-- What the reports of fresh_status change in what is known of prices, beside those known before (known_status).
INSERT INTO job_priced
WITH fresh AS (
    SELECT job_id, message_no, max(lower(category)) AS category, bool_or(billable) AS is_charged
    FROM fresh_status WHERE job_id > 0 AND billable IS NOT NULL GROUP BY job_id, message_no
), known AS (
    SELECT job_id, message_no, max(lower(category)) AS category, bool_or(billable) AS is_charged
    FROM known_status WHERE billable IS NOT NULL GROUP BY job_id, message_no
), changed AS (
    SELECT job_id, known.category, known.is_charged, -1 AS change FROM known SEMI JOIN fresh USING (job_id, message_no)
    UNION ALL
    SELECT fresh.job_id, greatest(fresh.category, known.category), fresh.is_charged OR coalesce(known.is_charged, false), 1
    FROM fresh LEFT JOIN known ON known.job_id = fresh.job_id AND known.message_no = fresh.message_no
)
SELECT job_id, category, is_charged, sum(change)::BIGINT FROM changed GROUP BY job_id, category, is_charged HAVING sum(change) <> 0;

-- name: read_priced(job_id)
-- Messages of which WhatsApp has said whether they cost anything, by the category and whether they are charged.
SELECT category, is_charged, sum(message_count)::BIGINT FROM job_priced WHERE job_id = :job_id
GROUP BY category, is_charged HAVING sum(message_count) <> 0 ORDER BY category, is_charged;

-- name: count_priced(job_id)
-- The same, counted one by one.
SELECT category, is_charged, count(*) FROM (
    SELECT message_no, max(lower(category)) AS category, bool_or(billable) AS is_charged
    FROM status_event WHERE job_id = :job_id AND billable IS NOT NULL GROUP BY message_no
) GROUP BY category, is_charged ORDER BY category, is_charged;
