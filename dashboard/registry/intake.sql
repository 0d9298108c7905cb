-- One file on its way into `next_row`: each row typed and judged by its own text, in the file's order. Places in braces are
-- filled in by intake.py.

-- name: keep_cells()!
-- Dates, tariffs and readers' numbers are few and come again and again: those of a sample are understood once.
CREATE OR REPLACE TEMP TABLE known_cell AS
WITH sample AS ({sample}), cell AS (
    SELECT bill_date AS text FROM sample UNION SELECT due_date FROM sample UNION SELECT last_pay_date FROM sample
    UNION SELECT agent_mobile FROM sample UNION SELECT tariff FROM sample
), number AS (SELECT text, phone_read(text) AS ten FROM cell WHERE text <> '')
SELECT text, day_of(text) AS day, tariff_of(text) AS tariff, CASE WHEN phone_verdict(text, ten) = 'ok' THEN CAST(ten AS BIGINT) END AS agent_mobile FROM number;

-- name: keep_sample()!
-- The offices where the consumers of a sample stand: whole divisions, but for a stray's.
CREATE OR REPLACE TEMP TABLE sample_office AS
WITH place AS (
    SELECT office_no, count(*) AS hits FROM account_place
    WHERE account_key IN (SELECT TRY_CAST(account_no AS BIGINT) FROM ({sample})) GROUP BY office_no
), wide AS (
    SELECT coalesce(division.office_no, place.office_no) AS first_no, coalesce(division.last_no, place.office_no) AS last_no, sum(hits) AS hits
    FROM place LEFT JOIN office AS division ON division.level = 'division' AND place.office_no BETWEEN division.office_no AND division.last_no
    GROUP BY ALL
)
SELECT DISTINCT office.office_no FROM office
JOIN (SELECT * FROM wide QUALIFY hits * {stray_share} >= sum(hits) OVER ()) AS near ON office.office_no BETWEEN near.first_no AND near.last_no;

-- name: count_neighbours()^
-- The consumers of these offices, and the interval of the offices' numbers.
SELECT count(*), coalesce(min(office_no), 0), coalesce(max(office_no), 0) FROM consumer WHERE office_no IN (SELECT office_no FROM sample_office);

-- name: know_rows()
-- (Within `take_rows`.) What the registry has of these offices' consumers. A corrected one's report is merged later, as is one whose
-- letters are still to be decoded.
, old AS (
    SELECT * FROM consumer ANTI JOIN corrected_text USING (account_no)
    WHERE office_no BETWEEN {first_no} AND {last_no} AND office_no IN (SELECT office_no FROM sample_office)
)
{merge}
FROM judged AS new LEFT JOIN old ON old.account_no = CASE WHEN new.odd_name IS NULL AND new.odd_address IS NULL THEN new.account_no END

-- name: merge(today, import_id)
-- (Within the one above, and in importer.sql.) Each account as it will stand: what a report lacks never erases what is known; a blank
-- number neither. A cell that is the same as last time leaves the number alone (it may have been corrected or consented to since).
SELECT new.* REPLACE (
    coalesce(new.office_no, old.office_no) AS office_no, coalesce(new.name, old.name) AS name, coalesce(new.address, old.address) AS address,
    coalesce(new.category, old.category) AS category, coalesce(new.supply_type, old.supply_type) AS supply_type,
    coalesce(new.load_kw, old.load_kw) AS load_kw, coalesce(new.book_no, old.book_no) AS book_no, coalesce(new.sc_no, old.sc_no) AS sc_no,
    coalesce(new.meter_no, old.meter_no) AS meter_no, coalesce(new.pole_no, old.pole_no) AS pole_no,
    coalesce(new.transformer, old.transformer) AS transformer,
    coalesce(new.latitude, old.latitude) AS latitude, coalesce(new.longitude, old.longitude) AS longitude,
    coalesce(new.bill_date, old.bill_date) AS bill_date, coalesce(new.due_date, old.due_date) AS due_date,
    coalesce(new.last_pay_date, old.last_pay_date) AS last_pay_date, coalesce(new.last_pay_amount, old.last_pay_amount) AS last_pay_amount,
    coalesce(new.amount_payable, old.amount_payable) AS amount_payable,
    segment_of(coalesce(new.amount_payable, old.amount_payable), coalesce(new.last_pay_date, old.last_pay_date),
        coalesce(new.bill_date, old.bill_date, new.due_date, old.due_date, CAST(:today AS DATE))) AS arrears_segment,
    coalesce(new.agent_id, old.agent_id) AS agent_id, coalesce(new.agent_mobile, old.agent_mobile) AS agent_mobile,
    CASE WHEN takes_number(old.account_no, new.verdict, new.mobile_raw, old.mobile_raw) THEN new.mobile_raw ELSE old.mobile_raw END AS mobile_raw,
    CASE WHEN takes_number(old.account_no, new.verdict, new.mobile_raw, old.mobile_raw) THEN new.mobile ELSE old.mobile END AS mobile,
    CASE WHEN takes_number(old.account_no, new.verdict, new.mobile_raw, old.mobile_raw) THEN new.verdict ELSE old.verdict END AS verdict,
    CASE WHEN takes_number(old.account_no, new.verdict, new.mobile_raw, old.mobile_raw) THEN first_state(new.verdict) ELSE old.state END AS state,
    CASE WHEN takes_number(old.account_no, new.verdict, new.mobile_raw, old.mobile_raw)
            OR differs(new.office_no, old.office_no) OR differs(new.name, old.name) OR differs(new.address, old.address)
            OR differs(new.amount_payable, old.amount_payable) OR differs(new.bill_date, old.bill_date) OR differs(new.due_date, old.due_date)
            OR differs(new.last_pay_date, old.last_pay_date) OR differs(new.last_pay_amount, old.last_pay_amount)
            OR differs(new.agent_id, old.agent_id) OR differs(new.agent_mobile, old.agent_mobile) OR differs(new.category, old.category)
            OR differs(new.supply_type, old.supply_type) OR differs(new.load_kw, old.load_kw) OR differs(new.book_no, old.book_no)
            OR differs(new.sc_no, old.sc_no) OR differs(new.meter_no, old.meter_no) OR differs(new.pole_no, old.pole_no)
            OR differs(new.transformer, old.transformer) OR differs(new.latitude, old.latitude) OR differs(new.longitude, old.longitude)
        THEN :import_id::INTEGER ELSE old.import_id END AS import_id,
    old.office_no AS old_no)

-- name: want_rows(first_seq, last_seq)!
-- Rows of a file that are read again …
CREATE OR REPLACE TEMP TABLE wanted_row AS SELECT seq - :first_seq AS row_no FROM staging.merged_twice WHERE seq BETWEEN :first_seq AND :last_seq;

-- name: pick_wanted()
-- … (within `take_rows`) …
SELECT * FROM ({relation}) SEMI JOIN wanted_row USING (row_no)

-- name: delete_wanted(first_seq)!
-- … in place of what was taken of them.
DELETE FROM next_row WHERE seq IN (SELECT :first_seq::BIGINT + row_no FROM wanted_row);

-- name: see_rows()!
-- What is taken of the file, as its readers look at it.
CREATE OR REPLACE TEMP VIEW seen AS
SELECT seq - {first_seq} AS row_no, account_no, path_hash, odd_name, odd_address, is_sound, breaks, may_hide
FROM next_row WHERE seq BETWEEN {first_seq} AND {last_seq};

-- name: delete_rows(first_seq, last_seq)!
-- What was taken of a file that another reader reads again.
DELETE FROM next_row WHERE seq BETWEEN :first_seq AND :last_seq;

-- name: take_rows(first_seq, import_id, today)!
-- The rows of one file; those of consumers that are known are merged with what is known of them, and say in `old_no` where they stood.
-- DuckDB takes a file for 42 rows and would hold them all to find the few known cells; the rows that never come make it the other way about.
INSERT INTO next_row BY NAME
WITH whole AS (
    SELECT * FROM ({relation}) UNION ALL BY NAME SELECT NULL::BIGINT AS row_no FROM range(1000000) WHERE range < 0
), cut AS (
    SELECT *, hash(discom, zone_code, zone_name, circle_code, circle_name, division_code, division_name, subdivision_code, subdivision_name,
        substation, feeder) AS path_hash
    FROM whole
), read_numbers AS (
    SELECT cut.*, phone_read(nullif(mobile_raw, '')) AS ten, reader.text IS NOT NULL AS knows_reader, reader.agent_mobile AS reader_mobile,
        CASE WHEN reader.text IS NULL THEN phone_read(nullif(cut.agent_mobile, '')) END AS reader_ten
    FROM cut LEFT JOIN known_cell AS reader ON reader.text = cut.agent_mobile
), typed AS (
    SELECT account_no, nullif(trim(name), '') AS name, nullif(trim(address), '') AS address,
        CASE WHEN rated.text IS NULL THEN tariff_of(read_numbers.tariff) ELSE rated.tariff END AS category,
        nullif(trim(supply_type), '') AS supply_type,
        load_of(load, load_unit) AS load_kw,
        nullif(trim(book_no), '') AS book_no, nullif(trim(sc_no), '') AS sc_no, nullif(trim(meter_no), '') AS meter_no,
        nullif(trim(pole_no), '') AS pole_no, nullif(trim(transformer), '') AS transformer,
        TRY_CAST(latitude AS DOUBLE) AS latitude, TRY_CAST(longitude AS DOUBLE) AS longitude,
        CASE WHEN billed.text IS NULL THEN day_of(bill_date) ELSE billed.day END AS bill_date,
        CASE WHEN due.text IS NULL THEN day_of(due_date) ELSE due.day END AS due_date,
        CASE WHEN paid.text IS NULL THEN day_of(last_pay_date) ELSE paid.day END AS last_pay_date,
        rupees_of(last_pay_amount) AS last_pay_amount, rupees_of(amount_payable) AS amount_payable,
        nullif(trim(agent_id), '') AS agent_id,
        CASE WHEN knows_reader THEN reader_mobile
            WHEN phone_verdict(read_numbers.agent_mobile, reader_ten) = 'ok' THEN CAST(reader_ten AS BIGINT) END AS agent_mobile,
        nullif(mobile_raw, '') AS mobile_raw, CAST(ten AS BIGINT) AS mobile, phone_verdict(nullif(mobile_raw, ''), ten) AS verdict,
        :first_seq::BIGINT + row_no AS seq, path_hash, NULL::INTEGER AS office_no, NULL::INTEGER AS old_no,
        {odd_name} AS odd_name, {odd_address} AS odd_address, is_sound, breaks, may_hide
    FROM read_numbers
    LEFT JOIN known_cell AS billed ON billed.text = bill_date
    LEFT JOIN known_cell AS due ON due.text = due_date
    LEFT JOIN known_cell AS paid ON paid.text = last_pay_date
    LEFT JOIN known_cell AS rated ON rated.text = read_numbers.tariff
), judged AS (
    SELECT *, segment_of(amount_payable, last_pay_date, coalesce(bill_date, due_date, CAST(:today AS DATE))) AS arrears_segment,
        first_state(verdict) AS state, :import_id::INTEGER AS import_id
    FROM typed
)
{end};

-- name: delete_unsound(first_seq, last_seq)!
-- Rows that do not look like a consumer leave again: the careful reader says what they are.
DELETE FROM next_row WHERE seq BETWEEN :first_seq AND :last_seq AND is_sound IS NOT TRUE;

-- name: list_path_rows()
-- One row of each set of office columns that is not kept yet.
SELECT min(row_no) FROM seen ANTI JOIN staging.path AS path ON path.path_hash = seen.path_hash GROUP BY seen.path_hash;

-- name: keep_paths()!
-- The different office columns, in the order of PATH_FIELDS.
INSERT INTO staging.path
SELECT hash(discom, zone_code, zone_name, circle_code, circle_name, division_code, division_name, subdivision_code, subdivision_name,
        substation, feeder) AS path_hash,
    any_value(discom), any_value(zone_code), any_value(zone_name), any_value(circle_code), any_value(circle_name),
    any_value(division_code), any_value(division_name), any_value(subdivision_code), any_value(subdivision_name), any_value(substation),
    any_value(feeder)
FROM ({relation}) GROUP BY path_hash;

-- name: count_unknown_paths()$
-- Rows whose office columns are still not kept.
SELECT count(*) FROM seen ANTI JOIN staging.path AS path ON path.path_hash = seen.path_hash;

-- name: keep_blocks(file_no, block_rows)!
-- Which office columns stand in which block of the file.
INSERT INTO staging.block SELECT DISTINCT :file_no, row_no // :block_rows, path_hash FROM seen;

-- name: list_odd_texts()
-- Names and addresses that may be in the letters of Kruti Dev, each once.
SELECT DISTINCT odd_name AS text FROM seen WHERE odd_name IS NOT NULL UNION SELECT DISTINCT odd_address FROM seen WHERE odd_address IS NOT NULL;

-- name: keep_original()!
-- Which accounts they came with …
INSERT INTO staging.original
SELECT account_no, 'name', odd_name FROM seen SEMI JOIN decoded_texts AS said ON said.text = odd_name
UNION ALL SELECT account_no, 'address', odd_address FROM seen SEMI JOIN decoded_texts AS said ON said.text = odd_address;

-- name: keep_decoded(first_seq, last_seq)!
-- … and these rows with what they say: they leave …
CREATE OR REPLACE TEMP TABLE decoded_row AS
SELECT row.* REPLACE (
    CASE WHEN said.text IS NULL THEN name ELSE nullif(trim(said.decoded), '') END AS name,
    CASE WHEN lies.text IS NULL THEN address ELSE nullif(trim(lies.decoded), '') END AS address)
FROM next_row AS row
LEFT JOIN decoded_texts AS said ON said.text = odd_name
LEFT JOIN decoded_texts AS lies ON lies.text = odd_address
WHERE seq BETWEEN :first_seq AND :last_seq AND (said.text IS NOT NULL OR lies.text IS NOT NULL);

-- name: delete_decoded()!
-- … and …
DELETE FROM next_row WHERE seq IN (SELECT seq FROM decoded_row);

-- name: insert_decoded()!
-- … come back.
INSERT INTO next_row SELECT * FROM decoded_row;
