/*
code:     M06
title:    走逃（失联）企业
title_en: Absconded or lost-contact enterprise
subject:  [enterprise]
reach:    ['01']
reads:    [lost_enterprise, affiliation]
value:    {title: 未解除认定数, title_en: determinations in force, unit: record}
bands:
  lost:
    title: 走逃（失联）
    title_en: Absconded or out of contact
    levels:
      enterprise:
        INV: block
        INV-AUTH: block
        INV-ISS: block
        REFUND: block
        EXPORT: block
        REG-CHG: block
        ID: block
      person:
        '*': remind
wording:
  zh: '{who}被认定走逃（失联），请法定代表人到主管税务机关说明并接受处理，暂停{items}。'
  en: '{who} has been determined as absconded or out of contact; the legal representative should explain himself at the managing tax authority; {items} is suspended.'
wording_for:
  person:
    zh: '{who}任法定代表人的企业被认定走逃（失联），请到该企业主管税务机关说明并接受处理。'
    en: '{who} represents an enterprise that has been determined as absconded or out of contact; please explain yourself at its managing tax authority.'
push:     [C, G, J, R]
clears:
  zh: 税务机关解除走逃（失联）认定的记录到达。
  en: The authority's lifting record arrives.
basis:    国家税务总局公告2016年第76号；《发票管理办法》第十五条；《纳税信用管理办法（试行）》第二十条
owner:    市局稽查局
why: |
  Nobody answers at an enterprise that went on drawing invoices: it gets none, no refund and no
  change of its registration, and no new person is bound to it, until its authority lifts the
  determination.  Filing and payment stay open.  One open determination of either bureau is enough.
  The legal representative is reminded, whatever he comes for; that his other enterprises are
  watched is M08's matter.
*/
WITH lost AS (
    SELECT
        enterprise_id,
        COUNT(*) AS records,
        MIN(found_on) AS found_on,
        ARRAY_AGG(record_id ORDER BY bureau, record_id) AS record_ids
    FROM lost_enterprise
    WHERE found_on <= :as_of
      AND (lifted_on IS NULL OR lifted_on > :as_of)
    GROUP BY enterprise_id
),
reached AS (
    SELECT enterprise_id, 'enterprise:' || enterprise_id AS acted_on_key
    FROM lost
    UNION
    SELECT l.enterprise_id, 'person:' || a.person_id AS acted_on_key
    FROM lost AS l
    JOIN affiliation AS a ON a.enterprise_id = l.enterprise_id
    WHERE a.role = '01'
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
)
SELECT
    'enterprise:' || l.enterprise_id AS subject_id,
    r.acted_on_key AS acted_on_id,
    l.records AS value,
    'lost' AS band,
    l.found_on,
    l.record_ids
FROM lost AS l
JOIN reached AS r ON r.enterprise_id = l.enterprise_id
