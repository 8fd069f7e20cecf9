/*
title:    少数企业之间的共同点
title_en: What ties a few enterprises to each other
grain:    [enterprise_id, tie, kind, valid_from, until]
ties:     tie
reads:    [enterprise_tie]
why: |
  The ties of `enterprise_tie` that two to a hundred enterprises share.  What one has alone ties
  nobody; what more than a hundred share is a market, a building or an agency and says nothing of who
  controls whom.
*/
SELECT
    t.enterprise_id,
    t.tie,
    t.kind,
    t.valid_from,
    t.until
FROM enterprise_tie AS t
JOIN (
    SELECT tie
    FROM enterprise_tie
    GROUP BY tie
    HAVING COUNT(DISTINCT enterprise_id) BETWEEN 2 AND 100
) AS s ON s.tie = t.tie
