/*
title:    法定代表人逐户核实
title_en: Legal representatives verified for an enterprise
grain:    [enterprise_id, check_id]
reads:    [own_enterprise_check, enterprise_number]
why: |
  Whom a hall verified in person while an item of the enterprise was done in his presence.
  `counts_from` is earlier than the day itself where the last night was of an earlier day: what
  changes between two nights is judged as of that day.
*/
SELECT
    COALESCE(n.enterprise_id, o.enterprise) AS enterprise_id,
    o.check_id,
    o.person AS person_id,
    o.verified_on,
    o.counts_from
FROM own_enterprise_check AS o
LEFT JOIN enterprise_number AS n ON n.number = o.enterprise
WHERE o.enterprise <> ''
