/*
code:     A07
title:    规模与人员、能耗不符
title_en: Size does not fit staff or energy
subject:  [enterprise]
reach:    []
reads:    [enterprise, tax_return, insured_employee, wage_month, cit_wage_year, electricity_month]
value:    {title: 不符项数, title_en: signs that do not fit, unit: sign}
params:
  months:      {title: 比对期间, title_en: Months back that are compared, default: 12, min: 3, max: 36, unit: month}
  min_sales:   {title: 销售额标准, title_en: Sales that need staff, default: 5000000, min: 100000, max: 1000000000, unit: yuan}
  max_insured: {title: 参保人数上限, title_en: Most insured persons that are too few, default: 2, min: 0, max: 100, unit: person}
  max_paid:    {title: 扣缴个人所得税人数上限, title_en: Most persons paid that are too few, default: 2, min: 0, max: 100, unit: person}
  wage_years:  {title: 年度申报回溯年度, title_en: Years back in which an annual return counts, default: 2, min: 1, max: 5, unit: year}
  wage_gap:    {title: 工资差异率, title_en: Difference of wages, default: 0.20, min: 0.01, max: 1, unit: fraction}
  power_share: {title: 电费占销售额下限（千分比）, title_en: Least share of electricity in sales (per thousand), default: 2, min: 0.1, max: 500, unit: permille}
  least_bills: {title: 用电资料最少月数, title_en: Months of bills that must be known, default: 12, min: 1, max: 36, unit: month}
bands:
  staff:
    title: 规模与人员不符
    title_en: Too few people for its sales
    levels: &levels
      enterprise: {'*': remind}
  wages:
    title: 工资申报不一致
    title_en: Wages declared differently
    levels: *levels
  power:
    title: 规模与能耗不符
    title_en: Too little electricity for its sales
    levels: *levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 参保、扣缴、工资或用电资料不全，暂不能判定。
      en: Insurance, withholding, wages or electricity are not known, so this cannot be decided.
wording:
  zh: '{who}申报规模与人员或能耗不符待核实，请向主管税务机关说明。'
  en: 'The size that {who} declared does not fit its staff or energy, to be verified; please explain it to the tax authority.'
facts:
  zh: '近{months}个月申报销售额{sales:,.2f}元；参保{insured}人，扣缴个人所得税{paid}人；企业所得税列支工资{wages_deducted:,.2f}元，扣缴申报收入额{wages_withheld:,.2f}元；电费{fee:,.2f}元。请核实是否外包、劳务派遣或虚开。'
  en: 'Sales declared in {months} months {sales:,.2f} yuan; {insured} persons insured, {paid} paid with tax withheld; wages deducted for corporate income tax {wages_deducted:,.2f} yuan, declared when withholding {wages_withheld:,.2f} yuan; electricity {fee:,.2f} yuan. Ask for outsourcing, dispatched labour or false invoices.'
push:     [G]
clears:
  zh: 说明（外包、劳务派遣等）被接受，更正申报，或180天内未再命中。
  en: An accepted explanation (outsourcing, dispatched labour), a corrected return, or 180 days without renewal.
basis:    税收风险管理常用指标（销售额与参保、扣缴人数，工资薪金与扣缴收入额，电费占销售额）
owner:    市局风险管理科
why: |
  Who sells for millions without people or electricity may only sell invoices.  Sales are those of
  the effective VAT returns whose period ended in the twelve months before, of the bureau with more.
  Insured is whoever was for a day of these months, paid the most of any month: both must be two or
  fewer.  Wages are compared over the tax year of the newest annual return; the difference is
  measured against the greater amount, and all electricity must be known (the lighter readings).
  Manufacturing is divisions 13 to 43.  An enterprise that the insurance office never had, without
  withholding, or without bills of all months is undecided where the rest would find it.  That
  approvals ask for a section head when A04 or A06 find the enterprise too is said by those two.
*/
WITH living AS (
    SELECT
        enterprise_id,
        COALESCE(SUBSTRING(industry, 1, 2) BETWEEN '13' AND '43', FALSE) AS makes_things
    FROM enterprise
    WHERE COALESCE(status NOT IN ('deregistered', 'non_normal_deregistered'), TRUE)
),
declared AS (
    SELECT enterprise_id, bureau, SUM(sales) AS sales
    FROM tax_return
    WHERE levy_item = '10101'
      AND filed_on <= :as_of
      AND (replaced_on IS NULL OR replaced_on > :as_of)
      AND period_until >= :as_of - INTERVAL (:months) MONTH
      AND period_until < :as_of
    GROUP BY enterprise_id, bureau
),
sold AS (
    SELECT enterprise_id, MAX(sales) AS sales
    FROM declared
    GROUP BY enterprise_id
),
insured AS (
    SELECT
        enterprise_id,
        COUNT(DISTINCT person_id) FILTER (
            WHERE COALESCE(started_on <= :as_of, TRUE)
              AND COALESCE(ended_on >= :as_of - INTERVAL (:months) MONTH, TRUE)
        ) AS insured
    FROM insured_employee
    GROUP BY enterprise_id
),
withheld AS (
    SELECT
        enterprise_id,
        bureau,
        period_until,
        persons,
        wages,
        EXTRACT(YEAR FROM period_until) AS tax_year
    FROM wage_month
    WHERE filed_on <= :as_of
),
month_paid AS (
    SELECT
        enterprise_id,
        period_until,
        SUM(persons) AS persons,
        COUNT(*) - COUNT(persons) AS unknown_rows
    FROM withheld
    WHERE period_until >= :as_of - INTERVAL (:months) MONTH
      AND period_until < :as_of
    GROUP BY enterprise_id, period_until
),
paid AS (
    SELECT enterprise_id, MAX(persons) AS paid, SUM(unknown_rows) AS unknown_rows
    FROM month_paid
    GROUP BY enterprise_id
),
deductions AS (
    -- of a year that both bureaus have a return for, the one filed last counts
    SELECT
        enterprise_id,
        tax_year,
        wages,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id
            ORDER BY tax_year DESC, filed_on DESC, bureau DESC, registration_id
        ) AS place
    FROM cit_wage_year
    WHERE filed_on <= :as_of
      AND tax_year BETWEEN EXTRACT(YEAR FROM :as_of) - :wage_years
        AND EXTRACT(YEAR FROM :as_of) - 1
),
year_paid AS (
    SELECT
        enterprise_id,
        tax_year,
        bureau,
        SUM(wages) AS wages,
        COUNT(*) - COUNT(wages) AS unknown_rows
    FROM withheld
    GROUP BY enterprise_id, tax_year, bureau
),
base AS (
    SELECT
        enterprise_id,
        tax_year,
        MAX(wages) AS wages,
        SUM(unknown_rows) AS unknown_rows
    FROM year_paid
    GROUP BY enterprise_id, tax_year
),
wage_pairs AS (
    SELECT
        d.enterprise_id,
        d.wages AS deducted,
        b.wages AS withheld,
        COALESCE(b.unknown_rows = 0 AND d.wages IS NOT NULL, FALSE) AS known
    FROM deductions AS d
    LEFT JOIN base AS b ON b.enterprise_id = d.enterprise_id AND b.tax_year = d.tax_year
    WHERE d.place = 1
),
power AS (
    SELECT
        enterprise_id,
        SUM(fee) AS fee,
        COUNT(*) - COUNT(fee) AS unknown_rows,
        COUNT(DISTINCT DATE_TRUNC('month', period_until)) AS months
    FROM electricity_month
    WHERE period_until >= :as_of - INTERVAL (:months) MONTH
      AND period_until < :as_of
    GROUP BY enterprise_id
),
told AS (
    SELECT
        l.enterprise_id,
        COALESCE(s.sales >= :min_sales, FALSE) AS is_large,
        COALESCE(i.insured <= :max_insured, TRUE)
            AND COALESCE(p.paid <= :max_paid, TRUE) AS may_lack_staff,
        COALESCE(i.insured <= :max_insured AND p.paid <= :max_paid AND p.unknown_rows = 0, FALSE)
            AS lacks_staff,
        COALESCE(
            w.known
            AND GREATEST(w.deducted, w.withheld) > 0
            AND ABS(w.deducted - w.withheld) >= :wage_gap * GREATEST(w.deducted, w.withheld),
            FALSE
        ) AS wages_differ,
        COALESCE(NOT w.known AND (w.deducted > 0 OR w.withheld > 0), FALSE) AS wages_unknown,
        l.makes_things
            AND COALESCE(1000 * COALESCE(e.fee, 0) < :power_share * s.sales, FALSE) AS may_lack_power,
        COALESCE(e.months >= :least_bills AND e.unknown_rows = 0, FALSE) AS power_known,
        s.sales,
        i.insured,
        p.paid,
        w.deducted,
        w.withheld,
        e.fee
    FROM living AS l
    LEFT JOIN sold AS s ON s.enterprise_id = l.enterprise_id
    LEFT JOIN insured AS i ON i.enterprise_id = l.enterprise_id
    LEFT JOIN paid AS p ON p.enterprise_id = l.enterprise_id
    LEFT JOIN wage_pairs AS w ON w.enterprise_id = l.enterprise_id
    LEFT JOIN power AS e ON e.enterprise_id = l.enterprise_id
),
judged AS (
    SELECT
        enterprise_id,
        is_large AND lacks_staff AS by_staff,
        wages_differ AS by_wages,
        may_lack_power AND power_known AS by_power,
        (is_large AND may_lack_staff) OR wages_unknown OR may_lack_power AS is_open,
        sales,
        insured,
        paid,
        deducted,
        withheld,
        fee
    FROM told
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    CASE WHEN by_staff THEN 1 ELSE 0 END
        + CASE WHEN by_wages THEN 1 ELSE 0 END
        + CASE WHEN by_power THEN 1 ELSE 0 END AS value,
    CASE
        WHEN by_staff THEN 'staff'
        WHEN by_wages THEN 'wages'
        WHEN by_power THEN 'power'
        ELSE 'undecided'
    END AS band,
    CAST(sales AS DECIMAL(18, 2)) AS sales,
    insured,
    paid,
    CAST(deducted AS DECIMAL(18, 2)) AS wages_deducted,
    CAST(withheld AS DECIMAL(18, 2)) AS wages_withheld,
    CAST(fee AS DECIMAL(18, 2)) AS fee
FROM judged
WHERE by_staff OR by_wages OR by_power OR is_open
