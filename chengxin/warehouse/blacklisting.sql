/*
title:    重大税收违法失信主体公布
title_en: Publications on the tax blacklist
grain:    [subject_key, case_no, subject]
reads:    [blacklist, own_blacklist, enterprise_number]
why: |
  An enterprise is published under any of its numbers; one that is not registered here is named by
  its number.  A case that the delivered list and the one kept here both have is one publication:
  the newest entry kept here says what it is about, and it stops when the first of the two stops
  it.
*/
WITH delivered AS (
    SELECT
        CASE b.subject_kind
            WHEN 'person' THEN 'person:' || b.subject
            ELSE 'enterprise:' || COALESCE(n.enterprise_id, b.subject)
        END AS subject_key,
        b.case_no,
        b.subject,
        b.criterion,
        b.violated_from,
        b.violated_until,
        b.published_on,
        b.stopped_on
    FROM blacklist AS b
    LEFT JOIN enterprise_number AS n ON n.number = b.subject AND b.subject_kind = 'enterprise'
    WHERE b.subject <> ''
),
entries AS (
    SELECT
        CASE o.subject_kind
            WHEN 'person' THEN 'person:' || o.subject
            ELSE 'enterprise:' || COALESCE(n.enterprise_id, o.subject)
        END AS subject_key,
        o.entry_id,
        o.case_no,
        o.subject,
        o.criterion,
        o.violated_from,
        o.violated_until,
        o.published_on,
        o.stopped_on
    FROM own_blacklist AS o
    LEFT JOIN enterprise_number AS n ON n.number = o.subject AND o.subject_kind = 'enterprise'
    WHERE o.subject <> ''
),
newest AS (
    SELECT subject_key, case_no, MAX(entry_id) AS entry_id
    FROM entries
    GROUP BY subject_key, case_no
),
stops AS (
    SELECT subject_key, case_no, MIN(stopped_on) AS stopped_on
    FROM delivered
    GROUP BY subject_key, case_no
)
SELECT
    d.subject_key,
    d.case_no,
    d.subject,
    d.criterion,
    d.violated_from,
    d.violated_until,
    d.published_on,
    d.stopped_on
FROM delivered AS d
LEFT JOIN newest AS k ON k.subject_key = d.subject_key AND k.case_no = d.case_no
WHERE k.case_no IS NULL
UNION ALL
SELECT
    e.subject_key,
    e.case_no,
    e.subject,
    e.criterion,
    e.violated_from,
    e.violated_until,
    e.published_on,
    LEAST(e.stopped_on, s.stopped_on) AS stopped_on
FROM entries AS e
JOIN newest AS k ON k.entry_id = e.entry_id
LEFT JOIN stops AS s ON s.subject_key = e.subject_key AND s.case_no = e.case_no
