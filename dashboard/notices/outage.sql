-- name: next_outage_id()$
-- Outage ids are ours: one after the last.
SELECT coalesce(max(outage_id), 0) + 1 FROM outage;

-- name: open_outage_of(feeder_code)$
-- The outage of a feeder that has not ended.
SELECT outage_id FROM outage_now WHERE feeder_code = :feeder_code AND restored_at IS NULL;

-- name: insert_outage(outage_id, feeder_code, cause, language, began_at, notice_id, username, now)!
-- A new outage, told with this notice.
INSERT INTO outage VALUES (:outage_id, :feeder_code, :cause, :language, :began_at, :notice_id, :username, :now);

-- name: insert_event(outage_id, kind, username, now, moment, notice_id)!
-- What was said about an outage.
INSERT INTO outage_event VALUES (:outage_id, :kind, :username, :now, :moment, :notice_id);

-- name: get_outage(outage_id)^
-- One outage as it stands, with the place of its feeder.
SELECT outage_id, feeder_code, cause, language, began_at, notice_id, opened_by, opened_at, expected_at, restored_at, restored_by,
       told_notice_id, feeder.name, feeder.name_hi, coalesce(above.name, ''), coalesce(above.name_hi, ''), feeder.office_no, feeder.last_no
FROM outage_now JOIN office_ever AS feeder ON feeder.code = feeder_code LEFT JOIN office AS above ON above.office_no = feeder.parent_no
WHERE outage_id = :outage_id;

-- name: list_outages(first_no, last_no, since)
-- The outages of an interval that last, and those that ended since; the soonest expected first.
SELECT outage_id, feeder_code, cause, language, began_at, notice_id, opened_by, opened_at, expected_at, restored_at, restored_by,
       told_notice_id, feeder.name, feeder.name_hi, coalesce(above.name, ''), coalesce(above.name_hi, ''), feeder.office_no, feeder.last_no
FROM outage_now JOIN office_ever AS feeder ON feeder.code = feeder_code LEFT JOIN office AS above ON above.office_no = feeder.parent_no
WHERE feeder.office_no BETWEEN :first_no AND :last_no AND (restored_at IS NULL OR restored_at >= :since)
ORDER BY restored_at IS NOT NULL, expected_at, outage_id;

-- name: list_untold()
-- Outages that ended and whose consumers have not been told so.
SELECT outage_now.outage_id, restored_by FROM outage_now
WHERE restored_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM outage_event WHERE outage_event.outage_id = outage_now.outage_id AND kind = 'told');

-- name: find_feeders(first_no, last_no, username, wanted, row_limit)
-- Feeders of an interval whose name, or whose substation's, holds some letters: those the person told of last come first.
SELECT feeder.office_no, feeder.last_no, feeder.parent_no, feeder.code, feeder.level, feeder.name, feeder.name_hi, feeder.district,
       above.name, above.name_hi
FROM office AS feeder
LEFT JOIN office AS above ON above.office_no = feeder.parent_no
LEFT JOIN (SELECT feeder_code, max(opened_at) AS opened_at FROM outage WHERE opened_by = :username GROUP BY feeder_code) AS own
       ON own.feeder_code = feeder.code
WHERE feeder.level = 'feeder' AND feeder.office_no BETWEEN :first_no AND :last_no
  AND (:wanted = '' OR contains(lower(concat_ws(' ', feeder.name, feeder.name_hi, above.name, above.name_hi)), lower(:wanted)))
ORDER BY own.opened_at DESC NULLS LAST, feeder.office_no LIMIT :row_limit;

-- name: count_feeders(first_no, last_no)$
-- How many feeders an interval has.
SELECT count(*) FROM office WHERE level = 'feeder' AND office_no BETWEEN :first_no AND :last_no;
