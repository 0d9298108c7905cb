-- name: office_by_code(code)^
-- One office by its code.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office WHERE code = :code;

-- name: successor_of(code)^
-- The office of the same level that took the place of one that is gone.
SELECT office.office_no, office.last_no, office.parent_no, office.code, office.level, office.name, office.name_hi, office.district
FROM office_span AS past JOIN office ON office.code = past.successor_code AND office.level = past.level
WHERE past.code = :code AND past.valid_to IS NOT NULL ORDER BY past.valid_to DESC LIMIT 1;

-- name: list_offices()
-- All offices as they stand, in the tree's order.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office ORDER BY office_no;

-- name: stamp_offices()^
-- Differs where any office does.
SELECT count(*), sum(hash(office_no, last_no, parent_no, code, level, name, name_hi, district)) FROM office;
