-- name: next_list_id()$
-- List ids are ours: one after the last.
SELECT coalesce(max(list_id), 0) + 1 FROM audience_list;

-- name: judge_accounts(first_no, last_no)
-- Of the relation asked_account (account_no): those that stand in the registry within an interval of offices.
SELECT DISTINCT consumer.account_no FROM consumer SEMI JOIN asked_account ON asked_account.account_no = consumer.account_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no;

-- name: insert_list(list_id, name, office_code, account_count, username, now)!
-- A list that somebody brought …
INSERT INTO audience_list VALUES (:list_id, :name, :office_code, :account_count, :username, :now);

-- name: insert_accounts(list_id)!
-- … with its accounts (relation asked_account).
INSERT INTO audience_account SELECT :list_id, account_no FROM asked_account;

-- name: list_lists(first_no, last_no, wanted, kept, row_limit)
-- The lists of an interval of offices whose name holds what is wanted, the newest first; before them the one that is chosen already.
SELECT list_id, audience_list.name, account_count, created_at
FROM audience_list JOIN office_ever AS office ON office.code = audience_list.office_code
WHERE office.office_no BETWEEN :first_no AND :last_no AND (list_id = :kept OR contains(lower(audience_list.name), lower(:wanted)))
ORDER BY list_id = :kept DESC, list_id DESC LIMIT :row_limit;

-- name: next_audience_id()$
-- Audience ids are ours: one after the last.
SELECT coalesce(max(audience_id), 0) + 1 FROM audience;

-- name: insert_audience(audience_id, name, office_code, fields, username, now)!
-- A choice under a name.
INSERT INTO audience VALUES (:audience_id, :name, :office_code, :fields, :username, :now);

-- name: delete_audience(audience_id)!
-- A name that is not wanted any more.
DELETE FROM audience WHERE audience_id = :audience_id;

-- name: find_audience(audience_id)^
-- One saved audience with the place of its office.
SELECT audience_id, audience.name, audience.office_code, fields, created_by, created_at, office.office_no, office.last_no
FROM audience JOIN office_ever AS office ON office.code = audience.office_code WHERE audience_id = :audience_id;

-- name: list_audiences(first_no, last_no)
-- The saved audiences of an interval of offices.
SELECT audience_id, audience.name, audience.office_code, fields, created_by, created_at
FROM audience JOIN office_ever AS office ON office.code = audience.office_code
WHERE office.office_no BETWEEN :first_no AND :last_no ORDER BY audience.name, audience_id;
