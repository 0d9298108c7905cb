-- An import reads its files into `next_row` (intake.sql), each row typed and judged by its own text and, where the import is large, merged
-- with what is known of its consumer as far as that was found. Then it is known which accounts come, which come more than once and which
-- offices there are. What is not merged yet is put aside (`staging.rest`) and merged now. Of a small import that is all, and goes into
-- the registry inside one commit. Of a large one `next_row` becomes the next registry as it lies, or, where the rows of an office stand
-- scattered, is written once more in the order of offices; it takes the old one's place in one short commit. Places in braces are filled
-- in by the code of the import.

-- name: create_staging()#
-- A place for what an import works with; whatever an earlier one left there goes.
DROP SCHEMA IF EXISTS staging CASCADE;
DROP TABLE IF EXISTS next_row;
DROP TABLE IF EXISTS next_consumer;
DROP TABLE IF EXISTS next_account_place;
CREATE SCHEMA staging;
CREATE TABLE next_row AS SELECT *, NULL::BIGINT AS seq, NULL::INTEGER AS old_no, NULL::UBIGINT AS path_hash, NULL::VARCHAR AS odd_name,
    NULL::VARCHAR AS odd_address, NULL::BOOLEAN AS is_sound, NULL::INTEGER AS breaks, NULL::BOOLEAN AS may_hide FROM consumer WHERE false;
CREATE VIEW staging.seen AS SELECT seq, account_no, path_hash, old_no FROM next_row;
CREATE TABLE staging.path (path_hash UBIGINT, discom VARCHAR, zone_code VARCHAR, zone_name VARCHAR, circle_code VARCHAR, circle_name VARCHAR,
    division_code VARCHAR, division_name VARCHAR, subdivision_code VARCHAR, subdivision_name VARCHAR, substation VARCHAR, feeder VARCHAR);
CREATE TABLE staging.block (file_no INTEGER, block BIGINT, path_hash UBIGINT);
CREATE TABLE staging.original (account_no VARCHAR, field VARCHAR, text VARCHAR);
CREATE TABLE staging.returned (account_no VARCHAR);
CREATE TABLE staging.office_read AS SELECT office_no, code FROM office;

-- name: drop_staging()#
-- The import is in, or has been given up.
DROP SCHEMA IF EXISTS staging CASCADE;
DROP TABLE IF EXISTS next_row;
DROP TABLE IF EXISTS next_consumer;
DROP TABLE IF EXISTS next_account_place;

-- name: insert_original(import_id)!
-- Cells in the letters of Kruti Dev as they came, beside what the registry makes of them; the same one is kept once.
INSERT INTO original_text
SELECT DISTINCT new.account_no, new.field, new.text, :import_id::INTEGER FROM staging.original AS new
ANTI JOIN original_text AS old ON old.account_no = new.account_no AND old.field = new.field AND old.text = new.text;

-- name: list_paths()
-- All different office columns of the import.
SELECT DISTINCT path_hash, discom, zone_code, zone_name, circle_code, circle_name, division_code, division_name, subdivision_code,
    subdivision_name, substation, feeder FROM staging.path;

-- name: keep_twice()!
-- Accounts that come in more than one row.
CREATE TABLE staging.twice AS
SELECT account_no, count(*) AS row_count FROM staging.seen GROUP BY account_no HAVING count(*) > 1;

-- name: keep_merged_twice()!
-- Their rows that are merged with what was known: which of the rows is the last decides, so each is needed as it came.
CREATE TABLE staging.merged_twice AS
SELECT seq FROM next_row WHERE old_no IS NOT NULL AND account_no IN (SELECT account_no FROM staging.twice);

-- name: list_files_of_merged_twice()
-- The files they stand in.
SELECT DISTINCT (seq // 1099511627776)::INTEGER AS file_no FROM staging.merged_twice ORDER BY file_no;

-- name: keep_known()!
-- Rows that are not merged yet although the registry has their accounts, and where these stand.
CREATE OR REPLACE TABLE staging.known AS
SELECT seen.seq, old.account_no, old.office_no
FROM consumer AS old JOIN (SELECT * FROM staging.seen WHERE old_no IS NULL) AS seen ON seen.account_no = old.account_no;

-- name: count_seen()^
-- Rows of the import, those merged already, those beyond an account's first, and accounts that the registry knows (each counted once).
SELECT (SELECT count(*) FROM staging.seen), merged, (SELECT coalesce(sum(row_count - 1), 0) FROM staging.twice),
    merged + (SELECT count(DISTINCT account_no) FROM staging.known)
FROM (SELECT count(*) AS merged FROM staging.seen WHERE old_no IS NOT NULL);

-- name: is_gathered()$
-- Whether the rows of an office stand together well enough: in two of the blocks that DuckDB keeps, on the average.
SELECT count(*) <= 2 * count(DISTINCT path_hash) + count(DISTINCT (file_no, block)) FROM staging.block;

-- name: new_without_office()$
-- How many new accounts name no office at all.
SELECT count(*) FROM staging.seen AS seen JOIN staging.place AS place ON place.path_hash = seen.path_hash
ANTI JOIN consumer AS old ON old.account_no = seen.account_no
WHERE place.office_code IS NULL AND seen.old_no IS NULL;

-- name: create_numbers()!
-- The old and the new number of each office that the registry has.
CREATE OR REPLACE TABLE staging.number AS SELECT office.office_no AS old_no, new.office_no FROM office JOIN new_offices AS new ON new.code = office.code;

-- name: create_places()!
-- Where each different set of office columns leads.
CREATE OR REPLACE TABLE staging.place AS
SELECT placed.path_hash, placed.office_code, new.office_no FROM placed LEFT JOIN new_offices AS new ON new.code = placed.office_code;

-- name: offices_differ()$
-- Whether somebody changed the offices since the import began.
SELECT count(*) > 0 FROM staging.office_read AS read FULL JOIN office ON office.office_no = read.office_no AND office.code = read.code
WHERE read.code IS NULL OR office.code IS NULL;

-- name: create_target()!
-- Where the import's rows go: as consumers, with the place of the row in the files and the office they had until now.
CREATE TABLE {consumer} AS SELECT *, NULL::BIGINT AS seq, NULL::INTEGER AS old_no FROM consumer WHERE false;

-- name: keep_rest()!
-- Rows that are merged in a second step leave the others: those of accounts that come more than once or stood where nobody looked. {which}:
-- which of the rows that are not merged yet.
CREATE TABLE staging.rest AS
SELECT row.* EXCLUDE (path_hash, odd_name, odd_address, is_sound, breaks, may_hide) REPLACE (place.office_no AS office_no)
FROM next_row AS row LEFT JOIN staging.place AS place ON place.path_hash = row.path_hash WHERE row.old_no IS NULL AND {which};

-- name: delete_rest()!
-- (See above.)
DELETE FROM next_row WHERE seq IN (SELECT seq FROM staging.rest);

-- name: renumber_old()!
-- Where the merged ones stood, by the offices' numbers to come.
UPDATE next_row SET old_no = number.office_no FROM staging.number AS number
WHERE number.old_no = next_row.old_no AND number.office_no <> number.old_no;

-- name: place_rows(fallback_no)!
-- Where all of them will stand: what names no office stays where it stood.
UPDATE next_row SET office_no = coalesce(place.office_no, next_row.old_no, :fallback_no) FROM staging.place AS place
WHERE place.path_hash = next_row.path_hash;

-- name: mark_moved(import_id)!
-- Another office is a change.
UPDATE next_row SET import_id = :import_id WHERE old_no <> office_no AND import_id <> :import_id;

-- name: insert_file(first_seq, last_seq)!
-- Rows of a file that stand scattered: they are written in the order of offices.
INSERT INTO next_consumer BY NAME
SELECT * EXCLUDE (path_hash, odd_name, odd_address, is_sound, breaks, may_hide) FROM next_row WHERE seq BETWEEN :first_seq AND :last_seq ORDER BY office_no;

-- name: rename_rows()#
-- Rows that stand together are the next registry as they lie.
DROP VIEW staging.seen;
ALTER TABLE next_row DROP COLUMN path_hash;
ALTER TABLE next_row DROP COLUMN odd_name;
ALTER TABLE next_row DROP COLUMN odd_address;
ALTER TABLE next_row DROP COLUMN is_sound;
ALTER TABLE next_row DROP COLUMN breaks;
ALTER TABLE next_row DROP COLUMN may_hide;
ALTER TABLE next_row RENAME TO next_consumer;

-- name: count_rest(row_count)
-- The rows that are left, in their order, so many at a time at most: the first and the last, and how many.
SELECT min(seq), max(seq), count(*) FROM staging.rest GROUP BY seq // :row_count ORDER BY 1;

-- name: insert_rest(first_seq, last_seq, fallback_no)!
-- They are merged, some at a time, and written in the order of offices. Rows of an account that comes again are merged later.
INSERT INTO {consumer} BY NAME
WITH typed AS (SELECT * FROM staging.rest ANTI JOIN staging.twice USING (account_no) WHERE seq BETWEEN :first_seq AND :last_seq)
{corrected}, old AS (
    SELECT consumer.* REPLACE (number.office_no AS office_no)
    FROM consumer JOIN staging.number AS number ON number.old_no = consumer.office_no SEMI JOIN typed ON typed.account_no = consumer.account_no
    WHERE consumer.office_no >= (SELECT min(office_no) FROM staging.known WHERE seq BETWEEN :first_seq AND :last_seq)
        AND consumer.office_no <= (SELECT max(office_no) FROM staging.known WHERE seq BETWEEN :first_seq AND :last_seq)
)
SELECT * REPLACE (coalesce(office_no, :fallback_no) AS office_no)
FROM ({merge} FROM new LEFT JOIN old ON old.account_no = new.account_no) ORDER BY office_no;

-- name: corrected()
-- (Within the one above and the one below.) A name that somebody corrected stays, as long as the reports bring what was put away.
, new AS (
    SELECT typed.* REPLACE (coalesce(CASE WHEN list_contains(kept.names_before, name) THEN nullif(kept.name_now, '') END, name) AS name,
        coalesce(CASE WHEN list_contains(kept.addresses_before, address) THEN nullif(kept.address_now, '') END, address) AS address)
    FROM typed LEFT JOIN corrected_text AS kept ON kept.account_no = typed.account_no
)

-- name: insert_twice(fallback_no)!
-- The rows of accounts that came more than once, brought together: of each field the last row that has it.
INSERT INTO {consumer} BY NAME
WITH twice_row AS (SELECT * FROM staging.rest SEMI JOIN staging.twice USING (account_no)), typed AS (
    SELECT account_no, max(seq) AS seq, arg_max(office_no, seq) FILTER (office_no <> :fallback_no) AS office_no,
        arg_max(name, seq) FILTER (name IS NOT NULL) AS name, arg_max(address, seq) FILTER (address IS NOT NULL) AS address,
        arg_max(category, seq) FILTER (category IS NOT NULL) AS category, arg_max(supply_type, seq) FILTER (supply_type IS NOT NULL) AS supply_type,
        arg_max(load_kw, seq) FILTER (load_kw IS NOT NULL) AS load_kw, arg_max(book_no, seq) FILTER (book_no IS NOT NULL) AS book_no,
        arg_max(sc_no, seq) FILTER (sc_no IS NOT NULL) AS sc_no, arg_max(meter_no, seq) FILTER (meter_no IS NOT NULL) AS meter_no,
        arg_max(pole_no, seq) FILTER (pole_no IS NOT NULL) AS pole_no, arg_max(transformer, seq) FILTER (transformer IS NOT NULL) AS transformer,
        arg_max(latitude, seq) FILTER (latitude IS NOT NULL) AS latitude, arg_max(longitude, seq) FILTER (longitude IS NOT NULL) AS longitude,
        arg_max(bill_date, seq) FILTER (bill_date IS NOT NULL) AS bill_date, arg_max(due_date, seq) FILTER (due_date IS NOT NULL) AS due_date,
        arg_max(last_pay_date, seq) FILTER (last_pay_date IS NOT NULL) AS last_pay_date,
        arg_max(last_pay_amount, seq) FILTER (last_pay_amount IS NOT NULL) AS last_pay_amount,
        arg_max(amount_payable, seq) FILTER (amount_payable IS NOT NULL) AS amount_payable,
        arg_max(agent_id, seq) FILTER (agent_id IS NOT NULL) AS agent_id, arg_max(agent_mobile, seq) FILTER (agent_mobile IS NOT NULL) AS agent_mobile,
        coalesce(arg_max(mobile_raw, seq) FILTER (verdict <> 'missing'), arg_max(mobile_raw, seq)) AS mobile_raw, arg_max(mobile, seq) FILTER (verdict <> 'missing') AS mobile,
        coalesce(arg_max(verdict, seq) FILTER (verdict <> 'missing'), 'missing') AS verdict,
        NULL::VARCHAR AS arrears_segment, NULL::VARCHAR AS state, NULL::INTEGER AS import_id, NULL::INTEGER AS old_no
    FROM twice_row GROUP BY account_no
)
{corrected}, old AS (
    SELECT consumer.* REPLACE (number.office_no AS office_no)
    FROM consumer JOIN staging.number AS number ON number.old_no = consumer.office_no
    SEMI JOIN twice_row AS row ON row.account_no = consumer.account_no
)
SELECT * REPLACE (coalesce(office_no, :fallback_no) AS office_no)
FROM ({merge} FROM new LEFT JOIN old ON old.account_no = new.account_no) ORDER BY office_no;

-- name: count_consumers()$
-- Accounts that the registry has.
SELECT count(*) FROM consumer;

-- name: carry_over()!
-- What the registry has and the next one has not yet: the import does not speak of it.
INSERT INTO next_consumer BY NAME
SELECT consumer.* REPLACE (number.office_no AS office_no), NULL::BIGINT AS seq, NULL::INTEGER AS old_no
FROM consumer JOIN staging.number AS number ON number.old_no = consumer.office_no
ANTI JOIN next_consumer AS here ON here.account_no = consumer.account_no
ORDER BY number.office_no;

-- name: list_older(file_rows, row_count)
-- The files that bring bills older than those that stand for most of their consumers, and for how many, among some consumers of the import.
WITH sample AS (
    SELECT seq, account_no, bill_date FROM {consumer} WHERE old_no IS NOT NULL AND bill_date IS NOT NULL ORDER BY hash(seq) LIMIT :row_count
), compared AS (
    SELECT (sample.seq // :file_rows)::INTEGER AS file_no, count(*) AS known, count(*) FILTER (sample.bill_date < consumer.bill_date) AS older
    FROM sample JOIN consumer ON consumer.account_no = sample.account_no AND consumer.bill_date IS NOT NULL GROUP BY 1
)
SELECT file_no, older FROM compared WHERE 2 * older > known ORDER BY file_no;

-- name: keep_moved()!
-- How many accounts change their office, from which to which.
CREATE TABLE staging.moved AS
SELECT old_no AS from_no, office_no AS to_no, state, count(*) AS consumers FROM {consumer} WHERE old_no <> office_no GROUP BY ALL;

-- name: count_changed(import_id)$
-- Accounts that are new or changed.
SELECT count(*) FROM {consumer} WHERE import_id = :import_id;

-- name: list_touched_offices(import_id)
-- Offices whose consumers a small import touches: those they stand in now and those they will stand in.
SELECT office_no FROM staging.merged WHERE import_id = :import_id
UNION SELECT old.office_no FROM consumer AS old SEMI JOIN staging.merged AS new ON new.account_no = old.account_no AND new.import_id = :import_id;

-- name: keep_touched_numbers(import_id)!
-- Numbers that a small import brings or takes away, and its readers' own: only they can change what the registry says of a number.
CREATE TABLE staging.touched_number AS
SELECT mobile FROM staging.merged WHERE import_id = :import_id AND mobile IS NOT NULL
UNION SELECT mobile FROM staging.reader
UNION SELECT old.mobile FROM consumer AS old SEMI JOIN staging.merged AS new ON new.account_no = old.account_no AND new.import_id = :import_id
    WHERE old.mobile IS NOT NULL;

-- name: list_offices_of_numbers()
-- Offices where such a number stands.
SELECT DISTINCT office_no FROM consumer WHERE mobile IN (SELECT mobile FROM staging.touched_number);

-- name: delete_changed(import_id)!
-- Changed accounts leave their old row …
DELETE FROM consumer WHERE account_no IN (SELECT account_no FROM staging.merged WHERE import_id = :import_id);

-- name: insert_changed(import_id)!
-- … and stand again, with the new ones, in the order of offices.
INSERT INTO consumer SELECT * EXCLUDE (seq, old_no) FROM staging.merged WHERE import_id = :import_id ORDER BY office_no;

-- name: keep_readers()!
-- Readers' numbers that nobody knew yet, whatever report brought them.
CREATE TABLE staging.reader AS
SELECT DISTINCT agent_mobile AS mobile FROM {consumer} WHERE agent_mobile IS NOT NULL AND agent_mobile NOT IN (SELECT mobile FROM reader_number);

-- name: keep_numbers_before(import_id)!
-- Numbers that this import replaces, as they stood: the cell that came is another one.
CREATE TABLE staging.number_before AS
SELECT old.account_no, old.mobile_raw, old.mobile, old.verdict
FROM consumer AS old JOIN {consumer} AS new ON new.account_no = old.account_no
WHERE new.import_id = :import_id AND new.mobile_raw IS DISTINCT FROM old.mobile_raw;

-- name: insert_number_events(happened_at, username)!
-- The history of numbers: what stood, and what stands once the registry has judged.
INSERT INTO number_event
SELECT before.account_no, :happened_at, 'import', :username, '', before.mobile_raw, before.mobile, before.verdict,
    consumer.mobile_raw, consumer.mobile, consumer.verdict
FROM staging.number_before AS before JOIN consumer ON consumer.account_no = before.account_no;

-- name: insert_readers()!
-- They count from now on.
INSERT INTO reader_number SELECT mobile FROM staging.reader;

-- name: keep_special(shared_threshold)!
-- What only the whole registry tells of a good number: it is a reader's own, or on more accounts than the threshold …
CREATE OR REPLACE TABLE staging.special AS
SELECT mobile, 'reader''s own' AS verdict FROM (SELECT mobile FROM reader_number UNION SELECT mobile FROM staging.reader)
UNION ALL
SELECT mobile, 'shared' FROM {consumer}
ANTI JOIN reader_number AS known ON known.mobile = {consumer}.mobile ANTI JOIN staging.reader AS new ON new.mobile = {consumer}.mobile
WHERE verdict IN ('ok', 'reader''s own', 'shared') AND {which} GROUP BY mobile HAVING count(*) > :shared_threshold;

-- name: judge_special()!
-- … which is said of it from now on …
UPDATE {consumer} SET verdict = special.verdict, state = 'unusable' FROM staging.special AS special
WHERE special.mobile = {consumer}.mobile AND {consumer}.verdict IN ('ok', 'reader''s own', 'shared')
    AND {consumer}.verdict <> special.verdict AND {which};

-- name: judge_plain()!
-- … and no more of one that it was said of before.
UPDATE {consumer} SET verdict = 'ok'
WHERE verdict IN ('reader''s own', 'shared') AND {which} AND mobile NOT IN (SELECT mobile FROM staging.special);

-- name: put_in_place()#
-- The next registry takes the place of the old one.
ALTER TABLE consumer RENAME TO consumer_before;
ALTER TABLE next_consumer RENAME TO consumer;

-- name: drop_before()#
-- The old one goes in the same commit.
DROP TABLE consumer_before;

-- name: next_import_id()$
-- Import ids are ours: one after the last.
SELECT coalesce(max(import_id), 0) + 1 FROM import_run;

-- name: insert_run(import_id, kind, file_names, file_digest, started_at, finished_at, username, row_count, accepted_count, rejected_count, new_count, changed_count, unchanged_count, notes)!
-- One import's account of itself.
INSERT INTO import_run VALUES (:import_id, :kind, :file_names, :file_digest, :started_at, :finished_at, :username, :row_count,
    :accepted_count, :rejected_count, :new_count, :changed_count, :unchanged_count, :notes);

-- name: keep_refused()!
-- Refused rows with their reason; the same row of a file that came before is kept once.
INSERT INTO rejected_row
SELECT new.import_id, new.file_name, new.row_no, new.reason, new.raw FROM refused_rows AS new
ANTI JOIN rejected_row AS old ON old.file_name = new.file_name AND old.row_no = new.row_no AND old.reason = new.reason AND old.raw = new.raw;

-- name: list_runs(run_limit)
-- The latest imports.
SELECT import_id, kind, file_names, finished_at, username, row_count, accepted_count, rejected_count, new_count, changed_count, unchanged_count,
    coalesce(notes, '{}')
FROM import_run ORDER BY import_id DESC LIMIT :run_limit;

-- name: list_rejected(import_id)
-- The refused rows of one import, in the files' order.
SELECT file_name, row_no, reason, raw FROM rejected_row WHERE import_id = :import_id ORDER BY file_name, row_no;
