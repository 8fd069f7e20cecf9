/*
title:    企业年度资产负债表
title_en: Yearly balance sheets of an enterprise
grain:    [enterprise_id, bureau, report_id]
reads:    [balance_sheet, registration_enterprise]
why: |
  A year may have several, of both bureaus or corrected; who reads them takes the one filed last.
*/
SELECT
    e.enterprise_id,
    b.bureau,
    b.report_id,
    b.report_year,
    b.net_assets,
    b.filed_on
FROM balance_sheet AS b
JOIN registration_enterprise AS e ON e.bureau = b.bureau AND e.registration_id = b.registration_id
