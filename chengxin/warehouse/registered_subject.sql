/*
title:    登记户归属的主体
title_en: Whom a registration belongs to
grain:    [subject_key, bureau, registration_id]
reads:    [registration_enterprise, natural_person]
why: |
  An enterprise, or a natural person who is registered in his own name; for facts that bureaus tell of
  both alike.
*/
SELECT 'enterprise:' || enterprise_id AS subject_key, bureau, registration_id
FROM registration_enterprise
UNION
SELECT 'person:' || person_id AS subject_key, bureau, registration_id
FROM natural_person
