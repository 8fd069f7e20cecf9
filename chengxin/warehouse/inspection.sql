/*
title:    税务稽查案件
title_en: Tax inspection cases
grain:    [enterprise_id, bureau, case_id]
reads:    [inspection_case, registration_enterprise]
*/
SELECT
    e.enterprise_id,
    c.bureau,
    c.case_id,
    c.case_no,
    c.registration_id,
    c.filed_on,
    c.closed_on,
    c.decided_on,
    c.served_on,
    c.tax_due,
    c.tax_paid,
    c.surcharge_due,
    c.surcharge_paid,
    c.fine_due,
    c.fine_paid
FROM inspection_case AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
