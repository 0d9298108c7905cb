-- What WhatsApp tells about our own account, templates and number, and what nobody here understands yet.
CREATE TABLE platform_event (
    event_id BIGINT NOT NULL,
    raw_id BIGINT NOT NULL,               -- the webhook that brought it; 0: found by asking
    place INTEGER NOT NULL,               -- which of that webhook's news; with raw_id it comes once, however often it is applied
    field VARCHAR NOT NULL,               -- WhatsApp's name: message_template_status_update …
    subject VARCHAR NOT NULL,             -- about whom: a template's name, a number as it is dialled; else empty
    language VARCHAR NOT NULL,            -- of a template; else empty
    value VARCHAR NOT NULL,               -- in one word: APPROVED, YELLOW, MARKETING …
    tone VARCHAR NOT NULL,                -- bad: a person should know; note: kept
    detail JSON NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    settled_at TIMESTAMP,                 -- when an administrator took note of it
    settled_by VARCHAR
);
INSERT INTO platform_event
SELECT row_number() OVER (ORDER BY happened_at), 0, row_number() OVER (ORDER BY happened_at), field,
    coalesce(detail ->> 'message_template_name', detail ->> 'display_phone_number', ''), coalesce(detail ->> 'message_template_language', ''),
    coalesce(detail ->> 'event', detail ->> 'new_category', detail ->> 'new_quality_score', ''), 'note', detail, happened_at, NULL, NULL
FROM account_notice;
DROP TABLE account_notice;
CREATE TABLE odd_update (                 -- parts of webhooks that were not understood; the whole stands in webhook_raw
    raw_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                -- body, field, status, message, sender
    name VARCHAR NOT NULL,                -- the unknown word itself; never a number
    update_count INTEGER NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
CREATE TABLE whatsapp_user (              -- who hides the number is known by an id: learnt from reports on our own messages
    user_id VARCHAR NOT NULL,
    mobile BIGINT NOT NULL,
    learned_at TIMESTAMP NOT NULL
);
CREATE TABLE preference_event (           -- what people set in WhatsApp itself: marketing only
    mobile BIGINT NOT NULL,
    value VARCHAR NOT NULL,               -- stop, resume, signup
    said_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
CREATE TABLE number_change (              -- WhatsApp's notes that a person has another number now; each opens its cases once
    wamid VARCHAR NOT NULL,
    old_mobile BIGINT NOT NULL,
    new_mobile BIGINT NOT NULL,
    said_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
