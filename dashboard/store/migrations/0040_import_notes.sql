-- What a person should know of an import's files, as JSON (count by code): it is told in the morning as well.
ALTER TABLE import_run ADD COLUMN notes VARCHAR;
