-- name: running_jobs(number_no)
-- The jobs that may send from a number, each with the first and the last of its messages that go from there and its share of a day.
-- Answers to consumers first, then by the priority of their plan, the small before the large.
SELECT job.job_id, kind, template, language, parameter_names, coalesce(job_route.first_no, 1), coalesce(job_route.last_no, message_count),
    day_limit
FROM job
LEFT JOIN job_plan ON job_plan.job_id = job.job_id
LEFT JOIN job_route ON job_route.job_id = job.job_id
WHERE state = 'running' AND coalesce(job_route.number_no, 1) = :number_no
ORDER BY kind = 'text' DESC, coalesce(priority, 0) DESC, message_count, job.job_id;

-- name: last_claimed_no(job_id, first_no, last_no)$
-- Up to which message the first attempts have come in a part of a job.
SELECT coalesce(max(last_no), :first_no - 1) FROM claim
WHERE job_id = :job_id AND attempt = 1 AND last_no BETWEEN :first_no AND :last_no;

-- name: count_begun(job_id, since)$
-- How many messages of a job have been handed to a sender for the first time since a moment.
SELECT coalesce(sum(len(message_nos)), 0) FROM claim WHERE job_id = :job_id AND attempt = 1 AND claimed_at >= :since;

-- name: next_claim_no(job_id)$
-- The number of a job's next claim.
SELECT coalesce(max(claim_no), 0) + 1 FROM claim WHERE job_id = :job_id;

-- name: fresh_messages(job_id, after_no, up_to_no)
-- The next messages that nobody has claimed yet.
SELECT message_no, mobile, parameters, 0 FROM message
WHERE job_id = :job_id AND message_no > :after_no AND message_no <= :up_to_no ORDER BY message_no;

-- name: due_retries(job_id, first_no, last_no, now, size)
-- Refused messages whose time has come, with how often they were refused for a reason whose attempts are limited.
-- What was written down "later than now" tells that the clock has been set back: it does not wait for that day to come again.
SELECT due.message_no, message.mobile, message.parameters, due.attempt, due.refused_count, due.since
FROM (
    SELECT message_no, attempt, refused_count, since FROM waiting_retry
    WHERE job_id = :job_id AND message_no BETWEEN :first_no AND :last_no 
      AND (retry_at <= :now OR since > :now + INTERVAL 1 MINUTE) ORDER BY attempt, message_no LIMIT :size
) AS due
JOIN message ON message.job_id = :job_id AND message.message_no = due.message_no
ORDER BY due.attempt, due.message_no;

-- name: reported_since(job_id, message_nos, since)
-- Those of the messages of which a report has come since: the provider has them after all.
SELECT DISTINCT message_no FROM status_event
WHERE job_id = :job_id AND received_at >= :since
  AND message_no BETWEEN list_min(:message_nos) AND list_max(:message_nos) AND message_no IN (SELECT unnest(:message_nos));

-- name: delete_retries(job_id, message_nos)!
-- These are claimed, or settled.
DELETE FROM waiting_retry
WHERE job_id = :job_id AND message_no BETWEEN list_min(:message_nos) AND list_max(:message_nos) AND message_no IN (SELECT unnest(:message_nos));

-- name: has_retries(job_id, first_no, last_no)$
-- Whether any message of a part of a job is to be tried again, now or later.
SELECT count(*) > 0 FROM waiting_retry WHERE job_id = :job_id AND message_no BETWEEN :first_no AND :last_no;

-- name: insert_retries(now)!
-- Which of the outcomes are to be tried again.
INSERT INTO waiting_retry
SELECT job_id, message_no, attempt, retry_at, refused_count, coalesce(judged_at, :now) FROM new_outcomes WHERE retry_at IS NOT NULL;

-- name: insert_claim(job_id, claim_no, message_nos, last_no, attempt, now)!
-- The intent to send these messages.
INSERT INTO claim VALUES (:job_id, :claim_no, :message_nos::INTEGER[], :last_no, :attempt, :now);

-- name: insert_outcomes(now)!
-- What became of some messages.
INSERT INTO outcome
SELECT job_id, message_no, attempt, result, wamid, code, :now, retry_at FROM new_outcomes;

-- name: lost_claims()
-- Claims without an outcome whose sender is gone: nobody knows whether these messages went out.
SELECT job_id, message_no, attempt
FROM (
    SELECT claim.job_id, unnest(claim.message_nos) AS message_no, claim.attempt
    FROM claim JOIN job ON job.job_id = claim.job_id WHERE job.state IN ('running', 'paused', 'cancelled')
) AS promised
WHERE NOT EXISTS (
    SELECT 1 FROM outcome
    WHERE outcome.job_id = promised.job_id AND outcome.message_no = promised.message_no
      AND outcome.attempt = promised.attempt
);

-- name: unfinished_parts()
-- The parts, one a number, of the jobs that may come to their end.
SELECT job.job_id, state, coalesce(number_no, 1), coalesce(first_no, 1), coalesce(last_no, message_count)
FROM job LEFT JOIN job_route ON job_route.job_id = job.job_id
WHERE state IN ('running', 'paused') ORDER BY job.job_id;

-- name: rested_jobs(reason, before, answers_before, now)
-- The jobs that have rested long enough for one reason, or since a moment that a clock set back has put into the future; and the answers to
-- consumers that rest for whatever reason: no page shows them, so that no person lets them go on.
SELECT job_id FROM job
WHERE state = 'paused' AND (
    pause_reason = :reason AND changed_at < :before OR kind = 'text' AND changed_at < :answers_before
    OR (pause_reason = :reason OR kind = 'text') AND changed_at > :now + INTERVAL 1 MINUTE
);

-- name: mobile_of(job_id, message_no)$
-- To whom a message goes.
SELECT mobile FROM message WHERE job_id = :job_id AND message_no = :message_no;
