-- name: get_user(username)^
-- One account's row.
SELECT username, full_name, role, office_code, password_hash, mobile, language, is_active, failed_count, locked_until, sessions_valid_from, created_at
FROM app_user WHERE username = :username;

-- name: list_users(first_no, last_no)
-- The accounts of an interval of offices; an account whose office is gone shows to those who see the whole state.
SELECT app_user.username, full_name, role, app_user.office_code, coalesce(office.name, ''), coalesce(office.name_hi, ''), is_active, locked_until, created_at,
    coalesce(account_now.staff_no, '')
FROM app_user JOIN account_now ON account_now.username = app_user.username LEFT JOIN office ON office.code = app_user.office_code
WHERE coalesce(office.office_no, 1) BETWEEN :first_no AND :last_no ORDER BY app_user.username;

-- name: insert_user(username, full_name, role, office_code, password_hash, mobile, language, now)!
-- A new account.
INSERT INTO app_user VALUES (:username, :full_name, :role, :office_code, :password_hash, :mobile, :language, true, 0, NULL, :now, :now);

-- name: disable_user(username, now)!
-- Out, with every session that stands.
UPDATE app_user SET is_active = false, sessions_valid_from = :now WHERE username = :username;

-- name: enable_user(username)!
-- In again, with the password of before; sessions of before stay ended.
UPDATE app_user SET is_active = true, failed_count = 0, locked_until = NULL WHERE username = :username;

-- name: set_password(username, password_hash, now)!
-- A new password ends every session that stands, and any lock.
UPDATE app_user SET password_hash = :password_hash, sessions_valid_from = :now, failed_count = 0, locked_until = NULL WHERE username = :username;

-- name: set_language(username, language)!
-- The language a person reads.
UPDATE app_user SET language = :language WHERE username = :username;

-- name: end_sessions(username, now)!
-- Every cookie given until now loses its worth.
UPDATE app_user SET sessions_valid_from = :now WHERE username = :username;

-- name: count_failure(username, limit_count, until)!
-- One more wrong password; at the limit the account is locked and counting begins anew.
UPDATE app_user SET locked_until = CASE WHEN failed_count + 1 >= :limit_count THEN :until ELSE locked_until END,
    failed_count = CASE WHEN failed_count + 1 >= :limit_count THEN 0 ELSE failed_count + 1 END
WHERE username = :username;

-- name: forget_failures(username)!
-- A right password.
UPDATE app_user SET failed_count = 0, locked_until = NULL WHERE username = :username;

-- name: list_credentials()
-- What the sign-in package wants to know of those who may come in.
SELECT username, full_name, password_hash FROM app_user WHERE is_active;
