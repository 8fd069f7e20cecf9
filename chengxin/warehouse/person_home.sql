/*
title:    个人购房
title_en: Homes that a person bought
grain:    [person_id, contract_no]
reads:    [home_contract]
why: |
  `price` is the whole contract's, `own_price` the person's share of it; null where either is
  unknown.
*/
SELECT
    person_id,
    contract_no,
    share,
    price,
    price * share AS own_price,
    area,
    signed_on
FROM home_contract
