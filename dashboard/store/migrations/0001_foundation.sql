-- Times are UTC. Ids are given by us. Offices are referred to by code wherever a row outlives a renumbering.

-- ── access ────────────────────────────────────────────────────────────────────────────────
CREATE TABLE app_user (
    username VARCHAR NOT NULL,            -- lower case, unique by the writer's check
    full_name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,                -- viewer, composer, approver, administrator
    office_code VARCHAR NOT NULL,
    password_hash VARCHAR NOT NULL,       -- bcrypt
    mobile BIGINT,                        -- own number for test sends, ten digits
    language VARCHAR NOT NULL,            -- hi, en
    is_active BOOLEAN NOT NULL,
    failed_count INTEGER NOT NULL,
    locked_until TIMESTAMP,
    sessions_valid_from TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE audit_event (
    happened_at TIMESTAMP NOT NULL,
    username VARCHAR NOT NULL,
    action VARCHAR NOT NULL,              -- e.g. missing_list.download, notice.approve
    office_code VARCHAR,
    row_count BIGINT,
    detail JSON NOT NULL                  -- never a phone number, never a password
);
CREATE TABLE fact (                       -- single facts about this installation: is_demo, secrets made on the spot
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

-- ── registry ──────────────────────────────────────────────────────────────────────────────
CREATE TABLE office (
    office_no INTEGER NOT NULL,           -- depth first: an office and all below it are [office_no, last_no]
    last_no INTEGER NOT NULL,
    parent_no INTEGER,
    code VARCHAR NOT NULL,                -- unique; substations and feeders: parent's code/name
    level VARCHAR NOT NULL,               -- state, discom, zone, circle, division, subdivision, substation, feeder
    name VARCHAR NOT NULL,
    name_hi VARCHAR NOT NULL,
    district VARCHAR                      -- of a division, where known
);
CREATE TABLE office_alias (               -- other names and codes under which reports write an office
    parent_code VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,               -- upper case, blanks folded
    code VARCHAR NOT NULL
);
CREATE TABLE consumer (                   -- one row an account, stored in the order of office_no
    account_no VARCHAR NOT NULL,          -- text, leading zeros kept
    office_no INTEGER NOT NULL,           -- the lowest office known, normally the feeder
    name VARCHAR,
    address VARCHAR,
    category VARCHAR,                     -- LMV-1 … HV-4
    supply_type VARCHAR,
    load_kw DOUBLE,
    book_no VARCHAR,
    sc_no VARCHAR,
    meter_no VARCHAR,
    pole_no VARCHAR,
    transformer VARCHAR,
    latitude DOUBLE,
    longitude DOUBLE,
    bill_date DATE,
    due_date DATE,
    last_pay_date DATE,
    last_pay_amount DECIMAL(14, 2),       -- rupees
    amount_payable DECIMAL(14, 2),        -- rupees outstanding
    arrears_segment VARCHAR NOT NULL,     -- none, due, long_unpaid, never_paid
    agent_id VARCHAR,
    agent_mobile BIGINT,
    mobile_raw VARCHAR,                   -- the cell as it came
    mobile BIGINT,                        -- ten digits, where one could be read at all
    verdict VARCHAR NOT NULL,             -- ok, missing, malformed, landline, dummy, reader's own, shared, cut
    state VARCHAR NOT NULL,               -- missing, unusable, on_file, enrolled, opted_out
    import_id INTEGER NOT NULL            -- the last import that changed this row
);
CREATE TABLE reader_number (mobile BIGINT NOT NULL);   -- every AGENT_MOB_NO ever seen
CREATE TABLE undeliverable_number (       -- WhatsApp said: not reachable there (131026)
    mobile BIGINT NOT NULL,
    since TIMESTAMP NOT NULL
);
CREATE TABLE import_run (
    import_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,                -- export, consent
    file_names VARCHAR NOT NULL,
    file_digest VARCHAR NOT NULL,         -- sha256 of the files' bytes
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    username VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    accepted_count BIGINT NOT NULL,
    rejected_count BIGINT NOT NULL,
    new_count BIGINT NOT NULL,
    changed_count BIGINT NOT NULL,
    unchanged_count BIGINT NOT NULL
);
CREATE TABLE rejected_row (               -- nothing that came in is lost
    import_id INTEGER NOT NULL,
    file_name VARCHAR NOT NULL,
    row_no BIGINT NOT NULL,               -- the file's own row number, header = 1
    reason VARCHAR NOT NULL,              -- account_number, ragged_row, unknown_account, future_date, number, …
    raw VARCHAR NOT NULL
);

-- ── coverage ──────────────────────────────────────────────────────────────────────────────
CREATE TABLE coverage_cube (              -- today's truth, one row an office and category
    office_no INTEGER NOT NULL,
    category VARCHAR NOT NULL,
    consumers BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    unusable BIGINT NOT NULL,
    on_file BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    opted_out BIGINT NOT NULL
);
CREATE TABLE coverage_day (               -- one row an office (state to subdivision) and day, kept for ever
    day DATE NOT NULL,                    -- Asia/Kolkata
    office_code VARCHAR NOT NULL,
    consumers BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    unusable BIGINT NOT NULL,
    on_file BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    opted_out BIGINT NOT NULL
);

-- ── enrolment ─────────────────────────────────────────────────────────────────────────────
CREATE TABLE consent_event (              -- append only: who said what, how, when
    given_at TIMESTAMP NOT NULL,                -- when it was given
    recorded_at TIMESTAMP NOT NULL,
    account_no VARCHAR NOT NULL,
    mobile BIGINT NOT NULL,
    kind VARCHAR NOT NULL,                -- opt_in, opt_out
    how VARCHAR NOT NULL,                 -- form, paper, camp, whatsapp, …
    wording VARCHAR NOT NULL,             -- version of the wording agreed to
    username VARCHAR NOT NULL,            -- official, or 'whatsapp'
    evidence VARCHAR NOT NULL             -- file name and row, or message id
);
CREATE TABLE consent (                    -- what stands now, derived from consent_event in the same commit
    account_no VARCHAR NOT NULL,
    mobile BIGINT NOT NULL,
    status VARCHAR NOT NULL,              -- in, out
    language VARCHAR NOT NULL,            -- hi, en
    changed_at TIMESTAMP NOT NULL
);
CREATE TABLE number_case (                -- a number that differs from the one on file: for a person to settle
    case_id BIGINT NOT NULL,
    account_no VARCHAR NOT NULL,
    office_code VARCHAR NOT NULL,         -- the consumer's lowest office
    mobile_on_file BIGINT,
    mobile_claimed BIGINT NOT NULL,
    source VARCHAR NOT NULL,              -- whatsapp, consent_file, export
    language VARCHAR NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL,               -- open, accepted, rejected
    settled_by VARCHAR,
    settled_at TIMESTAMP,
    comment VARCHAR
);

-- ── notices ───────────────────────────────────────────────────────────────────────────────
CREATE TABLE notice (
    notice_id BIGINT NOT NULL,
    state VARCHAR NOT NULL,               -- draft, submitted, returned, approved, scheduled, sending, paused, cancelled, finished
    template VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    body VARCHAR NOT NULL,                -- the template's text as frozen
    variables JSON NOT NULL,              -- typed values by name
    office_code VARCHAR NOT NULL,         -- the audience's office
    audience JSON NOT NULL,               -- categories, arrears_segments, feeder codes
    recipient_count BIGINT NOT NULL,
    exclusions JSON NOT NULL,             -- count by reason
    content_hash VARCHAR NOT NULL,        -- audience and text under one sha256; empty while a draft
    job_id BIGINT,                        -- the delivery job that holds the frozen messages
    created_by VARCHAR NOT NULL,
    created_at TIMESTAMP NOT NULL,
    submitted_by VARCHAR,
    submitted_at TIMESTAMP,
    decided_by VARCHAR,
    decided_at TIMESTAMP,
    comment VARCHAR,
    send_at TIMESTAMP,
    finished_at TIMESTAMP
);

-- ── delivery: immutable messages, appended facts; what a message's state is, is derived ───
CREATE TABLE job (
    job_id BIGINT NOT NULL,
    state VARCHAR NOT NULL,               -- held, running, paused, cancelled, finished, discarded
    kind VARCHAR NOT NULL,                -- template, text
    template VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    parameter_names JSON NOT NULL,        -- order of message.parameters
    message_count BIGINT NOT NULL,
    pause_reason VARCHAR,                 -- error code's words key, or 'person'
    created_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE TABLE message (
    job_id BIGINT NOT NULL,
    message_no INTEGER NOT NULL,          -- 1 … message_count
    account_no VARCHAR,
    mobile BIGINT NOT NULL,               -- ten digits
    parameters VARCHAR[] NOT NULL         -- values in the order of the job's names; for kind text: [text]
);
CREATE TABLE claim (                      -- the intent, committed before any HTTP
    job_id BIGINT NOT NULL,
    claim_no INTEGER NOT NULL,
    message_nos INTEGER[] NOT NULL,       -- those handed to the sender; who was skipped at claiming is not among them
    last_no INTEGER NOT NULL,             -- of a first attempt: every message up to here has been claimed or skipped
    attempt INTEGER NOT NULL,
    claimed_at TIMESTAMP NOT NULL
);
CREATE TABLE outcome (                    -- the answer, committed after
    job_id BIGINT NOT NULL,
    message_no INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    result VARCHAR NOT NULL,              -- accepted, held, retry, failed, in_doubt, skipped, treated_as_sent
    wamid VARCHAR,
    code INTEGER,                         -- Meta's error code
    answered_at TIMESTAMP NOT NULL,
    retry_at TIMESTAMP
);
CREATE TABLE status_event (
    job_id BIGINT NOT NULL,
    message_no INTEGER NOT NULL,
    wamid VARCHAR NOT NULL,
    status VARCHAR NOT NULL,              -- sent, delivered, read, failed, played, or one that we do not know
    status_at TIMESTAMP NOT NULL,                -- Meta's time
    code INTEGER,
    category VARCHAR,                     -- from pricing
    billable BOOLEAN,
    received_at TIMESTAMP NOT NULL
);
-- What a message's state is: status reports beat outcomes, outcomes beat the claim. Exclusive: each message stands in one state.
-- `delivered` beats `failed` (another device reported it); an unknown status still proves that the provider has the message.
CREATE MACRO message_state(wanted_job) AS TABLE
WITH answered AS (
    SELECT message_no, max(attempt) AS attempt,
           arg_max(struct_pack(result := result, code := code), attempt * 2 + (result <> 'in_doubt')::INTEGER) AS last_one
    FROM outcome WHERE job_id = wanted_job GROUP BY message_no
), reported AS (
    SELECT message_no, max(code) FILTER (status = 'failed') AS code,
           max(CASE status WHEN 'sent' THEN 2 WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 WHEN 'read' THEN 5 WHEN 'played' THEN 5 ELSE 1 END) AS place
    FROM status_event WHERE job_id = wanted_job GROUP BY message_no
), claimed AS (
    SELECT message_no, max(attempt) AS attempt
    FROM (SELECT unnest(message_nos) AS message_no, attempt FROM claim WHERE job_id = wanted_job) GROUP BY message_no
)
SELECT message.message_no, message.account_no, message.mobile,
       coalesce(claimed.attempt, 0) AS attempt,
       CASE WHEN reported.place IS NOT NULL THEN reported.code
            WHEN answered.last_one.result = 'failed' THEN answered.last_one.code END AS code,
       answered.last_one.result AS result,
       CASE WHEN reported.place IS NOT NULL THEN ['accepted', 'sent', 'failed', 'delivered', 'read'][reported.place]
            WHEN coalesce(claimed.attempt, 0) > coalesce(answered.attempt, 0) THEN 'in_flight'
            WHEN answered.last_one.result IN ('accepted', 'held', 'treated_as_sent') THEN 'accepted'
            WHEN answered.last_one.result IN ('failed', 'in_doubt', 'skipped') THEN answered.last_one.result
            WHEN job.state IN ('cancelled', 'discarded') THEN 'skipped'
            ELSE 'waiting' END AS state
FROM message
JOIN job ON job.job_id = message.job_id
LEFT JOIN answered ON answered.message_no = message.message_no
LEFT JOIN reported ON reported.message_no = message.message_no
LEFT JOIN claimed ON claimed.message_no = message.message_no
WHERE message.job_id = wanted_job;
-- A notice as it stands now: once released, its state is its job's, whoever changed that (a person, the sender, the provider).
CREATE VIEW notice_now AS
SELECT notice.notice_id,
       CASE WHEN notice.state NOT IN ('sending', 'paused', 'finished') THEN notice.state
            WHEN job.state = 'running' THEN 'sending'
            ELSE coalesce(job.state, notice.state) END AS state,
       notice.state AS stored_state, notice.template, notice.language, notice.body, notice.variables, notice.office_code,
       notice.audience, notice.recipient_count, notice.exclusions, notice.content_hash, notice.job_id, job.state AS job_state,
       job.pause_reason, job.changed_at AS job_changed_at, notice.created_by, notice.created_at, notice.submitted_by,
       notice.submitted_at, notice.decided_by, notice.decided_at, notice.comment, notice.send_at, notice.finished_at
FROM notice LEFT JOIN job ON job.job_id = notice.job_id;
CREATE TABLE webhook_raw (
    raw_id BIGINT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE webhook_applied (raw_id BIGINT NOT NULL, applied_at TIMESTAMP NOT NULL, note VARCHAR);
CREATE TABLE inbound_message (            -- what consumers wrote; de-duplicated on wamid
    wamid VARCHAR NOT NULL,
    mobile BIGINT NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    text VARCHAR NOT NULL,
    meaning VARCHAR NOT NULL,             -- join, stop, other
    reply_code VARCHAR NOT NULL
);
CREATE TABLE account_notice (             -- news about our account, template or number, for a banner
    happened_at TIMESTAMP NOT NULL,
    field VARCHAR NOT NULL,
    detail JSON NOT NULL
);
