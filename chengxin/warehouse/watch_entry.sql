/*
title:    重点监控名单
title_en: Entries of the watchlist
grain:    [subject_key, watch_id]
reads:    [watch, enterprise_number]
why: |
  `groups` are the item groups that the entry is for, as a comma list; null means the usual ones.
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
