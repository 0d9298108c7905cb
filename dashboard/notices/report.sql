-- name: describe_readers()
-- Readers as the registry knows them now, with their feeder; {which}: among which consumers they are looked for.
SELECT account_no, reader.name, address, feeder.name, feeder.name_hi
FROM (SELECT account_no, name, address, office_no FROM consumer WHERE {which}) AS reader
LEFT JOIN office AS feeder ON feeder.office_no = reader.office_no;

-- name: list_lot()
-- The messages of message_lot, in their order.
SELECT message_no, account_no, mobile, state, code FROM message_lot ORDER BY message_no;

-- name: describe_lot()
-- The same with their readers, in one look through the registry.
SELECT account_no, reader.name, address, feeder.name, feeder.name_hi, mobile, state, message_lot.code
FROM message_lot
LEFT JOIN (SELECT account_no, name, address, office_no FROM consumer SEMI JOIN message_lot USING (account_no)) AS reader USING (account_no)
LEFT JOIN office AS feeder ON feeder.office_no = reader.office_no
ORDER BY message_no;

-- name: list_replies(job_id, since, until, row_limit)
-- What a job's recipients wrote after it, without joining and leaving words that the machine answers; newest first.
WITH wrote AS (
    SELECT sent_at, mobile, text, meaning FROM inbound_message WHERE sent_at BETWEEN :since AND :until AND meaning <> 'join'
), reached AS (
    SELECT mobile, min(account_no) AS account_no FROM message SEMI JOIN wrote USING (mobile) WHERE job_id = :job_id GROUP BY mobile
)
SELECT wrote.sent_at, reached.account_no, wrote.mobile, wrote.text, wrote.meaning
FROM wrote JOIN reached ON reached.mobile = wrote.mobile
ORDER BY wrote.sent_at DESC LIMIT :row_limit;

-- name: list_uncounted(now, row_limit)
-- Notices that ended within a week and whose sums are not kept, or an hour old (in the first hour a minute): reports still come in.
SELECT notice.notice_id, notice.job_id
FROM notice LEFT JOIN notice_tally ON notice_tally.notice_id = notice.notice_id
WHERE notice.state IN ('finished', 'cancelled') AND notice.job_id IS NOT NULL
  AND (counted_at IS NULL OR (counted_at < :now - INTERVAL 1 HOUR AND coalesce(finished_at, send_at) > :now - INTERVAL 7 DAY)
    OR (counted_at < :now - INTERVAL 1 MINUTE AND coalesce(finished_at, send_at) > :now - INTERVAL 1 HOUR))
ORDER BY counted_at NULLS FIRST, notice.notice_id DESC LIMIT :row_limit;

-- name: drop_tally(notice_id)!
-- The sums are counted anew.
DELETE FROM notice_tally WHERE notice_id = :notice_id;

-- name: insert_tally(notice_id, now, recipients, accepted, delivered, read, failed)!
-- A notice's sums at a moment.
INSERT INTO notice_tally VALUES (:notice_id, :now, :recipients, :accepted, :delivered, :read, :failed);

-- name: list_earlier(template, notice_id, office_no, first_no, last_no, row_limit)
-- Earlier notices with the same words in the scope's offices: those of offices above or below this one first, then the newest;
-- beside a feeder its substation.
SELECT notice.notice_id, notice.send_at, office.name, office.name_hi, notice.office_code, recipients, accepted, delivered, read, failed,
    above.name, above.name_hi
FROM notice JOIN notice_tally ON notice_tally.notice_id = notice.notice_id
JOIN office_ever AS office ON office.code = notice.office_code
LEFT JOIN office AS above ON above.office_no = office.parent_no AND office.level = 'feeder'
WHERE notice.template = :template AND notice.notice_id < :notice_id AND accepted > 0 AND office.office_no BETWEEN :first_no AND :last_no
ORDER BY :office_no BETWEEN office.office_no AND office.last_no DESC, notice.notice_id DESC LIMIT :row_limit;
