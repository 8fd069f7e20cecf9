/*
code:     A03
title:    个人申报收入与资产支出严重不符
title_en: Personal declared income far below assets and outlays
subject:  [person]
reach:    ['01', '06', '09']
reads:    [affiliation, person_income_year, person_outlay]
value:    {title: 疑点分值, title_en: score, unit: point}
params:
  outlay_months:   {title: 支出回溯月数, title_en: Months back in which outlays count, default: 36, min: 12, max: 60, unit: month}
  income_years:    {title: 所得回溯年度, title_en: Years of income compared, default: 3, min: 1, max: 5, unit: year}
  income_multiple: {title: 支出与所得倍数, title_en: Outlays as a multiple of income, default: 5, min: 1, max: 50, unit: times}
  min_difference:  {title: 支出与所得差额, title_en: Least difference of outlays and income, default: 1000000, min: 100000, max: 50000000, unit: yuan}
  min_sources:     {title: 最少支出种类, title_en: Least kinds of outlays, default: 2, min: 1, max: 4, unit: kind}
  min_loan:        {title: 大额借款标准, title_en: Amount of a large loan, default: 100000, min: 10000, max: 10000000, unit: yuan}
  weight:          {title: 每倍分值, title_en: Points for each time over the limit, default: 50, min: 1, max: 100, unit: point}
  high_from:       {title: 高风险分值, title_en: Score that is high, default: 70, min: 1, max: 100, unit: point}
bands:
  normal:
    title: 一般
    title_en: Normal
    levels: &levels
      person: {'*': remind}
  high:
    title: 高
    title_en: High
    levels: *levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 个人所得资料不全，暂不能判定。
      en: The person's income is not known, so this cannot be decided.
wording:
  zh: '个人申报收入与资产支出不符待核实，请说明资金来源。'
  en: 'Declared income does not fit assets and outlays, to be verified; please explain the source of the funds.'
facts:
  zh: '近三年购房{property:,.2f}元、购车{vehicle:,.2f}元、实缴出资{capital:,.2f}元、出借本人企业{loans:,.2f}元，合计{outlays:,.2f}元；近年申报应纳税所得额合计{income:,.2f}元。请会同个人所得税管理岗查明资金来源。'
  en: 'Within three years: homes {property:,.2f} yuan, vehicles {vehicle:,.2f} yuan, capital paid in {capital:,.2f} yuan, loans to own enterprises {loans:,.2f} yuan, together {outlays:,.2f} yuan; taxable income declared in the years before {income:,.2f} yuan. Ask for the source of the funds, together with the individual income tax section.'
push:     [G, R]
clears:
  zh: 资金来源说明被接受（第二人复核）、补缴税款，或180天内未再命中。
  en: The source of the funds shown and accepted (second person), tax paid, or 180 days without renewal.
basis:    《个人所得税法》第八条、第十条
owner:    市局风险管理科
why: |
  Who spends many times what was declared for him has other income or other people's money.  Only
  two kinds of outlays together say so, of property, vehicles, paid-in capital and loans; two facts of
  one kind are one.  What a person spends on his own must not hold up an enterprise: it is verified
  first and then a reminder, to the person alone.

  A loan counts from 100,000 yuan, while it is not repaid, to an enterprise that the lender
  represents, invests in or controls.  Shares that were bought are not an outlay here, only capital
  that was paid in.  Without any income row, or with one whose amount is unknown, it is undecided.  The
  score is 50 points for each time that the limit is reached, of multiple or of difference, whichever
  is less; 100 at most.
*/
WITH own AS (
    SELECT DISTINCT person_id, enterprise_id
    FROM affiliation
    WHERE (role = '01' OR role = '06' OR role = '09')
      AND (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
spent AS (
    SELECT
        o.person_id,
        o.source,
        o.amount
    FROM person_outlay AS o
    LEFT JOIN own AS e ON e.person_id = o.person_id AND e.enterprise_id = o.enterprise_id
    WHERE o.spent_on BETWEEN :as_of - INTERVAL (:outlay_months) MONTH AND :as_of
      AND (
          o.source <> 'loan'
          OR (
              o.amount >= :min_loan
              AND (o.ended_on IS NULL OR o.ended_on > :as_of)
              AND e.enterprise_id IS NOT NULL
          )
      )
),
spenders AS (
    SELECT
        person_id,
        COUNT(DISTINCT source) AS sources,
        CAST(SUM(amount) AS DECIMAL(18, 2)) AS outlays,
        CAST(SUM(CASE WHEN source = 'property' THEN amount ELSE 0 END) AS DECIMAL(18, 2)) AS property,
        CAST(SUM(CASE WHEN source = 'vehicle' THEN amount ELSE 0 END) AS DECIMAL(18, 2)) AS vehicle,
        CAST(SUM(CASE WHEN source = 'capital' THEN amount ELSE 0 END) AS DECIMAL(18, 2)) AS capital,
        CAST(SUM(CASE WHEN source = 'loan' THEN amount ELSE 0 END) AS DECIMAL(18, 2)) AS loans
    FROM spent
    GROUP BY person_id
    HAVING COUNT(DISTINCT source) >= :min_sources
       AND SUM(amount) >= :min_difference
),
incomes AS (
    SELECT
        person_id,
        CAST(COALESCE(SUM(income), 0) AS DECIMAL(18, 2)) AS income,
        SUM(unknown_rows) AS unknown_rows
    FROM person_income_year
    WHERE tax_year BETWEEN EXTRACT(YEAR FROM :as_of) - :income_years
        AND EXTRACT(YEAR FROM :as_of) - 1
      AND person_id IN (SELECT person_id FROM spenders)
    GROUP BY person_id
),
judged AS (
    SELECT
        s.person_id,
        s.sources,
        s.outlays,
        s.property,
        s.vehicle,
        s.capital,
        s.loans,
        i.income,
        COALESCE(i.unknown_rows = 0, FALSE) AS known
    FROM spenders AS s
    LEFT JOIN incomes AS i ON i.person_id = s.person_id
    WHERE i.income IS NULL
       OR (
           s.outlays >= :income_multiple * i.income
           AND s.outlays - i.income >= :min_difference
       )
)
SELECT
    'person:' || person_id AS subject_id,
    'person:' || person_id AS acted_on_id,
    CASE
        WHEN known
            THEN CAST(
                LEAST(
                    100,
                    :weight * CAST(outlays - income AS DOUBLE) / :min_difference,
                    CASE
                        WHEN income > 0
                            THEN :weight * CAST(outlays AS DOUBLE) / (:income_multiple * income)
                    END
                ) AS DECIMAL(5, 2)
            )
        ELSE 0
    END AS value,
    -- the band without a division, so that the very limit is on the right side
    CASE
        WHEN NOT known THEN 'undecided'
        WHEN (outlays - income) * :weight >= :high_from * :min_difference
            AND outlays * :weight >= :high_from * :income_multiple * income THEN 'high'
        ELSE 'normal'
    END AS band,
    sources,
    outlays,
    property,
    vehicle,
    capital,
    loans,
    income
FROM judged
