/*
title:    参保职工
title_en: Insured employees of an enterprise
grain:    [enterprise_id, record_id]
reads:    [social_insurance, enterprise_number]
why: |
  Who was insured where, and from when to when.  An enterprise with a row, be it an ended one, is one
  that the social insurance office knows; of the others nothing is known.
*/
SELECT
    n.enterprise_id,
    s.record_id,
    s.person_id,
    s.kind,
    s.base,
    s.started_on,
    s.ended_on
FROM social_insurance AS s
JOIN enterprise_number AS n ON n.number = s.employer_id
