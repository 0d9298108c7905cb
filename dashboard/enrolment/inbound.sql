-- name: is_known(wamid)$
-- Whether this message was handled before.
SELECT count(*) > 0 FROM inbound_message WHERE wamid = :wamid;

-- name: insert_inbound(wamid, mobile, sent_at, text, meaning, reply_code)!
-- What a consumer wrote and what it was answered.
INSERT INTO inbound_message VALUES (:wamid, :mobile, :sent_at, :text, :meaning, :reply_code);

-- name: count_helped(mobile, since)$
-- How often a number got the help answer since then.
SELECT count(*) FROM inbound_message WHERE mobile = :mobile AND reply_code = 'help' AND sent_at > :since;
