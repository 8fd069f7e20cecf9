/*
title:    身份证件状态
title_en: What the police say of a person's card
grain:    [person_id]
reads:    [police_identity]
why: |
  The last delivery is the police's word; a card without a usable number is nobody's.
*/
SELECT person_id, state, valid_to
FROM police_identity
WHERE person_id IS NOT NULL
