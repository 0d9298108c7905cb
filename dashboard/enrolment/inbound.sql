-- name: reply_of(wamid)$
-- The code of the answer to a message that was handled before; NULL for a new one.
SELECT reply_code FROM inbound_message WHERE wamid = :wamid;

-- name: mark_answered(wamids)!
-- These answers are on their way: what was owed becomes its code.
UPDATE inbound_message SET reply_code = split_part(reply_code, '|', 2) WHERE wamid IN (SELECT unnest(:wamids)) AND reply_code LIKE 'owed|%';

-- name: insert_inbound(wamid, mobile, sent_at, text, meaning, reply_code)!
-- What a consumer wrote and what it was answered.
INSERT INTO inbound_message VALUES (:wamid, :mobile, :sent_at, :text, :meaning, :reply_code);

-- name: count_helped(mobile, since)$
-- How often a number got the help answer since then.
SELECT count(*) FROM inbound_message WHERE mobile = :mobile AND (reply_code = 'help' OR reply_code LIKE 'owed|help|%') AND sent_at > :since;

-- name: numbers_heard(since)
-- The numbers that wrote to us since then.
SELECT DISTINCT mobile FROM inbound_message WHERE sent_at > :since;
