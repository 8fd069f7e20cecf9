/*
title:    小规模纳税人增值税申报
title_en: VAT returns of small-scale taxpayers
grain:    [enterprise_id, period_from, period_until, filed_on, bureau, filing_id]
reads:    [tax_return, general_taxpayer]
why: |
  The effective VAT returns of periods on whose last day the enterprise was no general taxpayer:
  what it sold while it was small-scale.  Which of them count on a day is as in `tax_return`.
*/
SELECT
    r.enterprise_id,
    r.bureau,
    r.filing_id,
    r.period_from,
    r.period_until,
    r.filed_on,
    r.replaced_on,
    r.sales
FROM tax_return AS r
LEFT JOIN general_taxpayer AS g
    ON g.enterprise_id = r.enterprise_id
    AND COALESCE(g.valid_from <= r.period_until, TRUE)
    AND COALESCE(g.until >= r.period_until, TRUE)
WHERE r.levy_item = '10101'
  AND g.enterprise_id IS NULL
