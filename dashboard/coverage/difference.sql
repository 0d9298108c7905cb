-- The cube moved by what a change did to few consumers: the relation `touched` (registry/touched.sql) holds them before and after.

-- name: keep_moved()#
-- Each of them twice: what it stood for is taken away, what it stands for is added.
CREATE OR REPLACE TEMP TABLE people_moved AS
SELECT office_no, category, supply_type, arrears_segment, load_band(load_kw) AS load_band, agent_id, mobile_before AS mobile,
    verdict_before AS verdict, state_before AS state, came_before AS came, -1 AS people
FROM touched
UNION ALL
SELECT office_no, category, supply_type, arrears_segment, load_band(load_kw), agent_id, mobile, verdict, state, came, 1 FROM touched;

-- name: keep_tally()#
-- The same as `coverage.sql: keep_tally` counts a registry, for what is added to the cube.
CREATE OR REPLACE TEMP TABLE people_tally AS
SELECT office_no, category, supply_type, arrears_segment, load_band, state, sum(people) AS people
FROM people_moved GROUP BY ALL HAVING sum(people) <> 0;

-- name: insert_parts()!
-- What else the cube knows of them, as `coverage.sql: insert_parts` counts a registry.
INSERT INTO coverage_part
WITH counted AS (
    SELECT office_no, 'supply' AS dimension, coalesce(supply_type, '') AS part, state, people FROM people_tally
    UNION ALL
    SELECT office_no, 'arrears', arrears_segment, state, people FROM people_tally
    UNION ALL
    SELECT office_no, 'reader', coalesce(agent_id, ''), state, people FROM people_moved WHERE verdict = 'reader''s own'
    UNION ALL
    SELECT office_no, 'step', 'verified', state, people
    FROM people_moved SEMI JOIN verified_number ON verified_number.mobile = people_moved.mobile
    WHERE state IN ('on_file', 'enrolled', 'opted_out')
    UNION ALL
    SELECT office_no, 'step', 'joined', state, people FROM people_moved WHERE state = 'enrolled' OR (state = 'opted_out' AND came)
)
SELECT office_no, dimension, part, sum(people),
    coalesce(sum(people) FILTER (state = 'missing'), 0), coalesce(sum(people) FILTER (state = 'unusable'), 0),
    coalesce(sum(people) FILTER (state = 'on_file'), 0), coalesce(sum(people) FILTER (state = 'enrolled'), 0),
    coalesce(sum(people) FILTER (state = 'opted_out'), 0)
FROM counted GROUP BY office_no, dimension, part;

-- name: drop_moved()#
-- They have been counted.
DROP TABLE people_moved; DROP TABLE people_tally;

-- name: fold()!
-- Of a table of sums, {table}, the rows of some offices, {which}, become one for each {key}; a row of nobody goes.
CREATE OR REPLACE TEMP TABLE folded AS
SELECT {key}, {sums} FROM {table} WHERE {which} GROUP BY {key} HAVING sum({table}.consumers) <> 0;
DELETE FROM {table} WHERE {which};
INSERT INTO {table} SELECT * FROM folded ORDER BY office_no;
DROP TABLE folded
