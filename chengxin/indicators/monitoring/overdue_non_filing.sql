/*
code:     M16
title:    逾期未申报
title_en: Overdue non-filing
subject:  [enterprise]
reach:    []
reads:    [tax_period_due, tax_return]
value:    {title: 逾期未申报税种数, title_en: taxes overdue, unit: tax}
params:
  within_months: {title: 统计期间, title_en: Months back in which unfiled periods add up, default: 12, min: 1, max: 13, unit: month}
  least_periods: {title: 未申报属期数下限, title_en: Unfiled tax-periods from which, default: 3, min: 2, max: 50, unit: period}
  stop_months:   {title: 全部未申报月数, title_en: Months in a row without any return, default: 3, min: 2, max: 12, unit: month}
bands:
  overdue:
    title: 逾期未申报
    title_en: Overdue
    levels:
      enterprise: {'*': remind}
  repeated:
    title: 多期未申报
    title_en: Repeatedly overdue
    levels: &repeated
      enterprise:
        INV: approval
        invoice_increase: block
        invoice_limit: block
        digital_quota: block
        '*': remind
  stopped:
    title: 连续三个月全部未申报
    title_en: No return at all
    levels: *repeated
wording:
  zh: '{who}{value}个税种逾期未申报（最早{oldest_on}到期），请先申报。'
  en: '{who} has not filed {value} taxes in time (the first was due on {oldest_on}); please file them first.'
facts:
  zh: '{value}个税种共{tax_periods}个属期逾期未申报，最早{oldest_on}到期。'
  en: '{value} taxes, {tax_periods} tax-periods not filed in time; the first was due on {oldest_on}.'
push:     [C, G, S]
clears:
  zh: 补办申报后自动结束；已作废的申报不算申报。
  en: Ends by itself when the returns are filed; a voided return is none.
basis:    《税收征收管理法》第六十二条；《纳税信用评价指标和评价方式（试行）》010101
owner:    征收管理科
why: |
  A tax-period whose due day has passed and for which no return stands is overdue; the due day itself
  is in time.  Two periods of one tax in a row, or three tax-periods, that came due within twelve
  months and are still not filed weigh more; what was filed late counts no longer.  A return at
  either bureau is a return.  Nothing filed of what came due in the three latest months, with a duty
  in each of them, is what makes a non-normal household (M07): the band tells the office to
  determine it, and changes nothing at the counter.  M07 stands beside it.
*/
WITH filed AS (
    SELECT DISTINCT enterprise_id, levy_item, period_until
    FROM tax_return
    WHERE filed_on <= :as_of
),
duties AS (
    SELECT
        d.enterprise_id,
        d.levy_item,
        d.period_until,
        d.due_on,
        EXTRACT(YEAR FROM d.due_on) * 12 + EXTRACT(MONTH FROM d.due_on) AS due_month,
        (d.due_on < :as_of AND f.enterprise_id IS NULL) AS overdue,
        (
            d.due_on < :as_of
            AND f.enterprise_id IS NULL
            AND d.due_on >= :as_of - INTERVAL (:within_months) MONTH
        ) AS recent
    FROM tax_period_due AS d
    LEFT JOIN filed AS f
        ON f.enterprise_id = d.enterprise_id
        AND f.levy_item = d.levy_item
        AND f.period_until = d.period_until
),
followed AS (
    SELECT
        enterprise_id,
        levy_item,
        due_on,
        overdue,
        recent,
        LAG(recent) OVER (PARTITION BY enterprise_id, levy_item ORDER BY period_until)
            AS recent_before
    FROM duties
),
taxes AS (
    SELECT
        enterprise_id,
        levy_item,
        COUNT(*) AS tax_periods,
        COUNT(*) FILTER (WHERE recent) AS recent_periods,
        COUNT(*) FILTER (WHERE recent AND recent_before) AS in_a_row,
        MIN(due_on) AS oldest_on
    FROM followed
    WHERE overdue
    GROUP BY enterprise_id, levy_item
),
months AS (
    SELECT enterprise_id, due_month, BOOL_AND(overdue) AS nothing_filed
    FROM duties
    WHERE due_on < :as_of
    GROUP BY enterprise_id, due_month
),
latest AS (
    SELECT enterprise_id, MAX(due_month) AS due_month
    FROM months
    GROUP BY enterprise_id
),
stopped AS (
    SELECT m.enterprise_id
    FROM months AS m
    JOIN latest AS l ON l.enterprise_id = m.enterprise_id
    WHERE m.nothing_filed
      AND m.due_month > l.due_month - :stop_months
    GROUP BY m.enterprise_id
    HAVING COUNT(*) >= :stop_months
),
counted AS (
    SELECT
        enterprise_id,
        COUNT(*) AS overdue_taxes,
        SUM(tax_periods) AS tax_periods,
        SUM(recent_periods) AS recent_periods,
        SUM(in_a_row) AS in_a_row,
        MIN(oldest_on) AS oldest_on,
        ARRAY_AGG(levy_item ORDER BY levy_item) AS levy_items
    FROM taxes
    GROUP BY enterprise_id
)
SELECT
    'enterprise:' || c.enterprise_id AS subject_id,
    'enterprise:' || c.enterprise_id AS acted_on_id,
    c.overdue_taxes AS value,
    CASE
        WHEN s.enterprise_id IS NOT NULL THEN 'stopped'
        WHEN c.in_a_row > 0 OR c.recent_periods >= :least_periods THEN 'repeated'
        ELSE 'overdue'
    END AS band,
    CAST(c.tax_periods AS BIGINT) AS tax_periods,
    c.oldest_on,
    c.levy_items
FROM counted AS c
LEFT JOIN stopped AS s ON s.enterprise_id = c.enterprise_id
