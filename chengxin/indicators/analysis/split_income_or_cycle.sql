/*
code:     A09
title:    同一控制人拆分收入或环开
title_en: One controller splits income, or invoices run in a circle
subject:  [enterprise]
reach:    []
through:  {split_tie: 4, trade_cycle: 1}
reads:    [small_scale_return, general_taxpayer, enterprise, split_tie, trade_day, trade_cycle]
value:    {title: 合计销售额或环开金额, title_en: sales of the group or amount of the circle, unit: yuan}
params:
  limit:       {title: 小规模纳税人标准, title_en: Limit of small-scale taxpayers, default: 5000000, min: 5000000, max: 20000000, unit: yuan}
  near:        {title: 接近标准的幅度, title_en: How close to the limit is near, default: 0.10, min: 0.01, max: 0.20, unit: fraction}
  min_near:    {title: 接近标准户数, title_en: Enterprises near the limit, default: 2, min: 1, max: 10, unit: enterprise}
  min_members: {title: 关联户数下限, title_en: Least size of a group, default: 3, min: 2, max: 20, unit: enterprise}
  max_members: {title: 关联户数上限, title_en: Greatest size of a group, default: 50, min: 3, max: 100, unit: enterprise}
  min_total:   {title: 环开金额下限, title_en: Least amount of a circle, default: 500000, min: 100000, max: 100000000, unit: yuan}
  spread:      {title: 环开金额差异, title_en: Greatest difference of the amounts of a circle, default: 0.20, min: 0.01, max: 0.50, unit: fraction}
  within_days: {title: 环开期间, title_en: Days of a circle, default: 90, min: 7, max: 180, unit: day}
bands:
  split:
    title: 拆分收入
    title_en: Income split
    levels:
      enterprise: {INV-AUTH: approval, general_taxpayer: approval, INV: legal_rep}
  circular:
    title: 环开发票
    title_en: Invoices in a circle
    levels:
      enterprise: {INV-AUTH: approval, INV: legal_rep}
    wording:
      zh: '{who}与其他企业之间开具的发票构成环开，待核实，{items}须法定代表人核实或经审批。'
      en: 'Invoices between {who} and others run in a circle, to be verified; {items} needs the legal representative or an approval.'
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 申报销售额或发票金额不全，暂不能判定。
      en: Declared sales or amounts of invoices are not known, so this cannot be decided.
wording:
  zh: '{who}与关联的小规模纳税人合计销售额达到一般纳税人标准，待核实，{items}须法定代表人核实或经审批。'
  en: '{who} and small-scale taxpayers connected to it sell together what makes a general taxpayer, to be verified; {items} needs the legal representative or an approval.'
facts:
  zh: '关联小规模纳税人{members}户，近12个月销售额合计{group_sales:,.2f}元，其中{near_limit}户接近标准，请核实是否同一控制人拆分收入；三户环形开票{cycles}个，最大合计金额{cycle_amount:,.2f}元，请核实货物与资金流向。'
  en: '{members} connected small-scale taxpayers sold for {group_sales:,.2f} yuan in 12 months, {near_limit} of them near the limit: verify whether one controller splits his income; {cycles} circles of three, the largest of {cycle_amount:,.2f} yuan in all: verify goods and payments.'
push:     [G, R]
clears:
  zh: 证明各自独立经营（第二人复核），或180天内未再命中。
  en: Separate business is proven (second person), or 180 days without renewal.
basis:    《财政部 税务总局关于统一增值税小规模纳税人标准的通知》（财税〔2018〕33号）；《税收征收管理法》第三十五条；《发票管理办法》第二十二条
owner:    市局风险管理科
why: |
  Who divides one business among several small-scale taxpayers keeps each below the limit and pays
  neither the rate nor the books of a general taxpayer; and invoices that come back to where they
  started moved no goods.

  Split: a member is living, no general taxpayer on the day, and sold something, but less than the
  limit, in the VAT periods that ended within twelve months and at whose end it was none; who reaches
  the limit is not small-scale any more.  Who sells nine tenths of the limit, to the fen, is near it.
  Before May 2018 industry and trade had lower limits; that of all others is taken (the lighter one).
  Two are tied who have a 01, 06, 09 or tax handler, a telephone or an address in common, as
  `close_tie` has them without agencies and markets, and of whom at least one is near the limit: else
  a whole county is one group.  Up to four such ties in a row from an enterprise are its group; with
  more around it than the greatest size it stands in a market.

  Circle: what A invoices to B, B to C and C to A in ninety days from one of these invoices on, the
  first and the last day counted, within twelve months; controllers do not matter.  The largest is
  told.  Where both hit, split is the band: only there the registration as general taxpayer is
  reviewed (the lighter reading).

  Undecided is who is tied to one near the limit and has a return without sales, and who is in a
  circle with an invoice without an amount; an unknown member counts for nobody.
*/
WITH sold AS (
    SELECT
        enterprise_id,
        COALESCE(SUM(sales), 0) AS sales,
        COUNT(*) > COUNT(sales) AS unknown
    FROM small_scale_return
    WHERE period_until > :as_of - INTERVAL 12 MONTH
      AND period_until <= :as_of
      AND filed_on <= :as_of
      AND (replaced_on IS NULL OR replaced_on > :as_of)
    GROUP BY enterprise_id
),
general AS (
    SELECT DISTINCT enterprise_id
    FROM general_taxpayer
    WHERE (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
ties AS (
    SELECT DISTINCT enterprise_id, tie
    FROM split_tie
    WHERE (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
sellers AS (
    SELECT
        s.enterprise_id,
        s.sales,
        s.unknown,
        (NOT s.unknown AND s.sales >= :limit * (1 - :near)) AS is_near
    FROM sold AS s
    JOIN enterprise AS e ON e.enterprise_id = s.enterprise_id
    LEFT JOIN general AS g ON g.enterprise_id = s.enterprise_id
    WHERE g.enterprise_id IS NULL
      AND COALESCE(e.status NOT IN ('deregistered', 'non_normal_deregistered'), TRUE)
      AND s.sales < :limit
      AND (s.sales > 0 OR s.unknown)
      AND s.enterprise_id IN (SELECT enterprise_id FROM ties)
),
one AS (
    -- whom one tie leads to; one of the two is near the limit
    SELECT DISTINCT a.enterprise_id, b.enterprise_id AS other_id
    FROM ties AS a
    JOIN ties AS b ON b.tie = a.tie
    JOIN sellers AS x ON x.enterprise_id = a.enterprise_id
    JOIN sellers AS y ON y.enterprise_id = b.enterprise_id
    WHERE (x.is_near OR y.is_near)
      AND NOT x.unknown
      AND NOT y.unknown
),
one_open AS (
    -- who has no more than the greatest group around him, nor has anybody among those
    SELECT o.enterprise_id
    FROM one AS o
    JOIN (
        SELECT enterprise_id, COUNT(*) AS around
        FROM one
        GROUP BY enterprise_id
    ) AS s ON s.enterprise_id = o.other_id
    GROUP BY o.enterprise_id
    HAVING COUNT(*) <= :max_members
        AND MAX(s.around) <= :max_members
),
two AS (
    SELECT DISTINCT o.enterprise_id, t.other_id
    FROM one AS o
    JOIN one_open AS w ON w.enterprise_id = o.enterprise_id
    JOIN one AS t ON t.enterprise_id = o.other_id
),
two_open AS (
    -- who is not open any more has no rows here
    SELECT o.enterprise_id
    FROM two AS o
    LEFT JOIN (
        SELECT enterprise_id, COUNT(*) AS around
        FROM two
        GROUP BY enterprise_id
    ) AS s ON s.enterprise_id = o.other_id
    GROUP BY o.enterprise_id
    HAVING COUNT(*) <= :max_members
        AND MAX(COALESCE(s.around, :max_members + 1)) <= :max_members
),
four AS (
    SELECT DISTINCT o.enterprise_id, t.other_id
    FROM two AS o
    JOIN two_open AS w ON w.enterprise_id = o.enterprise_id
    JOIN two AS t ON t.enterprise_id = o.other_id
),
split AS (
    SELECT
        g.enterprise_id,
        COUNT(*) AS members,
        COUNT(*) FILTER (WHERE s.is_near) AS near_limit,
        SUM(s.sales) AS sales
    FROM four AS g
    JOIN sellers AS s ON s.enterprise_id = g.other_id
    GROUP BY g.enterprise_id
    HAVING COUNT(*) BETWEEN :min_members AND :max_members
        AND COUNT(*) FILTER (WHERE s.is_near) >= :min_near
        AND SUM(s.sales) >= :limit
),
traded AS (
    SELECT c.cycle, d.enterprise_id, d.issued_on, d.net_amount, d.unknown_rows
    FROM trade_cycle AS c
    JOIN trade_day AS d ON d.enterprise_id = c.enterprise_id AND d.buyer_id = c.buyer_id
    WHERE d.issued_on BETWEEN :as_of - INTERVAL 12 MONTH AND :as_of
),
sides AS (
    -- what each of a circle sold to the next in the days from one of its invoices on
    SELECT
        f.cycle,
        f.since,
        t.enterprise_id,
        SUM(t.net_amount) AS amount,
        SUM(t.unknown_rows) AS unknown_rows
    FROM (SELECT DISTINCT cycle, issued_on AS since FROM traded) AS f
    JOIN traded AS t
        ON t.cycle = f.cycle
        AND t.issued_on >= f.since
        AND t.issued_on < f.since + INTERVAL (:within_days) DAY
    GROUP BY f.cycle, f.since, t.enterprise_id
),
spans AS (
    SELECT cycle, since, SUM(amount) AS amount, SUM(unknown_rows) > 0 AS unknown
    FROM sides
    GROUP BY cycle, since
    HAVING COUNT(*) = 3
        AND (
            SUM(unknown_rows) > 0
            OR (
                MIN(amount) > 0
                AND MAX(amount) - MIN(amount) <= :spread * MAX(amount)
                AND SUM(amount) >= :min_total
            )
        )
),
cycles AS (
    SELECT
        cycle,
        MAX(amount) FILTER (WHERE NOT unknown) AS amount,
        MIN(since) FILTER (WHERE NOT unknown) AS since
    FROM spans
    GROUP BY cycle
),
circular AS (
    SELECT
        t.enterprise_id,
        COUNT(c.amount) AS cycles,
        MAX(c.amount) AS amount,
        MIN(c.since) AS since
    FROM cycles AS c
    JOIN trade_cycle AS t ON t.cycle = c.cycle
    GROUP BY t.enterprise_id
),
undecided AS (
    SELECT a.enterprise_id
    FROM ties AS a
    JOIN ties AS b ON b.tie = a.tie
    JOIN sellers AS x ON x.enterprise_id = a.enterprise_id
    JOIN sellers AS y ON y.enterprise_id = b.enterprise_id
    WHERE x.unknown
      AND y.is_near
),
hit AS (
    SELECT enterprise_id
    FROM split
    UNION
    SELECT enterprise_id
    FROM circular
    UNION
    SELECT enterprise_id
    FROM undecided
),
others AS (
    SELECT g.enterprise_id, g.other_id
    FROM four AS g
    JOIN split AS s ON s.enterprise_id = g.enterprise_id
    UNION
    SELECT a.enterprise_id, b.enterprise_id AS other_id
    FROM cycles AS c
    JOIN trade_cycle AS a ON a.cycle = c.cycle
    JOIN trade_cycle AS b ON b.cycle = c.cycle
    WHERE c.amount IS NOT NULL
),
lists AS (
    SELECT enterprise_id, ARRAY_AGG(other_id ORDER BY other_id) AS enterprise_ids
    FROM others
    GROUP BY enterprise_id
)
SELECT
    'enterprise:' || h.enterprise_id AS subject_id,
    'enterprise:' || h.enterprise_id AS acted_on_id,
    CAST(COALESCE(s.sales, c.amount, 0) AS DECIMAL(18, 2)) AS value,
    CASE
        WHEN s.enterprise_id IS NOT NULL THEN 'split'
        WHEN c.amount IS NOT NULL THEN 'circular'
        ELSE 'undecided'
    END AS band,
    COALESCE(s.members, 0) AS members,
    COALESCE(s.near_limit, 0) AS near_limit,
    CAST(COALESCE(s.sales, 0) AS DECIMAL(18, 2)) AS group_sales,
    COALESCE(c.cycles, 0) AS cycles,
    CAST(COALESCE(c.amount, 0) AS DECIMAL(18, 2)) AS cycle_amount,
    c.since AS cycle_since,
    l.enterprise_ids
FROM hit AS h
LEFT JOIN split AS s ON s.enterprise_id = h.enterprise_id
LEFT JOIN circular AS c ON c.enterprise_id = h.enterprise_id
LEFT JOIN lists AS l ON l.enterprise_id = h.enterprise_id
