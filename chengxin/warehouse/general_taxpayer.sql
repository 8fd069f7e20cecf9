/*
title:    增值税一般纳税人资格
title_en: When an enterprise is a general VAT taxpayer
grain:    [enterprise_id, bureau, record_id]
reads:    [qualification, registration_enterprise]
why: |
  The general taxpayers of the register (NSRZGLX 201, and 203 in the guidance period), voided
  entries left out; a null date is an open end.  Who has no entry in force is small-scale.
*/
SELECT
    e.enterprise_id,
    q.bureau,
    q.record_id,
    q.kind,
    q.valid_from,
    q.until
FROM qualification AS q
JOIN registration_enterprise AS e ON e.bureau = q.bureau AND e.registration_id = q.registration_id
WHERE NOT COALESCE(q.voided, FALSE)
  AND q.kind IN ('general', 'guided')
