-- name: next_notice_id()$
-- Notice ids are ours: one after the last.
SELECT coalesce(max(notice_id), 0) + 1 FROM notice;

-- name: insert_notice(notice_id, template, language, body, variables, office_code, audience, created_by, now)!
-- A new draft.
INSERT INTO notice VALUES (:notice_id, 'draft', :template, :language, :body, :variables, :office_code, :audience, 0, '{}', '', NULL,
    :created_by, :now, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- name: update_draft(notice_id, state, template, language, body, variables, office_code, audience)!
-- An edit voids what was frozen.
UPDATE notice SET state = :state, template = :template, language = :language, body = :body, variables = :variables,
    office_code = :office_code, audience = :audience, recipient_count = 0, exclusions = '{}', content_hash = '', job_id = NULL,
    decided_by = NULL, decided_at = NULL, send_at = NULL
WHERE notice_id = :notice_id;

-- name: freeze(notice_id, state, recipient_count, exclusions, content_hash, job_id, username, now)!
-- What was submitted, under one hash.
UPDATE notice SET state = :state, recipient_count = :recipient_count, exclusions = :exclusions, content_hash = :content_hash,
    job_id = :job_id, submitted_by = :username, submitted_at = :now
WHERE notice_id = :notice_id;

-- name: decide(notice_id, state, username, now, comment)!
-- Approved or returned.
UPDATE notice SET state = :state, decided_by = :username, decided_at = :now, comment = :comment WHERE notice_id = :notice_id;

-- name: set_state(notice_id, state)!
-- A notice's next state.
UPDATE notice SET state = :state WHERE notice_id = :notice_id;

-- name: set_schedule(notice_id, state, send_at)!
-- When it is to start.
UPDATE notice SET state = :state, send_at = :send_at WHERE notice_id = :notice_id;

-- name: follows_another(notice_id)$
-- Whether a notice goes to some of those to whom another was addressed.
SELECT count(*) > 0 FROM notice_follow WHERE notice_id = :notice_id;

-- name: delete_notice(notice_id)!
-- A draft that its author gave up.
DELETE FROM notice WHERE notice_id = :notice_id;

-- name: get_notice(notice_id)^
-- One notice as it stands now, with the place of its office.
SELECT notice_id, state, template, language, body, variables, notice_now.office_code, audience, recipient_count, exclusions, content_hash,
    job_id, pause_reason, created_by, created_at, submitted_by, submitted_at, decided_by, decided_at, comment, send_at, finished_at,
    coalesce((SELECT full_name FROM app_user WHERE username = created_by), created_by),
    coalesce((SELECT full_name FROM app_user WHERE username = decided_by), decided_by), office.office_no, office.last_no
FROM notice_now JOIN office_ever AS office ON office.code = notice_now.office_code WHERE notice_id = :notice_id;

-- name: list_notices(first_no, last_no)
-- The notices of an interval of offices, newest first; beside a feeder its substation.
SELECT notice_id, state, template, language, notice_now.office_code, office.name, office.name_hi, recipient_count, created_by, created_at,
    submitted_by, submitted_at, decided_by, send_at, finished_at, pause_reason, comment,
    coalesce((SELECT full_name FROM app_user WHERE username = created_by), created_by), above.name, above.name_hi
FROM notice_now JOIN office_ever AS office ON office.code = notice_now.office_code
LEFT JOIN office AS above ON above.office_no = office.parent_no AND office.level = 'feeder'
WHERE office.office_no BETWEEN :first_no AND :last_no ORDER BY notice_id DESC;

-- name: list_alike(since, body, first_no, last_no, own_id)
-- Notices submitted or sent since a moment with one body, to offices that overlap an interval.
SELECT notice_id, variables, audience, greatest(submitted_at, coalesce(send_at, submitted_at)) AS at
FROM notice JOIN office_ever AS office ON office.code = notice.office_code
WHERE notice.state NOT IN ('draft', 'returned', 'cancelled') AND notice.body = :body AND notice_id <> :own_id
    AND greatest(submitted_at, coalesce(send_at, submitted_at)) >= :since
    AND office.office_no <= :last_no AND office.last_no >= :first_no
ORDER BY notice_id DESC;

-- name: list_due(now)
-- Scheduled notices whose time has come.
SELECT notice_id FROM notice WHERE state = 'scheduled' AND send_at <= :now ORDER BY send_at, notice_id;

-- name: list_waiting()
-- What waits for leave or for its hour.
SELECT notice_id FROM notice WHERE state IN ('submitted', 'approved', 'scheduled') ORDER BY notice_id;

-- name: list_unshown()
-- The jobs under way that no notice has: answers to consumers, test sends.
SELECT job_id FROM job WHERE state IN ('running', 'paused') AND job_id NOT IN (SELECT job_id FROM notice WHERE job_id IS NOT NULL)
ORDER BY job_id;

-- name: list_resting_trials(before)
-- The test sends that have rested since a moment, with when they were made; not those whose template rests, which go on by themselves.
SELECT job_id, created_at FROM job
WHERE state = 'paused' AND kind = 'template' AND pause_reason <> 'template_paused' AND changed_at < :before
    AND job_id NOT IN (SELECT job_id FROM notice WHERE job_id IS NOT NULL)
ORDER BY job_id;

-- name: list_ended()
-- Notices whose job has ended and that do not know it yet.
SELECT notice_id, job_changed_at FROM notice_now WHERE stored_state IN ('sending', 'paused') AND job_state = 'finished';

-- name: list_sending()
-- The notices under way, with their templates.
SELECT notice_id, template, language FROM notice_now WHERE state = 'sending' ORDER BY notice_id;

-- name: finish_notice(notice_id, finished_at)!
-- A notice whose last message has gone.
UPDATE notice SET state = 'finished', finished_at = :finished_at WHERE notice_id = :notice_id;

-- name: own_mobile(username)$
-- The number to which a person's test messages go.
SELECT mobile FROM app_user WHERE username = :username;

-- name: frozen_message(job_id, position)^
-- One frozen message by place, with its reader as the registry knows them now.
SELECT consumer.name, message.mobile, message.parameters, job.parameter_names, job.message_count
FROM message JOIN job ON job.job_id = message.job_id LEFT JOIN consumer ON consumer.account_no = message.account_no
WHERE message.job_id = :job_id AND message.message_no = :position + 1;
