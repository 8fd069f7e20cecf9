/*
title:    企业月度开票
title_en: What an enterprise issued in a month
grain:    [enterprise_id, month]
reads:    [invoice, enterprise_number]
why: |
  Amounts without tax (yuan) of the invoices of a seller, by the month in which they were issued
  (its first day).  A red invoice takes its amount off the month of its own date; the invoice that
  it takes back stays.  A void one was never issued.  `unknown_rows` counts invoices without an
  amount: the sum then says less than was issued.
*/
SELECT
    n.enterprise_id,
    CAST(DATE_TRUNC('month', i.issued_on) AS DATE) AS month,
    CAST(SUM(i.amount) AS DECIMAL(18, 2)) AS net_amount,
    COUNT(*) AS invoices,
    COUNT(*) - COUNT(i.amount) AS unknown_rows
FROM invoice AS i
JOIN enterprise_number AS n ON n.number = i.seller_id
WHERE i.issued_on IS NOT NULL
  AND COALESCE(i.state, 'normal') <> 'void'
GROUP BY n.enterprise_id, CAST(DATE_TRUNC('month', i.issued_on) AS DATE)
