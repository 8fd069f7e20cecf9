/*
code:     A04
title:    开票与申报不符
title_en: Invoices exceed what was declared
subject:  [enterprise]
reach:    []
reads:    [issued_invoice_month, tax_return, enterprise_cit_year]
value:    {title: 差额, title_en: difference, unit: yuan}
params:
  months:     {title: 比对月数, title_en: Months compared, default: 3, min: 1, max: 12, unit: month}
  look_back:  {title: 最近申报所属期回溯月数, title_en: Months back in which the newest return must end, default: 5, min: 2, max: 12, unit: month}
  min_excess: {title: 最低差额, title_en: Least difference, default: 100000, min: 1, max: 100000000, unit: yuan}
  min_share:  {title: 差额占申报比例, title_en: Difference as a part of what was declared, default: 0.10, min: 0.01, max: 1, unit: fraction}
bands:
  zero_filed:
    title: 零申报有开票
    title_en: Issued with a zero filing
    levels: &levels
      enterprise: {INV-AUTH: approval, INV: remind}
  excess:
    title: 开票大于申报
    title_en: Issued more than declared
    levels: *levels
  year:
    title: 增值税与所得税收入不符
    title_en: VAT sales and revenue differ
    levels: *levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 开票或申报数据不全，暂不能判定。
      en: Amounts invoiced or declared are not known, so this cannot be decided.
wording:
  zh: '{who}开票与申报收入不符待核实，{items}须经主管税务机关核实。'
  en: '{who} issued invoices that do not fit the declared sales, to be verified; {items} need the managing tax authority.'
facts:
  zh: '比对期开票净额{issued:,.2f}元，申报销售额{declared:,.2f}元；年度增值税销售额{year_sales:,.2f}元，企业所得税营业收入{revenue:,.2f}元，请核实是否更正申报。'
  en: 'Issued net {issued:,.2f} yuan, declared {declared:,.2f} yuan; VAT sales of the year {year_sales:,.2f} yuan, revenue for corporate income tax {revenue:,.2f} yuan. Ask for a corrected filing or an explanation.'
push:     [G]
clears:
  zh: 更正申报，或说明被接受。
  en: A corrected filing, or an accepted explanation.
basis:    《税收征收管理法》第二十五条、第三十五条；《增值税暂行条例》第十九条
owner:    市局风险管理科
why: |
  Who issued an invoice owes VAT on it, so what was issued without tax, net of red, should not be
  more than what the VAT return declares.  Only months that an effective return covers are compared,
  counted back from the end of the newest one: who filed nothing at all is M16's.

  The difference counts from ten per cent of what was declared; with nothing declared in these
  months together, any issued amount hits.  The other comparison is that of the last year, when its
  twelve months are all declared and the annual return is there: VAT sales above nothing against
  revenue, either way.  A return without sales or an invoice without an amount leaves it undecided.
*/
WITH returns AS (
    -- the effective VAT returns on the day
    SELECT enterprise_id, period_from, period_until, sales
    FROM tax_return
    WHERE levy_item = '10101'
      AND filed_on <= :as_of
      AND (replaced_on IS NULL OR replaced_on > :as_of)
      AND period_from <= period_until
),
newest AS (
    SELECT enterprise_id, MAX(period_until) AS until
    FROM returns
    WHERE period_until <= :as_of
    GROUP BY enterprise_id
    HAVING MAX(period_until) >= :as_of - INTERVAL (:look_back) MONTH
),
compared AS (
    SELECT r.enterprise_id, r.period_from, r.period_until, r.sales
    FROM returns AS r
    JOIN newest AS n ON n.enterprise_id = r.enterprise_id
    WHERE r.period_until <= n.until
      -- the day after, so that months of 28 to 31 days count alike
      AND r.period_from >= n.until + INTERVAL 1 DAY - INTERVAL (:months) MONTH
),
declared AS (
    SELECT
        enterprise_id,
        CAST(SUM(sales) AS DECIMAL(18, 2)) AS declared,
        COUNT(*) = COUNT(sales) AS known
    FROM compared
    GROUP BY enterprise_id
),
issued AS (
    SELECT
        i.enterprise_id,
        CAST(SUM(i.net_amount) AS DECIMAL(18, 2)) AS issued,
        SUM(i.unknown_rows) = 0 AS known
    FROM issued_invoice_month AS i
    WHERE EXISTS (
        SELECT 1
        FROM compared AS c
        WHERE c.enterprise_id = i.enterprise_id
          AND i.month >= CAST(DATE_TRUNC('month', c.period_from) AS DATE)
          AND i.month <= c.period_until
    )
    GROUP BY i.enterprise_id
),
sums AS (
    -- of what is not wholly known, nothing is told
    SELECT
        d.enterprise_id,
        CASE WHEN d.known AND i.known THEN d.declared END AS declared,
        CASE WHEN d.known AND i.known THEN i.issued END AS issued
    FROM declared AS d
    JOIN issued AS i ON i.enterprise_id = d.enterprise_id
),
months AS (
    SELECT enterprise_id, declared, issued
    FROM sums
    WHERE declared IS NULL
       OR (declared = 0 AND issued > 0)
       OR (
           declared <> 0
           AND issued - declared >= :min_excess
           AND issued - declared >= :min_share * ABS(declared)
       )
),
annual AS (
    -- of a year that both bureaus have a return for, the one filed last counts
    SELECT
        enterprise_id,
        revenue,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id
            ORDER BY filed_on DESC, bureau DESC, registration_id
        ) AS place
    FROM enterprise_cit_year
    WHERE filed_on <= :as_of
      AND tax_year = EXTRACT(YEAR FROM :as_of) - 1
),
year_returns AS (
    SELECT
        enterprise_id,
        sales,
        EXTRACT(MONTH FROM period_from) AS first_month,
        EXTRACT(MONTH FROM period_until) AS last_month,
        LAG(EXTRACT(MONTH FROM period_until)) OVER (
            PARTITION BY enterprise_id ORDER BY period_from, period_until
        ) AS month_before
    FROM returns
    WHERE EXTRACT(YEAR FROM period_from) = EXTRACT(YEAR FROM :as_of) - 1
      AND EXTRACT(YEAR FROM period_until) = EXTRACT(YEAR FROM :as_of) - 1
),
whole_years AS (
    -- twelve months, each return beginning where the one before ended
    SELECT
        enterprise_id,
        CAST(SUM(sales) AS DECIMAL(18, 2)) AS year_sales,
        COUNT(*) = COUNT(sales) AS known
    FROM year_returns
    GROUP BY enterprise_id
    HAVING MAX(last_month) = 12
        AND BOOL_AND(first_month = COALESCE(month_before, 0) + 1)
),
year_sums AS (
    SELECT
        w.enterprise_id,
        CASE WHEN w.known AND a.revenue IS NOT NULL THEN w.year_sales END AS year_sales,
        CASE WHEN w.known THEN a.revenue END AS revenue
    FROM whole_years AS w
    JOIN annual AS a ON a.enterprise_id = w.enterprise_id
    WHERE a.place = 1
),
years AS (
    SELECT enterprise_id, year_sales, revenue
    FROM year_sums
    WHERE year_sales IS NULL
       OR (year_sales > 0 AND ABS(year_sales - revenue) >= :min_share * year_sales)
)
SELECT
    'enterprise:' || COALESCE(m.enterprise_id, y.enterprise_id) AS subject_id,
    'enterprise:' || COALESCE(m.enterprise_id, y.enterprise_id) AS acted_on_id,
    CAST(
        COALESCE(m.issued - m.declared, ABS(y.year_sales - y.revenue), 0) AS DECIMAL(18, 2)
    ) AS value,
    CASE
        WHEN m.declared = 0 THEN 'zero_filed'
        WHEN m.declared IS NOT NULL THEN 'excess'
        WHEN y.year_sales IS NOT NULL THEN 'year'
        ELSE 'undecided'
    END AS band,
    m.issued,
    m.declared,
    y.year_sales,
    y.revenue
FROM months AS m
FULL JOIN years AS y ON y.enterprise_id = m.enterprise_id
