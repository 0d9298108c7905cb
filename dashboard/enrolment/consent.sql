-- name: list_consumers()
-- What consent needs to know of accounts; {which} they are, wherever they are known to stand.
SELECT account_no, office_no, mobile, verdict, state FROM consumer WHERE {which};

-- name: codes_of_offices(office_nos)
-- The codes of offices by number.
SELECT office_no, code FROM office WHERE office_no IN (SELECT unnest(:office_nos::INTEGER[]));

-- name: get_consent(account_no)^
-- What stands now for an account.
SELECT account_no, mobile, status, language, changed_at FROM consent WHERE account_no = :account_no;

-- name: languages_of_numbers()
-- The language last used with each number of the relation asked_numbers.
SELECT mobile, arg_max(language, changed_at) FROM consent WHERE mobile IN (SELECT mobile FROM asked_numbers) GROUP BY mobile;

-- name: is_reader_number(mobile)$
-- Whether a number is a meter reader's own.
SELECT count(*) > 0 FROM reader_number WHERE mobile = :mobile;

-- name: stops_of_numbers()
-- The last STOP of each number of the relation asked_numbers.
SELECT mobile, max(given_at) FROM consent_event
WHERE kind = 'opt_out' AND mobile IN (SELECT mobile FROM asked_numbers) GROUP BY mobile;

-- name: readers_among()
-- Which numbers of the relation asked_numbers are meter readers' own.
SELECT DISTINCT mobile FROM reader_number WHERE mobile IN (SELECT mobile FROM asked_numbers);

-- name: append_events()!
-- Facts of consent, as registered in the relation consent_rows.
INSERT INTO consent_event SELECT given_at, recorded_at, account_no, mobile, kind, how, wording, username, evidence FROM consent_rows;

-- name: delete_consents()!
-- What stood for these accounts …
-- (a word given for a number alone, without an account, stands under that number).
DELETE FROM consent USING consent_rows
WHERE consent.account_no = consent_rows.account_no AND (consent.account_no <> '' OR consent.mobile = consent_rows.mobile);

-- name: insert_consents()!
-- … gives way to what stands now.
INSERT INTO consent
SELECT account_no, mobile, CASE kind WHEN 'opt_in' THEN 'in' ELSE 'out' END, language, given_at FROM consent_rows;

-- name: append_number_events()!
-- What the take-over below will change, as facts; of the accounts in the relation touched.
INSERT INTO number_event
SELECT touched.account_no, consent_rows.recorded_at, CASE WHEN consent_rows.evidence LIKE 'case:%' THEN 'case' ELSE 'consent' END,
    consent_rows.username, '', touched.mobile_raw, touched.mobile, touched.verdict, CAST(consent_rows.mobile AS VARCHAR), consent_rows.mobile, 'ok'
FROM consent_rows JOIN touched ON touched.account_no = consent_rows.account_no
WHERE consent_rows.kind = 'opt_in' AND (touched.mobile IS DISTINCT FROM consent_rows.mobile OR touched.verdict <> 'ok');

-- name: take_over_numbers()!
-- The consented number becomes the number in use; the export's raw cell is kept.
UPDATE touched SET mobile = consent_rows.mobile, verdict = 'ok'
FROM consent_rows
WHERE consent_rows.account_no = touched.account_no AND consent_rows.kind = 'opt_in'
    AND (touched.mobile IS DISTINCT FROM consent_rows.mobile OR touched.verdict <> 'ok');

-- name: consents_of_numbers()
-- Accounts that numbers of the relation asked_numbers joined with.
SELECT mobile, account_no FROM consent WHERE mobile IN (SELECT mobile FROM asked_numbers) AND status = 'in';

-- name: accounts_at()
-- Accounts that have their number on file for use; {which} they are.
SELECT mobile, account_no FROM consumer WHERE {which} AND verdict = 'ok';

-- name: suppressed()
-- Numbers of the relation asked_numbers that have opted out and joined with no other account since, and those that were taken off every
-- account with which they joined.
SELECT asked_numbers.mobile FROM asked_numbers JOIN consent USING (mobile)
GROUP BY asked_numbers.mobile HAVING arg_max(status, changed_at) = 'out' OR NOT bool_or(status = 'in');

-- name: last_event()$
-- The last fact of consent: rows of a table that is only ever appended to.
SELECT coalesce(max(rowid), -1) FROM consent_event;

-- name: last_number_fact()$
-- The last change of a number, likewise.
SELECT coalesce(max(rowid), -1) FROM number_event;

-- name: taken_off_between(after, last)
-- The numbers of which a change behind one and up to another says that a person has taken them off an account.
SELECT DISTINCT mobile_before AS mobile FROM number_event
WHERE source IN ('correction', 'case') AND mobile_before IS NOT NULL AND mobile_before IS DISTINCT FROM mobile_after
    AND rowid > :after AND rowid <= :last;

-- name: stopped_between(after, last)
-- The numbers of which a fact behind one and up to another says that they opt out.
SELECT DISTINCT mobile FROM consent_event WHERE kind = 'opt_out' AND rowid > :after AND rowid <= :last;

-- name: stopped_since(after)
-- The same up to now, what stands in the change at hand too.
SELECT DISTINCT mobile FROM consent_event WHERE kind = 'opt_out' AND rowid > :after;

-- name: taken_off_since(after)
-- The numbers that were taken off an account up to now, likewise.
SELECT DISTINCT mobile_before AS mobile FROM number_event
WHERE source IN ('correction', 'case') AND mobile_before IS NOT NULL AND mobile_before IS DISTINCT FROM mobile_after AND rowid > :after;

-- name: insert_undeliverable(now)!
-- WhatsApp could not reach these numbers.
INSERT INTO undeliverable_number
SELECT DISTINCT mobile, CAST(:now AS TIMESTAMP) FROM asked_numbers WHERE mobile NOT IN (SELECT mobile FROM undeliverable_number);

-- name: list_undeliverable()
-- Which of the asked numbers WhatsApp could not reach before.
SELECT DISTINCT mobile FROM undeliverable_number WHERE mobile IN (SELECT mobile FROM asked_numbers);

-- name: delete_undeliverable()!
-- A message came from them: they are on WhatsApp.
DELETE FROM undeliverable_number WHERE mobile IN (SELECT mobile FROM asked_numbers);
