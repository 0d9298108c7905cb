-- name: drop_plan(job_id)!
-- A job's plan is replaced as a whole.
DELETE FROM job_plan WHERE job_id = :job_id;

-- name: insert_plan(job_id, priority, window_minutes, day_limit)!
-- What a job keeps to while it sends.
INSERT INTO job_plan VALUES (:job_id, :priority, :window_minutes::INTEGER[], :day_limit);

-- name: get_plan(job_id)^
-- A job's own hours and its share of a day.
SELECT window_minutes, day_limit FROM job_plan WHERE job_id = :job_id;

-- name: list_under_way()
-- The notices whose jobs send or rest, with what they keep to.
SELECT notice.job_id, notice.template, job.state, job.pause_reason, job_plan.window_minutes, job_plan.day_limit
FROM notice JOIN job ON job.job_id = notice.job_id LEFT JOIN job_plan ON job_plan.job_id = notice.job_id
WHERE notice.state IN ('sending', 'paused') AND job.state IN ('running', 'paused');
