/*
code:     A02
title:    亏损或零申报企业关联人购置高价车辆
title_en: Linked person of a loss-making or zero-filing enterprise buys an expensive vehicle
subject:  [person]
reach:    ['01', '06', '09']
reads:    [affiliation, enterprise_cit_year, person_vehicle, tax_return]
value:    {title: 疑点分值, title_en: score, unit: point}
params:
  min_enterprises: {title: 亏损或零申报企业户数, title_en: Losing or zero-filing enterprises, default: 1, min: 1, max: 10, unit: enterprise}
  min_share:       {title: 最低投资比例, title_en: Least share of an investor, default: 0.10, min: 0.01, max: 1, unit: fraction}
  returns:         {title: 连续亏损年度, title_en: Losing annual returns in a row, default: 2, min: 1, max: 3, unit: year}
  return_years:    {title: 申报表回溯年度, title_en: Years back in which returns count, default: 3, min: 1, max: 5, unit: year}
  vat_item:        {title: 增值税征收项目, title_en: Levy item of VAT, default: '10101'}
  zero_filings:    {title: 连续零负申报期数, title_en: Zero or negative VAT returns in a row, default: 6, min: 3, max: 24, unit: period}
  filing_months:   {title: 最近申报所属期回溯月数, title_en: Months back in which the newest VAT period ends, default: 12, min: 3, max: 36, unit: month}
  vehicle_months:  {title: 初次登记回溯月数, title_en: Months back in which a first registration counts, default: 12, min: 1, max: 36, unit: month}
  min_price:       {title: 高价车辆标准, title_en: Price of an expensive vehicle, default: 400000, min: 100000, max: 10000000, unit: yuan}
  luxury_price:    {title: 豪华车辆标准, title_en: Price of a luxury vehicle, default: 1300000, min: 100000, max: 50000000, unit: yuan}
  weight:          {title: 豪华车辆分值, title_en: Points at the price of a luxury vehicle, default: 70, min: 1, max: 100, unit: point}
bands:
  normal:
    title: 一般
    title_en: Normal
    levels:
      enterprise: {INV-AUTH: remind, DEREG: remind, REG-CHG: remind}
  high:
    title: 高
    title_en: High
    levels:
      enterprise: {INV-AUTH: legal_rep, DEREG: legal_rep, REG-CHG: legal_rep}
    wording:
      zh: '关联人购置资产与申报不符待核实，{items}须法定代表人核实。'
      en: 'A linked person bought assets that do not fit the returns, to be verified; for {items} the legal representative must be verified.'
wording:
  zh: '关联人购置资产与申报不符待核实，请说明资金来源。'
  en: 'A linked person bought assets that do not fit the returns, to be verified; please explain the source of the funds.'
facts:
  zh: '任法定代表人、投资或实际控制的{enterprises}户企业连续亏损或零申报，本人名下车辆于{registered_on}初次登记，价格{price:,.2f}元，请查明资金来源，是否为借款或其他合法来源。'
  en: 'Represents, invests in or controls {enterprises} enterprises that lose money or file nothing but zero; a vehicle of the person was first registered on {registered_on}, price {price:,.2f} yuan. Ask for the source of the funds: a loan or another legal source.'
push:     [G, R]
clears:
  zh: 借款或其他合法来源的说明被接受（第二人复核），或180天内未再命中。
  en: A loan or another legal source shown and accepted (second person), or 180 days without renewal.
basis:    《税收征收管理法》第三十五条、第五十四条；《个人所得税法》第八条
owner:    市局风险管理科
why: |
  Who stands behind an enterprise that earns nothing should not be able to buy an expensive car:
  either the enterprise's sales or the person's income is hidden.  It is against common sense, not a
  fact, so the field office verifies it first and the person can explain.

  A loss is a profit of zero or less, in the two newest annual returns.  A zero return declares VAT
  sales of zero or less (the lighter reading: more input than output tax is no zero return); the six
  newest periods must adjoin and the last one end within twelve months.  An unknown amount is neither.
  Only a vehicle that the person owns counts, never the company's; the dearest one decides.  The band
  goes by the price alone; the score reaches 70 at the price of a luxury vehicle, 100 at most.
*/
WITH vehicles AS (
    SELECT
        person_id,
        plate,
        price,
        registered_on,
        ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY price DESC, plate) AS place
    FROM person_vehicle
    WHERE registered_on BETWEEN :as_of - INTERVAL (:vehicle_months) MONTH AND :as_of
      AND price >= :min_price
),
dearest AS (
    SELECT person_id, plate, price, registered_on
    FROM vehicles
    WHERE place = 1
),
behind AS (
    -- the enterprises that stand behind a buyer
    SELECT DISTINCT a.person_id, a.enterprise_id
    FROM affiliation AS a
    JOIN dearest AS d ON d.person_id = a.person_id
    WHERE (a.role = '01' OR a.role = '09' OR (a.role = '06' AND a.share >= :min_share))
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
),
annual AS (
    -- of a year that both bureaus have a return for, the one filed last counts
    SELECT
        enterprise_id,
        tax_year,
        profit,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id, tax_year
            ORDER BY filed_on DESC, bureau DESC, registration_id
        ) AS place
    FROM enterprise_cit_year
    WHERE filed_on <= :as_of
      AND tax_year >= EXTRACT(YEAR FROM :as_of) - :return_years
      AND enterprise_id IN (SELECT enterprise_id FROM behind)
),
years AS (
    SELECT
        enterprise_id,
        profit,
        ROW_NUMBER() OVER (PARTITION BY enterprise_id ORDER BY tax_year DESC) AS place
    FROM annual
    WHERE place = 1
),
losing AS (
    SELECT enterprise_id
    FROM years
    WHERE place <= :returns
    GROUP BY enterprise_id
    HAVING COUNT(*) FILTER (WHERE profit <= 0) = :returns
),
vat AS (
    -- a period is zero when every return of it is; an unknown amount is not
    SELECT
        enterprise_id,
        period_from,
        period_until,
        BOOL_AND(COALESCE(sales <= 0, FALSE)) AS zero
    FROM tax_return
    WHERE levy_item = :vat_item
      AND filed_on <= :as_of
      AND (replaced_on IS NULL OR replaced_on > :as_of)
      AND enterprise_id IN (SELECT enterprise_id FROM behind)
    GROUP BY enterprise_id, period_from, period_until
),
periods AS (
    SELECT
        enterprise_id,
        period_from,
        period_until,
        zero,
        LAG(period_until) OVER (
            PARTITION BY enterprise_id ORDER BY period_until, period_from
        ) AS until_before,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id ORDER BY period_until DESC, period_from DESC
        ) AS place
    FROM vat
),
zero_filing AS (
    -- the oldest of them need not adjoin anything
    SELECT enterprise_id
    FROM periods
    WHERE place <= :zero_filings
    GROUP BY enterprise_id
    HAVING COUNT(*) FILTER (WHERE zero) = :zero_filings
        AND COUNT(*) FILTER (
            WHERE place < :zero_filings AND period_from = until_before + INTERVAL (1) DAY
        ) = :zero_filings - 1
        AND MAX(period_until) >= :as_of - INTERVAL (:filing_months) MONTH
),
stakes AS (
    SELECT
        b.person_id,
        b.enterprise_id,
        l.enterprise_id IS NOT NULL AS losing,
        z.enterprise_id IS NOT NULL AS zero_filing
    FROM behind AS b
    LEFT JOIN losing AS l ON l.enterprise_id = b.enterprise_id
    LEFT JOIN zero_filing AS z ON z.enterprise_id = b.enterprise_id
    WHERE l.enterprise_id IS NOT NULL OR z.enterprise_id IS NOT NULL
),
linked AS (
    SELECT person_id, COUNT(*) AS enterprises
    FROM stakes
    GROUP BY person_id
    HAVING COUNT(*) >= :min_enterprises
)
SELECT
    'person:' || k.person_id AS subject_id,
    'enterprise:' || s.enterprise_id AS acted_on_id,
    CAST(
        LEAST(100, :weight * CAST(d.price AS DOUBLE) / :luxury_price) AS DECIMAL(5, 2)
    ) AS value,
    CASE WHEN d.price >= :luxury_price THEN 'high' ELSE 'normal' END AS band,
    k.enterprises,
    d.plate,
    d.registered_on,
    CAST(d.price AS DECIMAL(18, 2)) AS price,
    s.losing,
    s.zero_filing
FROM linked AS k
JOIN dearest AS d ON d.person_id = k.person_id
JOIN stakes AS s ON s.person_id = k.person_id
