/*
title:    号码与企业对应
title_en: The enterprise that a number names
grain:    [number]
reads:    [registration, registration_enterprise, police_case, watch, investment, registration_extension, judgment_debtor, blacklist, shared_contact_register, market_listing, internet_notice, equity_pledge, court_enforcement, court_bankruptcy, administrative_permit, administrative_penalty, joint_list, named_number]
why: |
  Police, watchlist and investors name an enterprise by a credit code or a taxpayer number, not
  always by the one it is registered under.  A number leads to the enterprise registered under it,
  else to the only enterprise with its organisation code.  A number that leads to two leads nowhere.
  Numbers of the large tables stand in `named_number`, so that a police case reads none of them.
*/
WITH registered AS (
    SELECT r.credit_code AS number, e.enterprise_id
    FROM registration AS r
    JOIN registration_enterprise AS e
        ON e.bureau = r.bureau AND e.registration_id = r.registration_id
    UNION
    SELECT r.taxpayer_id AS number, e.enterprise_id
    FROM registration AS r
    JOIN registration_enterprise AS e
        ON e.bureau = r.bureau AND e.registration_id = r.registration_id
    UNION
    SELECT enterprise_id AS number, enterprise_id
    FROM registration_enterprise
),
known AS (
    SELECT number, MIN(enterprise_id) AS enterprise_id
    FROM registered
    WHERE number <> ''
    GROUP BY number
    HAVING COUNT(DISTINCT enterprise_id) = 1
),
organisations AS (
    SELECT
        CASE LENGTH(number)
            WHEN 18 THEN SUBSTRING(number, 9, 9) ELSE SUBSTRING(number, 7, 9)
        END AS organisation,
        MIN(enterprise_id) AS enterprise_id
    FROM registered
    WHERE LENGTH(number) IN (15, 18)
    GROUP BY
        CASE LENGTH(number)
            WHEN 18 THEN SUBSTRING(number, 9, 9) ELSE SUBSTRING(number, 7, 9)
        END
    HAVING COUNT(DISTINCT enterprise_id) = 1
),
named AS (
    SELECT subject AS number FROM police_case WHERE subject_kind = 'enterprise'
    UNION
    SELECT subject AS number FROM watch WHERE subject_kind = 'enterprise'
    UNION
    SELECT investor_taxpayer_id AS number FROM investment
    UNION
    SELECT agent_taxpayer_id AS number FROM registration_extension
    UNION
    SELECT subject AS number FROM judgment_debtor WHERE subject_kind = 'enterprise'
    UNION
    SELECT subject AS number FROM blacklist WHERE subject_kind = 'enterprise'
    UNION
    SELECT subject AS number FROM shared_contact_register WHERE subject_kind = 'enterprise'
    UNION
    SELECT credit_code AS number FROM market_listing
    UNION
    SELECT subject AS number FROM internet_notice WHERE subject_kind = 'enterprise'
    UNION
    SELECT credit_code AS number FROM equity_pledge
    UNION
    SELECT pledgor AS number FROM equity_pledge WHERE pledgor_kind = 'enterprise'
    UNION
    SELECT pledgee AS number FROM equity_pledge WHERE pledgee_kind = 'enterprise'
    UNION
    SELECT subject AS number FROM court_enforcement WHERE subject_kind = 'enterprise'
    UNION
    SELECT debtor_id AS number FROM court_bankruptcy
    UNION
    SELECT credit_code AS number FROM administrative_permit
    UNION
    SELECT credit_code AS number FROM administrative_penalty
    UNION
    SELECT subject AS number FROM joint_list WHERE subject_kind = 'enterprise'
    UNION
    SELECT number FROM named_number
)
SELECT number, enterprise_id
FROM known
UNION ALL
SELECT n.number, o.enterprise_id
FROM named AS n
JOIN organisations AS o
    ON o.organisation = CASE LENGTH(n.number)
        WHEN 18 THEN SUBSTRING(n.number, 9, 9) WHEN 15 THEN SUBSTRING(n.number, 7, 9)
    END
LEFT JOIN registered AS r ON r.number = n.number
WHERE r.number IS NULL
