/*
title:    扣缴工资
title_en: Wages from which income tax is withheld
grain:    [enterprise_id, bureau, registration_id, period_from]
reads:    [wage_withholding, registration_enterprise]
why: |
  How many an enterprise paid and how much, as it declared when it withheld their income tax; a newer
  declaration of the same period has replaced the older one.
*/
SELECT
    e.enterprise_id,
    w.bureau,
    w.registration_id,
    w.period_from,
    w.period_until,
    w.persons,
    w.wages,
    w.filed_on
FROM wage_withholding AS w
JOIN registration_enterprise AS e ON e.bureau = w.bureau AND e.registration_id = w.registration_id
WHERE w.period_until IS NOT NULL
