/*
code:     M19
title:    市场主体状态异常
title_en: Business status abnormal
subject:  [enterprise]
reach:    []
reads:    [enterprise_registration, market_status, market_list_entry]
value:    {title: 异常情形数, title_en: abnormal facts, unit: fact}
params:
  list_days: {title: 列入经营异常名录天数, title_en: Days in the list of abnormal operation, default: 90, min: 1, max: 1095, unit: day}
bands:
  ended:
    title: 已吊销、注销或撤销
    title_en: Revoked, deregistered or withdrawn
    levels:
      enterprise: {INV: block, INV-AUTH: block}
    wording:
      zh: '{who}市场登记状态为吊销、注销或撤销登记，请办理变更或清税后再办理{items}。'
      en: 'The business licence of {who} is revoked, deregistered or withdrawn; have the tax registration changed or cleared before {items}.'
  impersonated:
    title: 冒名登记
    title_en: Registered in another's name
    levels:
      enterprise: {INV: legal_rep, INV-AUTH: legal_rep}
    wording:
      zh: '{who}被反映冒名登记，{items}请法定代表人到场核实。'
      en: '{who} is reported as registered in another''s name; {items} needs the legal representative verified in person.'
  listed:
    title: 列入异常或严重违法名录
    title_en: In the abnormal or the serious-illegal list
    levels:
      enterprise: {INV: approval, INV-AUTH: approval}
  moved_out:
    title: 已迁出
    title_en: Moved out
    levels:
      enterprise: {INV: remind, INV-AUTH: remind}
    wording:
      zh: '{who}市场登记状态为迁出，请办理税务登记变更。'
      en: '{who} has moved out in the market register; please have the tax registration changed.'
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 税务登记状态不明，暂不能判定。
      en: The status of the tax registration is not known, so this cannot be decided.
wording:
  zh: '{who}被列入市场监管部门经营异常名录或严重违法失信名单，{items}须经审批，请先办理移出。'
  en: '{who} is in the list of abnormal operation or of serious violations of market regulation; {items} needs approval, please have the entry removed.'
push:     [C, G]
clears:
  zh: 市场登记状态恢复正常、移出名录，或税务登记已相应变更、清税。
  en: The status is normal again, the entry is removed, or the tax registration has followed.
basis:    《税务登记管理办法》；《市场主体登记管理条例》
owner:    征收管理科
why: |
  Who no longer exists as a business gets no invoices while a tax registration of either bureau is
  still normal; who has moved out is reminded, on the same items: the lighter reading.  The list of
  abnormal operation counts after 90 days, that of serious violations at once; both ask for approval.
  Of several facts the first says what follows: gone, impersonated, listed, moved out.  All act on
  the same items, so that who is impersonated and listed answers by the representative (D2), the
  stricter, alone.  Of several credit codes of one enterprise the status of the latest day
  counts, on one day the better.  Where no tax registration is normal and the status of one is not
  known, a market status decides nothing.
*/
WITH taxed AS (
    SELECT
        enterprise_id,
        COALESCE(BOOL_OR(status = 'normal'), FALSE) AS is_normal,
        BOOL_OR(status IS NULL) AS is_unknown
    FROM enterprise_registration
    GROUP BY enterprise_id
),
ranked AS (
    SELECT
        enterprise_id,
        status,
        status_on,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id
            ORDER BY
                COALESCE(status_on, DATE '0001-01-01') DESC,
                CASE status WHEN 'active' THEN 1 WHEN 'moved_out' THEN 2 ELSE 3 END,
                credit_code
        ) AS place
    FROM market_status
    WHERE status_on <= :as_of OR status_on IS NULL
),
listed AS (
    SELECT
        enterprise_id,
        COUNT(*) AS listings,
        BOOL_OR(list_kind = 'impersonation') AS impersonated,
        MIN(entered_on) AS entered_on
    FROM market_list_entry
    WHERE entered_on <= :as_of
      AND (removed_on IS NULL OR removed_on > :as_of)
      AND (list_kind <> 'abnormal' OR entered_on < :as_of - INTERVAL (:list_days) DAY)
    GROUP BY enterprise_id
),
judged AS (
    SELECT
        t.enterprise_id,
        t.is_normal,
        t.is_unknown,
        COALESCE(r.status IN ('revoked', 'deregistered', 'withdrawn'), FALSE) AS is_gone,
        COALESCE(r.status = 'moved_out', FALSE) AS is_moved,
        r.status AS market_status,
        r.status_on,
        COALESCE(l.listings, 0) AS listings,
        COALESCE(l.impersonated, FALSE) AS impersonated,
        l.entered_on
    FROM taxed AS t
    LEFT JOIN ranked AS r ON r.enterprise_id = t.enterprise_id AND r.place = 1
    LEFT JOIN listed AS l ON l.enterprise_id = t.enterprise_id
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    listings + CASE WHEN (is_gone OR is_moved) AND is_normal THEN 1 ELSE 0 END AS value,
    CASE
        WHEN is_gone AND is_normal THEN 'ended'
        WHEN impersonated THEN 'impersonated'
        WHEN listings > 0 THEN 'listed'
        WHEN is_moved AND is_normal THEN 'moved_out'
        ELSE 'undecided'
    END AS band,
    market_status,
    status_on,
    entered_on
FROM judged
WHERE listings > 0
   OR ((is_gone OR is_moved) AND (is_normal OR is_unknown))
