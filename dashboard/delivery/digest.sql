-- name: head_of_job(job_id)$
-- The sha256 over the job's head …
SELECT sha256(to_json([kind, template, language, parameter_names::VARCHAR])) FROM job WHERE job_id = :job_id;

-- name: head_digest(kind, template, language, parameter_names)$
-- … and over that of a job that does not stand yet.
SELECT sha256(to_json([:kind, :template, :language, :parameter_names::JSON::VARCHAR]));

-- name: message_span(job_id)^
-- The numbers of a job's first and last message, whatever the job says of their count.
SELECT min(message_no), max(message_no) FROM message WHERE job_id = :job_id;

-- name: read_stretch(job_id, first_no, last_no)
-- The messages of a stretch, all that is hashed of them, in the order of their numbers.
SELECT message_no, mobile, account_no, parameters FROM message
WHERE job_id = :job_id AND message_no BETWEEN :first_no AND :last_no ORDER BY message_no;
