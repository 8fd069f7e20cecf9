/*
title:    企业用电
title_en: Electricity bills of an enterprise
grain:    [enterprise_id, account_no, period_from]
reads:    [electricity_bill, enterprise_number]
why: |
  Kilowatt-hours and fees (yuan) by account and period; an enterprise may have several accounts.
*/
SELECT
    n.enterprise_id,
    b.account_no,
    b.period_from,
    b.period_until,
    b.used,
    b.fee
FROM electricity_bill AS b
JOIN enterprise_number AS n ON n.number = b.consumer_id
WHERE b.period_until IS NOT NULL
