-- name: list_same_person(usernames)
-- Accounts beside each of these that belong to the same person: the same staff number, or the same own mobile number.
SELECT one.username, other.username
FROM account_now AS one JOIN account_now AS other ON other.staff_no = one.staff_no OR other.mobile = one.mobile
WHERE list_contains(:usernames::VARCHAR[], one.username) AND other.username <> one.username;

-- name: next_said_no()$
-- Numbers of statements are ours: one after the last.
SELECT coalesce(max(said_no), 0) + 1 FROM account_person;

-- name: insert_person(said_no, username, staff_no, said_by, now)!
-- Whose account an account is, from now on.
INSERT INTO account_person VALUES (:said_no, :username, :staff_no, :said_by, :now);
