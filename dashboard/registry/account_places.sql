-- name: build()#
-- The hints of the next registry, in the accounts' order: one account is found in the block of its neighbours.
CREATE TABLE next_account_place AS
SELECT TRY_CAST(account_no AS BIGINT) AS account_key, office_no FROM next_consumer ORDER BY account_key;

-- name: put_in_place()#
-- They take the place of the old ones.
DROP TABLE account_place;
ALTER TABLE next_account_place RENAME TO account_place;

-- name: insert_merged(import_id)!
-- Accounts that a small import brought or moved; an older hint of theirs stays and leads nowhere.
INSERT INTO account_place
SELECT TRY_CAST(account_no AS BIGINT), office_no FROM staging.merged WHERE import_id = :import_id AND office_no IS DISTINCT FROM old_no;

-- name: renumber()!
-- Offices that have another number now (see office_store.sql).
UPDATE account_place SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE account_place.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: list_hints()
-- Where accounts probably stand; {keys}: their numbers, written out, which spare all blocks but theirs.
SELECT DISTINCT account_key, office_no FROM account_place WHERE account_key IN ({keys});

-- name: list_places()
-- Where they do stand; {which}: among which consumers they are looked for.
SELECT account_no, office_no FROM consumer WHERE {which};

-- name: count_consumers()$
-- How many there are.
SELECT count(*) FROM consumer;
