/*
title:    公安涉税案件
title_en: Police cases of tax crimes
grain:    [subject_key, case_no, subject]
reads:    [police_case, enterprise_number]
why: |
  A case that was withdrawn, not prosecuted or executed has ended; where the police do not say when,
  on the day that they told us.  An enterprise that is not registered here is named by its number.
*/
SELECT
    CASE c.subject_kind
        WHEN 'person' THEN 'person:' || c.subject
        ELSE 'enterprise:' || COALESCE(n.enterprise_id, c.subject)
    END AS subject_key,
    c.case_no,
    c.subject,
    c.crime,
    c.unit,
    c.filed_on,
    c.stage,
    COALESCE(
        c.ended_on,
        CASE WHEN c.stage IN ('withdrawn', 'not_prosecuted', 'executed') THEN c.delivered_on END
    ) AS ended_on
FROM police_case AS c
LEFT JOIN enterprise_number AS n ON n.number = c.subject AND c.subject_kind = 'enterprise'
WHERE c.subject <> ''
