-- {which} is filled in: "true", or that an office is one of the relation stale_office (office_no), which were counted anew.

-- name: insert_stale(first_no, last_no)!
-- Offices were counted anew.
INSERT INTO audience_stale SELECT coalesce(max(stale_no), 0) + 1, :first_no, :last_no FROM audience_stale;

-- name: insert_scattered(among)!
-- The same of offices one by one.
INSERT INTO audience_stale
SELECT (SELECT coalesce(max(stale_no), 0) + 1 FROM audience_stale), office_no, office_no FROM (SELECT unnest(:among::INTEGER[]) AS office_no);

-- name: list_stale()
-- What was counted anew since the last look.
SELECT stale_no, first_no, last_no FROM audience_stale ORDER BY stale_no;

-- name: find_touched()
-- Numbers that are enrolled in these offices now, or were known as repeated there.
SELECT DISTINCT mobile FROM consumer WHERE state = 'enrolled' AND ({which})
UNION SELECT mobile FROM audience_odd WHERE kind = 'twin' AND ({which});

-- name: find_twins()
-- Of the relation touched_number (mobile): every enrolled account of those that several have.
WITH people AS NOT MATERIALIZED (
    SELECT mobile, office_no, category, arrears_segment, load_kw FROM consumer WHERE state = 'enrolled' AND mobile IN (SELECT mobile FROM touched_number)
), repeated AS (
    SELECT mobile FROM people GROUP BY mobile HAVING count(*) > 1
)
SELECT 'twin' AS kind, mobile, office_no, coalesce(category, '') AS category, arrears_segment, load_band(load_kw) AS load_band,
    lag(office_no) OVER (PARTITION BY mobile ORDER BY office_no) AS before_no
FROM people SEMI JOIN repeated USING (mobile);

-- name: find_all_twins()
-- The same of the whole registry.
WITH repeated AS (
    SELECT mobile FROM consumer WHERE state = 'enrolled' GROUP BY mobile HAVING count(*) > 1
)
SELECT 'twin' AS kind, mobile, office_no, coalesce(category, '') AS category, arrears_segment, load_band(load_kw) AS load_band,
    lag(office_no) OVER (PARTITION BY mobile ORDER BY office_no) AS before_no
FROM consumer SEMI JOIN repeated USING (mobile) WHERE state = 'enrolled';

-- name: find_dead()
-- Accounts of these offices whose number WhatsApp does not know.
SELECT 'dead' AS kind, mobile, office_no, coalesce(category, '') AS category, arrears_segment, load_band(load_kw) AS load_band,
    NULL::INTEGER AS before_no
FROM consumer WHERE state <> 'opted_out' AND ({which}) AND mobile IN (SELECT mobile FROM undeliverable_number);

-- name: delete_twins()!
-- What was known of these numbers goes …
DELETE FROM audience_odd WHERE kind = 'twin' AND mobile IN (SELECT mobile FROM touched_number);

-- name: delete_all_twins()!
-- … or of all …
DELETE FROM audience_odd WHERE kind = 'twin';

-- name: delete_dead()!
-- … and of these offices' dead numbers …
DELETE FROM audience_odd WHERE kind = 'dead' AND ({which});

-- name: insert_odd()!
-- … and what was found takes its place.
INSERT INTO audience_odd SELECT kind, mobile, office_no, category, arrears_segment, load_band, before_no FROM found_odd ORDER BY office_no;

-- name: delete_stale(upto)!
-- What came meanwhile waits for the next look.
DELETE FROM audience_stale WHERE stale_no <= :upto;
