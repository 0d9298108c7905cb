-- Places in braces are filled in: {consumer} the registry or the next one, {which} the consumers that are meant.

-- name: derive_states()!
-- Every consumer in the one state that its number and its consent make (design: one definition of coverage).
-- Consent was given for a number: it enrols only while that very number is the one in use.
UPDATE {consumer} SET state = derived.state
FROM (
    SELECT person.account_no, person.office_no, person.state AS old_state,
        CASE WHEN person.verdict = 'missing' THEN 'missing'
             WHEN person.verdict <> 'ok' OR dead.mobile IS NOT NULL THEN 'unusable'
             WHEN consent.status = 'out' THEN 'opted_out'
             WHEN consent.status = 'in' AND consent.mobile = person.mobile THEN 'enrolled'
             ELSE 'on_file' END AS state
    FROM {consumer} AS person
    LEFT JOIN consent ON consent.account_no = person.account_no
    LEFT JOIN (SELECT DISTINCT mobile FROM undeliverable_number) AS dead ON dead.mobile = person.mobile
    WHERE {which}
) AS derived
WHERE derived.account_no = {consumer}.account_no AND derived.office_no = {consumer}.office_no AND derived.state <> derived.old_state;

-- name: keep_export_cases(import_id)!
-- Good numbers of this import that differ from the consented one wait for a person; once rejected they do not come back.
CREATE OR REPLACE TABLE staging.export_case AS
SELECT person.account_no, consent.mobile AS mobile_on_file, person.mobile AS mobile_claimed, consent.language
FROM consent
JOIN {consumer} AS person ON person.account_no = consent.account_no
WHERE consent.status = 'in' AND person.import_id = :import_id AND person.verdict = 'ok' AND person.mobile <> consent.mobile
    AND person.mobile NOT IN (SELECT mobile FROM reader_number UNION SELECT mobile FROM staging.reader)
    AND NOT EXISTS (
        SELECT 1 FROM number_case AS known
        WHERE known.account_no = person.account_no AND known.mobile_claimed = person.mobile
            AND known.state IN ('open', 'rejected'));

-- name: open_export_cases(opened_at)!
-- They become cases of the office where the consumer stands.
INSERT INTO number_case
SELECT (SELECT coalesce(max(case_id), 0) FROM number_case) + row_number() OVER (ORDER BY waiting.account_no),
    waiting.account_no, office.code, waiting.mobile_on_file, waiting.mobile_claimed, 'export', waiting.language, :opened_at, 'open', NULL, NULL, NULL
FROM staging.export_case AS waiting
JOIN consumer ON consumer.account_no = waiting.account_no
JOIN office ON office.office_no = consumer.office_no;

-- name: restore_consented()!
-- The consented number stays in use; the cell that the import brought is kept as it came.
UPDATE {consumer} SET mobile = consent.mobile, verdict = 'ok'
FROM consent
WHERE consent.account_no = {consumer}.account_no AND consent.status = 'in' AND {which}
    AND {consumer}.mobile IS DISTINCT FROM consent.mobile;

-- name: restore_corrected(import_id)!
-- A number that a person put away does not come back written otherwise: what was put right stays in use, the cell is kept as it came.
UPDATE {consumer} SET mobile = before.mobile, verdict = CASE WHEN before.mobile IS NULL THEN 'missing' ELSE 'ok' END
FROM staging.number_before AS before JOIN (
    SELECT account_no, arg_max(struct_pack(mobile := mobile_after), happened_at) AS last,
        list(mobile_before) FILTER (reason <> 'undo') AS put_away
    FROM number_event WHERE source = 'correction' GROUP BY account_no
) AS said ON said.account_no = before.account_no AND said.last.mobile IS NOT DISTINCT FROM before.mobile
WHERE {consumer}.account_no = before.account_no AND {consumer}.import_id = :import_id AND list_contains(said.put_away, {consumer}.mobile);

-- name: keep_returned(import_id)!
-- Accounts whose consent was set aside, because another number was in use, and to which this import brings the consented one back.
CREATE OR REPLACE TABLE staging.returned AS
SELECT consent.account_no FROM consent JOIN consumer ON consumer.account_no = consent.account_no
WHERE consent.status = 'aside' AND consumer.import_id = :import_id AND consumer.mobile = consent.mobile;

-- name: return_consents()!
-- Consent comes back with its number, unless that number said STOP since.
UPDATE consent SET status = CASE WHEN EXISTS (
        SELECT 1 FROM consent_event AS stop
        WHERE stop.mobile = consent.mobile AND stop.kind = 'opt_out' AND stop.given_at > consent.changed_at) THEN 'out' ELSE 'in' END
WHERE status = 'aside' AND account_no IN (SELECT account_no FROM staging.returned);

-- name: keep_late(since)!
-- Accounts that people or WhatsApp touched while the next registry was made, and those whose consent came back.
CREATE OR REPLACE TABLE staging.late AS
SELECT DISTINCT account_no FROM consent_event WHERE recorded_at >= :since
UNION SELECT account_no FROM number_event WHERE happened_at >= :since
UNION SELECT account_no FROM staging.returned
UNION SELECT account_no FROM consumer WHERE mobile IN (
    SELECT mobile FROM undeliverable_number WHERE undeliverable_number.since >= :since
    UNION SELECT mobile FROM verified_number WHERE verified_number.since >= :since
    UNION SELECT mobile FROM inbound_message WHERE sent_at >= :since);

-- name: list_late_offices()
-- Where they stand.
SELECT DISTINCT office_no FROM consumer WHERE account_no IN (SELECT account_no FROM staging.late) ORDER BY office_no;
