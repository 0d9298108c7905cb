-- Audiences: what counts one while it is chosen, saved ones, and lists of accounts that somebody brought.
CREATE TABLE audience_part (              -- consumers of an office by all that an audience is chosen by; refreshed with the cube
    office_no INTEGER NOT NULL,
    category VARCHAR NOT NULL,
    arrears_segment VARCHAR NOT NULL,
    load_band VARCHAR NOT NULL,           -- up_to_1, 1_to_2, 2_to_5, 5_to_10, 10_to_25, over_25 (kW), unknown
    consumers BIGINT NOT NULL,
    no_number BIGINT NOT NULL,            -- missing or unusable
    on_file BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    opted_out BIGINT NOT NULL
);
CREATE MACRO load_band(kw) AS CASE WHEN kw IS NULL THEN 'unknown' WHEN kw <= 1 THEN 'up_to_1' WHEN kw <= 2 THEN '1_to_2'
    WHEN kw <= 5 THEN '2_to_5' WHEN kw <= 10 THEN '5_to_10' WHEN kw <= 25 THEN '10_to_25' ELSE 'over_25' END;
INSERT INTO audience_part
SELECT office_no, coalesce(category, ''), arrears_segment, load_band(load_kw), count(*),
    count(*) FILTER (state IN ('missing', 'unusable')), count(*) FILTER (state = 'on_file'), count(*) FILTER (state = 'enrolled'),
    count(*) FILTER (state = 'opted_out')
FROM consumer GROUP BY ALL ORDER BY office_no;
CREATE TABLE audience_list (              -- accounts that somebody brought as a file; never changed afterwards
    list_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,                -- of the file
    office_code VARCHAR NOT NULL,         -- whose offices may use it
    account_count BIGINT NOT NULL,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE audience_account (
    list_id BIGINT NOT NULL,
    account_no VARCHAR NOT NULL
);
CREATE TABLE audience (                   -- saved under a name, for everyone of the office
    audience_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    office_code VARCHAR NOT NULL,
    fields JSON NOT NULL,
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
