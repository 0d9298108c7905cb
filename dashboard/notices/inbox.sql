-- name: has_unplaced()$
-- Whether somebody wrote whose accounts nobody has looked for yet.
SELECT count(*) > 0 FROM (SELECT DISTINCT mobile FROM inbound_message WHERE meaning = 'other') ANTI JOIN inbox_place USING (mobile);

-- name: place_new()!
-- The accounts and offices of numbers that wrote for the first time; one that we do not know belongs to the state's own office.
INSERT INTO inbox_place
WITH fresh AS (
    SELECT DISTINCT mobile FROM inbound_message WHERE meaning = 'other' AND mobile NOT IN (SELECT mobile FROM inbox_place)
), consented AS (
    SELECT DISTINCT consent.account_no, consent.mobile FROM consent SEMI JOIN fresh USING (mobile)
), known AS (
    SELECT consumer.mobile, consumer.account_no, consumer.office_no FROM consumer SEMI JOIN fresh ON fresh.mobile = consumer.mobile
    UNION
    SELECT consented.mobile, consumer.account_no, consumer.office_no FROM consumer JOIN consented ON consented.account_no = consumer.account_no
)
SELECT fresh.mobile, known.account_no, coalesce(office.code, 'UP')
FROM fresh LEFT JOIN known ON known.mobile = fresh.mobile LEFT JOIN office ON office.office_no = known.office_no;

-- name: define_threads()#
-- The threads that an interval of offices may see, one a number, or that of one number alone; open while more has been heard than the last answer knew of.
CREATE OR REPLACE TEMP MACRO inbox_thread(p_first, p_last, p_mobile) AS TABLE
WITH place AS (
    SELECT inbox_place.mobile, min(inbox_place.account_no) AS account_no, min(office.office_no) AS office_no
    FROM inbox_place JOIN office_ever AS office ON office.code = inbox_place.office_code
    WHERE office.office_no BETWEEN p_first AND p_last AND (p_mobile IS NULL OR inbox_place.mobile = p_mobile) GROUP BY inbox_place.mobile
), heard AS (
    SELECT mobile, count(*) FILTER (meaning = 'other') AS heard_count, max(sent_at) AS heard_at,
           arg_max(text, sent_at) FILTER (meaning = 'other') AS last_text
    FROM inbound_message SEMI JOIN place USING (mobile) WHERE p_mobile IS NULL OR mobile = p_mobile GROUP BY mobile
), done AS (
    SELECT mobile, max(heard_count) AS heard_count, count(*) AS event_count, max(happened_at) AS done_at
    FROM inbox_event SEMI JOIN place USING (mobile) WHERE p_mobile IS NULL OR mobile = p_mobile GROUP BY mobile
)
SELECT place.mobile, place.account_no, place.office_no, heard.heard_count, heard.heard_at, heard.last_text,
       coalesce(done.event_count, 0) AS event_count, done.done_at, heard.heard_count > coalesce(done.heard_count, 0) AS is_open
FROM place JOIN heard ON heard.mobile = place.mobile LEFT JOIN done ON done.mobile = place.mobile
WHERE heard.heard_count > 0;

-- name: count_threads(first_no, last_no)^
-- How many threads are open, and how many there are.
SELECT count(*) FILTER (is_open), count(*) FROM inbox_thread(:first_no, :last_no, NULL);

-- name: list_threads(first_no, last_no, only_open, row_limit, row_offset)
-- A page of threads, open ones first, the longest waiting first among them; then the newest.
WITH page AS (
    SELECT * FROM inbox_thread(:first_no, :last_no, NULL) WHERE is_open OR NOT :only_open
    ORDER BY NOT is_open, CASE WHEN is_open THEN epoch(heard_at) ELSE -epoch(heard_at) END, mobile LIMIT :row_limit OFFSET :row_offset
)
SELECT page.mobile, page.account_no, consumer.name, office.name, office.name_hi, office.code, page.heard_at, page.last_text, page.is_open,
    above.name, above.name_hi
FROM page JOIN office_ever AS office ON office.office_no = page.office_no
LEFT JOIN office AS above ON above.office_no = office.parent_no AND office.level = 'feeder'
LEFT JOIN consumer ON consumer.account_no = page.account_no
ORDER BY NOT is_open, CASE WHEN is_open THEN epoch(heard_at) ELSE -epoch(heard_at) END, page.mobile;

-- name: get_thread(first_no, last_no, mobile)^
-- One thread of an interval, with whose it is.
SELECT thread.account_no, heard_count, heard_at, event_count, is_open, office.code, coalesce(consumer.name, ''), office.name,
    coalesce(office.name_hi, '')
FROM inbox_thread(:first_no, :last_no, :mobile) AS thread JOIN office_ever AS office ON office.office_no = thread.office_no
LEFT JOIN consumer ON consumer.account_no = thread.account_no;

-- name: list_lines(mobile, row_limit)
-- What was said on both sides, the newest lines.
SELECT * FROM (
    SELECT sent_at AS said_at, 'consumer' AS side, text, '' AS username, NULL AS job_id FROM inbound_message WHERE mobile = :mobile
    UNION ALL
    SELECT happened_at, kind, text, username, job_id FROM inbox_event WHERE mobile = :mobile
) ORDER BY said_at DESC, side = 'consumer' LIMIT :row_limit;

-- name: state_of_answer(job_id)^
-- What became of an answer, with the code where it failed.
SELECT state, code FROM message_state(:job_id);

-- name: insert_event(mobile, kind, username, now, text, job_id, heard_count)!
-- What an official did about a number's messages.
INSERT INTO inbox_event (mobile, kind, username, happened_at, text, job_id, heard_count)
VALUES (:mobile, :kind, :username, :now, :text, :job_id, :heard_count);
