/*
title:    企业联系方式
title_en: Telephones and addresses of an enterprise
grain:    [enterprise_id, contact]
reads:    [registration, registration_extension, registration_enterprise]
why: |
  The telephone at the registered address, the mobiles of legal representative (01), finance
  officer (02) and tax handler (03), and the business address, as tokens.  Who handles the taxes of
  forty enterprises for an agency gives his number to all of them: `by_agent` is true where that is
  all that binds a number to the enterprise.
*/
WITH told AS (
    SELECT
        bureau,
        registration_id,
        'phone' AS kind,
        'enterprise' AS whose,
        contact_phone_token AS token,
        FALSE AS by_agent
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, 'phone', '01', legal_rep_phone_token, FALSE
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, 'phone', '02', finance_phone_token, FALSE
    FROM registration_extension
    UNION ALL
    SELECT
        bureau,
        registration_id,
        'phone',
        '03',
        handler_phone_token,
        COALESCE(agent_taxpayer_id, '') <> ''
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, 'address', 'enterprise', business_address_token, FALSE
    FROM registration
)
SELECT
    e.enterprise_id,
    t.kind || ':' || t.token AS contact,
    t.kind,
    STRING_AGG(DISTINCT t.whose, ',' ORDER BY t.whose) AS whose,
    BOOL_AND(t.by_agent) AS by_agent
FROM told AS t
JOIN registration_enterprise AS e ON e.bureau = t.bureau AND e.registration_id = t.registration_id
WHERE t.token <> ''
GROUP BY e.enterprise_id, t.kind, t.token
