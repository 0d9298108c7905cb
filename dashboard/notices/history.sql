-- name: list_placed(account_no)
-- Messages to an account that were released, the latest first, from the accounts' own order: hints, as leading zeros are not in it.
SELECT place.job_id, place.message_no, notice.notice_id, job.template, coalesce(notice.decided_at, job.created_at)
FROM message_place AS place
JOIN job ON job.job_id = place.job_id AND job.state NOT IN ('held', 'discarded')
LEFT JOIN notice ON notice.job_id = place.job_id
WHERE place.account_key = TRY_CAST(:account_no AS BIGINT)
ORDER BY place.job_id DESC, place.message_no;

-- name: list_messages_to(account_no)
-- The same of an account that is no number, from all messages.
SELECT message.job_id, message.message_no, notice.notice_id, job.template, coalesce(notice.decided_at, job.created_at)
FROM message
JOIN job ON job.job_id = message.job_id AND job.state NOT IN ('held', 'discarded')
LEFT JOIN notice ON notice.job_id = message.job_id
WHERE message.account_no = :account_no
ORDER BY message.job_id DESC, message.message_no;
