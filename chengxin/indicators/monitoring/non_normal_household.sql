/*
code:     M07
title:    非正常户
title_en: Non-normal household
subject:  [enterprise]
reach:    []
reads:    [non_normal_state]
value:    {title: 非正常登记户数, title_en: non-normal registrations, unit: registration}
bands:
  non_normal:
    title: 非正常户
    title_en: Non-normal
    levels:
      enterprise:
        INV: block
        INV-AUTH: block
        INV-ISS: block
        CERT-NA: block
        REG-CHG: block
        DEREG: block
        REFUND: block
        PREF: block
wording:
  zh: '{who}为非正常户（认定日期{determined_on}），请先补办申报、接受处罚，系统自动解除后办理{items}。'
  en: '{who} is a non-normal household (determined on {determined_on}); file the missing returns and accept the penalty first; {items} can be handled once the status is lifted.'
push:     [C, G, S]
clears:
  zh: 税务登记状态恢复为正常或非正常解除记录到达后自动结束。
  en: Ends by itself when the status returns to normal or a lifting record arrives.
basis:    国家税务总局公告2019年第48号；《税务登记管理办法》第四十条
owner:    征收管理科
why: |
  Who has stopped filing keeps no invoices.  The registration's status (05) and the determination
  record are two words on one state: for each registration the newer delivery wins, within one
  delivery the later day, and of two words of the same day the one that says non-normal.  One
  non-normal registration of either bureau is enough.
*/
WITH words AS (
    SELECT
        enterprise_id,
        bureau,
        registration_id,
        told_by,
        since,
        delivered_on,
        CASE WHEN lifted_on <= :as_of THEN lifted_on ELSE since END AS said_on,
        non_normal
        AND COALESCE(since <= :as_of, TRUE)
        AND COALESCE(lifted_on > :as_of, TRUE) AS non_normal
    FROM non_normal_state
    WHERE told_by = 'registration' OR since <= :as_of
),
ranked AS (
    SELECT
        enterprise_id,
        bureau,
        registration_id,
        told_by,
        since,
        non_normal,
        RANK() OVER (
            PARTITION BY bureau, registration_id
            ORDER BY delivered_on DESC, COALESCE(said_on, DATE '0001-01-01') DESC
        ) AS place
    FROM words
),
registrations AS (
    SELECT
        enterprise_id,
        bureau,
        registration_id,
        -- the day of the determination; a status alone has only the day of its last change
        COALESCE(
            MIN(since) FILTER (WHERE told_by = 'record' AND non_normal),
            MIN(since) FILTER (WHERE non_normal)
        ) AS determined_on
    FROM ranked
    WHERE place = 1
    GROUP BY enterprise_id, bureau, registration_id
    HAVING BOOL_OR(non_normal)
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    COUNT(*) AS value,
    'non_normal' AS band,
    MIN(determined_on) AS determined_on,
    ARRAY_AGG(registration_id ORDER BY bureau, registration_id) AS registration_ids
FROM registrations
GROUP BY enterprise_id
