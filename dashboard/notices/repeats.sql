-- name: next_repeat_id()$
-- Ids are ours: one after the last.
SELECT coalesce(max(repeat_id), 0) + 1 FROM notice_repeat;

-- name: comes_already(template, language, variables, office_code, audience, day_of_month, minute_of_day)$
-- Whether the same notice comes at the same hour of a month.
SELECT count(*) > 0 FROM notice_repeat
WHERE template = :template AND language = :language AND variables = :variables AND office_code = :office_code AND audience = :audience
    AND day_of_month = :day_of_month AND minute_of_day = :minute_of_day AND ended_at IS NULL;

-- name: insert_repeat(repeat_id, template, language, variables, office_code, audience, day_of_month, minute_of_day, username, now)!
-- A notice that comes again every month.
INSERT INTO notice_repeat VALUES (:repeat_id, :template, :language, :variables, :office_code, :audience, :day_of_month, :minute_of_day,
    :username, :now, NULL, NULL);

-- name: end_repeat(repeat_id, username, now)!
-- No further occurrence is made.
UPDATE notice_repeat SET ended_by = :username, ended_at = :now WHERE repeat_id = :repeat_id AND ended_at IS NULL;

-- name: get_repeat(repeat_id)^
-- One repeat with the place of its office.
SELECT repeat_id, template, language, variables, office_code, audience, day_of_month, minute_of_day, created_by, office.name, office.name_hi,
       office.office_no, office.last_no
FROM notice_repeat JOIN office_ever AS office ON office.code = notice_repeat.office_code WHERE repeat_id = :repeat_id AND ended_at IS NULL;

-- name: list_repeats(first_no, last_no)
-- The repeats of an interval that have not ended.
SELECT repeat_id, template, language, variables, office_code, audience, day_of_month, minute_of_day, created_by, office.name, office.name_hi,
       office.office_no, office.last_no
FROM notice_repeat JOIN office_ever AS office ON office.code = notice_repeat.office_code
WHERE office.office_no BETWEEN :first_no AND :last_no AND ended_at IS NULL ORDER BY repeat_id;

-- name: last_occurrence(repeat_id)^
-- The latest month for which an occurrence was made, its notice, and why it could not be submitted.
SELECT month, notice_id, problem FROM repeat_occurrence WHERE repeat_id = :repeat_id ORDER BY month DESC LIMIT 1;

-- name: insert_occurrence(repeat_id, month, notice_id, problem, send_at)!
-- One month's notice.
INSERT INTO repeat_occurrence VALUES (:repeat_id, :month, :notice_id, :problem, :send_at);

-- name: list_approved(since)
-- Occurrences that were approved and wait for their hour to be set.
SELECT notice.notice_id, repeat_occurrence.send_at, notice.created_by
FROM repeat_occurrence JOIN notice ON notice.notice_id = repeat_occurrence.notice_id
WHERE notice.state = 'approved' AND repeat_occurrence.send_at > :since ORDER BY notice.notice_id;
