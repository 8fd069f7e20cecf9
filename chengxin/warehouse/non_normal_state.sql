/*
title:    非正常户认定与登记状态
title_en: Who says that a registration is non-normal
grain:    [enterprise_id, bureau, registration_id, told_by, record_id]
reads:    [non_normal, enterprise_registration, registration_enterprise]
why: |
  Two sources speak of one state: the registration's status (NSRZT_DM 05) and the determination
  records (DJ_FZCHRDXX).  Here they stand side by side; the newer delivery wins, and who reads them
  decides for a day.  A registration that is neither non-normal nor has a record is left out.
*/
SELECT
    e.enterprise_id,
    n.bureau,
    n.registration_id,
    'record' AS told_by,
    n.record_id,
    TRUE AS non_normal,
    n.determined_on AS since,
    n.lifted_on,
    n.delivered_on
FROM non_normal AS n
JOIN registration_enterprise AS e ON e.bureau = n.bureau AND e.registration_id = n.registration_id
UNION ALL
SELECT
    r.enterprise_id,
    r.bureau,
    r.registration_id,
    'registration' AS told_by,
    '' AS record_id,
    COALESCE(r.status = 'non_normal', FALSE) AS non_normal,
    r.status_changed_on AS since,
    NULL AS lifted_on,
    r.delivered_on
FROM enterprise_registration AS r
LEFT JOIN (SELECT DISTINCT bureau, registration_id FROM non_normal) AS n
    ON n.bureau = r.bureau AND n.registration_id = r.registration_id
WHERE r.status = 'non_normal' OR n.registration_id IS NOT NULL
