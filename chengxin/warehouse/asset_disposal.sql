/*
title:    企业转让不动产和股权
title_en: Real estate and shares that an enterprise transferred
grain:    [enterprise_id, asset, transfer_id]
reads:    [equity_transfer, property_transfer, enterprise_number]
why: |
  Under the enterprise that transferred; one without a day says nothing and is left out.
*/
SELECT n.enterprise_id, 'equity' AS asset, t.transfer_id, t.transferred_on
FROM equity_transfer AS t
JOIN enterprise_number AS n ON n.number = t.transferor_taxpayer_id
WHERE t.transferred_on IS NOT NULL
UNION ALL
SELECT n.enterprise_id, 'real_estate' AS asset, t.transfer_id, t.transferred_on
FROM property_transfer AS t
JOIN enterprise_number AS n ON n.number = t.seller_id
WHERE t.transferred_on IS NOT NULL
