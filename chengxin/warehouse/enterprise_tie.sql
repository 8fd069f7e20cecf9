/*
title:    企业之间的共同点
title_en: What ties enterprises to each other
grain:    [enterprise_id, tie, kind, valid_from, until]
ties:     tie
reads:    [affiliation, enterprise_contact, registration_extension, registration_enterprise]
why: |
  Two enterprises with the same `tie` have a legal representative (01), investor (06), actual
  controller (09) or tax handler (03), a telephone or an address in common.  Persons and numbers of a
  licensed agency tie nobody.
*/
SELECT
    enterprise_id,
    'person:' || person_id AS tie,
    role AS kind,
    valid_from,
    until
FROM affiliation
WHERE role IN ('01', '06', '09')
UNION
SELECT
    e.enterprise_id,
    'person:' || x.tax_handler_id AS tie,
    '03' AS kind,
    CAST(NULL AS DATE) AS valid_from,
    CAST(NULL AS DATE) AS until
FROM registration_extension AS x
JOIN registration_enterprise AS e ON e.bureau = x.bureau AND e.registration_id = x.registration_id
WHERE x.tax_handler_id <> '' AND COALESCE(x.agent_taxpayer_id, '') = ''
UNION
SELECT enterprise_id, contact AS tie, kind, CAST(NULL AS DATE), CAST(NULL AS DATE)
FROM enterprise_contact
WHERE NOT by_agent
