/*
title:    企业市场变更登记
title_en: Changes of an enterprise in the market register
grain:    [enterprise_id, change_id]
reads:    [market_change, enterprise_number]
why: |
  Under the enterprise that the credit code names; who is not registered here is left out.
*/
SELECT n.enterprise_id, c.change_id, c.item, c.changed_on
FROM market_change AS c
JOIN enterprise_number AS n ON n.number = c.credit_code
