-- name: replies_of(wamids)
-- The codes of the answers to messages that were handled before.
SELECT wamid, reply_code FROM inbound_message WHERE wamid IN (SELECT unnest(:wamids));

-- name: mark_answered(wamids)!
-- These answers are on their way: what was owed becomes its code.
UPDATE inbound_message SET reply_code = split_part(reply_code, '|', 2) WHERE wamid IN (SELECT unnest(:wamids)) AND reply_code LIKE 'owed|%';

-- name: insert_messages()!
-- What consumers wrote and what they were answered, as registered in the relation new_messages.
INSERT INTO inbound_message SELECT wamid, mobile, sent_at, text, meaning, reply_code FROM new_messages;

-- name: last_helped()
-- When the numbers of the relation asked_numbers last got the help answer, by the time of what they wrote.
SELECT mobile, max(sent_at) FROM inbound_message
WHERE mobile IN (SELECT mobile FROM asked_numbers) AND (reply_code = 'help' OR reply_code LIKE 'owed|help|%') GROUP BY mobile;

-- name: numbers_heard(since)
-- The numbers that wrote to us since then.
SELECT DISTINCT mobile FROM inbound_message WHERE sent_at > :since;
