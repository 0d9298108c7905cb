-- How WhatsApp rates each sending number, and from which number a person last wrote to us: only that one may answer in free words.
CREATE TABLE number_standing (            -- one row a number that was asked about or of which a webhook told
    number_no INTEGER NOT NULL,
    display_number VARCHAR NOT NULL,      -- as it is dialled, digits alone: webhooks name numbers so
    quality VARCHAR NOT NULL,             -- GREEN, YELLOW, RED; empty: not known
    messaging_limit VARCHAR NOT NULL,     -- people a day, in WhatsApp's word: TIER_100K …; empty: not known
    throughput VARCHAR NOT NULL,          -- STANDARD, HIGH; empty: not known
    seen_at TIMESTAMP NOT NULL
);
CREATE TABLE heard_on (                   -- append only, and only where there is more than one number
    mobile BIGINT NOT NULL,
    number_no INTEGER NOT NULL,           -- the number to which the person wrote
    heard_at TIMESTAMP NOT NULL
);
