-- name: code_of_office(office_no)$
-- The code of an office's number.
SELECT code FROM office WHERE office_no = :office_no;

-- name: get_consumer(account_no, office_no)^
-- One consumer whose office is known, in the order of Consumer.
SELECT consumer.account_no, consumer.office_no, office.code, consumer.name, address, category, supply_type, load_kw, book_no, sc_no,
    meter_no, pole_no, transformer, latitude, longitude, bill_date, due_date, last_pay_date, last_pay_amount, amount_payable,
    arrears_segment, agent_id, mobile_raw, mobile, verdict, state
FROM consumer JOIN office ON office.office_no = consumer.office_no
WHERE consumer.office_no = :office_no AND consumer.account_no = :account_no;

-- name: list_by_key(first_no, last_no, account_office_no, mobile, key, upper_key, row_limit)
-- Consumers of an interval with this account (where the hints found it), meter or number, in office order; last, how many there are in all.
-- Plain scans: one with OR reads every row of the columns it asks (at 3.6 crore 1.2-2.1 s of processor against 0.1-0.2 s each).
WITH hit AS (
    SELECT account_no, name, address, office_no, meter_no, mobile, state FROM consumer
    WHERE office_no = :account_office_no AND office_no BETWEEN :first_no AND :last_no AND account_no = :key
    UNION
    SELECT account_no, name, address, office_no, meter_no, mobile, state FROM consumer
    WHERE office_no BETWEEN :first_no AND :last_no AND meter_no IN (:key, :upper_key)
    UNION
    SELECT account_no, name, address, office_no, meter_no, mobile, state FROM consumer
    WHERE office_no BETWEEN :first_no AND :last_no AND mobile = :mobile
)
SELECT account_no, hit.name, address, office.code, office.name, office.name_hi, meter_no, mobile, state, count(*) OVER ()
FROM hit JOIN office ON office.office_no = hit.office_no ORDER BY hit.office_no, account_no LIMIT :row_limit;

-- name: count_by_name(first_no, last_no, part, dotted_part)$
-- How many consumers of an interval have these letters in their name, in one of both spellings; up to four blanks are as good as one.
SELECT count(*) FROM consumer
WHERE office_no BETWEEN :first_no AND :last_no
    AND (contains(replace(replace(upper(name), '  ', ' '), '  ', ' '), :part)
        OR contains(replace(replace(upper(name), '  ', ' '), '  ', ' '), :dotted_part));

-- name: list_by_name(first_no, last_no, part, dotted_part, row_limit)
-- The first of them, in office order.
SELECT account_no, consumer.name, address, office.code, office.name, office.name_hi, meter_no, mobile, state
FROM consumer JOIN office ON office.office_no = consumer.office_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no
    AND (contains(replace(replace(upper(consumer.name), '  ', ' '), '  ', ' '), :part)
        OR contains(replace(replace(upper(consumer.name), '  ', ' '), '  ', ' '), :dotted_part))
ORDER BY consumer.office_no, account_no LIMIT :row_limit;

-- name: list_number_events(account_no)
-- An account's number through time, newest first, in the order of NumberEvent.
SELECT happened_at, source, username, reason, raw_before, mobile_before, verdict_before, raw_after, mobile_after, verdict_after
FROM number_event WHERE account_no = :account_no ORDER BY happened_at DESC;

-- name: list_originals(account_no)
-- What reports wrote in the letters of Kruti Dev, the latest of each field.
SELECT field, arg_max(text, import_id) FROM original_text WHERE account_no = :account_no GROUP BY field;

-- name: restore_numbers(since)!
-- Numbers that people put right while the next registry was made.
UPDATE consumer SET mobile = late.number.mobile, verdict = late.number.verdict
FROM (
    SELECT account_no, arg_max(struct_pack(mobile := mobile_after, verdict := verdict_after), happened_at) AS number
    FROM number_event WHERE happened_at >= :since AND source IN ('correction', 'case') GROUP BY account_no
) AS late
WHERE late.account_no = consumer.account_no;

-- name: restore_texts(since)!
-- Names and addresses likewise.
UPDATE consumer SET name = nullif(coalesce(late.name_now, consumer.name), ''), address = nullif(coalesce(late.address_now, consumer.address), '')
FROM corrected_text AS late
WHERE late.account_no = consumer.account_no AND late.account_no IN (SELECT account_no FROM correction_event WHERE happened_at >= :since);
