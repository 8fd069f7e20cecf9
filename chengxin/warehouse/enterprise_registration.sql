/*
title:    企业的登记户
title_en: Registrations of an enterprise
grain:    [enterprise_id, bureau, registration_id]
reads:    [registration, registration_extension, registration_enterprise]
why: |
  Each bureau's own record, beside the other's, so that every fact keeps its source.  `precedence`
  says which record speaks for the enterprise: a living one before a dead one, the one changed last,
  then the state bureau's.
*/
SELECT
    e.enterprise_id,
    r.bureau,
    r.registration_id,
    r.credit_code,
    r.taxpayer_id,
    r.name,
    r.status,
    r.status_changed_on,
    r.registration_type,
    r.industry,
    r.legal_rep_id,
    r.business_address_token,
    r.township,
    r.office,
    r.tax_officer,
    r.registered_on,
    r.opened_on,
    x.staff,
    x.registered_capital,
    r.source,
    r.delivered_on,
    ROW_NUMBER() OVER (
        PARTITION BY e.enterprise_id
        ORDER BY
            CASE WHEN r.status IN ('deregistered', 'non_normal_deregistered') THEN 1 ELSE 0 END,
            r.status_changed_on DESC NULLS LAST,
            r.bureau DESC,
            r.registration_id
    ) AS precedence
FROM registration AS r
JOIN registration_enterprise AS e ON e.bureau = r.bureau AND e.registration_id = r.registration_id
LEFT JOIN registration_extension AS x
    ON x.bureau = r.bureau AND x.registration_id = r.registration_id
