-- What is to be tried again, apart from the outcomes that say so: a claim looks here, never through a ledger of crores.
CREATE TABLE waiting_retry (
    job_id BIGINT NOT NULL,
    message_no INTEGER NOT NULL,
    attempt INTEGER NOT NULL,             -- the one that was refused
    retry_at TIMESTAMP NOT NULL,
    refused_count INTEGER NOT NULL,       -- refusals so far of the kind that is not repeated for ever
    since TIMESTAMP NOT NULL              -- when the refusal was written down: a report that comes later settles it
);
-- Those that wait in a ledger of before. Each counts one refusal.
INSERT INTO waiting_retry
SELECT job_id, message_no, attempt, retry_at, 1, answered_at
FROM (
    SELECT outcome.*, row_number() OVER (PARTITION BY job_id, message_no ORDER BY attempt DESC, answered_at DESC) AS place
    FROM outcome JOIN job USING (job_id) WHERE job.state IN ('running', 'paused')
) AS last_one
WHERE place = 1 AND retry_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM (SELECT job_id, unnest(message_nos) AS message_no, attempt FROM claim) AS later
                  WHERE later.job_id = last_one.job_id AND later.message_no = last_one.message_no AND later.attempt > last_one.attempt);
