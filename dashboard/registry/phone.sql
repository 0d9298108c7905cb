-- The normaliser of phone numbers, as macros of one connection. `phone.py` fills in the national plan's two patterns and
-- the digits of the scripts in use. Clean cells take the short way; what is left is cleaned, cut into
-- parts that may each be a number, each part loses its prefixes, and ten digits are judged.

-- Digits of other scripts become ASCII; zero-width marks, odd blanks, quotes and a float's ".0" go. Behind a letter the
-- Devanagari zero is the sign of an abbreviation (मो० नं० 9415012345).
CREATE OR REPLACE TEMP MACRO phone_ascii(raw) AS
    CASE WHEN regexp_matches(raw, '[{other_digits}＋]')
         THEN translate(regexp_replace(raw, '([\x{0900}-\x{0963}])०', '\1', 'g'), '{other_digits}＋', '{their_digits}+') ELSE raw END;
CREATE OR REPLACE TEMP MACRO phone_clean(raw) AS
    regexp_replace(
        regexp_replace(phone_ascii(raw), '^[\s\x{00A0}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}"''`]+|[\s\x{00A0}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}"''`]+$|[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}"''`]', '', 'g'),
        '^([^.]*)\.0+$', '\1');

-- Scientific notation that still carries every digit (9.876543210E+09) is a number; with fewer digits it is lost for good.
CREATE OR REPLACE TEMP MACRO phone_is_scientific(clean) AS regexp_full_match(clean, '\+?\d(\.\d*)?[eE]\+?0?\d{1,2}');
CREATE OR REPLACE TEMP MACRO phone_is_whole(clean) AS
    length(regexp_replace(regexp_extract(clean, '^\+?(\d(?:\.\d*)?)[eE]', 1), '\D', '', 'g'))
        > TRY_CAST(regexp_extract(clean, '[eE]\+?(\d{1,3})$', 1) AS INTEGER);
CREATE OR REPLACE TEMP MACRO phone_is_cut(clean) AS phone_is_scientific(clean) AND NOT phone_is_whole(clean);

-- Parts that may each be a number, as /part//part/: cut at separators and before a plus sign; of a part remain its digits and the
-- plus sign. Blanks group the digits of one number, unless more than thirteen digits stand in a part: then they divide
-- numbers, and twenty digits are two tens.
-- Before that an extension goes (9415012345 ext 2), the numbers of a list (1) 9415012345 2) 8004642302), the ".0" of each of two
-- floats, and the commas of a number that a spreadsheet has grouped (9,41,50,12,345).
-- One or two digits behind the only dot are a fraction (941501234.6): that is an amount.
CREATE OR REPLACE TEMP MACRO phone_unlisted(clean) AS
    regexp_replace(regexp_replace(clean, '(\d{10})\.0+([^\d]|$)', '\1\2', 'g'), '(^|[^\d])[1-9](?:[):]|\. ) *([6-9]\d{9})', '\1//\2', 'g');
CREATE OR REPLACE TEMP MACRO phone_bare(clean) AS
    CASE WHEN regexp_full_match(clean, '\+?\d+\.\d{1,2}') THEN ''
         WHEN regexp_full_match(clean, '\d{1,3}(,\d{2,3}){2,4},\d{3}') THEN replace(clean, ',', '')
         ELSE regexp_replace(phone_unlisted(clean), '(\d)[\s().,-]*(?i:extension|extn|ext|x)[\s.:-]*\d{1,4}([^\d]|$)', '\1//\2', 'g') END;
CREATE OR REPLACE TEMP MACRO phone_cut(clean) AS
    '/' || regexp_replace(replace(regexp_replace(phone_bare(clean), '{separators}', '//', 'g'), '+', '//+'), '[^\d/+\s]', '', 'g') || '/';
-- Where a part is nothing but tens, whatever groups their digits and whatever stands between them, these are its numbers, and no others:
-- 94150 12345-80046 42302 is not 1234580046. `marked` has two blanks for each sign. Of other parts
-- with groups that are no number by themselves, none is put together over a sign but the first.
CREATE OR REPLACE TEMP MACRO phone_marked(clean) AS
    '/' || regexp_replace(replace(regexp_replace(phone_bare(clean), '{separators}', '//', 'g'), '+', '//+'), '[^\d/+]+', '  ', 'g') || '/';
CREATE OR REPLACE TEMP MACRO phone_is_tens(marked) AS regexp_matches(marked, '/\s*(?:{spaced_ten}\s+)+{spaced_ten}\s*/');
CREATE OR REPLACE TEMP MACRO phone_tens(marked) AS
    regexp_replace(regexp_replace(marked, '([/\s]){spaced_ten}([/\s])', '\1/\2/\3', 'g'), '\s', '', 'g');
CREATE OR REPLACE TEMP MACRO phone_divide(cut) AS
    regexp_replace(regexp_replace(cut, '\s+', '//', 'g'), '/([6-9]\d{9})([6-9]\d{9})/', '/\1//\2/', 'g');
CREATE OR REPLACE TEMP MACRO phone_first_tens(cut) AS
    regexp_replace(regexp_replace(cut, '/\s*{spaced_prefix}([1-9]\d{9})\s[^/]*/', '/\1/', 'g'), '\s', '', 'g');
CREATE OR REPLACE TEMP MACRO phone_crowded(clean) AS
    CASE WHEN phone_is_tens(phone_marked(clean)) THEN phone_tens(phone_marked(clean))
         WHEN regexp_matches(phone_cut(clean), '[/\s]\d{3,5}[/\s]') THEN phone_first_tens(phone_cut(clean)) || phone_divide(phone_marked(clean))
         ELSE phone_divide(phone_cut(clean)) END;
CREATE OR REPLACE TEMP MACRO phone_parts(clean) AS
    regexp_replace(phone_cut(clean), '\s', '', 'g')
    || CASE WHEN regexp_matches(phone_cut(clean), '(?:\d[^\d/]*){14}') THEN phone_crowded(clean) ELSE '' END;

-- Ten digits after +91, 0091, 91 and the trunk's 0 are taken off; NULL where there are not ten. Another country's
-- number, written with + or 00, is none of ours.
CREATE OR REPLACE TEMP MACRO phone_first(parts) AS nullif(regexp_extract(parts, '/{prefix}([1-9]\d{9}|0{10})/', 1), '');
-- The first of them that is a mobile of the national plan and no dummy.
CREATE OR REPLACE TEMP MACRO phone_honest(parts) AS regexp_replace(parts, '/{prefix}(?:{dummy_pattern})/', '//', 'g');
CREATE OR REPLACE TEMP MACRO phone_good(parts) AS nullif(regexp_extract(phone_honest(parts), '/{prefix}({mobile_pattern})/', 1), '');

-- Ten digits nobody has: the last eight the same, two digits alternating, a straight run.
CREATE OR REPLACE TEMP MACRO phone_is_dummy(number) AS
    number % 100000000 % 11111111 = 0 OR number % 101010101 = 0
    OR number IN (1234567890, 2345678901, 3456789012, 4567890123, 5678901234, 6789012345, 7890123456, 8901234567, 9012345678,
                  9876543210, 8765432109, 7654321098, 6543210987, 5432109876, 4321098765, 3210987654, 2109876543, 1098765432);

-- What the national plan says of ten digits (patterns: libphonenumber's metadata for India).
CREATE OR REPLACE TEMP MACRO phone_judge_ten(ten) AS
    CASE WHEN ten IS NULL THEN 'malformed'
         WHEN phone_is_dummy(TRY_CAST(ten AS BIGINT)) THEN 'dummy'
         WHEN regexp_full_match(ten, '{mobile_pattern}') THEN 'ok'
         WHEN regexp_full_match(ten, '{fixed_pattern}') THEN 'landline'
         ELSE 'malformed' END;

-- A cell's number: its first good one, else its first. The commonest writings first, each with one look at the cell; a
-- cell of fewer than fourteen digits holds one number at most.
CREATE OR REPLACE TEMP MACRO phone_read(raw) AS
    CASE WHEN regexp_full_match(raw, '[6-9]\d{9}') THEN raw
         WHEN raw IS NULL OR NOT regexp_matches(raw, '\d|[^\x00-\x7F]') OR regexp_full_match(raw, '\d{1,9}') THEN NULL
         WHEN regexp_full_match(raw, '{prefix}[1-9]\d{9}') THEN right(raw, 10)
         WHEN regexp_full_match(raw, '{prefix}[1-9]\d{9}\.0') THEN left(right(raw, 12), 10)
         WHEN regexp_full_match(raw, '\+?(?:\d[ -]*){1,13}') THEN phone_first('/' || regexp_replace(raw, '[ -]', '', 'g') || '/')
         WHEN regexp_full_match(raw, '[6-9]\d{9}[/, ][6-9]\d{9}') THEN
             CASE WHEN phone_judge_ten(left(raw, 10)) <> 'ok' AND phone_judge_ten(right(raw, 10)) = 'ok' THEN right(raw, 10) ELSE left(raw, 10) END
         WHEN regexp_matches(raw, '[eE]') AND phone_is_scientific(phone_clean(raw)) THEN
             CASE WHEN phone_is_whole(phone_clean(raw))
                 THEN phone_first('/' || CAST(TRY_CAST(trunc(TRY_CAST(phone_clean(raw) AS DOUBLE)) AS HUGEINT) AS VARCHAR) || '/') END
         WHEN NOT regexp_matches(raw, '(?:[\d{other_digits}][^\d{other_digits}]*){14}') THEN
             phone_first(regexp_replace(phone_cut(phone_clean(raw)), '\s', '', 'g'))
         ELSE coalesce(phone_good(phone_parts(phone_clean(raw))), phone_first(phone_parts(phone_clean(raw)))) END;

-- The second good number of a cell that holds two different ones; NULL in all others.
CREATE OR REPLACE TEMP MACRO phone_goods(parts) AS regexp_extract_all(phone_honest(parts), '/{prefix}({mobile_pattern})/', 1);
CREATE OR REPLACE TEMP MACRO phone_second(raw, ten) AS
    CASE WHEN length(raw) >= 20
         THEN list_filter(phone_goods(phone_parts(phone_clean(raw))), lambda other: other <> ten)[1] END;

-- Nothing but words, signs and a few zeros is no number at all, nor is a prefix with nothing behind it (+91).
CREATE OR REPLACE TEMP MACRO phone_is_missing(clean) AS
    NOT regexp_matches(clean, '[1-9]') AND (length(regexp_replace(clean, '\D', '', 'g')) < 10 OR phone_is_scientific(clean))
    OR regexp_full_match(regexp_replace(clean, '[\s().-]', '', 'g'), '{prefix}');
CREATE OR REPLACE TEMP MACRO phone_verdict(raw, ten) AS
    CASE WHEN ten IS NOT NULL THEN phone_judge_ten(ten)
         WHEN raw IS NULL OR raw = '' THEN 'missing'
         WHEN regexp_full_match(raw, '[0-9]{1,9}') THEN CASE WHEN regexp_full_match(raw, '0+|{prefix}') THEN 'missing' ELSE 'malformed' END
         WHEN phone_is_missing(phone_clean(raw)) THEN 'missing'
         WHEN regexp_matches(raw, '[eE]') AND phone_is_cut(phone_clean(raw)) THEN 'cut'
         ELSE 'malformed' END;
