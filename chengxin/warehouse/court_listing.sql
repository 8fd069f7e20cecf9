/*
title:    失信被执行人公布
title_en: Listings as dishonest judgment debtor
grain:    [subject_key, case_no, subject]
reads:    [judgment_debtor, enterprise_number]
why: |
  What was removed without a day was removed when the court told us.  An enterprise that is not
  registered here is named by its number.
*/
SELECT
    CASE d.subject_kind
        WHEN 'person' THEN 'person:' || d.subject
        ELSE 'enterprise:' || COALESCE(n.enterprise_id, d.subject)
    END AS subject_key,
    d.case_no,
    d.subject,
    d.published_on,
    COALESCE(d.removed_on, CASE WHEN d.state = 'removed' THEN d.delivered_on END) AS removed_on
FROM judgment_debtor AS d
LEFT JOIN enterprise_number AS n ON n.number = d.subject AND d.subject_kind = 'enterprise'
WHERE d.subject <> ''
