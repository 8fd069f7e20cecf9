/*
title:    发票领用记录
title_en: Collections of invoices
grain:    [enterprise_id, bureau, collection_id]
reads:    [invoice_collection, invoice_collector, registration, registration_enterprise]
why: |
  What was collected, when it was verified (验旧), how many pieces are missing, and whether who came
  was known for it on that day: a registered collector of either bureau, or a legal representative.
  `known_collector` is null where it is not said who came, or no collector is registered at all.
*/
WITH collectors AS (
    SELECT e.enterprise_id, c.person_id, c.valid_from, c.until
    FROM invoice_collector AS c
    JOIN registration_enterprise AS e
        ON e.bureau = c.bureau AND e.registration_id = c.registration_id
    WHERE c.person_id <> ''
    UNION
    SELECT
        e.enterprise_id,
        r.legal_rep_id AS person_id,
        CAST(NULL AS DATE) AS valid_from,
        CAST(NULL AS DATE) AS until
    FROM registration AS r
    JOIN registration_enterprise AS e
        ON e.bureau = r.bureau AND e.registration_id = r.registration_id
    WHERE r.legal_rep_id <> ''
),
told AS (
    -- enterprises of which the bureaus say who collects
    SELECT DISTINCT e.enterprise_id
    FROM invoice_collector AS c
    JOIN registration_enterprise AS e
        ON e.bureau = c.bureau AND e.registration_id = c.registration_id
    WHERE c.person_id <> ''
),
collected AS (
    SELECT
        e.enterprise_id,
        c.bureau,
        c.collection_id,
        c.collected_on,
        c.collector_id,
        c.verified_on,
        c.missing
    FROM invoice_collection AS c
    JOIN registration_enterprise AS e
        ON e.bureau = c.bureau AND e.registration_id = c.registration_id
    WHERE c.collected_on IS NOT NULL
),
known AS (
    SELECT DISTINCT c.bureau, c.collection_id
    FROM collected AS c
    JOIN collectors AS k ON k.enterprise_id = c.enterprise_id AND k.person_id = c.collector_id
    WHERE (k.valid_from IS NULL OR k.valid_from <= c.collected_on)
      AND (k.until IS NULL OR k.until >= c.collected_on)
)
SELECT
    c.enterprise_id,
    c.bureau,
    c.collection_id,
    c.collected_on,
    c.collector_id,
    c.verified_on,
    c.missing,
    CASE
        WHEN k.collection_id IS NOT NULL THEN TRUE
        WHEN t.enterprise_id IS NOT NULL AND c.collector_id <> '' THEN FALSE
    END AS known_collector
FROM collected AS c
LEFT JOIN known AS k ON k.bureau = c.bureau AND k.collection_id = c.collection_id
LEFT JOIN told AS t ON t.enterprise_id = c.enterprise_id
