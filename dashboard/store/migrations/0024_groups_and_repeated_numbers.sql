-- WhatsApp groups and channels that officials run by hand, and who is in them as far as lists were brought.
CREATE TABLE wa_group (
    group_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                -- group, channel: of a channel there is never a list
    office_code VARCHAR NOT NULL,         -- whose consumers it is for
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE wa_group_event (             -- append only
    group_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                -- list, full_list, closed
    said_by VARCHAR NOT NULL,
    said_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL               -- name of the file; empty where there was none
);
CREATE TABLE wa_group_fact (              -- append only: who was said to be in, or to be in no more
    group_id BIGINT NOT NULL,
    mobile BIGINT NOT NULL,
    is_in BOOLEAN NOT NULL,
    said_by VARCHAR NOT NULL,
    said_at TIMESTAMP NOT NULL
);
CREATE TABLE wa_group_member (            -- what stands now, derived from the facts in the same commit
    group_id BIGINT NOT NULL,
    mobile BIGINT NOT NULL
);

-- What must be taken off the sums of audience_part so that an audience is exact however large it is.
CREATE TABLE audience_odd (
    kind VARCHAR NOT NULL,                -- twin: enrolled, and other enrolled accounts have the number too; dead: WhatsApp does not know it
    mobile BIGINT NOT NULL,
    office_no INTEGER NOT NULL,
    category VARCHAR NOT NULL,
    arrears_segment VARCHAR NOT NULL,
    load_band VARCHAR NOT NULL,
    before_no INTEGER                     -- of a twin: the office of the number's account before this one, by number; NULL: the first
);
CREATE TABLE audience_stale (             -- offices counted anew since audience_odd was
    stale_no BIGINT NOT NULL,
    first_no INTEGER NOT NULL,
    last_no INTEGER NOT NULL
);
INSERT INTO audience_stale VALUES (1, 0, 2147483647);
