-- As before, but where offices that began on one day exchanged consumers that day, an office's own figures are not counted twice.
-- One office's days: its own as they were kept; before its first, the share of those days that came to it with its consumers.
-- A new office inherits only what came on the day it began; what came later was not its own before.
CREATE OR REPLACE MACRO office_days(wanted_code) AS TABLE
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
    SELECT kept.day, source.depth = 0 AS is_own, source.share, kept.missing, kept.unusable, kept.on_file,
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
