-- Places in braces are filled in: {consumer} the registry or the next one.

-- name: widen(first_no, last_no)^
-- An interval of offices, widened to the whole divisions that it touches: a reader works in one.
SELECT least(:first_no, coalesce(min(office_no), :first_no)), greatest(:last_no, coalesce(max(last_no), :last_no))
FROM office WHERE level = 'division' AND office_no <= :last_no AND last_no >= :first_no;

-- name: drop_found(first_no, last_no)!
-- What an earlier import found in an interval of offices.
DELETE FROM number_sequence
WHERE division_code NOT IN (SELECT code FROM office) OR division_code IN (SELECT code FROM office WHERE office_no BETWEEN :first_no AND :last_no);

-- name: keep_typed(first_no, last_no, least)!
-- Numbers m, m+1, … without a gap on accounts of one reader, by division. Whoever types numbers in the field types
-- sequences; honest numbers of one reader hardly ever touch. A run of twenty fills at least one block of ten whose first
-- digits agree, so only full blocks and their neighbours are looked at: few rows of crores.
CREATE OR REPLACE TABLE staging.typed AS
WITH typed AS (
    SELECT agent_id, mobile FROM {consumer}
    WHERE office_no BETWEEN :first_no AND :last_no AND agent_id IS NOT NULL AND mobile IS NOT NULL
), block AS (
    SELECT agent_id, mobile // 10 AS block FROM typed WHERE mobile % 10 = 3
    INTERSECT SELECT agent_id, mobile // 10 FROM typed WHERE mobile % 10 = 6
), near AS (
    SELECT DISTINCT agent_id, block + step AS block FROM block, (VALUES (-1), (0), (1)) AS steps(step)
), number AS (
    SELECT DISTINCT typed.agent_id, typed.mobile
    FROM typed JOIN near ON near.agent_id = typed.agent_id AND near.block = typed.mobile // 10
), island AS (
    SELECT agent_id, mobile, mobile - row_number() OVER (PARTITION BY agent_id ORDER BY mobile) AS island FROM number
), run AS (
    SELECT agent_id, min(mobile) AS first_mobile, max(mobile) AS last_mobile, count(*) AS number_count
    FROM island GROUP BY agent_id, island HAVING count(*) >= :least
)
SELECT person.office_no, run.*, count(*) AS accounts FROM {consumer} AS person
JOIN run ON run.agent_id = person.agent_id AND person.mobile BETWEEN run.first_mobile AND run.last_mobile
WHERE person.office_no BETWEEN :first_no AND :last_no GROUP BY ALL;

-- name: insert_typed(found_at)!
-- They are flagged in the divisions where their accounts stand.
INSERT INTO number_sequence
SELECT CASE WHEN account.office_no <= division.last_no THEN division.code ELSE lowest.code END, agent_id, first_mobile, last_mobile,
    number_count, sum(account.accounts)::BIGINT, :found_at
FROM staging.typed AS account JOIN office AS lowest ON lowest.office_no = account.office_no
ASOF LEFT JOIN (SELECT office_no, last_no, code FROM office WHERE level = 'division') AS division
    ON account.office_no >= division.office_no
GROUP BY ALL;

-- name: count_sequences(first_no, last_no)^
-- Readers, sequences and accounts flagged in an interval of offices.
SELECT count(DISTINCT agent_id), count(*), coalesce(sum(account_count), 0)::BIGINT
FROM number_sequence JOIN office ON office.code = division_code WHERE office_no BETWEEN :first_no AND :last_no;

-- name: list_typed(first_no, last_no)
-- The accounts of an interval that carry a flagged sequence, reader by reader in the numbers' order.
SELECT account_no, consumer.name, address, place.name, book_no, sc_no, meter_no, consumer.agent_id, mobile, number_count
FROM number_sequence AS flag
JOIN consumer ON consumer.agent_id = flag.agent_id AND consumer.mobile BETWEEN flag.first_mobile AND flag.last_mobile
JOIN office AS division ON division.code = flag.division_code AND consumer.office_no BETWEEN division.office_no AND division.last_no
JOIN office AS place ON place.office_no = consumer.office_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no
ORDER BY consumer.agent_id, mobile, account_no;

-- name: keep_second(import_id)!
-- The second good number of each cell of an import that holds two.
CREATE OR REPLACE TABLE staging.second AS
SELECT account_no, CAST(phone_second(mobile_raw, CAST(mobile AS VARCHAR)) AS BIGINT) AS mobile FROM {consumer}
WHERE import_id = :import_id AND length(mobile_raw) >= 20 AND phone_second(mobile_raw, CAST(mobile AS VARCHAR)) IS NOT NULL;

-- name: drop_second(import_id)!
-- An account that came in again brings its second number again, or has none.
DELETE FROM second_number WHERE account_no IN (SELECT account_no FROM consumer WHERE import_id = :import_id);

-- name: insert_second()!
-- (See above.)
INSERT INTO second_number SELECT account_no, mobile FROM staging.second;
