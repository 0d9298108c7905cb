-- name: list_below(parent_no)
-- The offices directly below one: their consumers, how many offices they have below, since when they stand as they do, telephone.
WITH own AS (SELECT office_no, sum(consumers) AS consumers FROM coverage_cube GROUP BY office_no),
counted AS (
    SELECT child.code, sum(own.consumers) AS consumers FROM office AS child JOIN own ON own.office_no BETWEEN child.office_no AND child.last_no
    WHERE child.parent_no = :parent_no GROUP BY child.code
), below AS (SELECT parent_no, count(*) AS offices FROM office GROUP BY parent_no)
SELECT child.code, child.name, child.name_hi, child.level, coalesce(below.offices, 0), coalesce(counted.consumers, 0)::BIGINT, span.valid_from,
    coalesce(office_phone.phone, '')
FROM office AS child
LEFT JOIN counted ON counted.code = child.code LEFT JOIN below ON below.parent_no = child.office_no
LEFT JOIN office_span AS span ON span.code = child.code AND span.valid_to IS NULL
LEFT JOIN office_phone ON office_phone.office_code = child.code
WHERE child.parent_no = :parent_no ORDER BY child.name;

-- name: list_unplaced(first_no, last_no)
-- The unplaced offices of an interval with their consumers.
SELECT office.code, office.name, office.name_hi, sum(cube.consumers)::BIGINT
FROM office JOIN coverage_cube AS cube ON cube.office_no BETWEEN office.office_no AND office.last_no
WHERE office.office_no BETWEEN :first_no AND :last_no AND office.level = 'division' AND office.code LIKE '%/UNPLACED'
GROUP BY ALL ORDER BY office.code;

-- name: list_former(first_no, last_no)
-- Offices that are gone, whose successor lies in an interval; the latest first.
SELECT past.code, past.name, past.name_hi, past.level, past.valid_from, past.valid_to, successor.name, successor.name_hi, successor.code
FROM office_span AS past JOIN office AS successor ON successor.code = past.successor_code
WHERE past.valid_to IS NOT NULL AND past.code NOT IN (SELECT code FROM office)
    AND successor.office_no BETWEEN :first_no AND :last_no
ORDER BY past.valid_to DESC, past.code;

-- name: list_targets(first_no, last_no, levels)
-- Offices of some levels in an interval.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office
WHERE office_no BETWEEN :first_no AND :last_no AND level IN (SELECT unnest(CAST(:levels AS VARCHAR[]))) AND code NOT LIKE '%/UNPLACED%'
ORDER BY name, code;

-- name: keep_merged()#
-- Consumers that change their office by a merger, by state; `merged_code` has from_code and to_code. Single rows of the cube may be
-- below nothing: what was taken away since it was folded.
CREATE OR REPLACE TEMP TABLE office_merged AS
SELECT old.office_no AS from_no, new.office_no AS to_no FROM merged_code
JOIN office AS old ON old.code = merged_code.from_code JOIN office AS new ON new.code = merged_code.to_code;
CREATE OR REPLACE TEMP TABLE consumer_merged AS
SELECT from_no, to_no, state, sum(consumers)::BIGINT AS consumers FROM (
    SELECT merged.from_no, merged.to_no, unnest(['missing', 'unusable', 'on_file', 'enrolled', 'opted_out']) AS state,
        unnest([missing, unusable, on_file, enrolled, opted_out]) AS consumers
    FROM coverage_cube JOIN office_merged AS merged ON merged.from_no = coverage_cube.office_no
) GROUP BY ALL HAVING sum(consumers) > 0;

-- name: move_merged()!
-- The consumers themselves; no other row is touched.
UPDATE consumer SET office_no = merged.to_no FROM office_merged AS merged WHERE consumer.office_no = merged.from_no;

-- name: point_aliases(code, into_code)!
-- What meant the office that goes means the other one.
UPDATE office_alias SET code = :into_code WHERE code = :code;

-- name: delete_lower_aliases(code, into_code)!
-- A name below the office that goes, under which reports mean something below the other one too …
DELETE FROM office_alias WHERE parent_code = :code AND EXISTS (
    SELECT 1 FROM office_alias AS there
    WHERE there.parent_code = :into_code AND there.level = office_alias.level AND there.alias = office_alias.alias);

-- name: move_lower_aliases(code, into_code)!
-- … means what it means there; the others are found below that one from now on.
UPDATE office_alias SET parent_code = :into_code WHERE parent_code = :code;

-- name: forget_alias(parent_code, level, alias)!
-- What a name or code meant before …
DELETE FROM office_alias WHERE parent_code = :parent_code AND level = :level AND alias = :alias;

-- name: insert_alias(parent_code, level, alias, code)!
-- … it means this office from now on.
INSERT INTO office_alias VALUES (:parent_code, :level, :alias, :code);

-- name: list_aliases(code)
-- Names and codes under which reports may mean an office beside its own.
SELECT alias, level, parent_code FROM office_alias WHERE code = :code ORDER BY alias, parent_code;

-- name: delete_alias(code, parent_code, alias)!
-- One of them means that office no more.
DELETE FROM office_alias WHERE code = :code AND parent_code = :parent_code AND alias = :alias;

-- name: list_same_code(code, own_code, level)
-- Offices of other discoms to which reports give the same code.
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office
WHERE level = :level AND code <> :code
    AND (code = :own_code OR code IN (SELECT discom.code || '/' || :own_code FROM office AS discom WHERE discom.level = 'discom'))
ORDER BY code;
