/*
code:     A08
title:    股权低价转让或先转移后注销
title_en: Shares transferred at a low price, or assets before deregistration
subject:  [enterprise]
reach:    []
reads:    [equity_sale, enterprise_balance, asset_disposal, disposal_notice, arrears_item, market_change_record, inspection, lost_enterprise, violation_case]
value:    {title: 疑点事项数, title_en: facts, unit: fact}
params:
  least_part:      {title: 转让价格占净资产份额的最低比例, title_en: Least price as part of the share's net assets, default: 0.8, min: 0.1, max: 1, unit: fraction}
  token_price:     {title: 象征性价格, title_en: Price that is none, default: 1, min: 0, max: 1000, unit: yuan}
  balance_years:   {title: 资产负债表回溯年度, title_en: Years back in which a balance sheet counts, default: 2, min: 1, max: 5, unit: year}
  transfer_months: {title: 转让回溯月数, title_en: Months back in which a transfer counts, default: 36, min: 1, max: 60, unit: month}
  owing_from:      {title: 处置资产须报告的欠税额, title_en: Arrears from which a disposal must be reported, default: 50000, min: 1, max: 1000000, unit: yuan}
  report_months:   {title: 处置报告有效月数, title_en: Months for which a report of a disposal holds, default: 12, min: 1, max: 36, unit: month}
  change_days:     {title: 变更法定代表人回溯天数, title_en: Days back in which a change of the representative counts, default: 90, min: 1, max: 365, unit: day}
bands:
  low_price:
    title: 低价转让股权
    title_en: Shares at a low price
    levels:
      enterprise: {REG-CHG: block, DEREG: legal_rep}
      person: {equity_transfer: remind}
  unreported:
    title: 欠税未报告转移资产
    title_en: Assets transferred while owing, unreported
    levels: &deregistration
      enterprise: {DEREG: legal_rep}
    wording:
      zh: '{who}欠税期间转让不动产或股权未按规定报告，{items}须法定代表人到场核实。'
      en: '{who} transferred real estate or shares while owing tax and did not report it; {items} needs the legal representative verified in person.'
  rep_changed:
    title: 变更法定代表人后注销
    title_en: Representative changed before deregistration
    levels: *deregistration
    wording:
      zh: '{who}近期变更法定代表人且有未办结事项，{items}须法定代表人到场核实。'
      en: '{who} changed its legal representative lately and has open matters; {items} needs the legal representative verified in person.'
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 转让价格、比例或净资产不明，暂不能判定。
      en: The price, the share or the net assets are not known, so this cannot be decided.
wording:
  zh: '{who}股权转让价格明显偏低待核实，请按公允价格申报个人所得税或提供亲属关系证明后办理{items}。'
  en: 'Shares of {who} were transferred at a price to be verified; file the individual income tax at a fair price or prove the kinship before {items}.'
wording_for:
  person:
    zh: '{who}的股权转让价格明显偏低待核实，请按公允价格申报个人所得税或提供亲属关系证明。'
    en: 'The price at which {who} transferred shares is to be verified; please file the individual income tax at a fair price or prove the kinship.'
facts:
  zh: '低价转让股权{low_price}笔，欠税期间未报告转让资产{unreported}笔，近期变更法定代表人{rep_changes}次（有未办结事项），资料不全{undecided}笔，最近一次{last_on}。'
  en: '{low_price} transfers of shares at a low price, {unreported} unreported transfers of assets while owing, {rep_changes} recent changes of the representative with matters open, {undecided} undecided, the last on {last_on}.'
push:     [G, R]
clears:
  zh: 按公允价格申报个人所得税，或提供亲属关系证明、合理理由。
  en: Individual income tax filed at a fair price, or proof of kinship or of a reason.
basis:    《股权转让所得个人所得税管理办法（试行）》（国家税务总局公告2014年第67号）；《税收征收管理法》第四十九条；纳税信用外部评价信息
owner:    市局风险管理科
why: |
  Who sells shares for less than they are worth, sells off assets while owing, or passes the chair on
  before the enterprise ends, may carry the tax away.  It is verified first.

  A person's price is held against four fifths of the share of the net assets at the end of the last
  year before it that has a balance sheet, of several the one filed last; one yuan or none is always
  low.  What the income tax was settled at counts instead when it is more.  A price, share or net
  assets that nobody knows leave it undecided.  Only persons' prices count: the rule is that of their
  income tax, and the person himself is reminded of it alone.

  An enterprise that owed enough tax on the day of a transfer should have reported before, to either
  bureau; it stays found when it paid later.  The change of the representative is asked about when
  deregistration is requested; matters that count as open are an inspection, tax owed, a violation
  and lost contact: the lighter reading.  Of several facts the first says what follows: low price,
  unreported, changed; the first asks all that the others ask.  Transfers of the last three years
  count, as long as tax can be recovered.
*/
WITH sales AS (
    SELECT
        enterprise_id,
        transfer_id,
        person_id,
        transferred_on,
        share,
        price,
        CASE WHEN taxed_on <= :as_of THEN taxed_price END AS taxed_price
    FROM equity_sale
    WHERE transferred_on BETWEEN :as_of - INTERVAL (:transfer_months) MONTH AND :as_of
      AND COALESCE(kinship, 'none') = 'none'
),
balances AS (
    SELECT
        s.enterprise_id,
        s.transfer_id,
        b.net_assets,
        ROW_NUMBER() OVER (
            PARTITION BY s.enterprise_id, s.transfer_id
            ORDER BY b.report_year DESC, b.filed_on DESC, b.bureau DESC, b.report_id
        ) AS place
    FROM sales AS s
    JOIN enterprise_balance AS b ON b.enterprise_id = s.enterprise_id
    WHERE b.filed_on <= :as_of
      AND b.report_year BETWEEN EXTRACT(YEAR FROM s.transferred_on) - :balance_years
          AND EXTRACT(YEAR FROM s.transferred_on) - 1
),
priced AS (
    SELECT
        s.enterprise_id,
        s.transfer_id,
        s.person_id,
        s.transferred_on,
        s.taxed_price,
        CASE WHEN s.taxed_price > s.price THEN s.taxed_price ELSE s.price END AS told_price,
        s.share * b.net_assets * :least_part AS least_price
    FROM sales AS s
    LEFT JOIN balances AS b
        ON b.enterprise_id = s.enterprise_id AND b.transfer_id = s.transfer_id AND b.place = 1
),
judged AS (
    SELECT
        enterprise_id,
        transfer_id,
        person_id,
        transferred_on,
        CASE
            WHEN taxed_price >= least_price THEN 'settled'
            WHEN told_price <= :token_price THEN 'low'
            WHEN told_price IS NULL OR least_price IS NULL THEN 'unknown'
            WHEN told_price < least_price THEN 'low'
            ELSE 'fair'
        END AS verdict
    FROM priced
),
disposals AS (
    -- what was owed on the day of each transfer
    SELECT d.enterprise_id, d.asset, d.transfer_id, d.transferred_on
    FROM asset_disposal AS d
    JOIN arrears_item AS a ON a.enterprise_id = d.enterprise_id
    WHERE d.transferred_on BETWEEN :as_of - INTERVAL (:transfer_months) MONTH AND :as_of
      AND a.kind = 'tax'
      AND a.due_on < d.transferred_on
      AND (a.paid_on IS NULL OR a.paid_on > d.transferred_on)
    GROUP BY d.enterprise_id, d.asset, d.transfer_id, d.transferred_on
    HAVING SUM(a.amount) >= :owing_from
),
reported AS (
    SELECT DISTINCT d.enterprise_id, d.asset, d.transfer_id
    FROM disposals AS d
    JOIN disposal_notice AS n ON n.enterprise_id = d.enterprise_id
    WHERE n.reported_on
        BETWEEN d.transferred_on - INTERVAL (:report_months) MONTH AND d.transferred_on
),
open_matters AS (
    SELECT enterprise_id
    FROM inspection
    WHERE filed_on <= :as_of
      AND (closed_on IS NULL OR closed_on > :as_of)
    UNION
    SELECT enterprise_id
    FROM arrears_item
    WHERE kind = 'tax'
      AND amount > 0
      AND due_on < :as_of
      AND (paid_on IS NULL OR paid_on > :as_of)
    UNION
    SELECT enterprise_id
    FROM lost_enterprise
    WHERE found_on <= :as_of
      AND (lifted_on IS NULL OR lifted_on > :as_of)
    UNION
    SELECT SUBSTRING(subject_key, LENGTH('enterprise:') + 1) AS enterprise_id
    FROM violation_case
    WHERE subject_key LIKE 'enterprise:%'
      AND kind IS NOT NULL
      AND registered_on <= :as_of
      AND stage IN ('registered', 'decided')
),
reached AS (
    SELECT
        enterprise_id,
        'enterprise:' || enterprise_id AS acted_on_key,
        verdict AS fact,
        transfer_id AS record_id,
        transferred_on AS happened_on
    FROM judged
    WHERE verdict IN ('low', 'unknown')
    UNION ALL
    SELECT enterprise_id, 'person:' || person_id, verdict, transfer_id, transferred_on
    FROM judged
    WHERE verdict = 'low'
    UNION ALL
    SELECT
        d.enterprise_id,
        'enterprise:' || d.enterprise_id,
        'unreported',
        d.transfer_id,
        d.transferred_on
    FROM disposals AS d
    LEFT JOIN reported AS r
        ON r.enterprise_id = d.enterprise_id
        AND r.asset = d.asset
        AND r.transfer_id = d.transfer_id
    WHERE r.transfer_id IS NULL
    UNION ALL
    SELECT
        c.enterprise_id,
        'enterprise:' || c.enterprise_id,
        'rep_changed',
        c.change_id,
        c.changed_on
    FROM market_change_record AS c
    JOIN open_matters AS m ON m.enterprise_id = c.enterprise_id
    WHERE c.item = 'legal_rep'
      AND c.changed_on BETWEEN :as_of - INTERVAL (:change_days) DAY AND :as_of
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    acted_on_key AS acted_on_id,
    COUNT(*) FILTER (WHERE fact <> 'unknown') AS value,
    CASE
        WHEN BOOL_OR(fact = 'low') THEN 'low_price'
        WHEN BOOL_OR(fact = 'unreported') THEN 'unreported'
        WHEN BOOL_OR(fact = 'rep_changed') THEN 'rep_changed'
        ELSE 'undecided'
    END AS band,
    COUNT(*) FILTER (WHERE fact = 'low') AS low_price,
    COUNT(*) FILTER (WHERE fact = 'unreported') AS unreported,
    COUNT(*) FILTER (WHERE fact = 'rep_changed') AS rep_changes,
    COUNT(*) FILTER (WHERE fact = 'unknown') AS undecided,
    MAX(happened_on) AS last_on,
    ARRAY_AGG(record_id ORDER BY happened_on, record_id) AS record_ids
FROM reached
GROUP BY enterprise_id, acted_on_key
