-- Visits of field staff to a consumer (आपके द्वार) and what they found. Appended only; an entry made by mistake is taken back by another row.
CREATE TABLE visit (
    visit_id BIGINT NOT NULL,             -- given by us, upwards
    account_no VARCHAR NOT NULL,
    visited_on DATE NOT NULL,             -- Asia/Kolkata
    outcome VARCHAR NOT NULL,             -- one of dashboard.collection.visits.OUTCOMES
    visited_by VARCHAR NOT NULL,          -- name or number of the member of field staff
    note VARCHAR NOT NULL,
    username VARCHAR NOT NULL,            -- who entered it
    entered_at TIMESTAMP NOT NULL
);
CREATE TABLE visit_taken_back (visit_id BIGINT NOT NULL, username VARCHAR NOT NULL, taken_back_at TIMESTAMP NOT NULL);
