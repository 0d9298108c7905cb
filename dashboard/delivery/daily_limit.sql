-- name: count_claimed_since(since, until)$
-- How many templates were claimed since a moment: at least as many as the people they went to. `until` lies ahead: after the clock was
-- set back, what was sent before counts all the same, but not for ever.
SELECT coalesce(sum(len(claim.message_nos)), 0) FROM claim JOIN job ON job.job_id = claim.job_id
WHERE claim.claimed_at > :since AND claim.claimed_at < :until AND job.kind = 'template';

-- name: count_people_since(since, until)$
-- How many different people were, or may have been, sent a template since a moment.
SELECT count(DISTINCT message.mobile)
FROM outcome
JOIN message ON message.job_id = outcome.job_id AND message.message_no = outcome.message_no
JOIN job ON job.job_id = outcome.job_id
WHERE outcome.answered_at > :since AND outcome.answered_at < :until AND outcome.result IN ('accepted', 'held', 'in_doubt') AND job.kind = 'template';
