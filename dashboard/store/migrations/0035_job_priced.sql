-- Of how many of a job's messages WhatsApp has said whether they cost anything, by category: each commit that keeps reports appends by how
-- much. A bill must not read the reports of crores.
CREATE TABLE job_priced (
    job_id BIGINT NOT NULL,
    category VARCHAR,
    is_charged BOOLEAN NOT NULL,
    message_count BIGINT NOT NULL
);
INSERT INTO job_priced
SELECT job_id, category, is_charged, count(*) FROM (
    SELECT job_id, message_no, max(lower(category)) AS category, bool_or(billable) AS is_charged
    FROM status_event WHERE job_id > 0 AND billable IS NOT NULL GROUP BY job_id, message_no
) GROUP BY job_id, category, is_charged;
