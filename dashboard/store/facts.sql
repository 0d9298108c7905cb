-- name: get_fact(name)$
-- One fact about this installation.
SELECT value FROM fact WHERE name = :name;

-- name: drop_fact(name)!
-- A fact that holds no more.
DELETE FROM fact WHERE name = :name;

-- name: insert_fact(name, value)!
-- A fact that was not known.
INSERT INTO fact VALUES (:name, :value);
