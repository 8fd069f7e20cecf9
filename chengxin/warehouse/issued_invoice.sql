/*
title:    企业开具的发票
title_en: Invoices that an enterprise issued
grain:    [enterprise_id, invoice_code, invoice_number]
reads:    [invoice, enterprise_number]
why: |
  One row for each invoice of a seller that was issued: no void ones, and no red ones, which take
  another back.  One that was taken back was issued all the same.  Where the amount is not told it
  may be a red one; it stays, without an amount.
*/
SELECT
    n.enterprise_id,
    i.invoice_code,
    i.invoice_number,
    i.kind,
    i.issued_on,
    i.amount
FROM invoice AS i
JOIN enterprise_number AS n ON n.number = i.seller_id
WHERE i.issued_on IS NOT NULL
  AND COALESCE(i.state, 'normal') <> 'void'
  AND (i.amount IS NULL OR i.amount > 0)
