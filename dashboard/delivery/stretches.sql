-- name: list_between(job_id, from_no, to_no, states, row_limit, row_offset)
-- A job's messages between two, as far as they stand in some states, in their order.
SELECT message_no, account_no, mobile, state, code FROM message_state_among(:job_id, :from_no, :to_no, NULL::INTEGER[])
WHERE list_contains(:states::VARCHAR[], state) ORDER BY message_no LIMIT :row_limit OFFSET :row_offset;

-- name: list_among(job_id, from_no, to_no, numbers, states)
-- Those of some messages that stand in some states, in their order.
SELECT message_no, account_no, mobile, state, code FROM message_state_among(:job_id, :from_no, :to_no, :numbers::INTEGER[])
WHERE list_contains(:states::VARCHAR[], state) ORDER BY message_no;

-- name: find_standing(job_id, message_no)^
-- One message.
SELECT message_no, account_no, mobile, state, code FROM message_state_among(:job_id, :message_no, :message_no, NULL::INTEGER[]);

-- name: list_told(job_id, states, codes)
-- The messages of which an answer or a report ever said failed, in_doubt or skipped: few beside all, and what is named stands nowhere else. :codes: of the
-- failures those with these codes, NULL: all.
SELECT message_no FROM outcome WHERE job_id = :job_id AND result IN ('failed', 'in_doubt', 'skipped') AND list_contains(:states::VARCHAR[], result)
  AND (:codes::INTEGER[] IS NULL OR list_contains(:codes::INTEGER[], code))
UNION
SELECT message_no FROM status_event WHERE job_id = :job_id AND status = 'failed' AND list_contains(:states::VARCHAR[], status)
  AND (:codes::INTEGER[] IS NULL OR list_contains(:codes::INTEGER[], code))
ORDER BY message_no;

-- name: has_ended(job_id)$
-- Whether what of a job was not claimed is never sent.
SELECT count(*) > 0 FROM job WHERE job_id = :job_id AND state IN ('cancelled', 'discarded');
