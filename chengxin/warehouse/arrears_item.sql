/*
title:    逾期未缴或逾期缴纳的应征凭证
title_en: Amounts that were not paid in time
grain:    [enterprise_id, bureau, voucher, kind]
reads:    [tax_due, registration_enterprise]
why: |
  What an enterprise owed on any day: due (JKQX) before it, unpaid or paid (RKRQ) after it.  What was
  paid in time was never in arrears and is left out; so is what has no due day, and what is to be
  paid back.  What has no amount stays, for it can be asked about.
*/
SELECT
    e.enterprise_id,
    d.bureau,
    d.voucher,
    d.kind,
    d.levy_item,
    d.period_from,
    d.period_until,
    d.due_on,
    d.amount,
    d.paid_on
FROM tax_due AS d
JOIN registration_enterprise AS e ON e.bureau = d.bureau AND e.registration_id = d.registration_id
WHERE (d.amount > 0 OR d.amount IS NULL)
  AND d.due_on IS NOT NULL
  AND (d.paid_on IS NULL OR d.paid_on > d.due_on)
