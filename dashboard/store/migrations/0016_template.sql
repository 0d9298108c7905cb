-- How the account's templates stand at WhatsApp, as last asked, and whose word accepted a higher price.
CREATE TABLE template_standing (
    name VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    status VARCHAR NOT NULL,              -- PENDING, APPROVED, REJECTED, PAUSED, DISABLED …
    category VARCHAR NOT NULL,            -- as it came back; may differ from the one asked for
    quality VARCHAR NOT NULL,             -- GREEN, YELLOW, RED, UNKNOWN
    rejected_reason VARCHAR NOT NULL,     -- empty: none
    asked_at TIMESTAMP NOT NULL
);
CREATE TABLE template_price_accepted (    -- append only
    name VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    accepted_by VARCHAR NOT NULL,
    accepted_at TIMESTAMP NOT NULL
);
