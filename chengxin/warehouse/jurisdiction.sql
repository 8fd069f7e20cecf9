/*
title:    主管税务机关
title_en: Offices that manage a person or an enterprise
grain:    [subject_key, bureau, office]
reads:    [enterprise_registration, natural_person, affiliation]
why: |
  The branch offices (ZGSWSKFJ_DM) of both bureaus: of an enterprise those of its registrations, of a
  person those of his own registration and of every enterprise he is affiliated with.
*/
WITH offices AS (
    SELECT 'enterprise:' || enterprise_id AS subject_key, bureau, office
    FROM enterprise_registration
    UNION
    SELECT 'person:' || person_id AS subject_key, bureau, office
    FROM natural_person
    UNION
    SELECT 'person:' || a.person_id AS subject_key, r.bureau, r.office
    FROM affiliation AS a
    JOIN enterprise_registration AS r ON r.enterprise_id = a.enterprise_id
)
SELECT subject_key, bureau, office
FROM offices
WHERE subject_key IS NOT NULL
  AND office <> ''
