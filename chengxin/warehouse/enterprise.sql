/*
title:    企业
title_en: Enterprise
grain:    [enterprise_id]
reads:    [enterprise_registration]
why: |
  One row for each enterprise of both bureaus.  Names and kinds are those of the registration that
  speaks for it (`precedence`), or of the next one that has the value.  `status` is the worst among
  the living registrations: non_normal, liquidation, suspended, normal; when none lives, the worst
  of the dead.
*/
SELECT
    enterprise_id,
    MIN_BY(name, precedence) FILTER (WHERE name IS NOT NULL) AS name,
    MIN_BY(credit_code, precedence) FILTER (WHERE credit_code IS NOT NULL) AS credit_code,
    MIN_BY(taxpayer_id, precedence) FILTER (WHERE taxpayer_id IS NOT NULL) AS taxpayer_id,
    MIN_BY(
        status,
        CASE status
            WHEN 'non_normal' THEN 1
            WHEN 'liquidation' THEN 2
            WHEN 'suspended' THEN 3
            WHEN 'normal' THEN 4
            WHEN 'non_normal_deregistered' THEN 5
            WHEN 'deregistered' THEN 6
        END
    ) AS status,
    MIN_BY(office, precedence) FILTER (WHERE bureau = 'state' AND office IS NOT NULL)
        AS office_state,
    MIN_BY(office, precedence) FILTER (WHERE bureau = 'local' AND office IS NOT NULL)
        AS office_local,
    MIN_BY(tax_officer, precedence) FILTER (WHERE bureau = 'state' AND tax_officer IS NOT NULL)
        AS tax_officer_state,
    MIN_BY(tax_officer, precedence) FILTER (WHERE bureau = 'local' AND tax_officer IS NOT NULL)
        AS tax_officer_local,
    MIN_BY(legal_rep_id, precedence) FILTER (WHERE legal_rep_id IS NOT NULL) AS legal_rep_id,
    MIN_BY(registration_type, precedence) FILTER (WHERE registration_type IS NOT NULL)
        AS registration_type,
    MIN_BY(industry, precedence) FILTER (WHERE industry IS NOT NULL) AS industry,
    MIN_BY(township, precedence) FILTER (WHERE township IS NOT NULL) AS township,
    MIN_BY(business_address_token, precedence) FILTER (WHERE business_address_token IS NOT NULL)
        AS business_address_token,
    MIN_BY(staff, precedence) FILTER (WHERE staff IS NOT NULL) AS staff,
    MIN_BY(registered_capital, precedence) FILTER (WHERE registered_capital IS NOT NULL)
        AS registered_capital,
    MIN(registered_on) AS registered_on,
    MIN(opened_on) AS opened_on,
    COUNT(*) AS registrations
FROM enterprise_registration
GROUP BY enterprise_id
