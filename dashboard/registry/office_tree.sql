-- name: list_places()
-- The offices as they stand, with the numbers they have.
SELECT code, level, parent_code, name, name_hi, district, office_no, last_no FROM office_place ORDER BY office_no;

-- name: list_all_aliases()
-- The other names and codes that a person has said to mean an office.
SELECT parent_code, level, alias, code FROM office_alias;

-- name: list_earlier_names()
-- How standing offices were called and under which they stood before, the latest first.
SELECT parent_code, level, name, code FROM office_span
WHERE valid_to IS NOT NULL AND parent_code IS NOT NULL AND code IN (SELECT code FROM office) ORDER BY valid_to DESC;
