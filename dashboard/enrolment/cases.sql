-- name: find_open(account_no, mobile_claimed)$
-- The open case of an account and a claimed number, if there is one.
SELECT case_id FROM number_case WHERE account_no = :account_no AND mobile_claimed = :mobile_claimed AND state = 'open';

-- name: next_case_id()$
-- Case ids are ours: one after the last.
SELECT coalesce(max(case_id), 0) + 1 FROM number_case;

-- name: insert_case(case_id, account_no, office_code, mobile_on_file, mobile_claimed, source, language, now)!
-- A new case.
INSERT INTO number_case VALUES (:case_id, :account_no, :office_code, :mobile_on_file, :mobile_claimed, :source, :language, :now, 'open', NULL, NULL, NULL);

-- name: list_open(first_no, last_no)
-- Open cases of an interval of offices, oldest first.
SELECT case_id, number_case.account_no, consumer.name, office.code, office.name, office.name_hi, mobile_on_file, mobile_claimed, source, opened_at
FROM number_case JOIN consumer ON consumer.account_no = number_case.account_no JOIN office ON office.office_no = consumer.office_no
WHERE number_case.state = 'open' AND consumer.office_no BETWEEN :first_no AND :last_no ORDER BY opened_at, case_id;

-- name: get_case(case_id)^
-- One case with the place of its consumer.
SELECT number_case.account_no, consumer.office_no, office.code, mobile_claimed, number_case.state, number_case.language, number_case.source
FROM number_case JOIN consumer ON consumer.account_no = number_case.account_no JOIN office ON office.office_no = consumer.office_no
WHERE case_id = :case_id;

-- name: settle(case_id, state, username, now, comment)!
-- A person's decision.
UPDATE number_case SET state = :state, settled_by = :username, settled_at = :now, comment = :comment WHERE case_id = :case_id;

-- name: delete_consent(account_no)!
-- The consent was for the old number; its events stay.
DELETE FROM consent WHERE account_no = :account_no;

-- name: put_claimed(mobile)!
-- The number claimed is the one in use (relation touched).
UPDATE touched SET mobile = :mobile, verdict = 'ok';
