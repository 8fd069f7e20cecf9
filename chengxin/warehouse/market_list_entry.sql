/*
title:    企业列入市场监管名录
title_en: Entries of an enterprise in lists of market regulation
grain:    [enterprise_id, credit_code, list_kind, entered_on]
reads:    [market_listing, enterprise_number]
why: |
  Under the enterprise that the credit code names; who is not registered here is left out.
*/
SELECT n.enterprise_id, m.credit_code, m.list_kind, m.entered_on, m.removed_on
FROM market_listing AS m
JOIN enterprise_number AS n ON n.number = m.credit_code
