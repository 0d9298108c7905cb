-- name: next_visit_id()$
-- The id of the next visit.
SELECT coalesce(max(visit_id), 0) + 1 FROM visit;

-- name: insert_visit(visit_id, account_no, visited_on, outcome, visited_by, note, username, now)!
-- A visit as it was told.
INSERT INTO visit VALUES (:visit_id, :account_no, :visited_on, :outcome, :visited_by, :note, :username, :now);

-- name: list_visits(account_no)
-- The visits to an account that stand, newest first.
SELECT visit_id, visited_on, outcome, visited_by, note, username, entered_at FROM visit
WHERE account_no = :account_no AND visit_id NOT IN (SELECT visit_id FROM visit_taken_back)
ORDER BY visited_on DESC, visit_id DESC;

-- name: is_alike(account_no, visited_on, outcome, visited_by)$
-- Whether the same visit stands already: the button was pressed twice.
SELECT count(*) > 0 FROM visit
WHERE account_no = :account_no AND visited_on = :visited_on AND outcome = :outcome AND visited_by = :visited_by
    AND visit_id NOT IN (SELECT visit_id FROM visit_taken_back);

-- name: take_back_visit(visit_id, username, now)!
-- A visit that was entered by mistake.
INSERT INTO visit_taken_back VALUES (:visit_id, :username, :now);
