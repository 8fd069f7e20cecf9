/*
title:    企业之间的关联
title_en: An enterprise's role in another
grain:    [enterprise_id, linked_id, role, share, valid_from, until]
reads:    [investment, registration_extension, registration_enterprise, enterprise_number]
why: |
  Role 06: `linked_id` invests in the enterprise; role 05: it is its tax agent.  One that is not
  registered here is named by its number.
*/
WITH said AS (
    SELECT
        bureau,
        registration_id,
        investor_taxpayer_id AS number,
        '06' AS role,
        share,
        valid_from,
        until
    FROM investment
    UNION ALL
    SELECT bureau, registration_id, agent_taxpayer_id AS number, '05' AS role, NULL, NULL, NULL
    FROM registration_extension
)
SELECT
    e.enterprise_id,
    COALESCE(n.enterprise_id, s.number) AS linked_id,
    s.role,
    s.share,
    s.valid_from,
    s.until,
    STRING_AGG(DISTINCT s.bureau, ',' ORDER BY s.bureau) AS bureaus
FROM said AS s
JOIN registration_enterprise AS e ON e.bureau = s.bureau AND e.registration_id = s.registration_id
LEFT JOIN enterprise_number AS n ON n.number = s.number
WHERE s.number <> ''
GROUP BY
    e.enterprise_id, COALESCE(n.enterprise_id, s.number), s.role, s.share, s.valid_from, s.until
