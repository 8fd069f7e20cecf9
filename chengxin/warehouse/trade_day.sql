/*
title:    企业之间每日开票
title_en: What one enterprise invoiced to another on a day
grain:    [enterprise_id, buyer_id, issued_on]
reads:    [invoice, enterprise_number]
why: |
  Amounts without tax (yuan) of the invoices of a day, seller and buyer both registered here and not
  the same.  As in `issued_invoice_month`, a red invoice takes its amount off its own day, a void one
  was never issued, and `unknown_rows` counts invoices without an amount.
*/
SELECT
    s.enterprise_id,
    b.enterprise_id AS buyer_id,
    i.issued_on,
    CAST(COALESCE(SUM(i.amount), 0) AS DECIMAL(18, 2)) AS net_amount,
    COUNT(*) AS invoices,
    COUNT(*) - COUNT(i.amount) AS unknown_rows
FROM invoice AS i
JOIN enterprise_number AS s ON s.number = i.seller_id
JOIN enterprise_number AS b ON b.number = i.buyer_id
WHERE i.issued_on IS NOT NULL
  AND COALESCE(i.state, 'normal') <> 'void'
  AND s.enterprise_id <> b.enterprise_id
GROUP BY s.enterprise_id, b.enterprise_id, i.issued_on
