-- What numbers tell beyond the one in use: the second good number of a cell, and sequences that a reader typed in the field.
CREATE TABLE second_number (
    account_no VARCHAR NOT NULL,
    mobile BIGINT NOT NULL                -- ten digits, good by its own text; the cell itself stands in consumer.mobile_raw
);
CREATE TABLE number_sequence (            -- derived anew after every import
    division_code VARCHAR NOT NULL,       -- the division (or the lowest office above the consumers, where none is known)
    agent_id VARCHAR NOT NULL,
    first_mobile BIGINT NOT NULL,         -- numbers without a gap from here …
    last_mobile BIGINT NOT NULL,          -- … to here
    number_count BIGINT NOT NULL,         -- in the whole sequence
    account_count BIGINT NOT NULL,        -- accounts of this division that carry them
    found_at TIMESTAMP NOT NULL
);
