/*
title:    企业纳税信用等级
title_en: Credit grades of an enterprise
grain:    [enterprise_id, credit_year, bureau, grade_id]
reads:    [credit_grade, registration_enterprise]
why: |
  One row for each grade that either bureau gave, the repaired one beside the first.  A year without
  a grade (not evaluated) and a grade without a day are left out: they say nothing.
*/
SELECT
    e.enterprise_id,
    c.credit_year,
    c.bureau,
    c.grade_id,
    c.grade,
    NULLIF(c.direct_code, '') AS direct_code,
    c.graded_on
FROM credit_grade AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
WHERE c.grade IS NOT NULL
  AND c.graded_on IS NOT NULL
