/*
title:    大额发票
title_en: Large invoices that an enterprise issued
grain:    [enterprise_id, invoice_code, invoice_number]
reads:    [invoice, enterprise_number]
why: |
  Single invoices from 100,000 yuan without tax, the lowest limit that an indicator may set, and
  those of which the amount is not known.  Neither void ones nor those that a red one took back.
*/
SELECT n.enterprise_id, i.invoice_code, i.invoice_number, i.issued_on, i.amount
FROM invoice AS i
JOIN enterprise_number AS n ON n.number = i.seller_id
WHERE i.issued_on IS NOT NULL
  AND COALESCE(i.state, 'normal') NOT IN ('void', 'reversed')
  AND (i.amount IS NULL OR i.amount >= 100000)
