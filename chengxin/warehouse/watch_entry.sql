/*
title:    重点监控名单
title_en: Entries of the watchlist
grain:    [subject_key, watch_id]
reads:    [watch, own_watch, enterprise_number]
why: |
  `groups` are the item groups that the entry is for, as a comma list; null means the usual ones.
  The delivered list and the one that officers keep here stand beside each other: an entry of the
  one says nothing about an entry of the other.  What was taken off ended the day before.
*/
SELECT
    CASE w.subject_kind
        WHEN 'person' THEN 'person:' || w.subject
        ELSE 'enterprise:' || COALESCE(n.enterprise_id, w.subject)
    END AS subject_key,
    w.watch_id,
    w.reason,
    w.officer,
    w.second_officer,
    w.valid_from,
    w.until,
    NULLIF(REPLACE(w.groups, ' ', ''), '') AS groups
FROM watch AS w
LEFT JOIN enterprise_number AS n ON n.number = w.subject AND w.subject_kind = 'enterprise'
WHERE w.subject <> ''
UNION ALL
SELECT
    CASE o.subject_kind
        WHEN 'person' THEN 'person:' || o.subject
        ELSE 'enterprise:' || COALESCE(n.enterprise_id, o.subject)
    END AS subject_key,
    'own-' || o.entry_id AS watch_id,
    o.reason,
    o.officer,
    o.second_officer,
    o.valid_from,
    CAST(LEAST(o.until, o.withdrawn_on - INTERVAL 1 DAY) AS DATE) AS until,
    NULLIF(REPLACE(o.groups, ' ', ''), '') AS groups
FROM own_watch AS o
LEFT JOIN enterprise_number AS n ON n.number = o.subject AND o.subject_kind = 'enterprise'
WHERE o.subject <> ''
