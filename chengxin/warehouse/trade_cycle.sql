/*
title:    三户环形开票
title_en: Three enterprises that invoice each other in a circle
grain:    [enterprise_id, cycle]
ties:     cycle
reads:    [trade_day]
why: |
  Every A→B→C→A of `trade_day`, at whatever times: each of the three with the one to whom it sells.
  A pair that never sold for 20,000 yuan in all is left out, for it can be in no circle that A09 may
  be set to find; one with an unknown amount stays.
*/
WITH pairs AS (
    SELECT enterprise_id AS seller_id, buyer_id
    FROM trade_day
    GROUP BY enterprise_id, buyer_id
    HAVING SUM(CASE WHEN net_amount > 0 THEN net_amount ELSE 0 END) >= 20000
        OR SUM(unknown_rows) > 0
),
cycles AS (
    SELECT
        a.seller_id AS first_id,
        b.seller_id AS second_id,
        c.seller_id AS third_id,
        a.seller_id || '>' || b.seller_id || '>' || c.seller_id AS cycle
    FROM pairs AS a
    JOIN pairs AS b ON b.seller_id = a.buyer_id
    JOIN pairs AS c ON c.seller_id = b.buyer_id AND c.buyer_id = a.seller_id
    WHERE a.seller_id < b.seller_id
      AND a.seller_id < c.seller_id
)
SELECT first_id AS enterprise_id, cycle, second_id AS buyer_id
FROM cycles
UNION ALL
SELECT second_id AS enterprise_id, cycle, third_id AS buyer_id
FROM cycles
UNION ALL
SELECT third_id AS enterprise_id, cycle, first_id AS buyer_id
FROM cycles
