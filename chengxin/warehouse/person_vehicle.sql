/*
title:    个人车辆
title_en: Vehicles that a person owns
grain:    [person_id, plate]
reads:    [vehicle, resolution]
why: |
  An owner without a usable number counts as soon as it is clear who he is; until then the vehicle
  is nobody's.  `identified_by` says how the owner is known: number, matched or judged.
*/
SELECT
    COALESCE(r.person_id, v.owner_id) AS person_id,
    v.plate,
    v.model,
    v.price,
    v.registered_on,
    COALESCE(r.rule, 'number') AS identified_by
FROM vehicle AS v
LEFT JOIN resolution AS r ON r.record_id = v.owner_id
WHERE r.person_id IS NOT NULL OR SUBSTRING(v.owner_id, 1, 1) = 'p'
