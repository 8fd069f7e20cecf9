/*
title:    法定代表人变更
title_en: Changes of the legal representative
grain:    [enterprise_id, changed_on]
reads:    [registration_change, registration_enterprise]
why: |
  The days on which an enterprise changed its legal representative at either bureau; told by both on
  one day it is one change.
*/
SELECT DISTINCT
    e.enterprise_id,
    c.changed_on
FROM registration_change AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
WHERE c.item = 'legal_rep'
  AND c.changed_on IS NOT NULL
