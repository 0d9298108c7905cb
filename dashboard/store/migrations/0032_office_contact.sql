-- The telephone on which an office answers consumers: what was said last counts, '' takes it away.
CREATE TABLE office_contact (
    office_code VARCHAR NOT NULL,
    phone VARCHAR NOT NULL,               -- as it is to be dialled and read; at most 20 characters
    said_by VARCHAR NOT NULL,
    said_at TIMESTAMP NOT NULL
);
CREATE VIEW office_phone AS
SELECT office_code, phone FROM (
    SELECT office_code, arg_max(phone, said_at) AS phone FROM office_contact GROUP BY office_code
) WHERE phone <> '';
