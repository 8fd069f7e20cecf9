/*
title:    企业票种核定
title_en: Invoices that an enterprise may issue
grain:    [enterprise_id, bureau, quota_id]
reads:    [invoice_quota, registration_enterprise]
why: |
  For each kind of invoice the most that one may be for (最高开票限额) and how many a month, and from
  when until when.  A null date is an open end; what is no longer in force without a last day is left
  out, for nobody knows when it was.
*/
SELECT
    e.enterprise_id,
    q.bureau,
    q.quota_id,
    q.invoice_kind,
    q.monthly_pieces,
    q.single_limit,
    q.valid_from,
    q.until
FROM invoice_quota AS q
JOIN registration_enterprise AS e ON e.bureau = q.bureau AND e.registration_id = q.registration_id
WHERE COALESCE(q.in_force, TRUE)
   OR q.until IS NOT NULL
