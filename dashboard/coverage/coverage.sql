-- name: delete_cube(first_no, last_no)!
-- The cube's rows of an interval of offices go …
DELETE FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no;

-- name: insert_cube(first_no, last_no)!
-- … and are counted anew from the consumers: the one definition of coverage.
INSERT INTO coverage_cube
SELECT office_no, coalesce(category, ''), count(*),
    count(*) FILTER (state = 'missing'), count(*) FILTER (state = 'unusable'), count(*) FILTER (state = 'on_file'),
    count(*) FILTER (state = 'enrolled'), count(*) FILTER (state = 'opted_out')
FROM consumer WHERE office_no BETWEEN :first_no AND :last_no
GROUP BY office_no, coalesce(category, '') ORDER BY office_no;

-- name: sum_cube(first_no, last_no)^
-- The five states of one office.
SELECT coalesce(sum(consumers), 0), coalesce(sum(missing), 0), coalesce(sum(unusable), 0), coalesce(sum(on_file), 0),
    coalesce(sum(enrolled), 0), coalesce(sum(opted_out), 0)
FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no;

-- name: sum_by_level(first_no, last_no, level)
-- The five states of each office of one level; consumers that stand above that level (a feeder not named) are in `rest_by_level`.
WITH sums AS (
    SELECT office_no, sum(consumers) AS consumers, sum(missing) AS missing, sum(unusable) AS unusable, sum(on_file) AS on_file,
        sum(enrolled) AS enrolled, sum(opted_out) AS opted_out
    FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no GROUP BY office_no
), placed AS (
    SELECT office.code, sums.* FROM sums
    ASOF JOIN (SELECT * FROM office WHERE level = :level AND office_no BETWEEN :first_no AND :last_no) AS office
        ON sums.office_no >= office.office_no
    WHERE sums.office_no <= office.last_no
)
SELECT office.code, office.name, office.name_hi, office.level, office.district,
    coalesce(sum(placed.consumers), 0)::BIGINT, coalesce(sum(placed.missing), 0)::BIGINT, coalesce(sum(placed.unusable), 0)::BIGINT,
    coalesce(sum(placed.on_file), 0)::BIGINT, coalesce(sum(placed.enrolled), 0)::BIGINT, coalesce(sum(placed.opted_out), 0)::BIGINT
FROM office LEFT JOIN placed ON placed.code = office.code
WHERE office.level = :level AND office.office_no BETWEEN :first_no AND :last_no
GROUP BY ALL ORDER BY min(office.office_no);

-- name: sum_by_category(first_no, last_no)
-- The five states of one office by category.
SELECT category, sum(consumers)::BIGINT, sum(missing)::BIGINT, sum(unusable)::BIGINT, sum(on_file)::BIGINT, sum(enrolled)::BIGINT, sum(opted_out)::BIGINT
FROM coverage_cube WHERE office_no BETWEEN :first_no AND :last_no GROUP BY category ORDER BY sum(consumers) DESC;

-- name: delete_day(day)!
-- A day is written whole, the last look of that day.
DELETE FROM coverage_day WHERE day = :day;

-- name: insert_day(day)!
-- Each office from state to subdivision on one day, under its code: a later renumbering does not touch it.
INSERT INTO coverage_day
WITH sums AS (
    SELECT office_no, sum(consumers) AS consumers, sum(missing) AS missing, sum(unusable) AS unusable, sum(on_file) AS on_file,
        sum(enrolled) AS enrolled, sum(opted_out) AS opted_out
    FROM coverage_cube GROUP BY office_no
)
SELECT :day, office.code, sum(sums.consumers), sum(missing), sum(unusable), sum(on_file), sum(enrolled), sum(opted_out)
FROM office JOIN sums ON sums.office_no BETWEEN office.office_no AND office.last_no
WHERE office.level IN ('state', 'discom', 'zone', 'circle', 'division', 'subdivision')
GROUP BY office.code;

-- name: list_days(office_code, first_day)
-- One office's days.
SELECT day, consumers, missing, unusable, on_file, enrolled, opted_out
FROM coverage_day WHERE office_code = :office_code AND day >= :first_day ORDER BY day;
