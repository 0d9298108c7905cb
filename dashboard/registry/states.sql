-- name: derive_states(first_no, last_no)!
-- Every consumer of an interval in the one state that its number and its consent make (design: one definition of coverage).
-- Consent was given for a number: it enrols only while that very number is the one in use.
UPDATE consumer SET state = derived.state
FROM (
    SELECT person.account_no, person.state AS old_state,
        CASE WHEN person.verdict = 'missing' THEN 'missing'
             WHEN person.verdict <> 'ok' OR dead.mobile IS NOT NULL THEN 'unusable'
             WHEN consent.status = 'out' THEN 'opted_out'
             WHEN consent.status = 'in' AND consent.mobile = person.mobile THEN 'enrolled'
             ELSE 'on_file' END AS state
    FROM consumer AS person
    LEFT JOIN consent ON consent.account_no = person.account_no
    LEFT JOIN (SELECT DISTINCT mobile FROM undeliverable_number) AS dead ON dead.mobile = person.mobile
    WHERE person.office_no BETWEEN :first_no AND :last_no
) AS derived
WHERE derived.account_no = consumer.account_no AND derived.state <> derived.old_state
    AND consumer.office_no BETWEEN :first_no AND :last_no;

-- name: open_export_cases(import_id, opened_at)!
-- A good number of this import that differs from the consented one waits for a person; once rejected it does not come back.
INSERT INTO number_case
SELECT (SELECT coalesce(max(case_id), 0) FROM number_case) + row_number() OVER (ORDER BY person.account_no),
    person.account_no, office.code, consent.mobile, person.mobile, 'export', consent.language, :opened_at, 'open', NULL, NULL, NULL
FROM consent
JOIN consumer AS person ON person.account_no = consent.account_no
JOIN office ON office.office_no = person.office_no
WHERE consent.status = 'in' AND person.import_id = :import_id AND person.verdict = 'ok' AND person.mobile <> consent.mobile
    AND person.mobile NOT IN (SELECT mobile FROM reader_number)
    AND NOT EXISTS (
        SELECT 1 FROM number_case AS known
        WHERE known.account_no = person.account_no AND known.mobile_claimed = person.mobile
            AND known.state IN ('open', 'rejected'));

-- name: restore_consented(import_id)!
-- The consented number stays in use; the cell that the import brought is kept as it came.
UPDATE consumer SET mobile = consent.mobile, verdict = 'ok'
FROM consent
WHERE consent.account_no = consumer.account_no AND consent.status = 'in' AND consumer.import_id = :import_id
    AND consumer.mobile IS DISTINCT FROM consent.mobile;
