-- name: keep_before()#
-- The offices as they stood before a change.
CREATE OR REPLACE TEMP TABLE office_before AS SELECT office_no, last_no, level, code, parent_code, name, name_hi, district FROM office_place;

-- name: replace_offices()#
-- The tree as it stands from now on. What a person said of an office (its Hindi name, its district) stands as long as its name does.
DELETE FROM office;
INSERT INTO office BY NAME
SELECT new.* REPLACE (
    CASE WHEN old.name = new.name THEN old.name_hi ELSE new.name_hi END AS name_hi,
    CASE WHEN old.name = new.name THEN old.district ELSE new.district END AS district)
FROM new_offices AS new LEFT JOIN office_before AS old ON old.code = new.code;

-- name: renumber_consumers()!
-- Consumers follow their offices' new numbers.
UPDATE consumer SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE consumer.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: renumber_cube()!
-- So does the cube.
UPDATE coverage_cube SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE coverage_cube.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: renumber_parts()!
-- And what stands beside the cube.
UPDATE coverage_part SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE coverage_part.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: renumber_audience_parts()!
-- And what audiences are counted from.
UPDATE audience_part SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE audience_part.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: count_renumbered()$
-- How many offices have another number than before.
SELECT count(*) FROM office AS new JOIN office_before AS old ON old.code = new.code WHERE new.office_no <> old.office_no;

-- name: count_under_new_parent()$
-- How many offices stand under another parent than before.
SELECT count(*) FROM office_place AS new JOIN office_before AS old ON old.code = new.code
WHERE new.parent_code IS DISTINCT FROM old.parent_code;

-- name: insert_moves_of_offices(day)!
-- Offices that stand under another parent took their consumers along: each office above lost or won them. The cube is the old one.
INSERT INTO office_move
WITH own AS (
    SELECT old.code, old.office_no AS old_no, new.office_no AS new_no, sum(consumers) AS consumers, sum(missing) AS missing,
        sum(unusable) AS unusable, sum(on_file) AS on_file, sum(enrolled) AS enrolled, sum(opted_out) AS opted_out
    FROM coverage_cube JOIN office_before AS old ON old.office_no = coverage_cube.office_no JOIN office AS new ON new.code = old.code
    GROUP BY ALL
), old_place AS (
    SELECT own.code, above.level, above.code AS above_code
    FROM own JOIN office_before AS above ON own.old_no BETWEEN above.office_no AND above.last_no
), new_place AS (
    SELECT own.code, above.level, above.code AS above_code
    FROM own JOIN office AS above ON own.new_no BETWEEN above.office_no AND above.last_no
), total AS (
    SELECT above_code, sum(consumers) AS consumers FROM old_place JOIN own ON own.code = old_place.code GROUP BY above_code
)
SELECT CAST(:day AS DATE), old_place.level, old_place.above_code, new_place.above_code, sum(own.consumers), sum(missing), sum(unusable), sum(on_file),
    sum(enrolled), sum(opted_out), any_value(total.consumers)
FROM old_place JOIN new_place ON new_place.code = old_place.code AND new_place.level = old_place.level
JOIN own ON own.code = old_place.code JOIN total ON total.above_code = old_place.above_code
WHERE old_place.above_code <> new_place.above_code
GROUP BY old_place.level, old_place.above_code, new_place.above_code;

-- name: keep_totals()#
-- How many consumers each office has, before offices or consumers move.
CREATE OR REPLACE TEMP TABLE office_total AS
SELECT above.code, sum(own.consumers) AS consumers
FROM (SELECT office_no, sum(consumers) AS consumers FROM coverage_cube GROUP BY office_no) AS own
JOIN office AS above ON own.office_no BETWEEN above.office_no AND above.last_no GROUP BY above.code;

-- name: insert_moves_of_consumers(day)!
-- Consumers that an export (or a person) put into another office, added up for each office above. {moved} has from_no, to_no,
-- state, consumers in today's numbers; office_total is how the offices stood before.
INSERT INTO office_move
WITH pair AS (
    SELECT from_no, to_no, sum(consumers) AS consumers, coalesce(sum(consumers) FILTER (state = 'missing'), 0) AS missing,
        coalesce(sum(consumers) FILTER (state = 'unusable'), 0) AS unusable, coalesce(sum(consumers) FILTER (state = 'on_file'), 0) AS on_file,
        coalesce(sum(consumers) FILTER (state = 'enrolled'), 0) AS enrolled,
        coalesce(sum(consumers) FILTER (state = 'opted_out'), 0) AS opted_out
    FROM {moved} WHERE from_no <> to_no GROUP BY from_no, to_no
), place AS (
    SELECT number.office_no, above.level, above.code
    FROM (SELECT from_no AS office_no FROM pair UNION SELECT to_no FROM pair) AS number
    JOIN office AS above ON number.office_no BETWEEN above.office_no AND above.last_no
)
SELECT CAST(:day AS DATE), old.level, old.code, new.code, sum(pair.consumers), sum(missing), sum(unusable), sum(on_file), sum(enrolled),
    sum(opted_out), greatest(coalesce(any_value(total.consumers), 0), sum(pair.consumers))
FROM pair JOIN place AS old ON old.office_no = pair.from_no
JOIN place AS new ON new.office_no = pair.to_no AND new.level = old.level LEFT JOIN office_total AS total ON total.code = old.code
WHERE old.code <> new.code
GROUP BY old.level, old.code, new.code;

-- name: close_spans(day)!
-- What an office was called or stood under until today; those that are gone too.
UPDATE office_span SET valid_to = CAST(:day AS DATE)
WHERE valid_to IS NULL AND code NOT IN (
    SELECT place.code FROM office_place AS place JOIN office_span AS span ON span.code = place.code AND span.valid_to IS NULL
    WHERE span.level = place.level AND span.name = place.name AND span.parent_code IS NOT DISTINCT FROM place.parent_code);

-- name: forget_spans_of_no_day()!
-- What stood for no whole day and was changed again is no history.
DELETE FROM office_span WHERE valid_to = valid_from AND code IN (SELECT code FROM office);

-- name: insert_spans(day)!
-- Offices as they stand from today.
INSERT INTO office_span
SELECT place.code, place.level, place.parent_code, place.name, place.name_hi, place.district, CAST(:day AS DATE), NULL, NULL
FROM office_place AS place ANTI JOIN (SELECT code FROM office_span WHERE valid_to IS NULL) AS span ON span.code = place.code;

-- name: update_spans()!
-- A Hindi name or a district set later is no other office.
UPDATE office_span SET name_hi = office.name_hi, district = office.district
FROM office WHERE office.code = office_span.code AND office_span.valid_to IS NULL
    AND (office.name_hi <> office_span.name_hi OR office.district IS DISTINCT FROM office_span.district);

-- name: set_names()!
-- Hindi names and districts that a person gives; {names}: level, code, name_hi, district. An empty one changes nothing.
UPDATE office SET name_hi = coalesce(nullif(said.name_hi, ''), office.name_hi), district = coalesce(nullif(said.district, ''), office.district)
FROM {names} AS said WHERE said.code = office.code AND said.level = office.level;

-- name: keep_empty()#
-- Offices without a consumer, their own or below; none where nothing has been counted yet.
CREATE OR REPLACE TEMP TABLE office_empty AS
SELECT office.code FROM office
ANTI JOIN (
    SELECT DISTINCT above.code FROM (SELECT DISTINCT office_no FROM coverage_cube) AS own
    JOIN office AS above ON own.office_no BETWEEN above.office_no AND above.last_no
) AS filled ON filled.code = office.code
WHERE office.parent_no IS NOT NULL AND EXISTS (FROM coverage_cube);

-- name: list_heirs()
-- Where the consumers of an office that is empty now, or of one long gone whose successor is, went: most of them first.
SELECT from_code, to_code FROM office_move
WHERE from_code IN (SELECT code FROM office_empty) OR from_code IN (SELECT code FROM office_span WHERE valid_to IS NOT NULL)
GROUP BY from_code, to_code ORDER BY from_code, sum(consumers) DESC, to_code;

-- name: list_empty()
-- The offices to close.
SELECT code FROM office_empty ORDER BY code;

-- name: close_empty(day)!
-- Their time ends today …
UPDATE office_span SET valid_to = greatest(CAST(:day AS DATE), valid_from) WHERE valid_to IS NULL AND code IN (SELECT code FROM office_empty);

-- name: delete_empty()!
-- … and their numbers are free.
DELETE FROM office WHERE code IN (SELECT code FROM office_empty);

-- name: set_successors()!
-- An office that is gone has a successor (one of its level where consumers went to such a one), {heirs}: code, successor_code.
UPDATE office_span SET successor_code = heir.successor_code
FROM {heirs} AS heir WHERE heir.code = office_span.code AND office_span.valid_to IS NOT NULL
    AND office_span.successor_code IS DISTINCT FROM heir.successor_code AND office_span.code NOT IN (SELECT code FROM office);

-- name: list_gone()
-- Codes that stand no more, with what they stood under at last.
SELECT DISTINCT ON (code) code, parent_code FROM office_span WHERE code NOT IN (SELECT code FROM office) ORDER BY code, valid_to DESC;

-- name: list_homeless_users()
-- Accounts whose office is gone, with the code of its successor of the same level.
SELECT app_user.username, app_user.office_code, successor.code
FROM app_user JOIN (
    SELECT code, any_value(level) AS level, any_value(successor_code) AS successor_code FROM office_span
    WHERE successor_code IS NOT NULL AND code NOT IN (SELECT code FROM office) GROUP BY code
) AS gone ON gone.code = app_user.office_code
JOIN office AS successor ON successor.code = gone.successor_code AND successor.level = gone.level ORDER BY app_user.username;

-- name: move_user(username, office_code)!
-- An account follows its office.
UPDATE app_user SET office_code = :office_code WHERE username = :username;
