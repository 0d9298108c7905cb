-- name: is_known(wamid)$
-- Whether a note has been acted on.
SELECT count(*) > 0 FROM number_change WHERE wamid = :wamid;

-- name: insert_change(wamid, old_mobile, new_mobile, said_at, now)!
-- A note, as it was said.
INSERT INTO number_change VALUES (:wamid, :old_mobile, :new_mobile, :said_at, :now);
