-- How text from an office becomes a value: one macro for each kind of column (lake/tables.py).
-- Every macro gives NULL for what it cannot read; the reading then names the row and the reason.
-- Arguments are columns, trimmed, NULL when empty.

-- blanks around a value, full width too; looked for first, because few values have any
CREATE MACRO trimmed(x) AS
    CASE
        WHEN contains(x, ' ') OR contains(x, '　') OR contains(x, chr(9)) OR x = ''
            THEN nullif(regexp_replace(x, '^[\s　]+|[\s　]+$', '', 'g'), '')
        ELSE x
    END;

-- dates: 2017-08-18, 20170818, 2017-08-18 00:00:00, and Oracle's default, English or Chinese:
-- 18-AUG-17, 18-8月 -17.  A two-digit year below 50 is of this century, as Oracle's RR has it.
-- Oracle's day, month and year as text; its first dash stands where no other form has one
CREATE MACRO oracle_parts(x) AS
    CASE
        WHEN strpos(x, '-') BETWEEN 2 AND 3
            THEN regexp_extract(upper(x), '^(\d{1,2})-\s*(\d{1,2}|[A-Z]{3})\s*月?\s*-\s*(\d{4}|\d{2})$', ['d', 'm', 'y'])
    END;
CREATE MACRO oracle_month(m) AS
    coalesce(
        try_cast(m AS INTEGER),
        list_position(['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], m)
    );
CREATE MACRO oracle_year(y) AS
    try_cast(CASE WHEN length(y) = 4 THEN '' WHEN y < '50' THEN '20' ELSE '19' END || y AS INTEGER);
CREATE MACRO oracle_date(parts) AS
    try(make_date(oracle_year(parts.y), oracle_month(parts.m), try_cast(parts.d AS INTEGER)));
CREATE MACRO plausible(day) AS CASE WHEN day BETWEEN DATE '1900-01-01' AND DATE '9999-12-31' THEN day END;
-- `parts` are oracle_parts(x)
CREATE MACRO as_date(x, parts) AS
    plausible(CASE
        WHEN length(x) = 8 AND regexp_full_match(x, '\d{8}') THEN try_strptime(x, '%Y%m%d')::DATE
        WHEN regexp_full_match(x, '\d{4}-\d\d-\d\d( 00:00:00(\.0+)?)?') THEN try_cast(left(x, 10) AS DATE)
        WHEN parts.d <> '' THEN oracle_date(parts)
    END);

-- numbers: with or without thousands separators, no more than two decimals that count
CREATE MACRO as_decimal_text(x) AS
    CASE
        WHEN regexp_full_match(x, '-?\d+(\.\d{1,2}0*)?') THEN x
        WHEN regexp_full_match(x, '-?\d{1,3}(,\d{3})+(\.\d{1,2}0*)?') THEN replace(x, ',', '')
    END;
CREATE MACRO as_money(x) AS try_cast(as_decimal_text(x) AS DECIMAL(18, 2));
-- 万元 with up to six decimals, as yuan
CREATE MACRO as_ten_thousands(x) AS
    CASE
        WHEN regexp_full_match(x, '-?(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,6}0*)?')
            THEN try_cast(try_cast(replace(x, ',', '') AS DECIMAL(24, 6)) * 10000 AS DECIMAL(18, 2))
    END;
CREATE MACRO as_area(x) AS try_cast(as_decimal_text(x) AS DECIMAL(12, 2));
CREATE MACRO as_integer(x) AS
    CASE
        WHEN regexp_full_match(x, '-?\d{1,9}') THEN try_cast(x AS INTEGER)
        WHEN regexp_full_match(x, '-?\d{1,3}(,\d{3}){1,2}') THEN try_cast(replace(x, ',', '') AS INTEGER)
    END;
CREATE MACRO as_year(x) AS CASE WHEN regexp_full_match(x, '(19|20)\d\d') THEN try_cast(x AS INTEGER) END;
CREATE MACRO fraction(x) AS CASE WHEN x BETWEEN 0 AND 1 THEN x::DECIMAL(9, 6) END;
CREATE MACRO as_share(x) AS
    CASE WHEN regexp_full_match(x, '\d(\.\d+)?') THEN fraction(try_cast(x AS DECIMAL(18, 8))) END;
CREATE MACRO as_percentage(x) AS
    CASE WHEN regexp_full_match(x, '\d{1,3}(\.\d+)?') THEN fraction(try_cast(x AS DECIMAL(15, 8)) * 0.01) END;

-- text that names things; a spreadsheet's 1.01133E+19 or 1000.0 is no such text
CREATE MACRO is_float_form(x) AS regexp_full_match(x, '-?\d(\.\d{1,17})?[eE][+-]?\d{1,3}|-?\d+\.0*');
CREATE MACRO as_id(x) AS CASE WHEN NOT is_float_form(x) THEN x END;
CREATE MACRO as_registration(x) AS CASE WHEN regexp_full_match(x, '\d{20}') THEN x END;
CREATE MACRO as_note(x) AS regexp_replace(x, '\d{7,}[\dXx]?', '…', 'g');

-- GB 11643-1999: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 over 17 digits, modulo 11; the weights
-- sum to 100, so that 4800 of the characters' codes is no part of the digits
CREATE MACRO resident_check(n) AS
    substr('10X98765432', 1 + (
        7 * ascii(n[1]) + 9 * ascii(n[2]) + 10 * ascii(n[3]) + 5 * ascii(n[4]) + 8 * ascii(n[5])
        + 4 * ascii(n[6]) + 2 * ascii(n[7]) + ascii(n[8]) + 6 * ascii(n[9]) + 3 * ascii(n[10])
        + 7 * ascii(n[11]) + 9 * ascii(n[12]) + 10 * ascii(n[13]) + 5 * ascii(n[14]) + 8 * ascii(n[15])
        + 4 * ascii(n[16]) + 2 * ascii(n[17]) - 4800
    ) % 11, 1);
CREATE MACRO is_born(n) AS (substr(n, 7, 4) <> '0000' AND try_strptime(substr(n, 7, 8), '%Y%m%d') IS NOT NULL);

-- a number before its check: a 15-digit resident number gets its century, 18 - 1 characters
CREATE MACRO unfolded(x) AS
    CASE WHEN regexp_full_match(x, '\d{15}') THEN left(x, 6) || '19' || substr(x, 7) ELSE upper(x) END;
-- the check that belongs to 17 digits, or to 18 characters that may be right or wrong; else NULL
CREATE MACRO check_of(n) AS CASE WHEN regexp_full_match(n, '\d{17}[0-9X]?') THEN resident_check(n) END;
-- `n` is unfolded, `c` is check_of(n): the valid 18 characters, else NULL
CREATE MACRO resident(n, c) AS
    CASE WHEN (length(n) = 17 OR n[18] = c) AND is_born(n) THEN left(n, 17) || c END;
CREATE MACRO is_permit_division(n) AS left(n, 2) IN ('81', '82', '83');

-- the one way to write a document's number (core.identifiers.normal_number); `n` is unfolded(x),
-- `c` is check_of(n), `r` is resident(n, c)
CREATE MACRO checked_number(kind, x, n, c, r) AS
    CASE kind
        WHEN 'resident' THEN CASE WHEN NOT is_permit_division(n) THEN r END
        WHEN 'hmt_permit' THEN CASE WHEN length(x) = 18 AND is_permit_division(n) THEN r END
        WHEN 'foreign_permit' THEN
            CASE WHEN regexp_full_match(n, '[A-Z]{3}\d{12}') OR length(n) = 18 AND n[1] = '9' AND n[18] = c THEN n END
        WHEN 'passport' THEN CASE WHEN regexp_full_match(n, '[A-Z0-9]{5,17}') THEN upper(x) END
        WHEN 'hm_pass' THEN CASE WHEN regexp_full_match(upper(x), '[HM]\d{8}(\d{2})?') THEN left(upper(x), 9) END
        WHEN 'tw_pass' THEN CASE WHEN regexp_full_match(x, '\d{8}(\d{2})?') THEN left(x, 8) END
    END;
CREATE MACRO normal_number(kind, x, n) AS
    checked_number(kind, x, n, check_of(n), resident(n, check_of(n)));
-- which document a bare number belongs to (core.identifiers.kind_of)
CREATE MACRO kind_of(x, n) AS
    CASE
        WHEN regexp_full_match(n, '[A-Z]{3}\d{12}') THEN 'foreign_permit'
        WHEN is_permit_division(n) AND length(x) = 18 THEN 'hmt_permit'
        ELSE 'resident'
    END;

-- day of birth, yyyymmdd: of a valid number, or the digits of one that is not
CREATE MACRO born_of(kind, n) AS
    CASE WHEN kind IN ('resident', 'hmt_permit') OR (kind = 'foreign_permit' AND length(n) = 18) THEN substr(n, 7, 8) END;
CREATE MACRO born_within(n) AS
    CASE WHEN regexp_full_match(n, '\d{17}[0-9X]') AND substr(n, 7, 2) IN ('19', '20') AND is_born(n) THEN substr(n, 7, 8) END;

-- GB 32100-2015: alphabet of 31, weights 3^i mod 31, which sum to 305; a place counts from 1, and
-- 9760 is 305 more than the weights can make of 17 places
CREATE MACRO credit_place(character) AS strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', character);
CREATE MACRO credit_check(x) AS
    substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + (9760 - (
        credit_place(x[1]) + 3 * credit_place(x[2]) + 9 * credit_place(x[3]) + 27 * credit_place(x[4])
        + 19 * credit_place(x[5]) + 26 * credit_place(x[6]) + 16 * credit_place(x[7]) + 17 * credit_place(x[8])
        + 20 * credit_place(x[9]) + 29 * credit_place(x[10]) + 25 * credit_place(x[11]) + 13 * credit_place(x[12])
        + 8 * credit_place(x[13]) + 24 * credit_place(x[14]) + 10 * credit_place(x[15]) + 30 * credit_place(x[16])
        + 28 * credit_place(x[17])
    )) % 31, 1);
CREATE MACRO is_credit(x) AS
    (regexp_full_match(x, '[1-9ANY][1-9A-HJ-NP-RT-UW-Y]\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}') AND credit_check(x) = right(x, 1));
CREATE MACRO as_credit(x) AS CASE WHEN is_credit(upper(x)) THEN upper(x) END;

-- a taxpayer number: of an organisation as it is; one that contains a resident number (15 or 18
-- digits, with or without a sequence of two) as the unfolded number and the sequence.
-- `w` is resident_within(x), `c` is check_of(w), `r` is resident(w, c)
CREATE MACRO resident_within(x) AS
    CASE WHEN length(x) IN (15, 17) THEN unfolded(left(x, 15)) ELSE left(x, 18) END;
CREATE MACRO sequence_within(x) AS CASE WHEN length(x) IN (17, 20) THEN right(x, 2) ELSE '' END;
CREATE MACRO contains_resident(x, w, c) AS
    CASE
        WHEN regexp_full_match(x, '\d{15}(\d\d([0-9X](\d\d)?)?)?') AND is_born(w)
            -- one number in 31 would also pass for a credit code: a person's own goes first
            THEN length(x) < 18 OR substr(x, 7, 2) IN ('18', '19', '20') AND (w[18] = c OR NOT is_credit(x))
        ELSE false
    END;
CREATE MACRO names_organisation(x, r) AS
    (regexp_full_match(x, '[0-9A-Z]{15,20}') AND (length(x) <= 18 OR r IS NULL));
CREATE MACRO holds_resident(x) AS
    contains_resident(x, resident_within(x), check_of(resident_within(x)));
CREATE MACRO is_organisation(x) AS
    names_organisation(x, resident(resident_within(x), check_of(resident_within(x))));

CREATE MACRO is_url(x) AS regexp_full_match(x, '(?i)https?://[^\s/?#]+\S*');

-- phones: digits only, without the country's prefix
CREATE MACRO as_phone(x) AS
    CASE WHEN NOT is_float_form(x) THEN nullif(regexp_replace(regexp_replace(x, '^\+?86[ -]?(1\d{10})$', '\1'), '[^0-9]', '', 'g'), '') END;
-- a bank's account: digits, a few kinds with letters before them (NRA, FTN), written in groups or not
CREATE MACRO normal_account(x) AS
    regexp_extract(upper(regexp_replace(x, '[\s　-]', '', 'g')), '^[A-Z]{0,4}\d{8,32}$');
CREATE MACRO as_address(x) AS regexp_replace(x, '[\s　]', '', 'g');

-- Keys.token: HMAC-SHA256 as sha256(opad || sha256(ipad || message)), 16 bytes in base32
CREATE MACRO base32_pair(bits, shift) AS substr(getvariable('base32_pairs'), 1 + 2 * ((bits >> shift) & 1023), 2);
CREATE MACRO base32_eight(bits) AS
    base32_pair(bits, 30) || base32_pair(bits, 20) || base32_pair(bits, 10) || base32_pair(bits, 0);
CREATE MACRO base32(hex) AS
    base32_eight(('0x' || substr(hex, 1, 10))::BIGINT)
    || base32_eight(('0x' || substr(hex, 11, 10))::BIGINT)
    || base32_eight(('0x' || substr(hex, 21, 10))::BIGINT)
    || base32_pair(4 * ('0x' || substr(hex, 31, 2))::BIGINT, 0);
CREATE MACRO hmac(message) AS
    sha256(getvariable('opad') || unhex(sha256(getvariable('ipad') || encode(message))));
CREATE MACRO token(kind, x) AS base32(hmac(kind || ':' || x));
CREATE MACRO as_account(x) AS
    token('account', nullif(normal_account(x), '')) || right(normal_account(x), 4);

-- What stands for a name, a birth or a phone where they are only compared: 60 bits of the same HMAC
CREATE MACRO trait(kind, x) AS ('0x' || substr(hmac('trait-' || kind || ':' || x), 1, 15))::BIGINT;
CREATE MACRO half_width(x) AS translate(x, '０１２３４５６７８９－（）＃，', '0123456789-()#,');
CREATE MACRO normal_name(x) AS nullif(regexp_replace(upper(x), '[\s　·•．・.]', '', 'g'), '');
-- the name, and of a name of three characters or more what is left when one is dropped: two names
-- that differ in one character have one of these in common
CREATE MACRO near_names(x) AS
    CASE
        WHEN length(x) BETWEEN 3 AND 12
            THEN list_distinct(list_prepend(x, list_transform(range(1, length(x) + 1), lambda i: left(x, i - 1) || substr(x, i + 1))))
        ELSE [x]
    END;
-- two births that differ in the year, the month or the day alone, or have month and day exchanged
CREATE MACRO near_births(x) AS [
    'ym' || left(x, 6),
    'yd' || left(x, 4) || right(x, 2),
    'md' || right(x, 4),
    'ex' || left(x, 4) || least(substr(x, 5, 2), right(x, 2)) || greatest(substr(x, 5, 2), right(x, 2))
];
CREATE MACRO normal_address(x) AS
    nullif(regexp_replace(
        regexp_replace(upper(half_width(x)), '[\s　,，。.()#]', '', 'g'),
        '^([一-龥]{2,3}省)?([一-龥]{2,4}市)?([一-龥]{2,3}县)?', ''
    ), '');
-- an address without the number of its flat or house
CREATE MACRO building_of(x) AS nullif(regexp_replace(x, '[0-9A-Z-]+(室|户|号)?$', ''), '');
