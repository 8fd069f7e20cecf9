/*
title:    异常增值税扣税凭证
title_en: Abnormal input vouchers
grain:    [enterprise_id, side, invoice_code, invoice_number]
reads:    [invoice_abnormal, enterprise_number]
why: |
  One invoice concerns its seller (`issuer`) and its buyer (`receiver`), each under the enterprise that
  its number names; who is not registered here is left out.
*/
SELECT
    n.enterprise_id,
    'issuer' AS side,
    a.invoice_code,
    a.invoice_number,
    a.kind,
    a.tax,
    a.entered_on,
    a.resolved_on
FROM invoice_abnormal AS a
JOIN enterprise_number AS n ON n.number = a.seller_id
UNION ALL
SELECT
    n.enterprise_id,
    'receiver' AS side,
    a.invoice_code,
    a.invoice_number,
    a.kind,
    a.tax,
    a.entered_on,
    a.resolved_on
FROM invoice_abnormal AS a
JOIN enterprise_number AS n ON n.number = a.buyer_id
