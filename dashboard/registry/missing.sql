-- name: count_to_collect(first_no, last_no, book_no)
-- Consumers whose number must be collected, by reason; of one reading book or of all.
SELECT CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END AS reason, count(*) FROM consumer
WHERE office_no BETWEEN :first_no AND :last_no AND state IN ('missing', 'unusable')
    AND (:book_no IS NULL OR coalesce(book_no, '') = :book_no)
GROUP BY reason ORDER BY count(*) DESC, reason;

-- name: list_feeders(first_no, last_no)
-- The lowest offices of an interval that have numbers to collect, with how many.
SELECT office.code, office.name, office.name_hi, count(*) FROM consumer JOIN office ON office.office_no = consumer.office_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no AND consumer.state IN ('missing', 'unusable')
GROUP BY ALL ORDER BY min(office.office_no);

-- name: list_books(first_no, last_no)
-- The reading books of an interval that have numbers to collect, with how many.
SELECT coalesce(book_no, ''), count(*) FROM consumer
WHERE office_no BETWEEN :first_no AND :last_no AND state IN ('missing', 'unusable')
GROUP BY ALL ORDER BY 1;

-- name: sum_offices(first_no, last_no, book_no, verdict)
-- The offices of an interval whose own consumers are on the list, in order, with how many.
SELECT office_no, count(*) FROM consumer
WHERE office_no BETWEEN :first_no AND :last_no AND state IN ('missing', 'unusable')
    AND (:book_no IS NULL OR coalesce(book_no, '') = :book_no)
    AND (:verdict IS NULL OR CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END = :verdict)
GROUP BY office_no ORDER BY office_no;

-- name: list_to_collect(first_no, last_no, book_no, verdict, row_limit, row_offset)
-- The list for field staff, in the order they walk: feeder, book, account. The office's names are told by its number.
SELECT account_no, name, address, office_no, book_no, sc_no, meter_no, pole_no, category,
    greatest(amount_payable, 0)::DOUBLE, coalesce(mobile_raw, ''),
    CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END
FROM consumer
WHERE office_no BETWEEN :first_no AND :last_no AND state IN ('missing', 'unusable')
    AND (:book_no IS NULL OR coalesce(book_no, '') = :book_no)
    AND (:verdict IS NULL OR CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END = :verdict)
ORDER BY office_no, book_no, account_no
LIMIT :row_limit OFFSET :row_offset;
