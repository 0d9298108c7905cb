-- name: set_number(account_no, mobile, verdict)!
-- The number in use; the export's cell stays, so that the same cell tomorrow does not undo this.
UPDATE touched SET mobile = :mobile, verdict = :verdict WHERE account_no = :account_no;

-- name: judge_touched(shared_threshold)!
-- What only the whole registry tells of a number (as importer.sql: keep_special); all accounts that had or have it are in touched.
UPDATE touched SET verdict = judged.verdict
FROM (
    SELECT mobile, CASE WHEN mobile IN (SELECT mobile FROM reader_number) THEN 'reader''s own'
                        WHEN count(*) > :shared_threshold THEN 'shared' ELSE 'ok' END AS verdict
    FROM touched WHERE verdict IN ('ok', 'reader''s own', 'shared')
    GROUP BY mobile
) AS judged
WHERE judged.mobile = touched.mobile AND touched.verdict IN ('ok', 'reader''s own', 'shared') AND touched.verdict <> judged.verdict;

-- name: move_consent(account_no, mobile)!
-- Consent stays with the number it was given for: set aside while another is in use, back with it, unless that number said STOP since.
UPDATE consent SET status = CASE WHEN consent.mobile IS DISTINCT FROM :mobile THEN 'aside'
    WHEN EXISTS (SELECT 1 FROM consent_event AS stop WHERE stop.mobile = consent.mobile AND stop.kind = 'opt_out'
                 AND stop.given_at > consent.changed_at) THEN 'out' ELSE 'in' END
WHERE account_no = :account_no AND status IN ('in', 'aside');

-- name: append_number_event(account_no, now, source, username, reason, raw_before, mobile_before, verdict_before, raw_after, mobile_after, verdict_after)!
-- One change of a number.
INSERT INTO number_event VALUES (:account_no, :now, :source, :username, :reason, :raw_before, :mobile_before, :verdict_before,
    :raw_after, :mobile_after, :verdict_after);

-- name: last_number_event(account_no)^
-- The latest change of an account's number.
SELECT source, raw_before, mobile_before, verdict_before, mobile_after FROM number_event
WHERE account_no = :account_no ORDER BY happened_at DESC LIMIT 1;

-- name: set_name(account_no, office_no, value)!
-- A consumer's name.
UPDATE consumer SET name = nullif(:value, '') WHERE office_no = :office_no AND account_no = :account_no;

-- name: set_address(account_no, office_no, value)!
-- A consumer's address.
UPDATE consumer SET address = nullif(:value, '') WHERE office_no = :office_no AND account_no = :account_no;

-- name: last_text_event(account_no, field)^
-- The latest correction of a name or an address.
SELECT value_before, value_after FROM correction_event
WHERE account_no = :account_no AND field = :field ORDER BY happened_at DESC LIMIT 1;

-- name: append_text_event(account_no, now, username, reason, field, value_before, value_after)!
-- One correction of a name or an address.
INSERT INTO correction_event VALUES (:account_no, :now, :username, :reason, :field, :value_before, :value_after);

-- name: list_text_events(account_no)
-- The corrections of name and address, newest first, in the order of TextEvent.
SELECT happened_at, username, reason, field, value_before, value_after FROM correction_event
WHERE account_no = :account_no ORDER BY happened_at DESC;
