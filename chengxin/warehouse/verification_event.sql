/*
title:    身份核验事件
title_en: Events of a person's verification
grain:    [event_id]
reads:    [identity_event, own_identity_event]
why: |
  `second` counts from midnight; one outside the day is unknown.  The hall is the device's; what is
  delivered names halls by the codes that they have here.  What this system saw itself stands beside
  the delivered files under ids that begin with `own-`; a file that sends such an event back adds
  nothing to it.
*/
WITH own AS (
    SELECT
        'own-' || event_id AS event_id,
        person AS person_id,
        kind,
        happened_on,
        second,
        place AS device,
        hall,
        appeal_no
    FROM own_identity_event
)
SELECT
    e.event_id,
    e.person_id,
    e.kind,
    e.happened_on,
    CASE WHEN e.second BETWEEN 0 AND 86399 THEN e.second END AS second,
    e.device,
    NULLIF(e.hall, '') AS hall,
    NULLIF(e.appeal_no, '') AS appeal_no
FROM identity_event AS e
LEFT JOIN own AS o ON o.event_id = e.event_id
WHERE e.person_id IS NOT NULL AND o.event_id IS NULL
UNION ALL
SELECT
    event_id,
    person_id,
    kind,
    happened_on,
    CASE WHEN second BETWEEN 0 AND 86399 THEN second END AS second,
    device,
    NULLIF(hall, '') AS hall,
    NULLIF(appeal_no, '') AS appeal_no
FROM own
