-- name: append_preferences(now)!
-- What people set, each word once however often WhatsApp brings it.
INSERT INTO preference_event
SELECT mobile, value, said_at, CAST(:now AS TIMESTAMP)
FROM (SELECT DISTINCT mobile, value, said_at FROM new_preferences)
ANTI JOIN (SELECT mobile, value, said_at FROM preference_event) AS known USING (mobile, value, said_at);

-- name: marketing_stopped()
-- Numbers of the relation asked_numbers whose last word was stop.
SELECT asked_numbers.mobile FROM asked_numbers JOIN preference_event USING (mobile)
GROUP BY asked_numbers.mobile HAVING arg_max(value, said_at) = 'stop';
