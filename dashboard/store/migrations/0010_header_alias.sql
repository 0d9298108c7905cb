-- Headers that an administrator said to be a field, beside those that ship with the product.
CREATE TABLE header_alias (
    header VARCHAR NOT NULL,              -- folded: upper case, letters, marks and digits only
    written VARCHAR NOT NULL,             -- as the report writes it
    field VARCHAR NOT NULL,
    username VARCHAR NOT NULL,
    said_at TIMESTAMP NOT NULL
);
