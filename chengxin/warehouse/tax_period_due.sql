/*
title:    应申报的税种与所属期
title_en: Tax periods to be filed
grain:    [enterprise_id, levy_item, period_until]
reads:    [filing_duty, registration_enterprise]
why: |
  Which tax an enterprise must file for which period, and by when.  A tax that both bureaus list for
  one period is filed once, by the later of their days; a voided duty is none.
*/
SELECT
    e.enterprise_id,
    d.levy_item,
    d.period_until,
    MAX(d.due_on) AS due_on
FROM filing_duty AS d
JOIN registration_enterprise AS e ON e.bureau = d.bureau AND e.registration_id = d.registration_id
WHERE NOT COALESCE(d.voided, FALSE)
GROUP BY e.enterprise_id, d.levy_item, d.period_until
