-- name: stage_got(job_id, places, typed)!
-- Those whom a notice reached or may still reach, once more: taken by the provider and not failed since.
-- places[i] is where the i-th value stands among the first notice's own, 0 for one that typed[i] gives.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT message.account_no, message.mobile,
       list_transform(:places::INTEGER[], lambda place, i: CASE WHEN place > 0 THEN message.parameters[place] ELSE (:typed::VARCHAR[])[i] END) AS parameters
FROM message_state(:job_id) AS now
JOIN message ON message.job_id = :job_id AND message.message_no = now.message_no
WHERE now.state IN ('accepted', 'sent', 'delivered', 'read');

-- name: stage_refused(job_id, codes)!
-- Those refused for a reason that another attempt may overcome, with their frozen words.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT message.account_no, message.mobile, message.parameters
FROM message_state(:job_id) AS now
JOIN message ON message.job_id = :job_id AND message.message_no = now.message_no
WHERE now.state = 'failed' AND list_contains(:codes::INTEGER[], now.code);

-- name: count_staged()$
-- How many are to get the notice that follows.
SELECT count(*) FROM staged_message;

-- name: drop_staged()!
-- Nobody is left to be written to.
DROP TABLE IF EXISTS temp.staged_message;

-- name: insert_follow(notice_id, of_notice_id, kind)!
-- Which notice follows which.
INSERT INTO notice_follow VALUES (:notice_id, :of_notice_id, :kind);

-- name: list_follows(notice_id)
-- The notices that follow one, oldest first.
SELECT notice_id, kind FROM notice_follow WHERE of_notice_id = :notice_id ORDER BY notice_id;

-- name: get_followed(notice_id)^
-- The notice that one follows.
SELECT of_notice_id, kind FROM notice_follow WHERE notice_id = :notice_id;
