/*
title:    企业处置资产报告
title_en: Reports of disposals by an enterprise that owes
grain:    [enterprise_id, bureau, report_id]
reads:    [disposal_report, registration_enterprise]
why: |
  A report to one bureau is a report of the enterprise.
*/
SELECT e.enterprise_id, r.bureau, r.report_id, r.asset, r.reported_on
FROM disposal_report AS r
JOIN registration_enterprise AS e ON e.bureau = r.bureau AND e.registration_id = r.registration_id
