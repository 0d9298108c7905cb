-- The normaliser of phone numbers, as macros of one connection. `phone.py` fills in the national plan's two patterns.
-- A cell is cleaned, split into parts (two numbers in a cell), each part loses its prefixes, and ten digits are judged.

-- Devanagari and full-width digits become ASCII; zero-width marks, odd blanks, quotes and a float's ".0" go.
CREATE OR REPLACE TEMP MACRO phone_clean(raw) AS
    regexp_replace(
        regexp_replace(
            translate(raw, '०१२३४५६७८९０１２３４５６７８９＋', '01234567890123456789+'),
            '[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}"''`]|^[\s\x{00A0}]+|[\s\x{00A0}]+$', '', 'g'),
        '\.0+$', '');

-- Scientific notation that still carries every digit (9.876543210E+09) is a number; with fewer digits it is lost for good.
CREATE OR REPLACE TEMP MACRO phone_is_scientific(clean) AS regexp_full_match(clean, '\+?\d(\.\d*)?[eE]\+?\d{1,2}');
CREATE OR REPLACE TEMP MACRO phone_is_whole(clean) AS
    length(regexp_replace(regexp_extract(clean, '^\+?(\d(?:\.\d*)?)[eE]', 1), '\D', '', 'g'))
        > TRY_CAST(regexp_extract(clean, '[eE]\+?(\d{1,2})$', 1) AS INTEGER);
CREATE OR REPLACE TEMP MACRO phone_unfold(clean) AS
    CASE WHEN phone_is_scientific(clean) AND NOT phone_is_whole(clean) THEN ''
         WHEN phone_is_scientific(clean) THEN CAST(TRY_CAST(TRY_CAST(clean AS DOUBLE) AS HUGEINT) AS VARCHAR) ELSE clean END;

-- Parts that may each be a number: cut at separators; where too many digits remain, at blanks; twenty digits are two tens.
CREATE OR REPLACE TEMP MACRO phone_digits(part) AS regexp_replace(part, '\D', '', 'g');
CREATE OR REPLACE TEMP MACRO phone_halves(part) AS
    CASE WHEN regexp_full_match(part, '[6-9]\d{9}[6-9]\d{9}') THEN [part[1:10], part[11:20]] ELSE [part] END;
CREATE OR REPLACE TEMP MACRO phone_parts(text) AS
    list_filter(
        flatten(list_transform(
            string_split_regex(text, '[/,;|&\n\r\t\\]+|\s+(?i:or|and|या)\s+'),
            lambda part: CASE WHEN length(phone_digits(part)) > 13
                THEN flatten(list_transform(string_split_regex(part, '\s+'), lambda piece: phone_halves(phone_digits(piece))))
                ELSE [phone_digits(part)] END)),
        lambda part: part <> '');

-- Ten digits after +91, 0091, 91 and 0 are taken off; NULL where there are not ten.
CREATE OR REPLACE TEMP MACRO phone_ten(part) AS
    nullif(regexp_extract(part, '^(?:0{0,2})(?:91)?0?([1-9]\d{9}|0{10})$', 1), '');

CREATE OR REPLACE TEMP MACRO phone_is_dummy(ten) AS
    ten = repeat(ten[1], 10)                                               -- all the same
    OR contains('0123456789012345678', ten) OR contains('9876543210987654321', ten)  -- a straight run
    OR ten = repeat(ten[1:2], 5)                                           -- two digits alternating
    OR right(ten, 8) = repeat(ten[10], 8);                                 -- the last eight the same

-- What the national plan says of ten digits (patterns: libphonenumber's metadata for India).
CREATE OR REPLACE TEMP MACRO phone_judge_ten(ten) AS
    CASE WHEN ten IS NULL THEN 'malformed'
         WHEN phone_is_dummy(ten) THEN 'dummy'
         WHEN regexp_full_match(ten, '{mobile_pattern}') THEN 'ok'
         WHEN regexp_full_match(ten, '{fixed_pattern}') THEN 'landline'
         ELSE 'malformed' END;

-- The first good number of a cell, else its first.
CREATE OR REPLACE TEMP MACRO phone_choose(tens) AS
    coalesce(list_filter(tens, lambda ten: phone_judge_ten(ten) = 'ok')[1], tens[1]);
CREATE OR REPLACE TEMP MACRO phone_read(raw) AS
    CASE WHEN regexp_full_match(raw, '[6-9]\d{9}') THEN raw
         WHEN raw IS NULL THEN NULL
         ELSE phone_choose(list_transform(phone_parts(phone_unfold(phone_clean(raw))), lambda part: phone_ten(part))) END;
CREATE OR REPLACE TEMP MACRO phone_is_missing(clean) AS NOT regexp_matches(clean, '\d') OR regexp_full_match(clean, '0{1,9}');
CREATE OR REPLACE TEMP MACRO phone_verdict(raw, ten) AS
    CASE WHEN raw IS NULL THEN 'missing'
         WHEN ten IS NOT NULL THEN phone_judge_ten(ten)
         WHEN phone_is_missing(phone_clean(raw)) THEN 'missing'
         WHEN phone_is_scientific(phone_clean(raw)) AND NOT phone_is_whole(phone_clean(raw)) THEN 'cut'
         ELSE 'malformed' END;
