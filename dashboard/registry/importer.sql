-- name: create_staging()#
-- The usable rows of one import as text, before anything is understood.
CREATE OR REPLACE TABLE import_staging (
    file_no INTEGER, row_no BIGINT, account_no VARCHAR, name VARCHAR, address VARCHAR, mobile_raw VARCHAR, tariff VARCHAR, supply_type VARCHAR,
    load VARCHAR, load_unit VARCHAR, book_no VARCHAR, sc_no VARCHAR, meter_no VARCHAR, pole_no VARCHAR, transformer VARCHAR,
    latitude VARCHAR, longitude VARCHAR, bill_date VARCHAR, due_date VARCHAR, last_pay_date VARCHAR, last_pay_amount VARCHAR,
    amount_payable VARCHAR, agent_id VARCHAR, agent_mobile VARCHAR, discom VARCHAR, zone_code VARCHAR, zone_name VARCHAR,
    circle_code VARCHAR, circle_name VARCHAR, division_code VARCHAR, division_name VARCHAR, subdivision_code VARCHAR,
    subdivision_name VARCHAR, substation VARCHAR, feeder VARCHAR);

-- name: staged_paths()
-- The different office columns of the staged rows, in the order of PATH_FIELDS.
SELECT DISTINCT discom, zone_code, zone_name, circle_code, circle_name, division_code, division_name,
    subdivision_code, subdivision_name, substation, feeder
FROM import_staging;

-- name: create_typed()!
-- The staged rows understood: one row an account (the last in the files), values typed, numbers judged by their own text.
-- Loads in kW (1 BHP = 0.746 kW, 1 kVA at a power factor of 0.9).
CREATE OR REPLACE TABLE import_typed AS
WITH last_row AS (
    SELECT * FROM import_staging QUALIFY row_number() OVER (PARTITION BY account_no ORDER BY file_no DESC, row_no DESC) = 1
), read_numbers AS (
    SELECT *, phone_read(nullif(mobile_raw, '')) AS ten, phone_read(nullif(agent_mobile, '')) AS agent_ten FROM last_row
)
SELECT staged.account_no, path.code AS office_code,
    nullif(trim(name), '') AS name, nullif(trim(address), '') AS address,
    CASE WHEN regexp_matches(upper(tariff), '(LMV|HV)\W?\d') THEN regexp_replace(upper(regexp_extract(upper(tariff), '(LMV|HV)\W?\d+')), '^(LMV|HV)\W?(\d+)$', '\1-\2')
         ELSE nullif(upper(trim(tariff)), '') END AS category,
    nullif(trim(supply_type), '') AS supply_type,
    TRY_CAST(replace(load, ',', '') AS DOUBLE)
        * CASE WHEN upper(load_unit) LIKE '%HP%' THEN 0.746 WHEN upper(load_unit) LIKE '%VA%' THEN 0.9 ELSE 1 END AS load_kw,
    nullif(trim(book_no), '') AS book_no, nullif(trim(sc_no), '') AS sc_no, nullif(trim(meter_no), '') AS meter_no,
    nullif(trim(pole_no), '') AS pole_no, nullif(trim(transformer), '') AS transformer,
    TRY_CAST(latitude AS DOUBLE) AS latitude, TRY_CAST(longitude AS DOUBLE) AS longitude,
    day_of(bill_date) AS bill_date, day_of(due_date) AS due_date, day_of(last_pay_date) AS last_pay_date,
    rupees_of(last_pay_amount) AS last_pay_amount, rupees_of(amount_payable) AS amount_payable,
    nullif(trim(agent_id), '') AS agent_id,
    CASE WHEN phone_verdict(agent_mobile, agent_ten) = 'ok' THEN CAST(agent_ten AS BIGINT) END AS agent_mobile,
    nullif(mobile_raw, '') AS mobile_raw, CAST(ten AS BIGINT) AS mobile, phone_verdict(nullif(mobile_raw, ''), ten) AS verdict
FROM read_numbers AS staged
LEFT JOIN import_path AS path ON path.discom IS NOT DISTINCT FROM staged.discom
    AND path.zone_code IS NOT DISTINCT FROM staged.zone_code AND path.zone_name IS NOT DISTINCT FROM staged.zone_name
    AND path.circle_code IS NOT DISTINCT FROM staged.circle_code AND path.circle_name IS NOT DISTINCT FROM staged.circle_name
    AND path.division_code IS NOT DISTINCT FROM staged.division_code AND path.division_name IS NOT DISTINCT FROM staged.division_name
    AND path.subdivision_code IS NOT DISTINCT FROM staged.subdivision_code
    AND path.subdivision_name IS NOT DISTINCT FROM staged.subdivision_name
    AND path.substation IS NOT DISTINCT FROM staged.substation AND path.feeder IS NOT DISTINCT FROM staged.feeder;

-- name: new_without_office()$
-- How many new accounts name no office at all.
SELECT count(*) FROM import_typed AS new ANTI JOIN consumer AS old ON old.account_no = new.account_no WHERE new.office_code IS NULL;

-- name: renumber_consumers()!
-- Consumers follow their offices' new numbers.
UPDATE consumer SET office_no = new.office_no
FROM office AS new JOIN office_before AS old ON old.code = new.code
WHERE consumer.office_no = old.office_no AND new.office_no <> old.office_no;

-- name: create_macros()#
-- Days and rupees as the reports write them; NULL where a cell is neither.
CREATE OR REPLACE TEMP MACRO day_of(cell) AS CAST(try_strptime(trim(cell),
    ['%Y-%m-%d', '%d-%b-%y', '%d-%b-%Y', '%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y', '%d/%m/%y', '%d-%m-%y', '%Y-%m-%d %H:%M:%S', '%d/%m/%Y %H:%M:%S']) AS DATE);
CREATE OR REPLACE TEMP MACRO rupees_of(cell) AS TRY_CAST(regexp_replace(cell, '[,₹\s]', '', 'g') AS DECIMAL(14, 2));

-- name: create_merged(fallback_no, import_id, today)!
-- Each account as it will stand: what a report lacks never erases what is known; a blank number neither.
-- A cell that is the same as last time leaves the number alone (it may have been corrected or consented to since).
CREATE OR REPLACE TEMP TABLE import_merged AS
WITH joined AS (
    SELECT new.account_no, old.account_no IS NULL AS is_new, old,
        coalesce(place.office_no, old.office_no, :fallback_no) AS office_no,
        coalesce(new.name, old.name) AS name, coalesce(new.address, old.address) AS address,
        coalesce(new.category, old.category) AS category, coalesce(new.supply_type, old.supply_type) AS supply_type,
        coalesce(new.load_kw, old.load_kw) AS load_kw, coalesce(new.book_no, old.book_no) AS book_no,
        coalesce(new.sc_no, old.sc_no) AS sc_no, coalesce(new.meter_no, old.meter_no) AS meter_no,
        coalesce(new.pole_no, old.pole_no) AS pole_no, coalesce(new.transformer, old.transformer) AS transformer,
        coalesce(new.latitude, old.latitude) AS latitude, coalesce(new.longitude, old.longitude) AS longitude,
        coalesce(new.bill_date, old.bill_date) AS bill_date, coalesce(new.due_date, old.due_date) AS due_date,
        coalesce(new.last_pay_date, old.last_pay_date) AS last_pay_date,
        coalesce(new.last_pay_amount, old.last_pay_amount) AS last_pay_amount,
        coalesce(new.amount_payable, old.amount_payable) AS amount_payable,
        coalesce(new.agent_id, old.agent_id) AS agent_id, coalesce(new.agent_mobile, old.agent_mobile) AS agent_mobile,
        old.account_no IS NULL OR (new.verdict <> 'missing' AND new.mobile_raw IS DISTINCT FROM old.mobile_raw) AS takes_number,
        new.mobile_raw AS new_raw, new.mobile AS new_mobile, new.verdict AS new_verdict
    FROM import_typed AS new
    LEFT JOIN consumer AS old ON old.account_no = new.account_no
    LEFT JOIN office AS place ON place.code = new.office_code
)
SELECT * EXCLUDE (old, takes_number, new_raw, new_mobile, new_verdict),
    CASE WHEN amount_payable IS NULL OR amount_payable <= 0 THEN 'none'
         WHEN last_pay_date IS NULL THEN 'never_paid'
         WHEN coalesce(bill_date, due_date, CAST(:today AS DATE)) - last_pay_date > 180 THEN 'long_unpaid'
         ELSE 'due' END AS arrears_segment,
    CASE WHEN takes_number THEN new_raw ELSE old.mobile_raw END AS mobile_raw,
    CASE WHEN takes_number THEN new_mobile ELSE old.mobile END AS mobile,
    CASE WHEN takes_number THEN new_verdict ELSE old.verdict END AS verdict,
    coalesce(old.state, 'missing') AS state,
    CASE WHEN is_new THEN :import_id ELSE old.import_id END AS import_id,
    NOT is_new AND row(old.office_no, old.name, old.address, old.category, old.supply_type, old.load_kw, old.book_no, old.sc_no, old.meter_no,
            old.pole_no, old.transformer, old.latitude, old.longitude, old.bill_date, old.due_date, old.last_pay_date,
            old.last_pay_amount, old.amount_payable, old.agent_id, old.agent_mobile, old.mobile_raw)
        IS DISTINCT FROM row(office_no, name, address, category, supply_type, load_kw, book_no, sc_no, meter_no,
            pole_no, transformer, latitude, longitude, bill_date, due_date, last_pay_date,
            last_pay_amount, amount_payable, agent_id, agent_mobile, CASE WHEN takes_number THEN new_raw ELSE old.mobile_raw END) AS is_changed
FROM joined;

-- name: count_merged()^
-- New, changed and unchanged accounts of this import.
SELECT count(*) FILTER (is_new), count(*) FILTER (is_changed), count(*) FILTER (NOT is_new AND NOT is_changed) FROM import_merged;

-- name: delete_changed()!
-- Changed accounts leave their old row …
DELETE FROM consumer WHERE account_no IN (SELECT account_no FROM import_merged WHERE is_changed);

-- name: insert_merged(import_id)!
-- … and stand again, with the new ones, in the order of offices.
INSERT INTO consumer
SELECT account_no, office_no, name, address, category, supply_type, load_kw, book_no, sc_no, meter_no, pole_no, transformer,
    latitude, longitude, bill_date, due_date, last_pay_date, last_pay_amount, amount_payable, arrears_segment, agent_id, agent_mobile,
    mobile_raw, mobile, verdict, state, :import_id
FROM import_merged WHERE is_new OR is_changed ORDER BY office_no, account_no;

-- name: insert_readers()!
-- Every reader's number ever seen counts, whatever report brought it.
INSERT INTO reader_number
SELECT DISTINCT agent_mobile FROM import_typed
WHERE agent_mobile IS NOT NULL AND agent_mobile NOT IN (SELECT mobile FROM reader_number);

-- name: judge_by_registry(shared_threshold)!
-- What only the whole registry tells of a good number: it is a reader's own, or on more accounts than the threshold.
UPDATE consumer SET verdict = judged.verdict
FROM (
    WITH good AS (SELECT account_no, mobile, verdict FROM consumer WHERE verdict IN ('ok', 'reader''s own', 'shared')),
    many AS (SELECT mobile FROM good GROUP BY mobile HAVING count(*) > :shared_threshold)
    SELECT good.account_no, good.verdict AS old_verdict,
        CASE WHEN reader.mobile IS NOT NULL THEN 'reader''s own' WHEN many.mobile IS NOT NULL THEN 'shared' ELSE 'ok' END AS verdict
    FROM good LEFT JOIN reader_number AS reader ON reader.mobile = good.mobile LEFT JOIN many ON many.mobile = good.mobile
) AS judged
WHERE judged.account_no = consumer.account_no AND judged.verdict <> judged.old_verdict;

-- name: drop_staging()#
-- The staged text is gone once the import is in.
DROP TABLE IF EXISTS import_staging; DROP TABLE IF EXISTS import_typed; DROP TABLE IF EXISTS import_path;

-- name: digest_is_known(kind, file_digest)$
-- Whether the same bytes came in before.
SELECT count(*) > 0 FROM import_run WHERE kind = :kind AND file_digest = :file_digest;

-- name: next_import_id()$
-- Import ids are ours: one after the last.
SELECT coalesce(max(import_id), 0) + 1 FROM import_run;

-- name: insert_run(import_id, kind, file_names, file_digest, started_at, finished_at, username, row_count, accepted_count, rejected_count, new_count, changed_count, unchanged_count)!
-- One import's account of itself.
INSERT INTO import_run VALUES (:import_id, :kind, :file_names, :file_digest, :started_at, :finished_at, :username, :row_count,
    :accepted_count, :rejected_count, :new_count, :changed_count, :unchanged_count);

-- name: list_runs(run_limit)
-- The latest imports.
SELECT import_id, kind, file_names, finished_at, username, row_count, accepted_count, rejected_count, new_count, changed_count, unchanged_count
FROM import_run ORDER BY import_id DESC LIMIT :run_limit;

-- name: list_rejected(import_id)
-- The refused rows of one import, in the files' order.
SELECT file_name, row_no, reason, raw FROM rejected_row WHERE import_id = :import_id ORDER BY file_name, row_no;
