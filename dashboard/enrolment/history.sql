-- name: list_consents(account_no, office_no)
-- What was said for an account; a STOP without an account counts for every account of its number. In the order of ConsentEntry.
SELECT given_at, kind, mobile, how, username FROM consent_event
WHERE account_no = :account_no
    OR (account_no = '' AND mobile IN (SELECT mobile FROM consumer WHERE office_no = :office_no AND account_no = :account_no))
ORDER BY given_at DESC, recorded_at DESC;

-- name: list_account_cases(account_no)
-- The cases of one account, in the order of CaseEntry.
SELECT opened_at, source, mobile_claimed, state, settled_at, settled_by, comment FROM number_case
WHERE account_no = :account_no ORDER BY opened_at DESC, case_id DESC;
