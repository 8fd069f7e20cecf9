/*
title:    人员与企业的关联
title_en: A person's role in an enterprise
grain:    [person_id, enterprise_id, role, share, valid_from, until]
reads:    [registration, registration_extension, invoice_collector, investment, responsible_person, own_responsible, registration_enterprise]
why: |
  Roles 01 legal representative, 02 finance officer, 03 tax handler, 04 invoice collector,
  06 investor (domain facts 5.1).
  Both bureaus' word counts; what both say alike is one row that names both.  Role 05, the agency,
  is an enterprise and stands in `enterprise_link`.  Roles 09 controller and 13 directly responsible
  person are what case documents say, or an entry of the blacklist kept here; they give nobody a
  right.  A null date is an open end.
*/
WITH said AS (
    SELECT
        bureau,
        registration_id,
        legal_rep_id AS person_id,
        '01' AS role,
        CAST(NULL AS DECIMAL(9, 6)) AS share,
        CAST(NULL AS DATE) AS valid_from,
        CAST(NULL AS DATE) AS until
    FROM registration
    UNION ALL
    SELECT bureau, registration_id, finance_officer_id AS person_id, '02' AS role, NULL, NULL, NULL
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, tax_handler_id AS person_id, '03' AS role, NULL, NULL, NULL
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, person_id, '04' AS role, NULL, valid_from, until
    FROM invoice_collector
    UNION ALL
    SELECT
        bureau,
        registration_id,
        investor_person_id AS person_id,
        '06' AS role,
        share,
        valid_from,
        until
    FROM investment
    UNION ALL
    SELECT bureau, registration_id, person_id, role, NULL, valid_from, until
    FROM responsible_person
    UNION ALL
    SELECT r.bureau, r.registration_id, o.person AS person_id, o.role, NULL, NULL, NULL
    FROM own_responsible AS o
    JOIN registration AS r ON r.credit_code = o.enterprise
    WHERE o.withdrawn_on IS NULL
    UNION ALL
    SELECT r.bureau, r.registration_id, o.person AS person_id, o.role, NULL, NULL, NULL
    FROM own_responsible AS o
    JOIN registration AS r ON r.taxpayer_id = o.enterprise
    WHERE o.withdrawn_on IS NULL
)
SELECT
    s.person_id,
    e.enterprise_id,
    s.role,
    s.share,
    s.valid_from,
    s.until,
    STRING_AGG(DISTINCT s.bureau, ',' ORDER BY s.bureau) AS bureaus
FROM said AS s
JOIN registration_enterprise AS e ON e.bureau = s.bureau AND e.registration_id = s.registration_id
WHERE s.person_id IS NOT NULL
GROUP BY s.person_id, e.enterprise_id, s.role, s.share, s.valid_from, s.until
