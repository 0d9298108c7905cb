-- name: phone_of(code)$
-- The telephone of one office.
SELECT phone FROM office_phone WHERE office_code = :code;

-- name: insert_contact(code, phone, username, now)!
-- What an office's telephone is from now on; '' for none.
INSERT INTO office_contact VALUES (:code, :phone, :username, :now);
