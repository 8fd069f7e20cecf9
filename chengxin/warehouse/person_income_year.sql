/*
title:    个人年度所得
title_en: A person's yearly income
grain:    [person_id, tax_year]
reads:    [personal_income]
why: |
  Taxable income and its tax (yuan) over all payers.  `unknown_rows`, `unknown_due` and `unknown_paid`
  count payers whose amount is not known: the sum is then only a lower bound.
*/
SELECT
    person_id,
    tax_year,
    CAST(SUM(income) AS DECIMAL(18, 2)) AS income,
    CAST(SUM(due) AS DECIMAL(18, 2)) AS due,
    CAST(SUM(paid) AS DECIMAL(18, 2)) AS paid,
    COUNT(*) AS payers,
    COUNT(*) - COUNT(income) AS unknown_rows,
    COUNT(*) - COUNT(due) AS unknown_due,
    COUNT(*) - COUNT(paid) AS unknown_paid
FROM personal_income
GROUP BY person_id, tax_year
