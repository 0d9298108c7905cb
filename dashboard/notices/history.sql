-- name: list_messages_to(account_no, row_limit)
-- The latest messages to an account that were released; a job's messages are stored in the order of accounts.
SELECT message.job_id, message.message_no, notice.notice_id, job.template, coalesce(notice.decided_at, job.created_at)
FROM message
JOIN job ON job.job_id = message.job_id AND job.state NOT IN ('held', 'discarded')
LEFT JOIN notice ON notice.job_id = message.job_id
WHERE message.account_no = :account_no
ORDER BY message.job_id DESC LIMIT :row_limit;
