-- name: list_rules()
-- The rules in the order in which they are tried.
SELECT rule_no, purpose, sensitive, widest_level, most_recipients, steps, fewest_recipients, place, event_no
FROM approval_rule ORDER BY place, rule_no;

-- name: next_rule_no()$
-- Numbers of rules are ours: one after the last that ever was.
SELECT coalesce(max(rule_no), 0) + 1 FROM approval_rule_event;

-- name: insert_rule(rule_no, now, username, is_retired, place, purpose, sensitive, widest_level, fewest, most, steps)!
-- What a rule says from now on.
INSERT INTO approval_rule_event
SELECT coalesce(max(event_no), 0) + 1, :rule_no, :now, :username, :is_retired, :place, :purpose, :sensitive, :widest_level, :fewest, :most, :steps::VARCHAR[]
FROM approval_rule_event;

-- name: list_rule_events(row_limit)
-- What was said of the rules, the latest first.
SELECT rule_no, valid_from, coalesce(full_name, said_by), is_retired, purpose, sensitive, widest_level, most_recipients, steps,
    fewest_recipients, place, event_no
FROM approval_rule_event LEFT JOIN app_user ON app_user.username = said_by ORDER BY event_no DESC LIMIT :row_limit;

-- name: insert_step(job_id, step_no, level)!
-- One step that a submission needs.
INSERT INTO approval_step VALUES (:job_id, :step_no, :level);

-- name: list_steps(job_id, first_no, last_no, levels)
-- The steps of a submission, each with the lowest office around the audience that is of its level or above, and who gave it.
-- Each void takes one approval of its giver back: who has given more than was taken back has given the step, whatever the clock said.
WITH given AS (
    SELECT step_no, username, max(given_at) AS given_at, count(*) AS approvals
    FROM approval_given WHERE job_id = :job_id GROUP BY step_no, username
), void AS (
    SELECT step_no, username, count(*) AS voids FROM approval_void WHERE job_id = :job_id GROUP BY step_no, username
), standing AS (
    SELECT given.step_no, arg_max(given.username, given.given_at) AS username, max(given.given_at) AS given_at
    FROM given LEFT JOIN void ON void.step_no = given.step_no AND void.username = given.username
    WHERE given.approvals > coalesce(void.voids, 0) GROUP BY given.step_no
)
SELECT step.step_no, step.level, above.office_no, above.last_no, standing.username,
    coalesce(approver.full_name, standing.username), standing.given_at
FROM approval_step AS step
JOIN office AS above ON above.office_no <= :first_no AND above.last_no >= :last_no
    AND list_position(:levels::VARCHAR[], above.level) <= list_position(:levels::VARCHAR[], step.level)
LEFT JOIN standing ON standing.step_no = step.step_no
LEFT JOIN app_user AS approver ON approver.username = standing.username
WHERE step.job_id = :job_id
QUALIFY row_number() OVER (PARTITION BY step.step_no ORDER BY above.office_no DESC) = 1
ORDER BY step.step_no;

-- name: find_step_office(first_no, last_no, level, levels)^
-- The lowest office around an interval that is of a level or above: whose approvers may give such a step.
SELECT office_no, last_no FROM office
WHERE office_no <= :first_no AND last_no >= :last_no
    AND list_position(:levels::VARCHAR[], level) <= list_position(:levels::VARCHAR[], :level)
ORDER BY office_no DESC LIMIT 1;

-- name: insert_given(job_id, step_no, username, content_hash, now)!
-- A person's approval of one step.
INSERT INTO approval_given VALUES (:job_id, :step_no, :username, :content_hash, :now);

-- name: insert_void(job_id, step_no, username, now)!
-- An approval that counts no more, since its giver may not give it any more.
INSERT INTO approval_void VALUES (:job_id, :step_no, :username, :now);

-- name: may_give(username, first_no, last_no)$
-- Whether an account as it stands now could give a step.
SELECT count(*) > 0 FROM app_user JOIN office ON office.code = app_user.office_code
WHERE app_user.username = :username AND app_user.is_active AND app_user.role = 'approver'
    AND office.office_no <= :first_no AND office.last_no >= :last_no;

-- name: list_doubtful()
-- Notices that have not ended, with an approval by somebody who may not give one for their office now.
SELECT DISTINCT notice.notice_id FROM notice
JOIN approval_given AS given ON given.job_id = notice.job_id
JOIN office_ever AS place ON place.code = notice.office_code
LEFT JOIN app_user ON app_user.username = given.username
LEFT JOIN office ON office.code = app_user.office_code
WHERE notice.state IN ('submitted', 'approved', 'scheduled', 'sending', 'paused')
    AND NOT coalesce(app_user.is_active AND app_user.role = 'approver'
        AND office.office_no <= place.office_no AND office.last_no >= place.last_no, false)
ORDER BY notice.notice_id;

-- name: list_under_way()
-- Approved notices that are being sent or paused.
SELECT DISTINCT notice.notice_id FROM notice JOIN approval_given AS given ON given.job_id = notice.job_id
WHERE notice.state IN ('sending', 'paused') ORDER BY notice.notice_id;

-- name: list_submitted(first_no, last_no, lost)
-- The notices of an interval of offices that wait for somebody's approval, the longest first; those too that wait for it under way.
SELECT notice_id FROM notice JOIN office_ever AS office ON office.code = notice.office_code
LEFT JOIN job ON job.job_id = notice.job_id
WHERE office.office_no BETWEEN :first_no AND :last_no AND (notice.state = 'submitted'
    OR (notice.state IN ('sending', 'paused') AND job.state = 'paused' AND job.pause_reason = :lost))
ORDER BY notice_id;

-- name: list_expired(since)
-- What was submitted (or went back to its approvers), or approved and not sent, before a moment.
SELECT notice_id FROM notice
WHERE (state = 'submitted' AND greatest(submitted_at, coalesce(decided_at, submitted_at)) <= :since) OR (state = 'approved' AND coalesce(decided_at, submitted_at) <= :since)
ORDER BY notice_id;

-- name: count_approvers(first_no, last_no, barred)$
-- Accounts that could give a step: approvers whose offices hold the step's, the persons who wrote it or gave a step left out.
SELECT count(*) FROM app_user JOIN office ON office.code = app_user.office_code
WHERE app_user.role = 'approver' AND app_user.is_active AND NOT list_contains(:barred::VARCHAR[], app_user.username)
    AND office.office_no <= :first_no AND office.last_no >= :last_no;
