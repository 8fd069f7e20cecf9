/*
title:    重大税收违法失信主体公布
title_en: Publications on the tax blacklist
grain:    [subject_key, case_no, subject]
reads:    [blacklist, enterprise_number]
why: |
  An enterprise is published under any of its numbers; one that is not registered here is named by
  its number.
*/
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
