-- name: insert_events()!
-- News that we do not have yet: each stands once under its webhook and place; those found by asking come without a webhook.
INSERT INTO platform_event
SELECT (SELECT coalesce(max(event_id), 0) FROM platform_event) + row_number() OVER (ORDER BY raw_id, place), raw_id, place, field, subject,
    language, value, tone, detail, happened_at, NULL, NULL
FROM new_events ANTI JOIN (SELECT raw_id, place FROM platform_event WHERE raw_id > 0) AS known USING (raw_id, place);

-- name: list_open()
-- Of each subject the last word, where it is bad and nobody has taken note. What is said of an account stands until somebody does.
-- With the name of the office whose number it is about.
SELECT event_id, field, subject, language, value, happened_at, coalesce(office.name, ''), coalesce(office.name_hi, '') FROM (
    SELECT event_id, field, subject, language, value, tone, happened_at, settled_at, row_number() OVER (
        PARTITION BY field, subject, language, CASE WHEN field IN ('account_update', 'account_alerts') THEN value ELSE '' END
        ORDER BY happened_at DESC, event_id DESC
    ) AS place
    FROM platform_event
) AS event
LEFT JOIN number_standing ON event.subject <> '' AND display_number = regexp_replace(event.subject, '\D', '', 'g')
LEFT JOIN sending_number ON sending_number.number_no = number_standing.number_no
LEFT JOIN office ON office.code = sending_number.office_code
WHERE place = 1 AND tone = 'bad' AND settled_at IS NULL ORDER BY happened_at DESC, event_id DESC;

-- name: latest_of(field, subject, language)^
-- The last word on one subject.
SELECT event_id, field, subject, language, value, happened_at FROM platform_event
WHERE field = :field AND subject = :subject AND (language = :language OR :language = '')
ORDER BY happened_at DESC, event_id DESC LIMIT 1;

-- name: last_words(news_count)
-- Those of the news just written down that are the last word on their subject (`place` is where one stood in its webhook).
SELECT field, subject, language, value, detail FROM (
    SELECT *, row_number() OVER (PARTITION BY field, subject, language ORDER BY happened_at DESC, event_id DESC) AS from_last FROM platform_event
) WHERE from_last = 1 AND event_id > (SELECT max(event_id) FROM platform_event) - :news_count ORDER BY event_id;

-- name: jobs_of_template(template, language)
-- The jobs that may still send a template.
SELECT job_id, state, pause_reason FROM job
WHERE template = :template AND (language = :language OR :language = '') AND state IN ('running', 'paused') ORDER BY job_id;

-- name: latest_of_each(field, passing)
-- The last word on every subject of a field, with the reason where one was given; words that say nothing lasting are overlooked.
SELECT event_id, field, subject, language, value, happened_at, CASE detail ->> 'reason' WHEN 'NONE' THEN '' ELSE coalesce(detail ->> 'reason', '') END
FROM platform_event WHERE field = :field AND NOT list_contains(:passing::VARCHAR[], value)
QUALIFY row_number() OVER (PARTITION BY subject, language ORDER BY happened_at DESC, event_id DESC) = 1;

-- name: list_stopped(reasons)
-- For which of some reasons jobs stand still, and how many: most first.
SELECT pause_reason, count(*) FROM job WHERE state = 'paused' AND list_contains(:reasons, pause_reason)
GROUP BY pause_reason ORDER BY count(*) DESC, pause_reason;

-- name: event_by_id(event_id)^
-- One piece of news, and whether somebody has taken note of it.
SELECT field, subject, value, settled_at FROM platform_event WHERE event_id = :event_id;

-- name: settle(event_id, now, username)!
-- A person has taken note of a piece of news, and thereby of those before it on the same subject.
UPDATE platform_event SET settled_at = :now, settled_by = :username WHERE event_id = :event_id;

-- name: settle_about(field, subject, language, now, username)!
-- A person has done what the news on one subject asked for.
UPDATE platform_event SET settled_at = :now, settled_by = :username
WHERE field = :field AND subject = :subject AND language = :language AND settled_at IS NULL;

-- name: has_open(field)$
-- Whether news of a kind stands unsettled.
SELECT count(*) > 0 FROM platform_event WHERE field = :field AND settled_at IS NULL;
