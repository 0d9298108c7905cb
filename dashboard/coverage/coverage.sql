-- Places in braces are filled in: {consumer} the registry, {which} the offices that are meant, {into} where the figures go: nothing before
-- the tables' names, or `staging.` for those of the next registry.

-- name: keep_tally()!
-- The consumers of the offices meant, gone through once and counted by all that the cube tells apart.
CREATE OR REPLACE TEMP TABLE people_tally AS
SELECT office_no, category, supply_type, arrears_segment, load_band(load_kw) AS load_band, state, count(*) AS people
FROM {consumer} WHERE {which} GROUP BY ALL;

-- name: drop_tally()!
-- It has been used.
DROP TABLE people_tally;

-- name: delete_cube()!
-- The cube's rows of some offices go …
DELETE FROM coverage_cube WHERE {which};

-- name: insert_cube()!
-- … and are counted anew from the consumers: the one definition of coverage.
INSERT INTO {into}coverage_cube
SELECT office_no, coalesce(category, ''), sum(people),
    coalesce(sum(people) FILTER (state = 'missing'), 0), coalesce(sum(people) FILTER (state = 'unusable'), 0),
    coalesce(sum(people) FILTER (state = 'on_file'), 0), coalesce(sum(people) FILTER (state = 'enrolled'), 0),
    coalesce(sum(people) FILTER (state = 'opted_out'), 0)
FROM people_tally GROUP BY office_no, coalesce(category, '') ORDER BY office_no;

-- name: delete_parts()!
-- What else the cube knows of them goes …
DELETE FROM coverage_part WHERE {which};

-- name: insert_parts()!
-- … and is counted anew: by supply and arrears, readers' own numbers by reader, and the funnel's steps beyond the five states.
-- Verified: a message came from the number or reached it. Joined: enrolled now, or left after having opted in.
INSERT INTO {into}coverage_part
WITH people AS NOT MATERIALIZED (
    SELECT * FROM {consumer} WHERE {which}
), counted AS (
    SELECT office_no, 'supply' AS dimension, coalesce(supply_type, '') AS part, state, people FROM people_tally
    UNION ALL
    SELECT office_no, 'arrears', arrears_segment, state, people FROM people_tally
    UNION ALL
    SELECT office_no, 'reader', coalesce(agent_id, ''), state, count(*) FROM people WHERE verdict = 'reader''s own' GROUP BY ALL
    UNION ALL
    SELECT office_no, 'step', 'verified', state, count(*)
    FROM people SEMI JOIN verified_number ON verified_number.mobile = people.mobile
    WHERE state IN ('on_file', 'enrolled', 'opted_out') GROUP BY ALL
    UNION ALL
    SELECT office_no, 'step', 'joined', state, people FROM people_tally WHERE state = 'enrolled'
    UNION ALL
    SELECT office_no, 'step', 'joined', state, count(*)
    FROM people SEMI JOIN (SELECT account_no FROM consent_event WHERE kind = 'opt_in') AS came ON came.account_no = people.account_no
    WHERE state = 'opted_out' GROUP BY ALL
)
SELECT office_no, dimension, part, sum(people),
    coalesce(sum(people) FILTER (state = 'missing'), 0), coalesce(sum(people) FILTER (state = 'unusable'), 0),
    coalesce(sum(people) FILTER (state = 'on_file'), 0), coalesce(sum(people) FILTER (state = 'enrolled'), 0),
    coalesce(sum(people) FILTER (state = 'opted_out'), 0)
FROM counted GROUP BY office_no, dimension, part ORDER BY office_no;

-- name: delete_audience_parts()!
-- What audiences are counted from, likewise …
DELETE FROM audience_part WHERE {which};

-- name: insert_audience_parts()!
-- … by category, arrears and load together.
INSERT INTO {into}audience_part
SELECT office_no, coalesce(category, ''), arrears_segment, load_band, sum(people),
    coalesce(sum(people) FILTER (state IN ('missing', 'unusable')), 0), coalesce(sum(people) FILTER (state = 'on_file'), 0),
    coalesce(sum(people) FILTER (state = 'enrolled'), 0), coalesce(sum(people) FILTER (state = 'opted_out'), 0)
FROM people_tally GROUP BY ALL ORDER BY office_no;

-- name: create_ahead()#
-- The same tables for the next registry, which is counted beside the old one.
CREATE OR REPLACE TABLE staging.coverage_cube AS SELECT * FROM coverage_cube WHERE false;
CREATE OR REPLACE TABLE staging.coverage_part AS SELECT * FROM coverage_part WHERE false;
CREATE OR REPLACE TABLE staging.audience_part AS SELECT * FROM audience_part WHERE false;

-- name: put_in_place()#
-- Its figures take the place of all.
DELETE FROM coverage_cube;
INSERT INTO coverage_cube SELECT * FROM staging.coverage_cube ORDER BY office_no;
DELETE FROM coverage_part;
INSERT INTO coverage_part SELECT * FROM staging.coverage_part ORDER BY office_no;
DELETE FROM audience_part;
INSERT INTO audience_part SELECT * FROM staging.audience_part ORDER BY office_no;

-- name: sum_each_office()
-- The five states of each office by itself, in the order of numbers.
SELECT office_no, sum(consumers)::BIGINT AS consumers, sum(missing)::BIGINT AS missing, sum(unusable)::BIGINT AS unusable,
    sum(on_file)::BIGINT AS on_file, sum(enrolled)::BIGINT AS enrolled, sum(opted_out)::BIGINT AS opted_out
FROM coverage_cube GROUP BY office_no ORDER BY office_no;

-- name: sum_each_step()
-- The funnel's steps of each office by itself that the five states do not hold.
SELECT office_no, coalesce(sum(consumers) FILTER (part = 'verified'), 0)::BIGINT AS verified,
    coalesce(sum(consumers) FILTER (part = 'joined'), 0)::BIGINT AS joined
FROM coverage_part WHERE dimension = 'step' GROUP BY office_no ORDER BY office_no;

-- name: list_offices()
-- All offices as they stand.
SELECT office_no, last_no, code AS office_code, name AS office, name_hi AS office_hi, level, district FROM office ORDER BY office_no;

-- name: stamp_days(first_day, last_day)^
-- Differs where any of these days does, or who inherited what.
SELECT count(*), sum(hash(day, office_code, consumers, missing, unusable, enrolled)), (SELECT count(*) FROM office_move), (SELECT count(*) FROM office_span)
FROM coverage_day WHERE day BETWEEN :first_day AND :last_day;

-- name: stamp_readers()^
-- Differs where any reader's count does.
SELECT count(*), sum(hash(office_no, part, consumers)) FROM coverage_part WHERE dimension = 'reader' AND part <> '';

-- name: stamp_moves()^
-- Differs where consumers moved between offices, or offices came and went.
SELECT (SELECT count(*) FROM office_move), (SELECT count(*) FROM office_span);

-- name: list_heirs()
-- Offices that inherited days: consumers came to them by the day they began.
SELECT DISTINCT move.to_code FROM office_move AS move
JOIN (SELECT code, min(valid_from) AS day FROM office_span GROUP BY code) AS born ON born.code = move.to_code AND move.moved_on <= born.day;

-- name: list_arrivals()
-- Enrolled accounts that came to an office less those that left it, by day, with the day on which the office began.
SELECT code, born_on, moved_on, sum(enrolled)::BIGINT FROM (
    SELECT to_code AS code, moved_on, enrolled FROM office_move UNION ALL SELECT from_code, moved_on, -enrolled FROM office_move
) JOIN (SELECT code, min(valid_from) AS born_on FROM office_span GROUP BY code) USING (code)
GROUP BY ALL HAVING sum(enrolled) <> 0 ORDER BY code, moved_on;

-- name: list_kept_codes(first_day, last_day)
-- The offices of which days were kept in a span, in order.
SELECT DISTINCT office_code FROM coverage_day WHERE day BETWEEN :first_day AND :last_day ORDER BY office_code;

-- name: list_recent_days(first_day, last_day, today)
-- Their days: the office's place in that order, how many days ago.
WITH recent AS (
    SELECT * FROM coverage_day WHERE day BETWEEN :first_day AND :last_day
), kept AS (
    SELECT office_code, row_number() OVER (ORDER BY office_code) - 1 AS place FROM (SELECT DISTINCT office_code FROM recent)
)
SELECT kept.place, CAST(:today AS DATE) - recent.day AS days_back, recent.consumers, recent.missing + recent.unusable AS to_collect, recent.enrolled
FROM recent JOIN kept ON kept.office_code = recent.office_code;

-- name: list_reader_names()
-- Readers on whose rounds consumers carry a reader's own number, in order.
SELECT DISTINCT part FROM coverage_part WHERE dimension = 'reader' AND part <> '' ORDER BY part;

-- name: list_reader_counts()
-- How many consumers of each office do: the reader's place in that order.
WITH known AS (
    SELECT part, row_number() OVER (ORDER BY part) - 1 AS place
    FROM (SELECT DISTINCT part FROM coverage_part WHERE dimension = 'reader' AND part <> '')
)
SELECT own.office_no, known.place, own.consumers
FROM coverage_part AS own JOIN known ON known.part = own.part WHERE own.dimension = 'reader' ORDER BY own.office_no;

-- name: sum_by_category(first_no, last_no)
-- The five states of one office by category.
SELECT category, sum(consumers)::BIGINT, sum(missing)::BIGINT, sum(unusable)::BIGINT, sum(on_file)::BIGINT, sum(enrolled)::BIGINT, sum(opted_out)::BIGINT
FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no GROUP BY category ORDER BY sum(consumers) DESC;

-- name: sum_by_part(first_no, last_no, dimension)
-- The five states of one office by what its consumers have in common.
SELECT part, sum(consumers)::BIGINT, sum(missing)::BIGINT, sum(unusable)::BIGINT, sum(on_file)::BIGINT, sum(enrolled)::BIGINT, sum(opted_out)::BIGINT
FROM coverage_part WHERE dimension = :dimension AND office_no BETWEEN :first_no AND :last_no
GROUP BY part ORDER BY sum(consumers) DESC, part;

-- name: sum_by_area(first_no, last_no)
-- The five states of one office by urban and other divisions, as the department names them: EUDD is an urban distribution division.
WITH sums AS (
    SELECT office_no, sum(consumers) AS consumers, sum(missing) AS missing, sum(unusable) AS unusable, sum(on_file) AS on_file,
        sum(enrolled) AS enrolled, sum(opted_out) AS opted_out
    FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no GROUP BY office_no
)
SELECT CASE WHEN division.office_no IS NULL OR sums.office_no > division.last_no THEN ''
            WHEN regexp_matches(upper(division.name), '\b(EUDD|EUD|URBAN)\b') THEN 'urban' ELSE 'other' END AS part,
    sum(consumers)::BIGINT, sum(missing)::BIGINT, sum(unusable)::BIGINT, sum(on_file)::BIGINT, sum(enrolled)::BIGINT, sum(opted_out)::BIGINT
FROM sums ASOF LEFT JOIN (SELECT office_no, last_no, name FROM office WHERE level = 'division') AS division
    ON sums.office_no >= division.office_no
GROUP BY part ORDER BY sum(consumers) DESC, part;

-- name: delete_day(day)!
-- A day is written whole, the last look of that day.
DELETE FROM coverage_day WHERE day = :day;

-- name: insert_day(day)!
-- Each office from state to subdivision on one day, under its code: a later renumbering does not touch it.
INSERT INTO coverage_day (day, office_code, consumers, missing, unusable, on_file, enrolled, opted_out, verified, joined)
WITH sums AS (
    SELECT office_no, sum(consumers) AS consumers, sum(missing) AS missing, sum(unusable) AS unusable, sum(on_file) AS on_file,
        sum(enrolled) AS enrolled, sum(opted_out) AS opted_out
    FROM coverage_cube GROUP BY office_no
), steps AS (
    SELECT office_no, sum(consumers) FILTER (part = 'verified') AS verified, sum(consumers) FILTER (part = 'joined') AS joined
    FROM coverage_part WHERE dimension = 'step' GROUP BY office_no
)
SELECT :day, office.code, sum(sums.consumers), sum(missing), sum(unusable), sum(on_file), sum(enrolled), sum(opted_out),
    coalesce(sum(verified), 0), coalesce(sum(joined), 0)
FROM office JOIN sums ON sums.office_no BETWEEN office.office_no AND office.last_no
LEFT JOIN steps ON steps.office_no = sums.office_no
WHERE office.level IN ('state', 'discom', 'zone', 'circle', 'division', 'subdivision')
GROUP BY office.code;

-- name: last_day()$
-- The last day that was kept.
SELECT max(day) FROM coverage_day;

-- name: last_day_until(day)$
-- The last day that was kept and is not later than this one.
SELECT max(day) FROM coverage_day WHERE day <= :day;

-- name: has_cube()$
-- Whether there is anything to keep.
SELECT count(*) > 0 FROM coverage_cube;

-- name: has_day(day)$
-- Whether a day was kept.
SELECT count(*) > 0 FROM coverage_day WHERE day = :day;

-- name: list_own_days(office_code, first_day, last_day)
-- The days of an office that inherited none.
SELECT day, consumers, missing, unusable, on_file, enrolled, opted_out
FROM coverage_day WHERE office_code = :office_code AND day BETWEEN :first_day AND :last_day ORDER BY day;

-- name: list_days(office_code, first_day, last_day)
-- One office's days; before its first, what it inherited with its consumers.
SELECT day, consumers, missing, unusable, on_file, enrolled, opted_out
FROM office_days(:office_code) WHERE day BETWEEN :first_day AND :last_day ORDER BY day;

-- name: list_day_by_level(first_no, last_no, level, day)
-- Each office of one level as it stood at the end of a day, one that is gone since under its own code; what had no figures then is not listed.
SELECT office.code, office.name, office.name_hi, office.level, office.district,
    day.consumers, day.missing, day.unusable, day.on_file, day.enrolled, day.opted_out
FROM coverage_day AS day JOIN office_ever AS office ON office.code = day.office_code
WHERE day.day = :day AND office.level = :level AND office.office_no BETWEEN :first_no AND :last_no ORDER BY office.office_no;

-- name: keep_new_numbers()#
-- Numbers of the relation reached_numbers that have not proved themselves before.
CREATE OR REPLACE TEMP TABLE new_number AS
SELECT DISTINCT mobile FROM reached_numbers WHERE mobile NOT IN (SELECT mobile FROM verified_number);

-- name: add_numbers(now)!
-- They have proved themselves.
INSERT INTO verified_number SELECT mobile, :now::TIMESTAMP FROM new_number;

-- name: add_verified()!
-- Their consumers are verified from now on: the cube gets what these numbers add, so that no office is counted anew.
INSERT INTO coverage_part
SELECT office_no, 'step', 'verified', count(*), 0, 0, count(*) FILTER (state = 'on_file'), count(*) FILTER (state = 'enrolled'),
    count(*) FILTER (state = 'opted_out')
FROM consumer WHERE state IN ('on_file', 'enrolled', 'opted_out') AND mobile IN (SELECT mobile FROM new_number)
GROUP BY office_no;

-- name: insert_target(office_code, share, by_day, username, now)!
-- A target is set, or taken away (share NULL).
INSERT INTO coverage_target VALUES (:office_code, :share, :by_day, :username, :now);

-- name: list_targets()
-- The target that stands for each office that has one.
SELECT office_code, share, by_day FROM (FROM coverage_target QUALIFY row_number() OVER (PARTITION BY office_code ORDER BY set_at DESC, rowid DESC) = 1)
WHERE share IS NOT NULL;
