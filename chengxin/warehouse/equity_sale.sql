/*
title:    自然人转让企业股权
title_en: Shares of an enterprise that a person transferred
grain:    [enterprise_id, transfer_id]
reads:    [equity_transfer, enterprise_number]
why: |
  Under the enterprise whose share it was, by its credit code; who is not registered here is left
  out, and so is a transfer by an enterprise, which pays no individual income tax.
*/
SELECT
    n.enterprise_id,
    t.transfer_id,
    t.transferor_person_id AS person_id,
    t.share,
    t.price,
    t.transferred_on,
    t.kinship,
    t.taxed_price,
    t.taxed_on
FROM equity_transfer AS t
JOIN enterprise_number AS n ON n.number = t.credit_code
WHERE t.transferor_person_id IS NOT NULL
  AND t.transferred_on IS NOT NULL
