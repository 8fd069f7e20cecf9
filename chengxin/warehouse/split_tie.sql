/*
title:    接近标准的小规模纳税人的共同点
title_en: What ties small-scale taxpayers to one near the limit
grain:    [enterprise_id, tie, kind, valid_from, until]
ties:     tie
reads:    [close_tie, small_scale_return]
why: |
  The ties of `close_tie` between small-scale taxpayers that sold something, or do not say how much,
  where one of those who share the tie sold for 4,000,000 yuan in some twelve months: the least that
  A09 may be set to call near the limit.  Nearly every enterprise of a county hangs together with
  every other over some chain; over these ties only few do.
*/
WITH periods AS (
    SELECT
        enterprise_id,
        period_until,
        SUM(CASE WHEN sales > 0 THEN sales ELSE 0 END) AS sales,
        COUNT(*) - COUNT(sales) AS unknown_rows
    FROM small_scale_return
    GROUP BY enterprise_id, period_until
),
sellers AS (
    SELECT enterprise_id, SUM(sales) AS sales
    FROM periods
    GROUP BY enterprise_id
    HAVING SUM(sales) > 0
        OR SUM(unknown_rows) > 0
),
large AS (
    SELECT DISTINCT y.enterprise_id
    FROM (
        SELECT p.enterprise_id
        FROM periods AS p
        JOIN sellers AS s ON s.enterprise_id = p.enterprise_id
        JOIN periods AS b
            ON b.enterprise_id = p.enterprise_id
            AND b.period_until <= p.period_until
            AND b.period_until > p.period_until - INTERVAL 12 MONTH
        WHERE s.sales >= 4000000
        GROUP BY p.enterprise_id, p.period_until
        HAVING SUM(b.sales) >= 4000000
    ) AS y
),
near AS (
    SELECT DISTINCT t.tie
    FROM close_tie AS t
    JOIN large AS l ON l.enterprise_id = t.enterprise_id
)
SELECT
    t.enterprise_id,
    t.tie,
    t.kind,
    t.valid_from,
    t.until
FROM close_tie AS t
JOIN near AS n ON n.tie = t.tie
JOIN sellers AS s ON s.enterprise_id = t.enterprise_id
