-- What cells of a report say, as macros of one connection: days, numbers, tariffs. NULL where a cell is none. The usual form
-- first: it is many times as fast.

-- name: create_macros()#
-- Days: any order of day-month-year that is not American, with any separator, a time behind it; spreadsheets count days from 1899.
CREATE OR REPLACE TEMP MACRO cell_digits(cell) AS translate(cell, '०१२३४५६७८९', '0123456789');
CREATE OR REPLACE TEMP MACRO day_text(cell) AS
    regexp_replace(regexp_replace(regexp_replace(trim(cell_digits(cell)), '[T ]+\d{1,2}(:\d{2}|\.\d{2}\.\d{2}).*$', ''), '^(\d{1,2})([A-Za-z]{3})(\d{2,4})$', '\1-\2-\3'), '[./ ,-]+', '-', 'g');
CREATE OR REPLACE TEMP MACRO day_parsed(text) AS
    CASE WHEN regexp_full_match(text, '[34567]\d{4}(-0+)?') THEN DATE '1899-12-30' + CAST(left(text, 5) AS INTEGER)
         WHEN regexp_full_match(text, '(19|20)\d{6}') THEN CAST(try_strptime(text, '%Y%m%d') AS DATE)
         WHEN regexp_full_match(text, '\d{8}') THEN CAST(try_strptime(text, '%d%m%Y') AS DATE)
         WHEN regexp_full_match(text, '\d{4}-\d{1,2}-\d{1,2}') THEN CAST(try_strptime(text, '%Y-%m-%d') AS DATE)
         WHEN regexp_full_match(text, '[^-]+-[^-]+-\d{2}') THEN CAST(try_strptime(text, ['%d-%m-%y', '%d-%b-%y', '%d-%B-%y']) AS DATE)
         WHEN regexp_full_match(text, '[^-]+-[^-]+-\d{4}') THEN CAST(try_strptime(text, ['%d-%m-%Y', '%d-%b-%Y', '%d-%B-%Y', '%b-%d-%Y', '%B-%d-%Y']) AS DATE) END;
CREATE OR REPLACE TEMP MACRO day_within(day) AS CASE WHEN day BETWEEN DATE '1950-01-01' AND DATE '2100-01-01' THEN day END;
CREATE OR REPLACE TEMP MACRO day_of(cell) AS
    CASE WHEN cell IS NULL OR cell = '' THEN NULL
         WHEN length(cell) = 9 AND cell[3] = '-' AND cell[7] = '-' THEN CAST(try_strptime(cell, '%d-%b-%y') AS DATE)
         ELSE day_within(day_parsed(day_text(cell))) END;

-- Numbers: grouped by commas (1,23,456.50) or, where the last comma can only be a decimal one, by dots (1.23.456,50; 500,00;
-- 0,746); with the signs of accounts: Rs., ₹, रु०, /-, and as less than nothing (500), 500 CR, 500-, (-)500 and a printer's −500.
CREATE OR REPLACE TEMP MACRO number_signs(cell) AS
    regexp_replace(regexp_replace(regexp_replace(upper(cell_digits(cell)), '₹|RS\.?|INR|रु(पये|0|॰|\.)?|ONLY|मात्र|/-|[\s\x{00A0}]+', '', 'g'),
        '−|–|\(-\)', '-', 'g'), '\((CR|DR)\.?\)', '\1', 'g');
CREATE OR REPLACE TEMP MACRO number_grouped(digits) AS
    CASE WHEN regexp_full_match(digits, '\d+,\d{1,2}|0,\d+|\d{1,3}(\.\d{2,3})*\.\d{3},\d+') THEN replace(replace(digits, '.', ''), ',', '.')
         ELSE replace(digits, ',', '') END;
CREATE OR REPLACE TEMP MACRO number_signed(text) AS
    CASE WHEN regexp_full_match(text, '[-+]?[\d.,]*\d[\d.,]*(DR\.?)?|\([\d.,]*\d[\d.,]*\)|[\d.,]*\d[\d.,]*(-|CR\.?)') THEN
        CASE WHEN regexp_matches(text, '^[-(]|-$|CR\.?$') THEN '-' ELSE '' END
        || number_grouped(regexp_extract(text, '\d(?:[\d.,]*\d)?|[.,]\d+')) END;
CREATE OR REPLACE TEMP MACRO rupees_of(cell) AS
    CASE WHEN NOT contains(cell, ',') AND TRY_CAST(cell AS DECIMAL(14, 2)) IS NOT NULL THEN CAST(cell AS DECIMAL(14, 2))
         WHEN regexp_full_match(cell, '-?[1-9]\d?\d?(,\d\d\d?)*,\d\d\d(\.\d+)?') THEN TRY_CAST(replace(cell, ',', '') AS DECIMAL(14, 2))
         WHEN cell <> '' THEN TRY_CAST(number_signed(number_signs(cell)) AS DECIMAL(14, 2)) END;
CREATE OR REPLACE TEMP MACRO number_of(cell) AS
    CASE WHEN cell <> '' THEN CAST(coalesce(TRY_CAST(cell AS DECIMAL(14, 4)), TRY_CAST(number_signed(number_signs(cell)) AS DECIMAL(14, 4))) AS DOUBLE) END;

-- Tariffs: LMV1, LMV-1A, L.M.V. 1 and एल०एम०वी०-1 are LMV-1.
CREATE OR REPLACE TEMP MACRO tariff_text(cell) AS
    regexp_replace(regexp_replace(upper(cell_digits(cell)), 'एल[0॰.]?\s*एम[0॰.]?\s*वी[0॰.]?|L\.\s?M\.\s?V\.?', 'LMV'), 'एच[0॰.]?\s*वी[0॰.]?|H\.\s?V\.?', 'HV');
CREATE OR REPLACE TEMP MACRO tariff_code(text) AS regexp_replace(regexp_extract(text, '(LMV|HV)[\W_]{0,3}\d+'), '^(LMV|HV)[\W_]*(\d+)$', '\1-\2');
CREATE OR REPLACE TEMP MACRO tariff_of(cell) AS
    CASE WHEN cell IS NULL OR cell = '' THEN NULL
         WHEN regexp_full_match(cell, '(LMV|HV)-\d{1,2}') THEN cell
         WHEN regexp_matches(upper(cell), '(LMV|HV)[\W_]{0,3}\d') THEN tariff_code(upper(cell))
         WHEN regexp_matches(cell, '[.०-९व]') AND regexp_matches(tariff_text(cell), '(LMV|HV)[\W_]{0,3}\d') THEN tariff_code(tariff_text(cell))
         ELSE nullif(upper(trim(cell)), '') END;

-- Loads in kW: the unit stands behind the figure or in a column of its own (1 BHP = 0.746 kW, 1 kVA at a power factor of 0.9).
CREATE OR REPLACE TEMP MACRO kw_of_unit(unit) AS
    CASE WHEN unit IS NULL OR unit IN ('KW', '') THEN 1
         WHEN upper(unit) LIKE '%HP%' THEN 0.746
         WHEN upper(unit) LIKE '%VA%' THEN CASE WHEN upper(unit) LIKE '%MVA%' THEN 900 ELSE 0.9 END
         WHEN upper(unit) LIKE '%MW%' THEN 1000
         WHEN regexp_full_match(upper(trim(unit)), 'W|WATTS?') THEN 0.001
         ELSE 1 END;
CREATE OR REPLACE TEMP MACRO load_of(load, unit) AS
    CASE WHEN regexp_matches(load, '\d\s*[A-Za-z][A-Za-z. ]*$')
        THEN number_of(regexp_replace(load, '\s*[A-Za-z][A-Za-z. ]*$', '')) * kw_of_unit(regexp_extract(load, '[A-Za-z][A-Za-z. ]*$'))
        ELSE number_of(load) * kw_of_unit(unit) END;

-- What a merged row makes of them.
CREATE OR REPLACE TEMP MACRO segment_of(payable, paid, asked) AS
    CASE WHEN payable IS NULL OR payable <= 0 THEN 'none'
         WHEN paid IS NULL THEN 'never_paid'
         WHEN asked - paid > 180 THEN 'long_unpaid'
         ELSE 'due' END;
CREATE OR REPLACE TEMP MACRO first_state(verdict) AS CASE verdict WHEN 'missing' THEN 'missing' WHEN 'ok' THEN 'on_file' ELSE 'unusable' END;
-- A report that says nothing of a field does not change it.
CREATE OR REPLACE TEMP MACRO takes_number(known, verdict, raw, known_raw) AS known IS NULL OR (verdict <> 'missing' AND raw IS DISTINCT FROM known_raw);
CREATE OR REPLACE TEMP MACRO differs(new, old) AS new IS NOT NULL AND new IS DISTINCT FROM old;
