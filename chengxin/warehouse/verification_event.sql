/*
title:    身份核验事件
title_en: Events of a person's verification
grain:    [event_id]
reads:    [identity_event]
why: |
  `second` counts from midnight; one outside the day is unknown.  The hall is the device's.
*/
SELECT
    event_id,
    person_id,
    kind,
    happened_on,
    CASE WHEN second BETWEEN 0 AND 86399 THEN second END AS second,
    device,
    NULLIF(hall, '') AS hall,
    NULLIF(appeal_no, '') AS appeal_no
FROM identity_event
WHERE person_id IS NOT NULL
