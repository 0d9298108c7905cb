-- Numbers that an answer or a report has told not to be on WhatsApp, written in the commit that keeps it, until the clockwork has marked their
-- consumers, all together.
CREATE TABLE unreached_number (
    mobile BIGINT NOT NULL,
    told_at TIMESTAMP NOT NULL
);
