-- Offices as dated data: how each stood from day to day, where its consumers went, and its days with what it inherited.
CREATE TABLE office_span (                -- one row an office and time in which nothing of it changed
    code VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    parent_code VARCHAR,
    name VARCHAR NOT NULL,
    name_hi VARCHAR NOT NULL,
    district VARCHAR,
    valid_from DATE NOT NULL,             -- Asia/Kolkata
    valid_to DATE,                        -- NULL: stands
    successor_code VARCHAR                -- of an office that is gone: the standing one that most of its consumers went to
);
CREATE TABLE office_move (                -- append only: consumers that came from one office to another of its level
    moved_on DATE NOT NULL,
    level VARCHAR NOT NULL,
    from_code VARCHAR NOT NULL,
    to_code VARCHAR NOT NULL,
    consumers BIGINT NOT NULL,            -- that moved, by the state they were in
    missing BIGINT NOT NULL,
    unusable BIGINT NOT NULL,
    on_file BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    opted_out BIGINT NOT NULL,
    from_consumers BIGINT NOT NULL        -- of the office they left, just before
);
INSERT INTO office_span
SELECT office.code, office.level, parent.code, office.name, office.name_hi, office.district,
    coalesce((SELECT CAST(min(finished_at) AS DATE) FROM import_run), current_date), NULL, NULL
FROM office LEFT JOIN office AS parent ON parent.office_no = office.parent_no;

-- An office with its parent's code, which a renumbering does not touch.
CREATE VIEW office_place AS
SELECT office.*, parent.code AS parent_code FROM office LEFT JOIN office AS parent ON parent.office_no = office.parent_no;

-- Every code that ever was: one that is gone has its own name and its successor's numbers.
CREATE VIEW office_ever AS
SELECT office_no, last_no, parent_no, code, level, name, name_hi, district FROM office
UNION ALL
SELECT successor.office_no, successor.last_no, successor.parent_no, past.code, past.level, past.name, past.name_hi, past.district
FROM (
    SELECT * FROM office_span WHERE valid_to IS NOT NULL AND code NOT IN (SELECT code FROM office)
    QUALIFY row_number() OVER (PARTITION BY code ORDER BY valid_to DESC, valid_from DESC) = 1
) AS past JOIN office AS successor ON successor.code = past.successor_code;

-- One office's days: its own as they were kept; before its first, the share of those days that came to it with its consumers.
-- A new office inherits only what came on the day it began; what came later was not its own before.
CREATE MACRO office_days(wanted_code) AS TABLE
WITH RECURSIVE born AS (
    SELECT code, min(valid_from) AS day FROM office_span GROUP BY code
), source AS (
    SELECT CAST(wanted_code AS VARCHAR) AS code, CAST(1 AS DOUBLE) AS share, DATE '9999-12-31' AS last_day, 0 AS depth
    UNION ALL
    SELECT move.from_code, source.share * move.consumers / move.from_consumers, move.moved_on, source.depth + 1
    FROM source JOIN born ON born.code = source.code
    JOIN office_move AS move ON move.to_code = source.code AND move.moved_on <= born.day AND move.moved_on <= source.last_day
    WHERE source.depth < 10
), counted AS (
    SELECT kept.day, kept.office_code = wanted_code AS is_own, source.share, kept.missing, kept.unusable, kept.on_file,
        kept.enrolled, kept.opted_out
    FROM source JOIN coverage_day AS kept ON kept.office_code = source.code AND kept.day <= source.last_day
    WHERE kept.office_code IN (SELECT code FROM source)
), summed AS (
    SELECT day, is_own, CAST(round(sum(missing * share)) AS BIGINT) AS missing, CAST(round(sum(unusable * share)) AS BIGINT) AS unusable,
        CAST(round(sum(on_file * share)) AS BIGINT) AS on_file, CAST(round(sum(enrolled * share)) AS BIGINT) AS enrolled,
        CAST(round(sum(opted_out * share)) AS BIGINT) AS opted_out
    FROM counted GROUP BY day, is_own
    QUALIFY row_number() OVER (PARTITION BY day ORDER BY is_own DESC) = 1
)
SELECT day, missing + unusable + on_file + enrolled + opted_out AS consumers, missing, unusable, on_file, enrolled, opted_out, is_own
FROM summed;
