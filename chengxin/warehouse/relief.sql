/*
title:    担保与分期缴纳
title_en: Guarantees and instalments
grain:    [subject_key, bureau, relief_id]
reads:    [payment_relief, registered_subject]
why: |
  `document_no` is the number of the inspection case or the id of the violation whose payment was
  secured or put off.  A null date is an open end.
*/
SELECT
    s.subject_key,
    r.bureau,
    r.relief_id,
    r.document_no,
    r.kind,
    r.valid_from,
    r.until
FROM payment_relief AS r
JOIN registered_subject AS s ON s.bureau = r.bureau AND s.registration_id = r.registration_id
WHERE r.document_no <> ''
