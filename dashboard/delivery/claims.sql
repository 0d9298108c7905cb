-- name: running_jobs()
-- The jobs that may send: answers to consumers first, then by the priority of their plan, the small before the large.
SELECT job.job_id, kind, template, language, parameter_names, message_count
FROM job LEFT JOIN job_plan ON job_plan.job_id = job.job_id
WHERE state = 'running' ORDER BY kind = 'text' DESC, coalesce(priority, 0) DESC, message_count, job.job_id;

-- name: last_claimed_no(job_id)$
-- Up to which message a job's first attempts have come.
SELECT coalesce(max(last_no), 0) FROM claim WHERE job_id = :job_id AND attempt = 1;

-- name: next_claim_no(job_id)$
-- The number of a job's next claim.
SELECT coalesce(max(claim_no), 0) + 1 FROM claim WHERE job_id = :job_id;

-- name: fresh_messages(job_id, after_no, size)
-- The next messages that nobody has claimed yet.
SELECT message_no, mobile, parameters, 0 FROM message
WHERE job_id = :job_id AND message_no > :after_no AND message_no <= :after_no + :size ORDER BY message_no;

-- name: waiting_retries(job_id, now, limited_codes, size)
-- Refused messages whose time has come, with how often they were refused for a reason whose attempts are limited.
-- Not those tried since, and not those of which a report has come meanwhile.
WITH refused AS (
    SELECT message_no, max(attempt) AS attempt FROM outcome
    WHERE job_id = :job_id AND retry_at <= :now GROUP BY message_no
), later AS (
    SELECT message_no, attempt FROM outcome WHERE job_id = :job_id AND attempt > 1
    UNION ALL
    SELECT unnest(message_nos), attempt FROM claim WHERE job_id = :job_id AND attempt > 1
), due AS (
    SELECT message_no, attempt FROM refused
    WHERE NOT EXISTS (SELECT 1 FROM later WHERE later.message_no = refused.message_no AND later.attempt > refused.attempt)
      AND NOT EXISTS (SELECT 1 FROM status_event WHERE job_id = :job_id AND status_event.message_no = refused.message_no)
      AND NOT EXISTS (SELECT 1 FROM outcome WHERE job_id = :job_id AND outcome.message_no = refused.message_no
                      AND outcome.attempt = refused.attempt AND result = 'treated_as_sent')
    ORDER BY attempt, message_no LIMIT :size
)
SELECT due.message_no, message.mobile, message.parameters, due.attempt,
       (SELECT count(*) FROM outcome WHERE job_id = :job_id AND outcome.message_no = due.message_no
        AND list_contains(:limited_codes, code)) AS refused_count
FROM due JOIN message ON message.job_id = :job_id AND message.message_no = due.message_no
ORDER BY due.attempt, due.message_no;

-- name: insert_claim(job_id, claim_no, message_nos, last_no, attempt, now)!
-- The intent to send these messages.
INSERT INTO claim VALUES (:job_id, :claim_no, :message_nos::INTEGER[], :last_no, :attempt, :now);

-- name: insert_outcomes(now)!
-- What became of some messages.
INSERT INTO outcome
SELECT job_id, message_no, attempt, result, wamid, code, :now, retry_at FROM new_outcomes;

-- name: mark_lost_claims(now)!
-- Claims without an outcome whose sender is gone: nobody knows whether these messages went out.
INSERT INTO outcome
SELECT job_id, message_no, attempt, 'in_doubt', NULL, NULL, :now, NULL
FROM (
    SELECT claim.job_id, unnest(claim.message_nos) AS message_no, claim.attempt
    FROM claim JOIN job ON job.job_id = claim.job_id WHERE job.state IN ('running', 'paused', 'cancelled')
) AS promised
WHERE NOT EXISTS (
    SELECT 1 FROM outcome
    WHERE outcome.job_id = promised.job_id AND outcome.message_no = promised.message_no
      AND outcome.attempt = promised.attempt
);

-- name: count_people_since(since)$
-- How many different people were, or may have been, sent a template since a moment.
SELECT count(DISTINCT message.mobile)
FROM outcome
JOIN message ON message.job_id = outcome.job_id AND message.message_no = outcome.message_no
JOIN job ON job.job_id = outcome.job_id
WHERE outcome.answered_at > :since AND outcome.result IN ('accepted', 'held', 'in_doubt') AND job.kind = 'template';

-- name: unfinished_jobs()
-- The jobs that may come to their end.
SELECT job_id, message_count FROM job WHERE state IN ('running', 'paused');
