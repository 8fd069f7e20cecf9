/*
title:    登记户归属的企业
title_en: The enterprise that a registration belongs to
grain:    [bureau, registration_id]
reads:    [registration]
why: |
  State and local bureau register one enterprise under different numbers (DJXH).  The credit code
  decides; without one the taxpayer number; without a home for that the organisation code, which is
  characters 9 to 17 of the credit code and the last nine of a 15-digit taxpayer number.

  Two credit codes are never one enterprise (GB 32100: a code is for life), so a number or an
  organisation code that stands under two of them leads nowhere.  Every other chain of shared
  numbers, however long, ends in one enterprise.  An enterprise is named by its credit code, else by
  the least of its taxpayer numbers, else it stands alone as R and its registration's number.
*/
WITH stated AS (
    SELECT
        bureau,
        registration_id,
        -- since 2015 the taxpayer number of a new enterprise is its credit code
        COALESCE(
            NULLIF(credit_code, ''),
            CASE WHEN LENGTH(taxpayer_id) = 18 THEN taxpayer_id END
        ) AS credit,
        NULLIF(taxpayer_id, '') AS taxpayer
    FROM registration
),
numbers AS (
    SELECT
        taxpayer,
        CASE WHEN COUNT(DISTINCT credit) = 1 THEN MIN(credit) END AS credit,
        COUNT(*) > COUNT(credit) AS alone,
        CASE WHEN LENGTH(taxpayer) = 15 THEN SUBSTRING(taxpayer, 7, 9) END AS organisation
    FROM stated
    WHERE taxpayer IS NOT NULL
    GROUP BY taxpayer
),
organisations AS (
    SELECT
        SUBSTRING(credit, 9, 9) AS organisation,
        CASE WHEN COUNT(DISTINCT credit) = 1 THEN MIN(credit) END AS credit
    FROM stated
    WHERE credit IS NOT NULL
    GROUP BY SUBSTRING(credit, 9, 9)
),
homes AS (
    -- where a taxpayer number leads by itself
    SELECT
        n.taxpayer,
        n.alone,
        n.organisation,
        COALESCE(n.credit, o.credit) AS credit
    FROM numbers AS n
    LEFT JOIN organisations AS o ON o.organisation = n.organisation
),
checked AS (
    -- Numbers of temporary registrations only look like organisation codes; two of them are one
    -- enterprise only when the check character of GB 11714 is right.
    SELECT
        taxpayer,
        alone,
        organisation,
        credit,
        (
            3 * (STRPOS(signs, SUBSTRING(organisation, 1, 1)) - 1)
            + 7 * (STRPOS(signs, SUBSTRING(organisation, 2, 1)) - 1)
            + 9 * (STRPOS(signs, SUBSTRING(organisation, 3, 1)) - 1)
            + 10 * (STRPOS(signs, SUBSTRING(organisation, 4, 1)) - 1)
            + 5 * (STRPOS(signs, SUBSTRING(organisation, 5, 1)) - 1)
            + 8 * (STRPOS(signs, SUBSTRING(organisation, 6, 1)) - 1)
            + 4 * (STRPOS(signs, SUBSTRING(organisation, 7, 1)) - 1)
            + 2 * (STRPOS(signs, SUBSTRING(organisation, 8, 1)) - 1)
        ) AS weight
    FROM homes
    JOIN (SELECT '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ' AS signs) AS of_code ON TRUE
    WHERE organisation IS NOT NULL
),
families AS (
    -- taxpayer numbers of one organisation, given by different divisions
    SELECT
        organisation,
        CASE WHEN COUNT(DISTINCT credit) = 1 THEN MIN(credit) END AS credit,
        MIN(taxpayer) FILTER (WHERE credit IS NULL AND alone) AS taxpayer
    FROM checked
    WHERE SUBSTRING(organisation, 9, 1) = SUBSTRING('0X987654321', CAST(weight % 11 + 1 AS INTEGER), 1)
    GROUP BY organisation
)
SELECT
    s.bureau,
    s.registration_id,
    COALESCE(
        s.credit, h.credit, f.credit, f.taxpayer, s.taxpayer, 'R' || s.registration_id
    ) AS enterprise_id
FROM stated AS s
LEFT JOIN homes AS h ON h.taxpayer = s.taxpayer
LEFT JOIN families AS f ON f.organisation = h.organisation
