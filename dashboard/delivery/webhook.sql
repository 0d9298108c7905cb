-- name: insert_raw(places, moments, bodies)!
-- Webhooks' bodies as they came, before anybody looks into them. The last number is read from the last block; max() goes through all of them.
INSERT INTO webhook_raw
SELECT coalesce((SELECT raw_id FROM webhook_raw ORDER BY raw_id DESC LIMIT 1), 0) + unnest(:places::BIGINT[]), unnest(:moments::TIMESTAMP[]),
    unnest(:bodies::BLOB[]);

-- name: waiting_raw(size, byte_count)
-- The next bodies to be applied, in the order in which they came: one in any case, and no more than so many bytes.
SELECT raw_id, received_at, body FROM (
    SELECT raw_id, received_at, body, sum(octet_length(body)) OVER (ORDER BY raw_id) - octet_length(body) AS bytes_before
    FROM (
        SELECT raw_id, received_at, body FROM webhook_raw
        WHERE raw_id > coalesce((SELECT raw_id FROM webhook_applied ORDER BY raw_id DESC LIMIT 1), 0) ORDER BY raw_id LIMIT :size
    )
) WHERE bytes_before < :byte_count ORDER BY raw_id;

-- name: count_waiting_raw()$
-- How many bodies nobody has applied yet.
SELECT count(*) FROM webhook_raw WHERE raw_id > coalesce((SELECT raw_id FROM webhook_applied ORDER BY raw_id DESC LIMIT 1), 0);

-- name: insert_applied(raw_ids, notes, now)!
-- These bodies have been applied.
INSERT INTO webhook_applied SELECT unnest(:raw_ids::BIGINT[]), :now, unnest(:notes::VARCHAR[]);

-- name: find_by_wamid(wamids)
-- Reports without our reference find their message by the id that the provider gave it: among all answers, beside the writer …
SELECT wamid, job_id, message_no FROM outcome WHERE wamid IN (SELECT unnest(:wamids::VARCHAR[]));

-- name: place_by_wamid(answered_since)!
-- … and among those that came meanwhile.
UPDATE new_status SET job_id = outcome.job_id, message_no = outcome.message_no
FROM outcome WHERE new_status.job_id = 0 AND outcome.wamid = new_status.wamid AND outcome.answered_at > :answered_since;

-- name: copy_new_status()!
-- The reports of a round, in a table of their own so that they can be placed.
CREATE OR REPLACE TEMP TABLE new_status AS SELECT * FROM status_rows;

-- name: drop_new_status()!
-- The round is over.
DROP TABLE IF EXISTS temp.new_status;

-- name: drop_fresh_status()!
-- The round is over.
DROP TABLE IF EXISTS temp.fresh_status;

-- name: copy_known_status()!
-- What was reported before of the round's messages. Without the provider's ids: of crores of reports these cost more to read than all else.
CREATE OR REPLACE TEMP TABLE known_status AS
SELECT old.job_id, old.message_no, old.status, old.code, old.category, old.billable
FROM status_event AS old SEMI JOIN new_status AS new ON old.job_id = new.job_id AND old.message_no = new.message_no;

-- name: begin_twins()!
-- With their ids those alone that the round says again …
CREATE OR REPLACE TEMP TABLE known_twin (job_id BIGINT, message_no INTEGER, wamid VARCHAR, status VARCHAR);

-- name: has_twins()$
-- … if it says any again: an empty list would be looked for in all reports too.
SELECT count(*) > 0 FROM new_status SEMI JOIN known_status USING (job_id, message_no, status);

-- name: copy_twins()!
-- They are looked for.
INSERT INTO known_twin
SELECT old.job_id, old.message_no, old.wamid, old.status
FROM status_event AS old SEMI JOIN (SELECT job_id, message_no FROM new_status SEMI JOIN known_status USING (job_id, message_no, status)) AS again
    ON old.job_id = again.job_id AND old.message_no = again.message_no;

-- name: drop_known_status()#
-- The round is over.
DROP TABLE IF EXISTS temp.known_status;
DROP TABLE IF EXISTS temp.known_twin;

-- name: copy_fresh_status()!
-- Those reports of the round that we do not have yet, each once.
CREATE OR REPLACE TEMP TABLE fresh_status AS
SELECT job_id, message_no, wamid, status, min(status_at) AS status_at, min(code) AS code, min(category) AS category,
    bool_or(billable) AS billable, min(received_at) AS received_at
FROM new_status ANTI JOIN known_twin USING (job_id, message_no, wamid, status)
GROUP BY job_id, message_no, wamid, status;

-- name: insert_statuses()!
-- The reports that are new; what no message is found for stays under job 0.
INSERT INTO status_event SELECT job_id, message_no, wamid, status, status_at, code, category, billable, received_at FROM fresh_status;

-- name: learn_users(now)!
-- Whose message a report names by an id: that id belongs to the message's number.
INSERT INTO whatsapp_user
SELECT new_status.user_id, min(message.mobile), CAST(:now AS TIMESTAMP)
FROM new_status JOIN message ON message.job_id = new_status.job_id AND message.message_no = new_status.message_no
WHERE new_status.user_id IS NOT NULL AND new_status.user_id NOT IN (SELECT user_id FROM whatsapp_user)
GROUP BY new_status.user_id;

-- name: insert_users(now)!
-- Ids that came together with their numbers.
INSERT INTO whatsapp_user
SELECT user_id, min(mobile), CAST(:now AS TIMESTAMP) FROM new_users
WHERE user_id NOT IN (SELECT user_id FROM whatsapp_user) GROUP BY user_id;

-- name: numbers_of_users(user_ids)
-- The numbers of people who are named by an id.
SELECT user_id, min(mobile) FROM whatsapp_user WHERE user_id IN (SELECT unnest(:user_ids::VARCHAR[])) GROUP BY user_id;

-- name: copy_late_status(since, answered_since)!
-- Reports that came before our own record of the message's id, and without our reference; our record came soon after.
CREATE OR REPLACE TEMP TABLE new_status AS
SELECT outcome.job_id, outcome.message_no, report.wamid, report.status, report.code, report.category, report.billable
FROM status_event AS report JOIN outcome ON outcome.wamid = report.wamid
WHERE report.job_id = 0 AND report.received_at > :since AND outcome.answered_at > :answered_since;

-- name: copy_late_fresh()$
-- They are new to their messages. Returns how many they are.
CREATE OR REPLACE TEMP TABLE fresh_status AS SELECT * FROM new_status;

-- name: place_late_statuses(since)!
-- They find their messages.
UPDATE status_event SET job_id = new_status.job_id, message_no = new_status.message_no
FROM new_status
WHERE status_event.job_id = 0 AND status_event.received_at > :since AND new_status.wamid = status_event.wamid;

-- name: has_unplaced(since)$
-- Whether any recent report still looks for its message.
SELECT count(*) > 0 FROM status_event WHERE job_id = 0 AND received_at > :since;

-- name: numbers_reported(code)
-- The numbers of messages that the round is the first to report as failed with one code: an old report says nothing of today.
SELECT DISTINCT message.mobile
FROM fresh_status JOIN message ON message.job_id = fresh_status.job_id AND message.message_no = fresh_status.message_no
WHERE fresh_status.status = 'failed' AND fresh_status.code = :code;

-- name: failures_reported()
-- The messages that the round is the first to report as failed, with the code, when, and the number that they went from.
SELECT fresh.job_id, fresh.message_no, fresh.code, coalesce(job_route.number_no, 1), fresh.status_at
FROM fresh_status AS fresh
LEFT JOIN job_route ON job_route.job_id = fresh.job_id AND fresh.message_no BETWEEN job_route.first_no AND job_route.last_no
WHERE fresh.status = 'failed' AND fresh.job_id > 0 ORDER BY fresh.job_id, fresh.message_no;

-- name: delete_odd(raw_ids)!
-- A body that is applied once more says anew what was not understood.
DELETE FROM odd_update WHERE raw_id IN (SELECT unnest(:raw_ids::BIGINT[]));

-- name: insert_odd(now)!
-- What was not understood, by kind and name.
INSERT INTO odd_update SELECT raw_id, kind, name, update_count, CAST(:now AS TIMESTAMP) FROM odd_rows;

-- name: count_odd()$
-- How many updates were not understood.
SELECT coalesce(sum(update_count), 0) FROM odd_update;

-- name: list_odd()
-- What was not understood, the most frequent first, with the last body that holds it.
SELECT kind, name, sum(update_count)::BIGINT, max(raw_id), max(seen_at) FROM odd_update GROUP BY kind, name ORDER BY 3 DESC, kind, name;

-- name: raw_between(from_at, to_at, after_id, size, byte_count)
-- The next bodies that came within a time, in their order: one in any case, and no more than so many bytes.
SELECT raw_id, received_at, body FROM (
    SELECT raw_id, received_at, body, sum(octet_length(body)) OVER (ORDER BY raw_id) - octet_length(body) AS bytes_before
    FROM (
        SELECT raw_id, received_at, body FROM webhook_raw
        WHERE raw_id > :after_id AND received_at >= :from_at AND received_at < :to_at ORDER BY raw_id LIMIT :size
    )
) WHERE bytes_before < :byte_count ORDER BY raw_id;

-- name: old_raw(before, size)
-- Applied bodies that are older than they need be, the oldest first. What was not understood stays; so does the last one, which tells
-- where to go on and which number comes next.
SELECT raw_id FROM webhook_raw
WHERE received_at < :before AND raw_id < coalesce((SELECT raw_id FROM webhook_applied ORDER BY raw_id DESC LIMIT 1), 0)
    AND raw_id NOT IN (SELECT raw_id FROM odd_update)
ORDER BY raw_id LIMIT :size;

-- name: delete_raw(raw_ids)!
-- Bodies whose facts stand elsewhere by now.
DELETE FROM webhook_raw WHERE raw_id IN (SELECT unnest(:raw_ids::BIGINT[]));

-- name: delete_applied(raw_ids)!
-- The same bodies' marks.
DELETE FROM webhook_applied WHERE raw_id IN (SELECT unnest(:raw_ids::BIGINT[]));

-- name: numbers_reached(since)
-- The numbers to which a message was delivered, as reported since then.
SELECT DISTINCT message.mobile
FROM status_event AS report JOIN message ON message.job_id = report.job_id AND message.message_no = report.message_no
WHERE report.received_at > :since AND report.status IN ('delivered', 'read', 'played');
