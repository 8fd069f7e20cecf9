/*
title:    企业所得税列支工资
title_en: Wages deducted for corporate income tax
grain:    [enterprise_id, tax_year, bureau, registration_id]
reads:    [cit_wages, registration_enterprise]
why: |
  A year that both bureaus have a return for has two rows; who reads them takes the one filed last.
*/
SELECT
    e.enterprise_id,
    c.tax_year,
    c.bureau,
    c.registration_id,
    c.wages,
    c.filed_on
FROM cit_wages AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
