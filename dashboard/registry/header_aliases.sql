-- What administrators said of headers that the product did not know.

-- name: list_aliases()
-- All of them, the latest first.
SELECT header, written, field, username, said_at FROM header_alias ORDER BY said_at DESC, header;

-- name: delete_alias(header)!
-- A header means nothing again …
DELETE FROM header_alias WHERE header = :header;

-- name: insert_alias(header, written, field, username, said_at)!
-- … or something.
INSERT INTO header_alias VALUES (:header, :written, :field, :username, :said_at);
