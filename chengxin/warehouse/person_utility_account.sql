/*
title:    个人水电气户
title_en: Utility accounts that a person holds
grain:    [person_id, service, account_no]
reads:    [utility_account, resolution]
why: |
  As with vehicles, a holder without a usable number counts as soon as it is clear who he is.
  `address_token` is the same for accounts at one address.
*/
SELECT
    COALESCE(r.person_id, a.holder_id) AS person_id,
    a.service,
    a.account_no,
    a.address_token,
    a.opened_on,
    COALESCE(r.rule, 'number') AS identified_by
FROM utility_account AS a
LEFT JOIN resolution AS r ON r.record_id = a.holder_id
WHERE r.person_id IS NOT NULL OR SUBSTRING(a.holder_id, 1, 1) = 'p'
