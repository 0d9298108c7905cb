-- Templates that are written here, version by version; those that ship stand in data/templates/.
CREATE TABLE template_text (              -- append only: of a name the last one saved stands; after its submission none is added
    name VARCHAR NOT NULL,                -- at Meta: the family's, from the second version on with _v2 …
    family VARCHAR NOT NULL,
    version_no INTEGER NOT NULL,
    content JSON NOT NULL,                -- as templates.to_fields
    saved_by VARCHAR NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
CREATE TABLE template_deed (              -- append only: what was done with a version, a shipped one included
    name VARCHAR NOT NULL,
    deed VARCHAR NOT NULL,                -- submitted, retired, restored
    username VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL
);
