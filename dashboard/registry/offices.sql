-- name: office_by_code(code)^
-- One office by its code.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office WHERE code = :code;

-- name: successor_of(code)^
-- The office that took the place of one that is gone.
SELECT office.office_no, office.last_no, office.parent_no, office.code, office.level, office.name, office.name_hi, office.district
FROM office_span AS past JOIN office ON office.code = past.successor_code
WHERE past.code = :code AND past.valid_to IS NOT NULL ORDER BY past.valid_to DESC LIMIT 1;

-- name: offices_below(parent_no)
-- The offices directly below one.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district
FROM office WHERE parent_no = :parent_no ORDER BY office_no;

-- name: offices_above(office_no)
-- An office and those above it, from the top down.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district
FROM office WHERE office_no <= :office_no AND last_no >= :office_no ORDER BY office_no;

-- name: offices_at_level(first_no, last_no, level)
-- All offices of one level in an interval.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district
FROM office WHERE office_no BETWEEN :first_no AND :last_no AND level = :level ORDER BY office_no;
