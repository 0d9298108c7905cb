-- name: held_recipients(mobiles, now, marketing)
-- Those of the numbers to whom nothing may go, with the code that says why. Of marketing the last word counts: stop or resume.
SELECT mobile, max(code) FROM recipient_hold
WHERE mobile IN (SELECT unnest(:mobiles)) AND (until IS NULL OR until > :now) AND reason NOT IN ('marketing', 'resumed')
GROUP BY mobile
UNION ALL
SELECT mobile, max(code) FROM recipient_hold
WHERE :marketing AND mobile IN (SELECT unnest(:mobiles)) AND reason IN ('marketing', 'resumed')
GROUP BY mobile HAVING arg_max(reason, since) = 'marketing';

-- name: insert_marketing_words()!
-- What people set in WhatsApp itself (relation marketing_words).
INSERT INTO recipient_hold
SELECT mobile, CASE WHEN stopped THEN 'marketing' ELSE 'resumed' END, code, said_at, NULL FROM marketing_words;

-- name: insert_holds(now)!
-- What refusals have told of people.
INSERT INTO recipient_hold SELECT mobile, reason, code, :now, until FROM new_holds;
