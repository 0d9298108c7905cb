-- name: insert_events()!
-- News that we do not have yet: each stands once under its webhook and place; those found by asking come without a webhook.
INSERT INTO platform_event
SELECT (SELECT coalesce(max(event_id), 0) FROM platform_event) + row_number() OVER (ORDER BY raw_id, place), raw_id, place, field, subject,
    language, value, tone, detail, happened_at, NULL, NULL
FROM new_events ANTI JOIN (SELECT raw_id, place FROM platform_event WHERE raw_id > 0) AS known USING (raw_id, place);

-- name: list_open()
-- Of each subject the last word, where it is bad and nobody has taken note. What is said of an account stands until somebody does.
SELECT event_id, field, subject, language, value, happened_at FROM (
    SELECT event_id, field, subject, language, value, tone, happened_at, settled_at, row_number() OVER (
        PARTITION BY field, subject, language, CASE WHEN field IN ('account_update', 'account_alerts') THEN value ELSE '' END
        ORDER BY happened_at DESC, event_id DESC
    ) AS place
    FROM platform_event
) WHERE place = 1 AND tone = 'bad' AND settled_at IS NULL ORDER BY happened_at DESC, event_id DESC;

-- name: latest_of(field, subject, language)^
-- The last word on one subject.
SELECT event_id, field, subject, language, value, happened_at FROM platform_event
WHERE field = :field AND subject = :subject AND (language = :language OR :language = '')
ORDER BY happened_at DESC, event_id DESC LIMIT 1;

-- name: event_by_id(event_id)^
-- One piece of news, and whether somebody has taken note of it.
SELECT field, subject, value, settled_at FROM platform_event WHERE event_id = :event_id;

-- name: settle(event_id, now, username)!
-- A person has taken note of a piece of news, and thereby of those before it on the same subject.
UPDATE platform_event SET settled_at = :now, settled_by = :username WHERE event_id = :event_id;

-- name: has_open(field)$
-- Whether news of a kind stands unsettled.
SELECT count(*) > 0 FROM platform_event WHERE field = :field AND settled_at IS NULL;
