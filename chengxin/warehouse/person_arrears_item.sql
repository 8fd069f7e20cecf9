/*
title:    自然人逾期未缴或逾期缴纳的应征凭证
title_en: Amounts that a natural person did not pay in time
grain:    [person_id, bureau, voucher, kind]
reads:    [tax_due, natural_person]
why: |
  As `arrears_item`, of those registered in their own name.
*/
SELECT
    n.person_id,
    d.bureau,
    d.voucher,
    d.kind,
    d.levy_item,
    d.due_on,
    d.amount,
    d.paid_on
FROM tax_due AS d
JOIN natural_person AS n ON n.bureau = d.bureau AND n.registration_id = d.registration_id
WHERE n.person_id <> ''
  AND (d.amount > 0 OR d.amount IS NULL)
  AND d.due_on IS NOT NULL
  AND (d.paid_on IS NULL OR d.paid_on > d.due_on)
