/*
title:    违法违章记录
title_en: Violations
grain:    [subject_key, bureau, violation_id]
reads:    [violation, registered_subject]
why: |
  Of enterprises and of natural persons, each under the bureau that registered it.  What is handled
  to the end has the stage `closed`.  `unpaid` is the fine less what was paid (yuan); null where a
  fine was decided and one of the two is not known.
*/
SELECT
    s.subject_key,
    v.bureau,
    v.violation_id,
    v.registration_id,
    v.kind,
    v.registered_on,
    v.stage,
    v.decided_on,
    v.fine,
    v.fine_paid,
    v.fine - v.fine_paid AS unpaid
FROM violation AS v
JOIN registered_subject AS s ON s.bureau = v.bureau AND s.registration_id = v.registration_id
