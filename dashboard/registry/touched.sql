-- The relation `touched`: the few consumers that a change is about, as they stand and (…_before) as they stood.

-- name: create()#
-- Nobody yet.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT rowid AS row_id, account_no, office_no, category, supply_type, arrears_segment, load_kw, agent_id, mobile_raw,
    mobile AS mobile_before, verdict AS verdict_before, state AS state_before, false AS came_before, mobile, verdict, state, false AS came
FROM consumer LIMIT 0;

-- name: select_consumers()
-- Consumers that are to be touched; {which} they are.
SELECT rowid, account_no, office_no, category, supply_type, arrears_segment, load_kw, agent_id, mobile_raw,
    mobile, verdict, state, false, mobile, verdict, state, false
FROM consumer WHERE {which};

-- name: find_by_numbers()
-- Where consumers with one of the numbers asked for stand: two light columns of the whole registry.
SELECT DISTINCT office_no, mobile FROM consumer WHERE mobile IN (SELECT mobile FROM asked_numbers);

-- name: has_left()$
-- Whether any of them has opted out.
SELECT count(*) > 0 FROM touched WHERE state = 'opted_out';

-- name: note_came_before()!
-- Who of those that had opted out had joined once …
UPDATE touched SET came_before = true WHERE state = 'opted_out' AND account_no IN (SELECT account_no FROM consent_event WHERE kind = 'opt_in');

-- name: note_came()!
-- … and who of those that have opted out now.
UPDATE touched SET came = true WHERE state = 'opted_out' AND account_no IN (SELECT account_no FROM consent_event WHERE kind = 'opt_in');

-- name: list_offices()
-- Where they stand.
SELECT DISTINCT office_no FROM touched ORDER BY office_no;

-- name: write()!
-- What has changed of them goes into the registry; {which} their offices, which spare the blocks of all others.
UPDATE consumer SET mobile = now.mobile, verdict = now.verdict, state = now.state
FROM (
    SELECT row_id, mobile, verdict, state FROM touched
    WHERE mobile IS DISTINCT FROM mobile_before OR verdict <> verdict_before OR state <> state_before
) AS now
WHERE {which} AND consumer.rowid = now.row_id;

-- name: drop()#
-- The change is done.
DROP TABLE touched;
