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

-- name: list_to_collect(first_no, last_no, book_no, verdict, row_limit, row_offset)
-- The list for field staff, in the order they walk: feeder, book, account. The lowest office a report names need not be a feeder.
SELECT account_no, consumer.name, address,
    CASE 'subdivision' WHEN own.level THEN own.name WHEN above.level THEN above.name WHEN top.level THEN top.name END,
    CASE 'substation' WHEN own.level THEN own.name WHEN above.level THEN above.name END,
    CASE 'feeder' WHEN own.level THEN own.name END, book_no, sc_no, meter_no, pole_no, category,
    greatest(amount_payable, 0)::DOUBLE, coalesce(mobile_raw, ''),
    CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END
FROM consumer
LEFT JOIN office AS own ON own.office_no = consumer.office_no
LEFT JOIN office AS above ON above.office_no = own.parent_no
LEFT JOIN office AS top ON top.office_no = above.parent_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no AND state IN ('missing', 'unusable')
    AND (:book_no IS NULL OR coalesce(book_no, '') = :book_no)
    AND (:verdict IS NULL OR CASE WHEN verdict = 'ok' THEN 'not on whatsapp' ELSE verdict END = :verdict)
ORDER BY consumer.office_no, book_no, account_no
LIMIT :row_limit OFFSET :row_offset;
