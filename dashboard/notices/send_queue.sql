-- name: list_others(own_id, rests)
-- The notices that want to go besides one: how many their recipients are, how many of them wait still, from when on (NULL: any moment), their
-- share of a day. Counts that stand with notice and claims: no ledger is read. What a person or WhatsApp has stopped is not waited for.
WITH part AS (
    SELECT job.job_id, coalesce(job_route.first_no, 1) AS first_no, coalesce(job_route.last_no, message_count) AS last_no
    FROM job LEFT JOIN job_route ON job_route.job_id = job.job_id
    WHERE job.state = 'running' OR (job.state = 'paused' AND list_contains(:rests::VARCHAR[], job.pause_reason))
), begun AS (
    SELECT job_id, sum(up_to_no - first_no + 1) AS message_count
    FROM (
        SELECT part.job_id, part.first_no, coalesce(max(claim.last_no), part.first_no - 1) AS up_to_no
        FROM part LEFT JOIN claim ON claim.job_id = part.job_id AND claim.attempt = 1 AND claim.last_no BETWEEN part.first_no AND part.last_no
        GROUP BY part.job_id, part.first_no
    )
    GROUP BY job_id
)
SELECT notice.template, notice.recipient_count, notice.recipient_count - coalesce(begun.message_count, 0)::BIGINT AS waiting,
    CASE WHEN notice.state = 'scheduled' THEN notice.send_at END, job_plan.day_limit
FROM notice LEFT JOIN begun ON begun.job_id = notice.job_id LEFT JOIN job_plan ON job_plan.job_id = notice.job_id
WHERE notice.notice_id <> :own_id AND waiting > 0
    AND (notice.state IN ('approved', 'scheduled') OR (notice.state IN ('sending', 'paused') AND begun.job_id IS NOT NULL));
