/*
title:    纳税评估案件
title_en: Tax assessment cases
grain:    [enterprise_id, bureau, case_no]
reads:    [assessment_case, registration_enterprise]
*/
SELECT
    e.enterprise_id,
    c.bureau,
    c.case_no,
    c.registration_id,
    c.started_on,
    c.ended_on
FROM assessment_case AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
