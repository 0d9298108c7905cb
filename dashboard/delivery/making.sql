-- name: insert_making(job_id, now)!
-- A job's number is taken; its messages are being written beside the writer.
INSERT INTO job_making VALUES (:job_id, :now);

-- name: delete_making(job_id)!
-- The job is made, or given up.
DELETE FROM job_making WHERE job_id = :job_id;

-- name: list_making()
-- What was being made when the application ended.
SELECT job_id FROM job_making;

-- name: delete_messages(job_id)!
-- A job that was given up has no messages …
DELETE FROM message WHERE job_id = :job_id;

-- name: delete_places(job_id)!
-- … and nobody got them.
DELETE FROM message_place WHERE job_id = :job_id;

-- name: ensure_words()!
-- Where every row brings its own words, no office has any.
CREATE TEMP TABLE IF NOT EXISTS staged_words (office_no INTEGER, parameters VARCHAR[]);

-- name: count_staged()^
-- How many rows there are, how many cannot be sent as they are, and between which places they stand.
SELECT count(*), count(*) FILTER (mobile IS NULL OR mobile NOT BETWEEN 6000000000 AND 9999999999), min(rowid), max(rowid) FROM staged_message;

-- name: count_wrong_words(wanted)$
-- How many texts do not have the values that the template wants.
SELECT (SELECT count(*) FROM staged_words WHERE len(parameters) <> :wanted OR len(list_filter(parameters, lambda value: value IS NULL)) > 0)
     + (SELECT count(*) FROM staged_message WHERE len(parameters) <> :wanted OR len(list_filter(parameters, lambda value: value IS NULL)) > 0)
     + (SELECT count(*) FROM staged_message ANTI JOIN staged_words USING (office_no) WHERE staged_message.parameters IS NULL);

-- name: write_stretch(job_id, first_row, from_row, to_row)!
-- A stretch of the staged rows as messages, numbered as they stand; who has no words of their own gets their office's.
INSERT INTO message
SELECT :job_id, staged.row_no - :first_row + 1, account_no, mobile, coalesce(staged.parameters, staged_words.parameters)
FROM (SELECT rowid AS row_no, * FROM staged_message WHERE rowid BETWEEN :from_row AND :to_row) AS staged
LEFT JOIN staged_words USING (office_no);

-- name: begin_sorted()!
-- The rows by the number that they go from …
CREATE OR REPLACE TEMP TABLE staged_sorted AS SELECT * FROM staged_message LIMIT 0;

-- name: list_numbers()
-- … number by number …
SELECT DISTINCT number_no FROM staged_route ORDER BY number_no;

-- name: sort_in(number_no)!
-- … one after the other …
INSERT INTO staged_sorted
SELECT staged_message.* FROM staged_message JOIN staged_route USING (office_no) WHERE number_no = :number_no;

-- name: take_sorted()#
-- … in place of those that stood as they came.
DROP TABLE staged_message;
ALTER TABLE staged_sorted RENAME TO staged_message;
DROP TABLE staged_route;

-- name: drop_staged()#
-- The messages are written.
DROP TABLE IF EXISTS temp.staged_message;
DROP TABLE IF EXISTS temp.staged_words;
DROP TABLE IF EXISTS temp.staged_sorted;
DROP TABLE IF EXISTS temp.staged_route;

-- name: insert_route(job_id, number_no, first_no, last_no)!
-- Which of the job's messages go from one number.
INSERT INTO job_route VALUES (:job_id, :number_no, :first_no, :last_no);
