-- What happened to one consumer's number, name and address: appended by imports, corrections, consent and settled cases.
CREATE TABLE number_event (
    account_no VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL,              -- import, correction, consent, case
    username VARCHAR NOT NULL,            -- official, or 'whatsapp'
    reason VARCHAR NOT NULL,              -- what a person wrote; empty where no person did
    raw_before VARCHAR,                   -- the export's cell as it stood
    mobile_before BIGINT,                 -- ten digits
    verdict_before VARCHAR NOT NULL,
    raw_after VARCHAR,                    -- the cell that came: from the export, or as it was typed
    mobile_after BIGINT,
    verdict_after VARCHAR NOT NULL
);
CREATE TABLE correction_event (           -- a name or an address put right by a person
    account_no VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    username VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    field VARCHAR NOT NULL,               -- name, address
    value_before VARCHAR NOT NULL,        -- empty: there was none
    value_after VARCHAR NOT NULL,
    export_value VARCHAR NOT NULL         -- what the export says: while it says the same, the correction stands
);
-- What stands corrected: an import that still brings `name_export` leaves `name_now` alone; the address likewise.
CREATE VIEW corrected_text AS
SELECT account_no,
    arg_max(export_value, happened_at) FILTER (field = 'name') AS name_export,
    arg_max(value_after, happened_at) FILTER (field = 'name') AS name_now,
    arg_max(export_value, happened_at) FILTER (field = 'address') AS address_export,
    arg_max(value_after, happened_at) FILTER (field = 'address') AS address_now
FROM correction_event GROUP BY account_no;
