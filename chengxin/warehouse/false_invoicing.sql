/*
title:    已证实虚开
title_en: Confirmed false invoicing
grain:    [enterprise_id, bureau, notice_no, registration_id]
reads:    [invoice_proof, registration_enterprise]
why: |
  Notices of other authorities and conclusions of our own inspection, for invoices issued or received.
*/
SELECT
    e.enterprise_id,
    p.bureau,
    p.notice_no,
    p.registration_id,
    p.kind,
    p.direction,
    p.noticed_on,
    p.closed_on,
    p.amount
FROM invoice_proof AS p
JOIN registration_enterprise AS e ON e.bureau = p.bureau AND e.registration_id = p.registration_id
