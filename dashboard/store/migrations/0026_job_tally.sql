-- How many of a job's messages stand in each state: each commit that moves some appends by how much. A report must not read a ledger of crores.
CREATE TABLE job_tally (
    job_id BIGINT NOT NULL,
    state VARCHAR NOT NULL,               -- accepted, held, treated_as_sent, sent, failed, delivered, read, in_doubt, skipped; and the counters
                                          -- total, unasked (outcomes without a call), outcome_rows, status_rows: the last two tell whether the sums are whole
    code INTEGER NOT NULL,                -- of the failed; -1: none
    message_count BIGINT NOT NULL
);
-- How far a report has brought a message, as in message_state.
CREATE MACRO status_place(status) AS
CASE status WHEN 'sent' THEN 2 WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 WHEN 'read' THEN 5 WHEN 'played' THEN 5 ELSE 1 END;
-- Under what a message is counted: by its furthest report, else by its last outcome; NULL while it waits or is on its way.
CREATE MACRO tally_state(place, result) AS
CASE WHEN place >= 2 THEN ['accepted', 'sent', 'failed', 'delivered', 'read'][place]
     WHEN result IN ('held', 'treated_as_sent') THEN result
     WHEN place = 1 OR result = 'accepted' THEN 'accepted'
     WHEN result IN ('failed', 'in_doubt', 'skipped') THEN result END;
