/*
code:     M20
title:    身份核验异常
title_en: Identity verification abnormal
subject:  [person]
reach:    ['01', '02', '03', '04', '06']
reads:    [card_state, verification_event, affiliation]
value:    {title: 异常事项数, title_en: grounds, unit: matter}
params:
  mismatches:      {title: 比对不一致次数, title_en: Mismatches of the face, default: 3, min: 1, max: 20, unit: time}
  days:            {title: 比对不一致期间, title_en: Days back in which mismatches count, default: 30, min: 1, max: 365, unit: day}
  minutes:         {title: 两厅间隔, title_en: Minutes between two halls, default: 10, min: 1, max: 120, unit: minute}
  template_months: {title: 人像有效期, title_en: Months that a face template is good for, default: 60, min: 12, max: 240, unit: month}
bands:
  unverified:
    title: 身份未通过核验
    title_en: Not verified
    levels:
      person: {ID: block, INV: block, INV-ISS: block}
      enterprise: {'*': legal_rep}
  investor_unverified:
    title: 投资人身份未通过核验
    title_en: Investor not verified
    levels:
      enterprise: {'*': remind}
  template_old:
    title: 人像过期
    title_en: Face template too old
    levels:
      person: {'*': remind}
wording:
  zh: '{who}身份信息未通过核验，请凭有效证件现场核实；如被冒用请登记申诉。'
  en: 'The identity of {who} was not verified; please have it verified on the spot with a valid document, and register an appeal if it was misused.'
push:     [C, G, R, S]
clears:
  zh: 双人现场核实通过，或公安反馈证件状态正常；冒名申诉办结。
  en: Two officers verified the person, or the police say that the card is valid; the appeal is closed.
basis:    《国家税务总局关于推行实名办税的意见》（税总发〔2016〕111号）；《居民身份证法》第十一条、第十五条
owner:    纳税服务科
why: |
  A card is valid to the end of its last day.  What the police say ends by the police's answer; what
  the halls saw ends by two officers' verification, at the latest at the end of its day where its
  time is unknown (the lighter reading); an appeal ends by its closing event.  Two halls within ten
  minutes stand until then: the rule names no end; a card that was only read, or that one officer
  compared by hand, was shown there too.  One officer's word clears nothing.  Where the person only invests, the enterprise is
  reminded; a face template of more than five years reminds himself alone.
*/
WITH cleared AS (
    SELECT
        person_id,
        happened_on,
        MAX(COALESCE(second, 86400)) AS second,
        ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY happened_on DESC) AS place
    FROM verification_event
    WHERE kind = 'reverified' AND happened_on <= :as_of
    GROUP BY person_id, happened_on
),
seen AS (
    SELECT e.person_id, e.event_id, e.kind, e.happened_on, e.second, e.hall,
        (
            c.person_id IS NULL
            OR e.happened_on > c.happened_on
            OR (e.happened_on = c.happened_on AND COALESCE(e.second > c.second, FALSE))
        ) AS stands
    FROM verification_event AS e
    LEFT JOIN cleared AS c ON c.person_id = e.person_id AND c.place = 1
    WHERE e.kind IN ('card_read', 'matched', 'mismatched', 'by_hand', 'reverified')
      AND e.happened_on <= :as_of
),
grounds AS (
    SELECT person_id, 'card' AS ground
    FROM card_state
    WHERE state IN ('lost', 'cancelled', 'expired', 'dead') OR valid_to < :as_of
    UNION
    SELECT person_id, 'mismatch' AS ground
    FROM seen
    WHERE kind = 'mismatched' AND stands AND happened_on >= :as_of - INTERVAL (:days) DAY
    GROUP BY person_id
    HAVING COUNT(DISTINCT event_id) >= :mismatches
    UNION
    SELECT b.person_id, 'two_halls' AS ground
    FROM seen AS a
    JOIN seen AS b ON b.person_id = a.person_id AND b.hall <> a.hall
    WHERE b.stands
      AND (
          (b.happened_on = a.happened_on AND b.second - a.second BETWEEN 0 AND :minutes * 60)
          OR (
              b.happened_on = a.happened_on + INTERVAL 1 DAY
              AND b.second + 86400 - a.second <= :minutes * 60
          )
      )
    UNION
    SELECT o.person_id, 'appeal' AS ground
    FROM verification_event AS o
    WHERE o.kind = 'appeal_opened'
      AND o.happened_on <= :as_of
      AND NOT EXISTS (
          SELECT 1
          FROM verification_event AS c
          WHERE c.kind = 'appeal_closed'
            AND c.person_id = o.person_id
            AND c.appeal_no = o.appeal_no
            AND c.happened_on <= :as_of
      )
),
unverified AS (
    SELECT person_id, COUNT(*) AS grounds, ARRAY_AGG(DISTINCT ground ORDER BY ground) AS names
    FROM grounds
    GROUP BY person_id
),
old AS (
    SELECT person_id
    FROM verification_event
    WHERE kind = 'template' AND happened_on <= :as_of
    GROUP BY person_id
    HAVING MAX(happened_on) < :as_of - INTERVAL (:template_months) MONTH
),
reached AS (
    SELECT
        u.person_id,
        'enterprise:' || a.enterprise_id AS acted_on_key,
        MIN(CASE WHEN a.role = '06' THEN 1 ELSE 0 END) AS only_invests
    FROM unverified AS u
    JOIN affiliation AS a ON a.person_id = u.person_id
    WHERE (
          a.role = '01' OR a.role = '02' OR a.role = '03' OR a.role = '04' OR a.role = '06'
      )
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
    GROUP BY u.person_id, a.enterprise_id
)
SELECT
    'person:' || u.person_id AS subject_id,
    'person:' || u.person_id AS acted_on_id,
    u.grounds AS value,
    'unverified' AS band,
    u.names AS grounds
FROM unverified AS u
UNION ALL
SELECT
    'person:' || u.person_id AS subject_id,
    r.acted_on_key AS acted_on_id,
    u.grounds AS value,
    CASE WHEN r.only_invests = 1 THEN 'investor_unverified' ELSE 'unverified' END AS band,
    u.names AS grounds
FROM unverified AS u
JOIN reached AS r ON r.person_id = u.person_id
UNION ALL
SELECT
    'person:' || o.person_id AS subject_id,
    'person:' || o.person_id AS acted_on_id,
    1 AS value,
    'template_old' AS band,
    ARRAY['template'] AS grounds
FROM old AS o
WHERE NOT EXISTS (SELECT 1 FROM unverified AS u WHERE u.person_id = o.person_id)
