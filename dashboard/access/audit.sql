-- name: insert_event(happened_at, username, action, office_code, row_count, detail)^
-- One line of the audit trail.
INSERT INTO audit_event (happened_at, username, action, office_code, row_count, detail)
VALUES (:happened_at, :username, :action, :office_code, :row_count, :detail);

-- name: list_audit(first_no, last_no, before, sign_ins, row_limit)
-- The latest events within an interval of offices, before a moment where one is given, with or without signing in and out. An event without an office belongs to its actor's office;
-- one of neither (a command, the machine itself) is seen by those whose interval is the whole tree.
SELECT event.happened_at, event.username, event.action, event.office_code, event.row_count, event.detail,
    place.name, place.name_hi
FROM audit_event AS event
LEFT JOIN office_ever AS place ON place.code = event.office_code
LEFT JOIN app_user AS actor ON actor.username = event.username
LEFT JOIN office_ever AS home ON home.code = actor.office_code
WHERE coalesce(place.office_no, home.office_no, (SELECT min(office_no) FROM office), :first_no) >= :first_no
    AND coalesce(place.last_no, home.last_no, (SELECT max(last_no) FROM office), :last_no) <= :last_no
    AND (CAST(:before AS TIMESTAMP) IS NULL OR event.happened_at < :before)
    AND (:sign_ins OR event.action NOT IN ('sign_in.ok', 'sign_in.wrong', 'sign_out'))
ORDER BY event.happened_at DESC, event.action
LIMIT :row_limit;
