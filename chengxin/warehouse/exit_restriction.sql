/*
title:    阻止出境措施
title_en: Exit bans in force at some time
grain:    [ban_no, person_id]
reads:    [exit_ban]
why: |
  What border control was asked to do.  A ban whose beginning is not told is none, and one of a person
  without a usable number is nobody's.
*/
SELECT person_id, ban_no, valid_from, until, lifted_on
FROM exit_ban
WHERE person_id <> ''
  AND valid_from IS NOT NULL
