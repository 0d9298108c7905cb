-- name: insert_unreached(mobiles, now)!
-- These numbers are not on WhatsApp, as an answer or a report has just told.
INSERT INTO unreached_number SELECT unnest(:mobiles::BIGINT[]), CAST(:now AS TIMESTAMP);

-- name: list_unreached()
-- The numbers that nobody has dealt with yet, each with when it was told last.
SELECT mobile, max(told_at) FROM unreached_number GROUP BY mobile;

-- name: delete_unreached()!
-- They are dealt with.
DELETE FROM unreached_number;
