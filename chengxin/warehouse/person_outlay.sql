/*
title:    个人资产支出
title_en: What a person spent
grain:    [person_id, kind, record]
reads:    [home_contract, person_home, person_vehicle, real_estate, capital_contribution, shareholder_loan, registration_enterprise]
why: |
  Homes bought, vehicles, capital paid in, money lent to an enterprise: the person's own part, where
  amount and day are known.  A home that is registered under a contract which we know as the
  person's is that contract's home; so that none counts twice, a registration counts when it names
  another purchase contract.  What was inherited or given cost nothing; capital in kind is no money.
  A loan that both bureaus tell of is one loan, and repaid when one of them says so.
*/
WITH loans AS (
    SELECT
        l.person_id,
        e.enterprise_id,
        l.amount,
        l.lent_on,
        MIN(l.bureau || '/' || l.loan_id) AS record,
        MIN(l.repaid_on) AS repaid_on
    FROM shareholder_loan AS l
    JOIN registration_enterprise AS e
        ON e.bureau = l.bureau AND e.registration_id = l.registration_id
    WHERE l.person_id <> ''
    GROUP BY l.person_id, e.enterprise_id, l.amount, l.lent_on
),
told AS (
    SELECT
        person_id,
        'contract' AS kind,
        'property' AS source,
        contract_no AS record,
        CAST(own_price AS DECIMAL(18, 2)) AS amount,
        signed_on AS spent_on,
        CAST(NULL AS DATE) AS ended_on,
        CAST(NULL AS VARCHAR) AS enterprise_id
    FROM person_home
    UNION ALL
    SELECT
        r.person_id,
        'registration' AS kind,
        'property' AS source,
        r.certificate_no AS record,
        CAST(r.price * r.share AS DECIMAL(18, 2)) AS amount,
        r.registered_on AS spent_on,
        NULL AS ended_on,
        NULL AS enterprise_id
    FROM real_estate AS r
    LEFT JOIN home_contract AS h
        ON h.contract_no = r.contract_no AND h.person_id = r.person_id
    WHERE r.reason = 'purchase'
      AND r.contract_no <> ''
      AND h.contract_no IS NULL
    UNION ALL
    SELECT
        person_id,
        'vehicle' AS kind,
        'vehicle' AS source,
        plate AS record,
        CAST(price AS DECIMAL(18, 2)) AS amount,
        registered_on AS spent_on,
        NULL AS ended_on,
        NULL AS enterprise_id
    FROM person_vehicle
    UNION ALL
    SELECT
        person_id,
        'capital' AS kind,
        'capital' AS source,
        contribution_no AS record,
        CAST(amount AS DECIMAL(18, 2)) AS amount,
        paid_on AS spent_on,
        NULL AS ended_on,
        NULL AS enterprise_id
    FROM capital_contribution
    WHERE form = 'money'
    UNION ALL
    SELECT
        person_id,
        'loan' AS kind,
        'loan' AS source,
        record,
        CAST(amount AS DECIMAL(18, 2)) AS amount,
        lent_on AS spent_on,
        repaid_on AS ended_on,
        enterprise_id
    FROM loans
)
SELECT person_id, kind, source, record, amount, spent_on, ended_on, enterprise_id
FROM told
WHERE amount > 0 AND spent_on IS NOT NULL
