/*
code:     A01
title:    亏损企业投资人购置高价房产
title_en: Investor of loss-making enterprises buys an expensive home
subject:  [person]
reach:    ['01', '06']
reads:    [affiliation, enterprise_cit_year, person_home, person_income_year]
value:    {title: 疑点分值, title_en: score, unit: point}
params:
  min_enterprises: {title: 亏损企业户数, title_en: Loss-making enterprises, default: 2, min: 1, max: 10, unit: enterprise}
  min_share:       {title: 最低投资比例, title_en: Least share of an investor, default: 0.10, min: 0.01, max: 1, unit: fraction}
  returns:         {title: 连续亏损年度, title_en: Losing annual returns in a row, default: 2, min: 1, max: 3, unit: year}
  return_years:    {title: 申报表回溯年度, title_en: Years back in which returns count, default: 3, min: 1, max: 5, unit: year}
  home_months:     {title: 购房回溯月数, title_en: Months back in which a home counts, default: 12, min: 1, max: 36, unit: month}
  min_price:       {title: 高价房产标准, title_en: Price of an expensive home, default: 1000000, min: 100000, max: 50000000, unit: yuan}
  income_years:    {title: 所得回溯年度, title_en: Years of income compared, default: 3, min: 1, max: 5, unit: year}
  income_multiple: {title: 房价与所得倍数, title_en: Price as a multiple of income, default: 3, min: 1, max: 20, unit: times}
  weight:          {title: 每倍分值, title_en: Points for each time over the limit, default: 50, min: 1, max: 100, unit: point}
  high_from:       {title: 高风险分值, title_en: Score that is high, default: 70, min: 1, max: 100, unit: point}
bands:
  normal:
    title: 一般
    title_en: Normal
    levels: &levels
      enterprise: {INV-AUTH: legal_rep, DEREG: legal_rep, REG-CHG: legal_rep}
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
  zh: '投资人购置资产与申报不符待核实，{items}须法定代表人核实。'
  en: 'An investor bought assets that do not fit the declared income, to be verified; for {items} the legal representative must be verified.'
facts:
  zh: '投资或任法定代表人的{enterprises}户企业连续亏损，{signed_on}购房本人份额{own_price:,.2f}元，近年申报应纳税所得额合计{income:,.2f}元，请查明资金来源，是否存在隐匿收入或利润分配。'
  en: 'Represents or invests in {enterprises} enterprises that lose money year after year; bought a home on {signed_on}, own share {own_price:,.2f} yuan; taxable income declared in the years before {income:,.2f} yuan. Ask for the source of the funds, hidden income or distributed profit.'
push:     [G, R]
clears:
  zh: 说明被接受（第二人复核）、补缴税款，或180天内未再命中。
  en: An accepted explanation (second person), supplementary tax paid, or 180 days without renewal.
basis:    《税收征收管理法》第三十五条、第五十四条；《个人所得税法》第八条
owner:    市局风险管理科
why: |
  An investor whose enterprises only lose money should not be able to buy an expensive home: either
  income is hidden or the losses are not real.  It is against common sense, not a fact, so the
  field office verifies it first and the person can explain.

  An enterprise counts when its two newest returns both show no profit, or both no taxable income.
  A home counts by the person's own share of the price; the dearest one decides.  Without any income
  row, or with one whose amount is unknown, it is undecided.  The score is 50 points for each time
  that the limit is reached, of price or of multiple, whichever is less; 100 at most.
*/
WITH homes AS (
    SELECT
        person_id,
        contract_no,
        own_price,
        signed_on,
        ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY own_price DESC, contract_no) AS place
    FROM person_home
    WHERE signed_on BETWEEN :as_of - INTERVAL (:home_months) MONTH AND :as_of
      AND own_price >= :min_price
),
dearest AS (
    SELECT person_id, contract_no, own_price, signed_on
    FROM homes
    WHERE place = 1
),
behind AS (
    -- the enterprises that stand behind a buyer
    SELECT DISTINCT a.person_id, a.enterprise_id
    FROM affiliation AS a
    JOIN dearest AS d ON d.person_id = a.person_id
    WHERE (a.role = '01' OR (a.role = '06' AND a.share >= :min_share))
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
),
returns AS (
    -- of a year that both bureaus have a return for, the one filed last counts
    SELECT
        enterprise_id,
        tax_year,
        profit,
        taxable_income,
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
        taxable_income,
        ROW_NUMBER() OVER (PARTITION BY enterprise_id ORDER BY tax_year DESC) AS place
    FROM returns
    WHERE place = 1
),
losing AS (
    SELECT enterprise_id
    FROM years
    WHERE place <= :returns
    GROUP BY enterprise_id
    HAVING COUNT(*) FILTER (WHERE profit <= 0) = :returns
        OR COUNT(*) FILTER (WHERE taxable_income <= 0) = :returns
),
stakes AS (
    SELECT b.person_id, b.enterprise_id
    FROM behind AS b
    JOIN losing AS l ON l.enterprise_id = b.enterprise_id
),
investors AS (
    SELECT person_id, COUNT(*) AS enterprises
    FROM stakes
    GROUP BY person_id
    HAVING COUNT(*) >= :min_enterprises
),
incomes AS (
    SELECT
        person_id,
        CAST(COALESCE(SUM(income), 0) AS DECIMAL(18, 2)) AS income,
        SUM(unknown_rows) AS unknown_rows
    FROM person_income_year
    WHERE tax_year BETWEEN EXTRACT(YEAR FROM :as_of) - :income_years
        AND EXTRACT(YEAR FROM :as_of) - 1
      AND person_id IN (SELECT person_id FROM investors)
    GROUP BY person_id
),
buyers AS (
    SELECT
        v.person_id,
        v.enterprises,
        d.contract_no,
        d.signed_on,
        d.own_price,
        i.income,
        COALESCE(i.unknown_rows = 0, FALSE) AS known
    FROM investors AS v
    JOIN dearest AS d ON d.person_id = v.person_id
    LEFT JOIN incomes AS i ON i.person_id = v.person_id
    WHERE i.income IS NULL
       OR d.own_price >= :income_multiple * i.income
)
SELECT
    'person:' || b.person_id AS subject_id,
    'enterprise:' || s.enterprise_id AS acted_on_id,
    CASE
        WHEN b.known
            THEN CAST(
                LEAST(
                    100,
                    :weight * CAST(b.own_price AS DOUBLE) / :min_price,
                    CASE
                        WHEN b.income > 0
                            THEN :weight * CAST(b.own_price AS DOUBLE) / (:income_multiple * b.income)
                    END
                ) AS DECIMAL(5, 2)
            )
        ELSE 0
    END AS value,
    -- the band without a division, so that the very limit is on the right side
    CASE
        WHEN NOT b.known THEN 'undecided'
        WHEN b.own_price * :weight >= :high_from * :min_price
            AND b.own_price * :weight >= :high_from * :income_multiple * b.income THEN 'high'
        ELSE 'normal'
    END AS band,
    b.enterprises,
    b.contract_no,
    b.signed_on,
    CAST(b.own_price AS DECIMAL(18, 2)) AS own_price,
    b.income
FROM buyers AS b
JOIN stakes AS s ON s.person_id = b.person_id
