-- name: next_group_id()$
-- Group ids are ours: one after the last.
SELECT coalesce(max(group_id), 0) + 1 FROM wa_group;

-- name: insert_group(group_id, name, kind, office_code, username, now)!
-- A group that officials run by hand.
INSERT INTO wa_group VALUES (:group_id, :name, :kind, :office_code, :username, :now);

-- name: insert_event(group_id, kind, username, now, source)!
-- What happened to a group as a whole.
INSERT INTO wa_group_event VALUES (:group_id, :kind, :username, :now, :source);

-- name: find_group(group_id)^
-- One open group with the place of its office.
SELECT group_id, wa_group.name, wa_group.kind, wa_group.office_code, office.office_no, office.last_no
FROM wa_group JOIN office_ever AS office ON office.code = wa_group.office_code
WHERE group_id = :group_id AND group_id NOT IN (SELECT group_id FROM wa_group_event WHERE kind = 'closed');

-- name: list_groups(first_no, last_no)
-- The open groups of an interval of offices with how many consumers' numbers are known to be in, by name.
SELECT wa_group.group_id, wa_group.name, wa_group.kind, wa_group.office_code, office.name, office.name_hi,
    coalesce(members.count, 0)::BIGINT, listed.at
FROM wa_group JOIN office_ever AS office ON office.code = wa_group.office_code
LEFT JOIN (SELECT group_id, count(*) AS count FROM wa_group_member GROUP BY group_id) AS members ON members.group_id = wa_group.group_id
LEFT JOIN (SELECT group_id, max(said_at) AS at FROM wa_group_event WHERE kind IN ('list', 'full_list') GROUP BY group_id) AS listed
    ON listed.group_id = wa_group.group_id
WHERE office.office_no BETWEEN :first_no AND :last_no AND office.last_no <= :last_no
    AND wa_group.group_id NOT IN (SELECT group_id FROM wa_group_event WHERE kind = 'closed')
ORDER BY wa_group.name, wa_group.group_id;

-- name: known_numbers(first_no, last_no)
-- Of the relation asked_member (mobile): usable numbers of consumers within an interval of offices.
SELECT DISTINCT consumer.mobile FROM consumer SEMI JOIN asked_member ON asked_member.mobile = consumer.mobile
WHERE consumer.office_no BETWEEN :first_no AND :last_no AND consumer.verdict = 'ok';

-- name: known_accounts(first_no, last_no)
-- Of the relation asked_member (account_no): accounts within an interval of offices, with their number where it is usable.
SELECT consumer.account_no, CASE WHEN consumer.verdict = 'ok' THEN consumer.mobile END
FROM consumer SEMI JOIN asked_member ON asked_member.account_no = consumer.account_no
WHERE consumer.office_no BETWEEN :first_no AND :last_no;

-- name: list_members(group_id)
-- The numbers that stand as members.
SELECT mobile FROM wa_group_member WHERE group_id = :group_id;

-- name: insert_facts(group_id, is_in, username, now)!
-- What was said of the relation asked_member (mobile) …
INSERT INTO wa_group_fact SELECT :group_id, mobile, :is_in, :username, :now FROM asked_member;

-- name: drop_members(group_id)!
-- … and what follows: out …
DELETE FROM wa_group_member WHERE group_id = :group_id AND mobile IN (SELECT mobile FROM asked_member);

-- name: insert_members(group_id)!
-- … or in.
INSERT INTO wa_group_member SELECT :group_id, mobile FROM asked_member;
