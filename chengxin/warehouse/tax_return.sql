/*
title:    有效申报
title_en: Effective returns
grain:    [enterprise_id, levy_item, period_from, period_until, filed_on, bureau, filing_id]
reads:    [filing, registration_enterprise]
why: |
  What a registration declared for one levy item and period; voided returns are left out.  A later
  return of the same period (a correction) takes the place of an earlier one on the day on which it
  was filed: on a day, the return counts that was filed until then and is not yet replaced
  (`replaced_on` null or later).  One whose day is not told was filed by the day of its delivery: it
  must not look as if nothing had been filed.
*/
WITH returns AS (
    SELECT
        bureau,
        registration_id,
        levy_item,
        period_from,
        period_until,
        COALESCE(filed_on, delivered_on) AS filed_on,
        sales,
        payable,
        filing_id
    FROM filing
    WHERE NOT COALESCE(voided, FALSE)
      AND period_from IS NOT NULL
      AND period_until IS NOT NULL
)
SELECT
    e.enterprise_id,
    f.bureau,
    f.registration_id,
    f.levy_item,
    f.period_from,
    f.period_until,
    f.filed_on,
    LEAD(f.filed_on) OVER (
        PARTITION BY f.bureau, f.registration_id, f.levy_item, f.period_from, f.period_until
        ORDER BY f.filed_on, f.filing_id
    ) AS replaced_on,
    f.sales,
    f.payable,
    f.filing_id
FROM returns AS f
JOIN registration_enterprise AS e ON e.bureau = f.bureau AND e.registration_id = f.registration_id
