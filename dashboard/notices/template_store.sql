-- name: list_texts()
-- The last saved text of every name, with who saved it, and the deeds that stand: submitted once is for ever, retired until restored.
SELECT content, saved_by, saved_at,
    EXISTS (FROM template_deed AS deed WHERE deed.name = template_text.name AND deed.deed = 'submitted') AS is_submitted
FROM template_text
QUALIFY row_number() OVER (PARTITION BY name ORDER BY saved_at DESC, rowid DESC) = 1
ORDER BY family, version_no;

-- name: list_retired()
-- The names that are retired, shipped ones included.
SELECT name, username, happened_at FROM (
    SELECT *, row_number() OVER (PARTITION BY name ORDER BY happened_at DESC, rowid DESC) AS place
    FROM template_deed WHERE deed IN ('retired', 'restored')
) WHERE place = 1 AND deed = 'retired' ORDER BY name;

-- name: insert_text(name, family, version_no, content, username, now)!
-- A text as it was saved; those before it stay.
INSERT INTO template_text VALUES (:name, :family, :version_no, :content, :username, :now);

-- name: insert_deed(name, deed, username, now)!
-- What somebody did with a version.
INSERT INTO template_deed VALUES (:name, :deed, :username, :now);
