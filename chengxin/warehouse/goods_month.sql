/*
title:    企业月度进销品目
title_en: Goods that an enterprise sold and bought in a month
grain:    [enterprise_id, month, side, category]
reads:    [invoice, invoice_line, enterprise_number]
why: |
  Amounts without tax (yuan) by the first seven digits of the goods code: what the enterprise issued
  (`output`) and what was issued to it (`input`), by the month of issue (its first day).  A red
  invoice takes its amount off, a void one was never issued.  An invoice of which no line has come
  counts whole, under its own code; a line that names another party than its invoice does not count
  for that side.  A category that is not known is empty; `unknown_rows` counts lines without amount.
*/
WITH issued AS (
    SELECT
        invoice_code,
        invoice_number,
        seller_id,
        buyer_id,
        goods_code,
        amount,
        CAST(DATE_TRUNC('month', issued_on) AS DATE) AS month
    FROM invoice
    WHERE issued_on IS NOT NULL
      AND COALESCE(state, 'normal') <> 'void'
),
goods AS (
    SELECT
        n.enterprise_id,
        i.month,
        'output' AS side,
        CASE WHEN l.invoice_code IS NULL THEN i.goods_code ELSE l.goods_code END AS goods_code,
        CASE WHEN l.invoice_code IS NULL THEN i.amount ELSE l.amount END AS amount
    FROM issued AS i
    JOIN enterprise_number AS n ON n.number = i.seller_id
    LEFT JOIN invoice_line AS l
        ON l.invoice_code = i.invoice_code
        AND l.invoice_number = i.invoice_number
        AND l.seller_id = i.seller_id
    UNION ALL
    SELECT
        n.enterprise_id,
        i.month,
        'input' AS side,
        CASE WHEN l.invoice_code IS NULL THEN i.goods_code ELSE l.goods_code END AS goods_code,
        CASE WHEN l.invoice_code IS NULL THEN i.amount ELSE l.amount END AS amount
    FROM issued AS i
    JOIN enterprise_number AS n ON n.number = i.buyer_id
    LEFT JOIN invoice_line AS l
        ON l.invoice_code = i.invoice_code
        AND l.invoice_number = i.invoice_number
        AND l.buyer_id = i.buyer_id
)
SELECT
    enterprise_id,
    month,
    side,
    CASE WHEN LENGTH(goods_code) >= 7 THEN SUBSTRING(goods_code, 1, 7) ELSE '' END AS category,
    CAST(COALESCE(SUM(amount), 0) AS DECIMAL(18, 2)) AS amount,
    COUNT(*) AS lines,
    COUNT(*) - COUNT(amount) AS unknown_rows
FROM goods
GROUP BY
    enterprise_id,
    month,
    side,
    CASE WHEN LENGTH(goods_code) >= 7 THEN SUBSTRING(goods_code, 1, 7) ELSE '' END
