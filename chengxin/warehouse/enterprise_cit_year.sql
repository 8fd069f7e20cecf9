/*
title:    企业所得税年度申报
title_en: Annual corporate income tax returns
grain:    [enterprise_id, tax_year, bureau, registration_id]
reads:    [cit_year, registration_enterprise]
why: |
  A year that both bureaus have a return for has two rows; who reads them takes the one filed last.
*/
SELECT
    e.enterprise_id,
    c.tax_year,
    c.bureau,
    c.registration_id,
    c.revenue,
    c.profit,
    c.taxable_income,
    c.payable,
    c.filed_on
FROM cit_year AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
