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

-- name: insert_heard()!
-- To which number people wrote (relation heard).
INSERT INTO heard_on SELECT mobile, number_no, heard_at FROM heard;

-- name: number_heard(mobile)$
-- The number to which a person wrote last.
SELECT arg_max(number_no, heard_at) FROM heard_on WHERE mobile = :mobile;

-- name: list_standings()
-- How WhatsApp rates the numbers.
SELECT number_no, display_number, quality, messaging_limit, throughput, seen_at FROM number_standing ORDER BY number_no;

-- name: delete_standing(number_no)!
-- A number's standing is written anew.
DELETE FROM number_standing WHERE number_no = :number_no;

-- name: insert_standing(number_no, display_number, quality, messaging_limit, throughput, seen_at)!
-- How WhatsApp rates a number.
INSERT INTO number_standing VALUES (:number_no, :display_number, :quality, :messaging_limit, :throughput, :seen_at);

-- name: has_office(code)$
-- Whether there is an office of this code.
SELECT count(*) > 0 FROM office WHERE code = :code;

-- name: list_desk(first_no, last_no, since)
-- The numbers of an interval of offices: whose they are, how WhatsApp rates them, how many templates they were given since a moment,
-- each counted once however often it was tried.
WITH given AS (
    SELECT coalesce(job_route.number_no, 1) AS number_no, sum(len(claim.message_nos)) AS messages
    FROM claim JOIN job ON job.job_id = claim.job_id AND job.kind = 'template'
    LEFT JOIN job_route ON job_route.job_id = claim.job_id AND claim.message_nos[1] BETWEEN job_route.first_no AND job_route.last_no
    WHERE claim.claimed_at > :since AND claim.attempt = 1 GROUP BY ALL
)
SELECT one.number_no, one.label, office.code, office.name, coalesce(office.name_hi, ''), coalesce(standing.display_number, ''),
    coalesce(standing.quality, ''), coalesce(standing.messaging_limit, ''), one.rate, coalesce(given.messages, 0)::BIGINT,
    CASE WHEN one.state = 'stopped' THEN coalesce(one.stop_reason, 'person') END, one.changed_at
FROM sending_number AS one JOIN office ON office.code = one.office_code
LEFT JOIN number_standing AS standing ON standing.number_no = one.number_no
LEFT JOIN given ON given.number_no = one.number_no
WHERE office.office_no >= :first_no AND office.last_no <= :last_no ORDER BY one.number_no;

-- name: place_of(number_no)^
-- The offices that a number writes to.
SELECT office.office_no, office.last_no, office.code FROM sending_number JOIN office ON office.code = office_code WHERE number_no = :number_no;
