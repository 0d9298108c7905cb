-- What a report wrote where the registry says it in Devanagari: cells in the letters of Kruti Dev, as they came. Appended, never changed.
CREATE TABLE original_text (
    account_no VARCHAR NOT NULL,
    field VARCHAR NOT NULL,               -- name or address
    text VARCHAR NOT NULL,
    import_id INTEGER NOT NULL            -- the import that brought it first
);
