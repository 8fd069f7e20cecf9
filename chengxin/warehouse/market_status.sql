/*
title:    企业市场登记状态
title_en: Status of an enterprise in the market register
grain:    [enterprise_id, credit_code]
reads:    [market_registration, enterprise_number]
why: |
  Under the enterprise that the credit code names; who is not registered here is left out.
*/
SELECT n.enterprise_id, m.credit_code, m.status, m.status_on
FROM market_registration AS m
JOIN enterprise_number AS n ON n.number = m.credit_code
