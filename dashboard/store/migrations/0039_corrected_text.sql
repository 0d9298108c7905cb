-- What stands corrected: an import that brings a value which a person has put away (of `names_before`) leaves `name_now` alone; the
-- address likewise. Which of these values the export brought last is not kept: it may be any of them.
DROP VIEW corrected_text;
ALTER TABLE correction_event DROP COLUMN export_value;
CREATE VIEW corrected_text AS
SELECT account_no,
    list(value_before) FILTER (field = 'name') AS names_before,
    arg_max(value_after, happened_at) FILTER (field = 'name') AS name_now,
    list(value_before) FILTER (field = 'address') AS addresses_before,
    arg_max(value_after, happened_at) FILTER (field = 'address') AS address_now
FROM correction_event GROUP BY account_no;
