/*
title:    企业联系方式
title_en: Telephones and addresses of an enterprise
grain:    [enterprise_id, contact]
reads:    [registration, registration_extension, registration_enterprise]
why: |
  The telephone at the registered address, the mobiles of legal representative (01), finance
  officer (02) and tax handler (03), and the business address, as tokens.  Who handles the taxes of
  forty enterprises for an agency gives his number to all of them: `by_agent` is true where that is
  all that binds a number to the enterprise.  `keeper_id` is the one finance officer or tax handler
  whose mobile it is and nobody else's: a bookkeeper of five enterprises has his number in all.
*/
WITH told AS (
    SELECT
        bureau,
        registration_id,
        'phone' AS kind,
        'enterprise' AS whose,
        contact_phone_token AS token,
        CAST(NULL AS TEXT) AS keeper_id,
        FALSE AS by_agent
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, 'phone', '01', legal_rep_phone_token, NULL, FALSE
    FROM registration_extension
    UNION ALL
    SELECT
        bureau,
        registration_id,
        'phone',
        '02',
        finance_phone_token,
        NULLIF(finance_officer_id, ''),
        FALSE
    FROM registration_extension
    UNION ALL
    SELECT
        bureau,
        registration_id,
        'phone',
        '03',
        handler_phone_token,
        NULLIF(tax_handler_id, ''),
        COALESCE(agent_taxpayer_id, '') <> ''
    FROM registration_extension
    UNION ALL
    SELECT bureau, registration_id, 'address', 'enterprise', business_address_token, NULL, FALSE
    FROM registration
)
SELECT
    e.enterprise_id,
    t.kind || ':' || t.token AS contact,
    t.kind,
    STRING_AGG(DISTINCT t.whose, ',' ORDER BY t.whose) AS whose,
    BOOL_AND(t.by_agent) AS by_agent,
    CASE
        WHEN COUNT(*) FILTER (WHERE NOT t.by_agent AND t.keeper_id IS NULL) = 0
            AND COUNT(DISTINCT t.keeper_id) FILTER (WHERE NOT t.by_agent) = 1
            THEN MIN(t.keeper_id) FILTER (WHERE NOT t.by_agent)
    END AS keeper_id
FROM told AS t
JOIN registration_enterprise AS e ON e.bureau = t.bureau AND e.registration_id = t.registration_id
WHERE t.token <> ''
GROUP BY e.enterprise_id, t.kind, t.token
