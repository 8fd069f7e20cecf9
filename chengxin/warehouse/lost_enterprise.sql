/*
title:    走逃（失联）企业认定
title_en: Enterprises determined as absconded or out of contact
grain:    [enterprise_id, bureau, record_id]
reads:    [lost_contact, registration_enterprise]
why: |
  One row for each determination of either bureau; one without a day says nothing and is left out.
*/
SELECT
    e.enterprise_id,
    c.bureau,
    c.record_id,
    c.registration_id,
    c.found_on,
    c.lifted_on
FROM lost_contact AS c
JOIN registration_enterprise AS e ON e.bureau = c.bureau AND e.registration_id = c.registration_id
WHERE c.found_on IS NOT NULL
