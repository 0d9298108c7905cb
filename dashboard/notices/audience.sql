-- name: take_numbers(first, last)!
-- What is said of the numbers of few offices is taken out beforehand: DuckDB then knows how few they are. The numbers …
CREATE OR REPLACE TEMP TABLE few_number AS
SELECT mobile, bool_or(state = 'enrolled') AS is_enrolled FROM consumer WHERE office_no BETWEEN :first AND :last AND mobile IS NOT NULL GROUP BY mobile;

-- name: take_few()#
-- … what people said of those of the enrolled, and which WhatsApp does not know.
CREATE OR REPLACE TEMP TABLE few_consent AS
SELECT account_no, mobile, status, language FROM consent WHERE mobile IN (SELECT mobile FROM few_number WHERE is_enrolled);
CREATE OR REPLACE TEMP TABLE few_undeliverable AS
SELECT mobile FROM undeliverable_number WHERE mobile IN (SELECT mobile FROM few_number);
DROP TABLE few_number;

-- name: define_audience()#
-- Whom a notice could reach, as two temporary table macros: one text an office, one judgement a consumer.
-- Text: p_levels[i] is what fills the i-th variable: an office level, whose name it is (with _phone: its telephone), a field of the consumer's row, '' for a
-- typed one; p_typed[i] its typed value, or what stands where the source has nothing, '' leaving the consumer out;
-- p_uses[i] how often it stands in the body; p_length the characters of the body without variables. Names lose line breaks
-- and runs of blanks (Meta refuses them) and stop at 60 characters. {consents} and
-- {undeliverable}: what is looked through of consents and of numbers that WhatsApp does not know, all or those of few consumers. {told}: the
-- numbers that had a notice lately, looked for only where that is asked.
CREATE OR REPLACE TEMP MACRO group_lakh(n) AS CASE
    WHEN n < 1000 THEN n::VARCHAR
    WHEN n < 100000 THEN (n // 1000) || ',' || lpad((n % 1000)::VARCHAR, 3, '0')
    WHEN n < 10000000 THEN (n // 100000) || ',' || lpad((n // 1000 % 100)::VARCHAR, 2, '0') || ',' || lpad((n % 1000)::VARCHAR, 3, '0')
    ELSE (n // 10000000) || ',' || lpad((n // 100000 % 100)::VARCHAR, 2, '0') || ',' || lpad((n // 1000 % 100)::VARCHAR, 2, '0')
         || ',' || lpad((n % 1000)::VARCHAR, 3, '0') END;

-- An amount as people here write it, paise only where there are some.
CREATE OR REPLACE TEMP MACRO say_rupees(amount) AS
    CASE WHEN amount < 0 THEN '-' ELSE '' END || group_lakh(trunc(abs(amount))::BIGINT)
    || CASE WHEN amount % 1 = 0 THEN '' ELSE '.' || lpad((abs(amount) * 100 % 100)::INTEGER::VARCHAR, 2, '0') END;

CREATE OR REPLACE TEMP MACRO cut_line(words) AS CASE WHEN length(words) > 60 THEN left(words, 59) || '…' ELSE words END;

-- One line of at most 60 characters; the clean, which most are, are not written anew.
CREATE OR REPLACE TEMP MACRO say_line(words) AS CASE
    WHEN regexp_matches(words, '[\pZ\p{Cc}][\pZ\p{Cc}]|[^\x20\PZ]|\p{Cc}') OR length(words) > 60
    THEN cut_line(trim(regexp_replace(words, '[\pZ\p{Cc}]+', ' ', 'g'))) ELSE trim(words) END;

CREATE OR REPLACE TEMP MACRO is_of_consumer(p_source) AS p_source IN ('consumer_name', 'account_no', 'amount_payable', 'due_date',
    'bill_date', 'last_pay_amount', 'last_pay_date', 'meter_no', 'load_kw', 'category');

-- Whether a text has a place for a source without words for where it has nothing.
CREATE OR REPLACE TEMP MACRO is_wanted(p_levels, p_typed, p_source) AS
    list_contains(list_filter(p_levels::VARCHAR[], lambda level, place: (p_typed::VARCHAR[])[place] = ''), p_source);

CREATE OR REPLACE TEMP MACRO audience_text(p_first, p_last, p_language, p_levels, p_typed, p_uses, p_length) AS TABLE
WITH named AS (
    SELECT office_no, last_no, level,
           trim(regexp_replace(CASE WHEN p_language = 'hi' AND trim(name_hi) <> '' THEN name_hi ELSE name END, '[\pZ\p{Cc}]+', ' ', 'g')) AS full_title,
           -- "33/11 KV GOMTI NAGAR": the texts say "substation" themselves, so its voltage and kind are left out.
           CASE WHEN level = 'substation' THEN coalesce(nullif(regexp_replace(full_title,
               '^\d+/\d+ ?(?i:kv|केवी|के\.वी\.) ?(?i:उपकेन्द्र|उपकेंद्र|sub-?station|s/s)? ?', ''), ''), full_title) ELSE full_title END AS title
    FROM office
    UNION ALL
    SELECT office_no, last_no, level || '_phone', phone, phone FROM office JOIN office_phone ON office_phone.office_code = office.code
), path AS (
    SELECT below.office_no,
           map_from_entries(list(struct_pack(k := above.level, v := CASE WHEN length(above.title) > 60 THEN left(above.title, 59) || '…' ELSE above.title END))) AS titles
    FROM office AS below
    JOIN named AS above ON above.office_no <= below.office_no AND above.last_no >= below.office_no
    WHERE below.office_no BETWEEN p_first AND p_last
    GROUP BY below.office_no
), valued AS (
    SELECT office_no, list_transform(p_levels::VARCHAR[], lambda level, place: CASE WHEN level = '' THEN (p_typed::VARCHAR[])[place]
        ELSE coalesce(nullif(titles[level], ''), (p_typed::VARCHAR[])[place], '') END) AS parameters
    FROM path
)
SELECT office_no, parameters,
       p_length + list_sum(list_transform(parameters, lambda value, place: length(value) * (p_uses::INTEGER[])[place])) AS text_length,
       len(list_filter(parameters, lambda value, place: value = '' AND (p_levels::VARCHAR[])[place] <> ''
           AND NOT is_of_consumer((p_levels::VARCHAR[])[place]))) > 0 AS has_hole
FROM valued;

-- The numbers to which some sends brought a notice since a moment, or may have, or will: not those whose message failed or was left out, of a
-- cancelled send those alone that went, of an older one not those that went before.
CREATE OR REPLACE TEMP MACRO told_since(p_jobs, p_moment) AS TABLE
WITH asked AS MATERIALIZED (SELECT job_id, state, created_at FROM job WHERE job_id IN (SELECT unnest(p_jobs::BIGINT[]))),
taken AS (
    SELECT job_id, message_no, answered_at FROM outcome SEMI JOIN asked USING (job_id)
    WHERE result IN ('accepted', 'held', 'in_doubt', 'treated_as_sent')
), failed AS MATERIALIZED (
    SELECT job_id, message_no FROM outcome SEMI JOIN asked USING (job_id) WHERE result IN ('failed', 'skipped')
    UNION ALL
    SELECT job_id, message_no FROM status_event SEMI JOIN asked USING (job_id) WHERE status = 'failed'
), arrived AS (
    SELECT job_id, message_no FROM status_event SEMI JOIN failed USING (job_id, message_no) WHERE status IN ('delivered', 'read', 'played')
), not_told AS (
    SELECT job_id, message_no FROM failed ANTI JOIN arrived USING (job_id, message_no)
    UNION ALL
    SELECT job_id, message_no FROM message SEMI JOIN (SELECT job_id FROM asked WHERE state = 'cancelled') USING (job_id)
        ANTI JOIN taken USING (job_id, message_no) ANTI JOIN status_event USING (job_id, message_no)
    UNION ALL
    SELECT job_id, message_no FROM (
        SELECT job_id, message_no, max(answered_at) AS last_at FROM taken SEMI JOIN (SELECT job_id FROM asked WHERE created_at < p_moment) USING (job_id)
        GROUP BY job_id, message_no
    ) WHERE last_at < p_moment
)
SELECT mobile FROM message SEMI JOIN asked USING (job_id) ANTI JOIN not_told USING (job_id, message_no);

-- Judgement: `reason` is NULL for whom the notice may reach; a number that comes twice is still in twice. The office's parameters
-- are shared by its consumers; only where a field of the row stands in the text has each consumer their own. What the row says for
-- a source is put into words once, and only where the text has a place for it.
CREATE OR REPLACE TEMP MACRO audience_member(p_first, p_last, p_categories, p_segments, p_feeders, p_language, p_levels, p_typed, p_uses, p_length, p_bands, p_languages, p_recent, p_since, p_list, p_group) AS TABLE
WITH chosen AS NOT MATERIALIZED (
    SELECT consumer.* FROM consumer
    WHERE consumer.office_no BETWEEN p_first AND p_last
      AND (len(p_categories::VARCHAR[]) = 0 OR list_contains(p_categories::VARCHAR[], consumer.category))
      AND (len(p_segments::VARCHAR[]) = 0 OR list_contains(p_segments::VARCHAR[], consumer.arrears_segment))
      AND (len(p_feeders::INTEGER[]) = 0 OR list_contains(p_feeders::INTEGER[], consumer.office_no))
      AND (len(p_bands::VARCHAR[]) = 0 OR list_contains(p_bands::VARCHAR[], load_band(consumer.load_kw)))
      AND (p_list = 0 OR consumer.account_no IN (SELECT account_no FROM audience_account WHERE list_id = p_list))
      -- p_group: 0 whatever groups, -1 in one, -2 in none, else in that one.
      AND (p_group = 0 OR coalesce(consumer.mobile IN (SELECT mobile FROM wa_group_member WHERE p_group < 0 OR group_id = p_group), false) = (p_group <> -2))
), person AS NOT MATERIALIZED (
    -- Consent is looked up for the enrolled alone: nobody else gets anything.
    SELECT chosen.*, consent.account_no IS NOT NULL AS has_consent, consent.language
    FROM chosen LEFT JOIN {consents} AS consent ON consent.account_no = chosen.account_no AND consent.mobile = chosen.mobile AND consent.status = 'in'
    WHERE chosen.state = 'enrolled'
    UNION ALL
    SELECT chosen.*, false, NULL FROM chosen WHERE chosen.state <> 'enrolled'
)
SELECT account_no, name, mobile, office_no, state, parameters, reason,
       CASE WHEN is_personal THEN p_length + list_sum(list_transform(parameters, lambda value, place: length(value) * (p_uses::INTEGER[])[place]))
            ELSE office_length END AS text_length
FROM (
SELECT account_no, name, mobile, office_no, state, office_length, is_personal,
       CASE WHEN NOT is_personal THEN office_parameters
            ELSE list_transform(p_levels::VARCHAR[], lambda level, place: coalesce(nullif(CASE level
            WHEN 'consumer_name' THEN said_consumer_name
            WHEN 'account_no' THEN said_account_no
            WHEN 'amount_payable' THEN said_amount_payable
            WHEN 'due_date' THEN said_due_date
            WHEN 'bill_date' THEN said_bill_date
            WHEN 'last_pay_amount' THEN said_last_pay_amount
            WHEN 'last_pay_date' THEN said_last_pay_date
            WHEN 'meter_no' THEN said_meter_no
            WHEN 'load_kw' THEN said_load_kw
            WHEN 'category' THEN said_category
            ELSE office_parameters[place] END, ''), (p_typed::VARCHAR[])[place], '')) END AS parameters,
       CASE WHEN first_reason IS NOT NULL THEN first_reason
            WHEN is_personal AND ((is_wanted(p_levels, p_typed, 'consumer_name') AND coalesce(said_consumer_name, '') = '')
                OR (is_wanted(p_levels, p_typed, 'account_no') AND coalesce(said_account_no, '') = '')
                OR (is_wanted(p_levels, p_typed, 'amount_payable') AND coalesce(said_amount_payable, '') = '')
                OR (is_wanted(p_levels, p_typed, 'due_date') AND coalesce(said_due_date, '') = '')
                OR (is_wanted(p_levels, p_typed, 'bill_date') AND coalesce(said_bill_date, '') = '')
                OR (is_wanted(p_levels, p_typed, 'last_pay_amount') AND coalesce(said_last_pay_amount, '') = '')
                OR (is_wanted(p_levels, p_typed, 'last_pay_date') AND coalesce(said_last_pay_date, '') = '')
                OR (is_wanted(p_levels, p_typed, 'meter_no') AND coalesce(said_meter_no, '') = '')
                OR (is_wanted(p_levels, p_typed, 'load_kw') AND coalesce(said_load_kw, '') = '')
                OR (is_wanted(p_levels, p_typed, 'category') AND coalesce(said_category, '') = '')) THEN 'empty_variable' END AS reason
FROM (
SELECT consumer.account_no, consumer.name, consumer.mobile, consumer.office_no, consumer.state, office_text.text_length AS office_length,
       office_text.parameters AS office_parameters,
       len(list_filter(p_levels::VARCHAR[], lambda level: is_of_consumer(level))) > 0 AS is_personal,
       CASE WHEN consumer.state = 'opted_out' THEN 'opted_out'
            WHEN consumer.mobile IN (SELECT mobile FROM {undeliverable}) THEN 'not_on_whatsapp'
            WHEN consumer.state NOT IN ('on_file', 'enrolled') OR consumer.mobile IS NULL
                 OR consumer.mobile NOT BETWEEN 6000000000 AND 9999999999 THEN 'no_number'
            WHEN consumer.state = 'on_file' OR NOT has_consent THEN 'not_enrolled'
            WHEN len(p_languages::VARCHAR[]) > 0 AND NOT list_contains(p_languages::VARCHAR[], consumer.language) THEN 'other_language'
            WHEN consumer.mobile IN ({told}) THEN 'recent_notice'
            WHEN coalesce(office_text.has_hole, true) THEN 'empty_variable' END AS first_reason,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'consumer_name') THEN say_line(consumer.name) END AS said_consumer_name,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'account_no') THEN consumer.account_no END AS said_account_no,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'amount_payable') THEN say_rupees(consumer.amount_payable) END AS said_amount_payable,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'due_date') THEN strftime(consumer.due_date, '%d-%m-%Y') END AS said_due_date,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'bill_date') THEN strftime(consumer.bill_date, '%d-%m-%Y') END AS said_bill_date,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'last_pay_amount') THEN say_rupees(consumer.last_pay_amount) END AS said_last_pay_amount,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'last_pay_date') THEN strftime(consumer.last_pay_date, '%d-%m-%Y') END AS said_last_pay_date,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'meter_no') THEN say_line(consumer.meter_no) END AS said_meter_no,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'load_kw') THEN regexp_replace(consumer.load_kw::DECIMAL(14, 2)::VARCHAR, '\.?0+$', '') END AS said_load_kw,
       CASE WHEN list_contains(p_levels::VARCHAR[], 'category') THEN say_line(consumer.category) END AS said_category
FROM person AS consumer
LEFT JOIN audience_text(p_first, p_last, p_language, p_levels, p_typed, p_uses, p_length) AS office_text
       ON office_text.office_no = consumer.office_no
));

-- name: count_members(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id)^
-- The audience by reason; those whom nothing excludes, their different numbers, and the longest text among them.
SELECT count(*) FILTER (reason = 'opted_out'), count(*) FILTER (reason = 'no_number'), count(*) FILTER (reason = 'not_enrolled'),
       count(*) FILTER (reason = 'not_on_whatsapp'), count(*) FILTER (reason = 'empty_variable'),
       count(*) FILTER (reason = 'other_language'), count(*) FILTER (reason = 'recent_notice'),
       count(*) FILTER (reason IS NULL), count(DISTINCT mobile) FILTER (reason IS NULL),
       coalesce(max(text_length) FILTER (reason IS NULL), 0)
FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id);

-- name: pick_member(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id, per_account, position)^
-- One recipient by place, in the order in which messages are staged: by account, the lowest account for a number unless each account counts.
SELECT name, mobile, parameters FROM (
    SELECT account_no, name, mobile, parameters
    FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id)
    WHERE reason IS NULL
    QUALIFY row_number() OVER (PARTITION BY mobile, CASE WHEN :per_account THEN account_no END ORDER BY account_no) = 1
) ORDER BY account_no LIMIT 1 OFFSET :position;

-- name: judge_few(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id)!
-- An audience of few enrolled, each judged once.
CREATE OR REPLACE TEMP TABLE judged_few AS
SELECT reason, account_no, mobile, office_no, parameters, text_length
FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id);

-- name: count_few()
-- How many of them there are of each reason, NULL: of whom nothing keeps the notice away; with the longest text.
SELECT reason, count(*), coalesce(max(text_length), 0) FROM judged_few GROUP BY reason;

-- name: choose_few(per_account)
-- The recipients once: the lowest account for a number unless each account counts.
SELECT account_no, mobile, parameters, office_no FROM judged_few WHERE reason IS NULL
QUALIFY row_number() OVER (PARTITION BY mobile, CASE WHEN :per_account THEN account_no END ORDER BY account_no) = 1;

-- name: drop_few()#
-- They are chosen.
DROP TABLE IF EXISTS temp.judged_few;
DROP TABLE IF EXISTS temp.few_consent;
DROP TABLE IF EXISTS temp.few_undeliverable;

-- name: judge_enrolled(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id, reasons)!
-- The enrolled of an audience judged once, narrow: why somebody gets nothing (reason_no, a place in :reasons), else what the choosing
-- needs. {values} is filled in: parameters and text_length, which only texts with a field of the row have for each consumer apart.
CREATE OR REPLACE TEMP TABLE judged_member AS
SELECT CASE WHEN reason IS NOT NULL THEN list_position(:reasons::VARCHAR[], reason)::UTINYINT END AS reason_no, account_no, mobile, office_no, {values}
FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id)
WHERE state = 'enrolled';

-- name: count_others(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id)
-- Those of an audience who are not enrolled, by reason.
SELECT reason, count(*) FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id)
WHERE state <> 'enrolled' GROUP BY reason;

-- name: write_words(first, last, language, levels, typed, uses, length)!
-- What each office's consumers read, where no field of their row stands in the text.
CREATE OR REPLACE TEMP TABLE staged_words AS
SELECT office_no, parameters, text_length FROM audience_text(:first, :last, :language, :levels, :typed, :uses, :length);

-- name: count_judged()
-- How many there are of each reason; NULL: of whom nothing keeps the notice away.
SELECT reason_no, count(*) FROM judged_member GROUP BY reason_no;

-- name: choose_once()!
-- The recipients, each number once: that of its lowest account. Only numbers that come more than once are sorted out.
CREATE OR REPLACE TEMP TABLE staged_message AS
WITH repeated AS MATERIALIZED (SELECT mobile FROM judged_member WHERE reason_no IS NULL GROUP BY mobile HAVING count(*) > 1)
SELECT account_no, mobile, parameters, office_no FROM judged_member ANTI JOIN repeated USING (mobile) WHERE reason_no IS NULL
UNION ALL
SELECT account_no, mobile, parameters, office_no FROM judged_member SEMI JOIN repeated USING (mobile) WHERE reason_no IS NULL
QUALIFY row_number() OVER (PARTITION BY mobile ORDER BY account_no) = 1;

-- name: choose_each()!
-- The recipients, every account of a number.
CREATE OR REPLACE TEMP TABLE staged_message AS
SELECT account_no, mobile, parameters, office_no FROM judged_member WHERE reason_no IS NULL;

-- name: longest_personal()$
-- The longest text among those whom nothing keeps the notice away from, where each has their own …
SELECT max(text_length) FROM judged_member WHERE reason_no IS NULL;

-- name: longest_words()$
-- … and where they read their office's.
SELECT max(text_length) FROM staged_words WHERE office_no IN (SELECT office_no FROM staged_message);

-- name: stamp_registry(first, last)^
-- Differs where another import has come, or where offices of an interval have come, gone, moved or are called otherwise.
SELECT (SELECT coalesce(max(import_id), 0) FROM import_run), count(*), sum(hash(office_no, last_no, code, name, name_hi))::VARCHAR
FROM office WHERE office_no BETWEEN :first AND :last;

-- name: drop_judged()!
-- The recipients are chosen.
DROP TABLE IF EXISTS temp.judged_member;

-- name: find_feeders(first, last, codes)
-- The offices behind codes, as far as they lie in an interval.
SELECT code, office_no FROM office WHERE office_no BETWEEN :first AND :last AND list_contains(:codes::VARCHAR[], code);

-- name: find_holes(first, last, levels)
-- Offices of an interval around which one of these levels, or its telephone, is missing: a text that names it has a hole there. Numbers are given
-- depth first, so the last office of a level before an office is around it, or none is.
SELECT DISTINCT office_no FROM (
    SELECT office_no, max(CASE WHEN office.level = wanted.level AND trim(name) <> '' THEN last_no
            WHEN office.level || '_phone' = wanted.level AND phone IS NOT NULL THEN last_no END)
        OVER (PARTITION BY wanted.level ORDER BY office_no ROWS UNBOUNDED PRECEDING) AS reach
    FROM office LEFT JOIN office_phone ON office_phone.office_code = office.code
    CROSS JOIN (SELECT unnest(:levels::VARCHAR[]) AS level) AS wanted
) WHERE office_no BETWEEN :first AND :last AND coalesce(reach, 0) < office_no;

-- name: count_odd(first, last, categories, segments, feeders, bands, holes)^
-- What the sums of the parts count too often: messages that a number would get again, and numbers that WhatsApp does not know.
SELECT count(*) FILTER (kind = 'twin') - count(DISTINCT mobile) FILTER (kind = 'twin'), count(*) FILTER (kind = 'dead')
FROM audience_odd
WHERE office_no BETWEEN :first AND :last
  AND (len(:categories::VARCHAR[]) = 0 OR list_contains(:categories::VARCHAR[], category))
  AND (len(:segments::VARCHAR[]) = 0 OR list_contains(:segments::VARCHAR[], arrears_segment))
  AND (len(:feeders::INTEGER[]) = 0 OR list_contains(:feeders::INTEGER[], office_no))
  AND (len(:bands::VARCHAR[]) = 0 OR list_contains(:bands::VARCHAR[], load_band))
  AND (kind = 'dead' OR len(:holes::INTEGER[]) = 0 OR office_no NOT IN (SELECT unnest(:holes::INTEGER[])));

-- name: count_whole_odd(first, last)^
-- The same of all consumers of an interval, without comparing numbers: an account is one too many where the number's account before
-- it lies in the interval too.
SELECT count(*) FILTER (before_no >= :first), count(*) FILTER (kind = 'dead') FROM audience_odd WHERE office_no BETWEEN :first AND :last;

-- name: is_stale(first, last)$
-- Whether offices of an interval were counted anew since repeated numbers were looked for.
SELECT count(*) > 0 FROM audience_stale WHERE first_no <= :last AND last_no >= :first;

-- name: sum_parts(first, last, categories, segments, feeders, bands, holes)^
-- An audience from what is counted beforehand, however large it is: consumers, without a usable number, on file, enrolled, opted out,
-- and the enrolled of offices with a hole.
SELECT coalesce(sum(consumers), 0)::BIGINT, coalesce(sum(no_number), 0)::BIGINT, coalesce(sum(on_file), 0)::BIGINT,
    coalesce(sum(enrolled), 0)::BIGINT, coalesce(sum(opted_out), 0)::BIGINT,
    coalesce(sum(enrolled) FILTER (office_no IN (SELECT unnest(:holes::INTEGER[]))), 0)::BIGINT
FROM audience_part
WHERE office_no BETWEEN :first AND :last
  AND (len(:categories::VARCHAR[]) = 0 OR list_contains(:categories::VARCHAR[], category))
  AND (len(:segments::VARCHAR[]) = 0 OR list_contains(:segments::VARCHAR[], arrears_segment))
  AND (len(:feeders::INTEGER[]) = 0 OR list_contains(:feeders::INTEGER[], office_no))
  AND (len(:bands::VARCHAR[]) = 0 OR list_contains(:bands::VARCHAR[], load_band));

-- name: count_consents()$
-- How large this installation is.
SELECT count(*) FROM consent;

-- name: find_window(first, last, wanted)$
-- The office up to which so many enrolled consumers stand: enough to show examples from.
SELECT min(office_no) FROM (
    SELECT office_no, sum(sum(enrolled)) OVER (ORDER BY office_no) AS so_far
    FROM coverage_cube WHERE office_no BETWEEN :first AND :last GROUP BY office_no
) WHERE so_far >= :wanted;

-- name: longest_names(first, last)
-- The longest name of each level of the offices around and below an interval, as it stands in a text.
SELECT level, least(60, max(greatest(length(name), length(name_hi)))) FROM office
WHERE office_no <= :last AND last_no >= :first GROUP BY level;

-- name: find_recent_jobs(since)
-- The sends of notices that were under way since a moment: a job's change is its last beginning, rest or end.
SELECT job_id FROM job
WHERE kind = 'template' AND (state IN ('running', 'paused') OR state IN ('finished', 'cancelled') AND changed_at >= :since) ORDER BY job_id;

-- name: judge_account(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id, account_no)^
-- One account of the audience: what it would read, or why it gets nothing.
SELECT name, mobile, parameters, reason
FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id)
WHERE account_no = :account_no;

-- name: list_holes(first, last, categories, segments, feeders, language, levels, typed, uses, length, bands, languages, recent, since, list_id, group_id, row_limit)
-- The first who are left out because a value is empty.
SELECT account_no, name, parameters
FROM audience_member(:first, :last, :categories, :segments, :feeders, :language, :levels, :typed, :uses, :length, :bands, :languages, :recent, :since, :list_id, :group_id)
WHERE reason = 'empty_variable' LIMIT :row_limit;

-- name: find_list_place(list_id)^
-- The offices of the list that somebody brought.
SELECT office.office_no, office.last_no FROM audience_list JOIN office_ever AS office ON office.code = audience_list.office_code
WHERE list_id = :list_id;
