-- name: list_numbers()
-- Every sending number.
SELECT number_no, phone_number_id, office_code, label, rate, state, stop_reason FROM sending_number ORDER BY number_no;

-- name: delete_first()!
-- The number of the settings is written anew.
DELETE FROM sending_number WHERE number_no = 1;

-- name: insert_number(number_no, phone_number_id, office_code, label, rate, state, stop_reason, now)!
-- A sending number.
INSERT INTO sending_number VALUES (:number_no, :phone_number_id, :office_code, :label, :rate, :state, :stop_reason, :now);

-- name: set_state(number_no, state, stop_reason, now)!
-- A number stops, or may send again.
UPDATE sending_number SET state = :state, stop_reason = :stop_reason, changed_at = :now WHERE number_no = :number_no;

-- name: stopped_of_job(job_id)
-- The numbers of a job that the provider's refusals have stopped.
SELECT number_no FROM sending_number
WHERE state = 'stopped' AND stop_reason <> 'person'
  AND (number_no IN (SELECT number_no FROM job_route WHERE job_id = :job_id)
       OR (number_no = 1 AND NOT EXISTS (SELECT 1 FROM job_route WHERE job_id = :job_id)));

-- name: has_office(code)$
-- Whether there is an office of this code.
SELECT count(*) > 0 FROM office WHERE code = :code;

