/*
code:     M21
title:    一人多企及共用联系方式
title_en: One person or contact across many enterprises
subject:  [person, enterprise]
reach:    ['01', '02', '03', '04']
through:  {enterprise_tie: 1}
reads:    [affiliation, enterprise, enterprise_tie, enterprise_contact, shared_contact_exemption, collected_invoice, enterprise_check]
value:    {title: 涉及企业户数, title_en: enterprises concerned, unit: enterprise}
params:
  min_represented: {title: 任法定代表人户数, title_en: Enterprises of one legal representative, default: 5, min: 2, max: 100, unit: enterprise}
  min_kept:        {title: 任财务负责人、办税人员户数, title_en: Enterprises of one finance officer or tax handler, default: 10, min: 2, max: 500, unit: enterprise}
  min_collected:   {title: 任领票人户数, title_en: Enterprises of one invoice collector, default: 5, min: 2, max: 100, unit: enterprise}
  min_new:         {title: 新办户数, title_en: New enterprises of one legal representative, default: 3, min: 2, max: 50, unit: enterprise}
  new_days:        {title: 新办期间, title_en: Days in which a household is new, default: 90, min: 1, max: 730, unit: day}
  min_phone:       {title: 共用电话户数, title_en: Enterprises and legal representatives of one telephone, default: 5, min: 2, max: 100, unit: enterprise}
  min_address:     {title: 共用地址户数, title_en: Enterprises at one address, default: 10, min: 2, max: 500, unit: enterprise}
  verified_months: {title: 核实有效期, title_en: Months that a verification is good for, default: 6, min: 1, max: 36, unit: month}
bands:
  offices:
    title: 一人多企
    title_en: One person in many enterprises
    levels:
      enterprise: &levels {$item_groups: legal_rep, '*': remind}
      person: {'*': remind}
  contacts:
    title: 共用联系方式
    title_en: One contact of many enterprises
    levels:
      enterprise: *levels
    wording:
      zh: '{who}与其他企业共用电话或地址（{value}户），请法定代表人逐户现场核实。'
      en: '{who} has a telephone or an address in common with others ({value} enterprises); each legal representative must be verified on the spot.'
wording:
  zh: '{who}在{value}户企业任职，请法定代表人逐户现场核实。'
  en: '{who} holds office in {value} enterprises; the legal representative of each must be verified on the spot.'
wording_for:
  enterprise:
    zh: '{who}的法定代表人、财务负责人、办税人员或领票人在{value}户企业任职，请法定代表人逐户现场核实。'
    en: 'The legal representative, finance officer, tax handler or collector of {who} holds office in {value} enterprises; the legal representative of each must be verified on the spot.'
push:     [C, G, R]
clears:
  zh: 法定代表人到场逐户核实（有效期六个月），或低于户数标准，或列入共用联系方式备案。
  en: The legal representative is verified for each enterprise on the spot (good for six months), the numbers fall below the limits, or the subject is entered in the register.
basis:    批量注册空壳企业风险防控做法（集中地址、法定代表人与财务负责人关联、虚拟电话）
owner:    市局风险管理科
why: |
  Shells are registered in batches: one name, one telephone, one room.  Counted are enterprises whose
  status is known and living; 02 and 03 count together, and 03 not where an agency is named for it.
  New ones count for their legal representative alone (the lighter reading), the ninetieth day
  included.  A telephone needs five enterprises and five legal representatives among them; it is the
  enterprise's or that of its 01 to 03, for nobody delivers a collector's; where it is only the mobile
  of one finance officer or handler, all his enterprises count as one, for else five would find whom
  ten must (the lighter reading).  Whom the register names does not count, nor does a contact of an
  enterprise in it.  First collection is where none is on record.

  An enterprise is verified when its legal representative came in person, identified by his face or
  by two officers, and an item of it was done in his presence; a handler's visit verifies nothing.
  It is good for calendar months, the day of the same number inside, for that enterprise alone, and
  while he is its legal representative.  A verified enterprise is left alone and still counts for
  the others; a person is reminded until each of his enterprises that are too many is verified.
*/
WITH spared AS (
    SELECT DISTINCT subject_key
    FROM shared_contact_exemption
    WHERE (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
verified AS (
    SELECT DISTINCT c.enterprise_id
    FROM enterprise_check AS c
    JOIN affiliation AS a ON a.enterprise_id = c.enterprise_id AND a.person_id = c.person_id
    WHERE a.role = '01'
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
      AND c.counts_from <= :as_of
      AND c.verified_on + INTERVAL (:verified_months) MONTH >= :as_of
),
living AS (
    SELECT
        enterprise_id,
        COALESCE(
            registered_on >= :as_of - INTERVAL (:new_days) DAY AND registered_on <= :as_of, FALSE
        ) AS is_new
    FROM enterprise
    WHERE status IN ('normal', 'suspended', 'non_normal', 'liquidation')
),
held AS (
    SELECT DISTINCT a.person_id, a.enterprise_id, a.role, l.is_new
    FROM affiliation AS a
    JOIN living AS l ON l.enterprise_id = a.enterprise_id
    LEFT JOIN enterprise_tie AS t
        ON t.enterprise_id = a.enterprise_id
        AND t.tie = 'person:' || a.person_id
        AND t.kind = '03'
    LEFT JOIN spared AS s ON s.subject_key = 'person:' || a.person_id
    WHERE s.subject_key IS NULL
      AND (
            a.role = '01'
            OR a.role = '02'
            OR (a.role = '03' AND t.enterprise_id IS NOT NULL)
            OR a.role = '04'
        )
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
),
offices AS (
    SELECT
        person_id,
        COUNT(DISTINCT enterprise_id) FILTER (WHERE role = '01') AS represented,
        COUNT(DISTINCT enterprise_id) FILTER (WHERE role = '02' OR role = '03') AS kept,
        COUNT(DISTINCT enterprise_id) FILTER (WHERE role = '04') AS collected,
        COUNT(DISTINCT enterprise_id) FILTER (WHERE role = '01' AND is_new) AS founded
    FROM held
    GROUP BY person_id
),
met AS (
    SELECT DISTINCT h.person_id, h.enterprise_id
    FROM held AS h
    JOIN offices AS o ON o.person_id = h.person_id
    WHERE (h.role = '01' AND o.represented >= :min_represented)
       OR ((h.role = '02' OR h.role = '03') AND o.kept >= :min_kept)
       OR (h.role = '04' AND o.collected >= :min_collected)
       OR (h.role = '01' AND h.is_new AND o.founded >= :min_new)
),
unverified AS (
    SELECT m.person_id, m.enterprise_id
    FROM met AS m
    LEFT JOIN verified AS v ON v.enterprise_id = m.enterprise_id
    WHERE v.enterprise_id IS NULL
),
persons AS (
    SELECT person_id, COUNT(*) AS enterprises
    FROM met
    GROUP BY person_id
),
contacts AS (
    SELECT
        c.contact,
        c.kind,
        c.enterprise_id,
        COALESCE('person:' || c.keeper_id, 'enterprise:' || c.enterprise_id) AS holder
    FROM enterprise_contact AS c
    JOIN living AS l ON l.enterprise_id = c.enterprise_id
    WHERE NOT c.by_agent
),
spared_contacts AS (
    SELECT DISTINCT c.contact
    FROM enterprise_contact AS c
    JOIN spared AS s ON s.subject_key = 'enterprise:' || c.enterprise_id
    WHERE NOT c.by_agent
),
wide AS (
    SELECT c.contact, c.kind, COUNT(DISTINCT c.enterprise_id) AS enterprises
    FROM contacts AS c
    LEFT JOIN spared_contacts AS s ON s.contact = c.contact
    LEFT JOIN affiliation AS a ON a.enterprise_id = c.enterprise_id AND a.role = '01'
    WHERE s.contact IS NULL
    GROUP BY c.contact, c.kind
    HAVING (
            c.kind = 'phone'
            AND COUNT(DISTINCT c.holder) >= :min_phone
            AND COUNT(DISTINCT a.person_id) >= :min_phone
        )
        OR (c.kind = 'address' AND COUNT(DISTINCT c.enterprise_id) >= :min_address)
),
sharing AS (
    SELECT
        c.enterprise_id,
        MAX(w.enterprises) AS enterprises,
        COUNT(*) FILTER (WHERE w.kind = 'phone') AS phones,
        COUNT(*) FILTER (WHERE w.kind = 'address') AS addresses
    FROM contacts AS c
    JOIN wide AS w ON w.contact = c.contact
    LEFT JOIN verified AS v ON v.enterprise_id = c.enterprise_id
    WHERE v.enterprise_id IS NULL
    GROUP BY c.enterprise_id
),
targets AS (
    SELECT DISTINCT person_id, 'person:' || person_id AS acted_on_key
    FROM unverified
    UNION ALL
    SELECT person_id, 'enterprise:' || enterprise_id AS acted_on_key
    FROM unverified
),
found AS (
    SELECT
        'person:' || p.person_id AS subject_key,
        t.acted_on_key,
        'person' AS shared,
        p.enterprises,
        o.represented,
        o.kept,
        o.collected,
        o.founded,
        0 AS phones,
        0 AS addresses
    FROM persons AS p
    JOIN offices AS o ON o.person_id = p.person_id
    JOIN targets AS t ON t.person_id = p.person_id
    UNION ALL
    SELECT
        'enterprise:' || enterprise_id AS subject_key,
        'enterprise:' || enterprise_id AS acted_on_key,
        'contact' AS shared,
        enterprises,
        0 AS represented,
        0 AS kept,
        0 AS collected,
        0 AS founded,
        phones,
        addresses
    FROM sharing
),
collected_before AS (
    SELECT DISTINCT 'enterprise:' || enterprise_id AS acted_on_key
    FROM collected_invoice
    WHERE collected_on <= :as_of
)
SELECT
    f.subject_key AS subject_id,
    f.acted_on_key AS acted_on_id,
    f.enterprises AS value,
    CASE WHEN f.shared = 'person' THEN 'offices' ELSE 'contacts' END AS band,
    CASE
        WHEN f.acted_on_key LIKE 'person:%' THEN ''
        WHEN b.acted_on_key IS NULL THEN 'INV-AUTH,INV'
        ELSE 'INV-AUTH'
    END AS item_groups,
    f.represented,
    f.kept,
    f.collected,
    f.founded,
    f.phones,
    f.addresses
FROM found AS f
LEFT JOIN collected_before AS b ON b.acted_on_key = f.acted_on_key
