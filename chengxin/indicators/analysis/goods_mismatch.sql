/*
code:     A05
title:    进销品目严重背离
title_en: Goods sold and goods bought do not match
subject:  [enterprise]
reach:    []
reads:    [enterprise, goods_month, large_invoice]
value:    {title: 疑点分值, title_en: score, unit: point}
params:
  trade_divisions:        {title: 商贸行业大类, title_en: Divisions of trade (GB/T 4754), default: ['51', '52']}
  construction_divisions: {title: 建筑行业大类, title_en: Divisions of construction (GB/T 4754), default: ['47', '48', '49', '50']}
  category_digits:        {title: 品目编码位数, title_en: Digits of the goods code that make a category, default: 5, min: 3, max: 7, unit: digit}
  goods_months:           {title: 品目比对月数, title_en: Months in which categories are compared, default: 12, min: 1, max: 36, unit: month}
  min_share:              {title: 无进项品目最低占比, title_en: Least share of categories without input, default: 0.50, min: 0.01, max: 1, unit: fraction}
  min_amount:             {title: 无进项品目最低金额, title_en: Least amount of categories without input, default: 500000, min: 1, max: 100000000, unit: yuan}
  ratio_months:           {title: 进销比与大额发票月数, title_en: Months of the ratio and of single invoices, default: 6, min: 1, max: 36, unit: month}
  least_ratio:            {title: 进销比下限, title_en: Least input for each yuan of output, default: 0.3, min: 0.01, max: 1, unit: times}
  most_ratio:             {title: 进销比上限, title_en: Most input for each yuan of output, default: 3, min: 1, max: 100, unit: times}
  trade_invoice:          {title: 商贸单张发票金额, title_en: Large single invoice of trade, default: 1000000, min: 100000, max: 100000000, unit: yuan}
  construction_invoice:   {title: 建筑单张发票金额, title_en: Large single invoice of construction, default: 3000000, min: 100000, max: 100000000, unit: yuan}
  weight:                 {title: 每倍分值, title_en: Points for each time over the limit, default: 50, min: 1, max: 100, unit: point}
  high_from:              {title: 高风险分值, title_en: Score that is high, default: 70, min: 1, max: 100, unit: point}
bands:
  normal:
    title: 一般
    title_en: Normal
    levels: &levels
      enterprise: {INV: legal_rep, invoice_increase: block, invoice_limit: block, digital_quota: block}
  high:
    title: 高
    title_en: High
    levels: *levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 行业、发票金额、商品编码不全或期内无销项，暂不能判定。
      en: Industry, amounts or codes of goods are missing, or nothing was sold, so this cannot be decided.
wording:
  zh: '{who}进项与销项品目不符待核实，{items}须法定代表人现场核实。'
  en: 'Goods bought and goods sold by {who} do not match, to be verified; for {items} the legal representative must be verified.'
facts:
  zh: '近{goods_months}个月开票{sold:,.2f}元，其中无进项品目{unmatched:,.2f}元；近{ratio_months}个月销项{sold_lately:,.2f}元、进项{bought_lately:,.2f}元，单张发票最高{largest:,.2f}元。请核对合同、物流和资金。'
  en: 'Issued {sold:,.2f} yuan in {goods_months} months, {unmatched:,.2f} of it of categories without any input; output {sold_lately:,.2f} and input {bought_lately:,.2f} yuan in {ratio_months} months, largest invoice {largest:,.2f} yuan. Ask for contracts, logistics and payments.'
push:     [G, R]
clears:
  zh: 查验合同、物流真实，说明被接受（第二人复核），或180天内未再命中。
  en: Contracts and logistics seen, an explanation accepted (second person), or 180 days without renewal.
basis:    《发票管理办法》第二十二条；《税收征收管理法》第五十四条
owner:    市局风险管理科
why: |
  Who sells what he never bought, or buys far less or more than he sells, may issue invoices without
  goods.  Stock of former years and produce bought without an invoice explain some of it, so the
  field office looks at contracts and logistics first.

  Trade and construction are told by the industry code.  Of a trader, categories without any input
  and the ratio of input to output are compared over whole months before this one; a single large
  invoice hits by itself, of construction too, in the ratio's months and until today.  A category is
  the goods code's first five digits, the coarser reading; a service needs no input of its own kind.
  Without output there is no ratio: undecided.  So is a comparison in which a code or an amount is
  missing, and a hit of which the industry is not known.  The score is 50 points for each time that
  a limit is reached, of the share or its amount whichever is less; the strongest of the three counts.
*/
WITH watched AS (
    SELECT
        enterprise_id,
        CASE
            WHEN SUBSTRING(industry, 1, 2) IN :trade_divisions THEN 'trade'
            WHEN SUBSTRING(industry, 1, 2) IN :construction_divisions THEN 'construction'
            ELSE 'unknown'
        END AS trade
    FROM enterprise
    WHERE COALESCE(industry, '') = ''
       OR SUBSTRING(industry, 1, 2) IN :trade_divisions
       OR SUBSTRING(industry, 1, 2) IN :construction_divisions
),
months AS (
    SELECT
        g.enterprise_id,
        SUBSTRING(g.category, 1, :category_digits) AS category,
        g.side,
        g.amount,
        g.unknown_rows,
        CASE WHEN g.category = '' THEN g.lines ELSE 0 END AS uncoded,
        (
            g.month >= DATE_TRUNC('month', :as_of) - INTERVAL (:goods_months) MONTH
        ) AS compared,
        (
            g.month >= DATE_TRUNC('month', :as_of) - INTERVAL (:ratio_months) MONTH
        ) AS lately
    FROM goods_month AS g
    JOIN watched AS w ON w.enterprise_id = g.enterprise_id
    WHERE w.trade <> 'construction'
      AND g.month < DATE_TRUNC('month', :as_of)
),
categories AS (
    SELECT
        enterprise_id,
        category,
        COALESCE(SUM(amount) FILTER (WHERE compared AND side = 'output'), 0) AS sold,
        COALESCE(SUM(amount) FILTER (WHERE compared AND side = 'input'), 0) AS bought,
        COALESCE(SUM(unknown_rows) FILTER (WHERE compared AND side = 'output'), 0) AS sold_unknown,
        COALESCE(SUM(unknown_rows) FILTER (WHERE compared AND side = 'input'), 0) AS bought_unknown,
        COALESCE(SUM(uncoded) FILTER (WHERE compared), 0) AS uncoded,
        COALESCE(SUM(amount) FILTER (WHERE lately AND side = 'output'), 0) AS sold_lately,
        COALESCE(SUM(amount) FILTER (WHERE lately AND side = 'input'), 0) AS bought_lately,
        COALESCE(SUM(unknown_rows) FILTER (WHERE lately), 0) AS unknown_lately
    FROM months
    WHERE compared
       OR lately
    GROUP BY enterprise_id, category
),
marked AS (
    SELECT
        enterprise_id,
        category,
        sold,
        sold_unknown + uncoded AS unknown,
        sold_lately,
        bought_lately,
        unknown_lately,
        -- goods begin with 1, services with 3
        (
            SUBSTRING(category, 1, 1) = '1' AND sold > 0 AND bought <= 0 AND bought_unknown = 0
        ) AS unmatched
    FROM categories
),
traded AS (
    SELECT
        enterprise_id,
        SUM(sold) AS sold,
        COALESCE(SUM(sold) FILTER (WHERE unmatched), 0) AS unmatched,
        ARRAY_AGG(category ORDER BY category) FILTER (WHERE unmatched) AS categories,
        SUM(unknown) AS unknown,
        SUM(sold_lately) AS sold_lately,
        SUM(bought_lately) AS bought_lately,
        SUM(unknown_lately) AS unknown_lately
    FROM marked
    GROUP BY enterprise_id
),
invoices AS (
    SELECT
        l.enterprise_id,
        l.invoice_code || '-' || l.invoice_number AS invoice,
        l.amount,
        CASE w.trade WHEN 'construction' THEN :construction_invoice ELSE :trade_invoice END
            AS large_from
    FROM large_invoice AS l
    JOIN watched AS w ON w.enterprise_id = l.enterprise_id
    WHERE l.issued_on >= DATE_TRUNC('month', :as_of) - INTERVAL (:ratio_months) MONTH
      AND l.issued_on <= :as_of
),
singles AS (
    SELECT
        enterprise_id,
        MAX(amount) AS largest,
        MAX(large_from) AS large_from,
        COUNT(*) - COUNT(amount) AS unknown,
        ARRAY_AGG(invoice ORDER BY amount DESC, invoice) FILTER (WHERE amount >= large_from)
            AS large_invoices
    FROM invoices
    GROUP BY enterprise_id
),
judged AS (
    SELECT
        w.enterprise_id,
        w.trade,
        t.sold,
        t.unmatched,
        t.categories,
        t.sold_lately,
        t.bought_lately,
        s.largest,
        s.large_from,
        s.large_invoices,
        COALESCE(
            t.unknown = 0
            AND t.sold > 0
            AND t.unmatched >= :min_share * t.sold
            AND t.unmatched >= :min_amount,
            FALSE
        ) AS mismatch,
        COALESCE(
            t.unknown_lately = 0
            AND t.sold_lately > 0
            AND t.bought_lately < :least_ratio * t.sold_lately,
            FALSE
        ) AS little,
        COALESCE(
            t.unknown_lately = 0
            AND t.sold_lately > 0
            AND t.bought_lately > :most_ratio * t.sold_lately,
            FALSE
        ) AS much,
        COALESCE(s.largest >= s.large_from, FALSE) AS large,
        (
            COALESCE(t.unknown > 0, FALSE)
            OR COALESCE(t.unknown_lately > 0, FALSE)
            OR COALESCE(t.sold_lately <= 0 AND t.bought_lately > 0, FALSE)
            OR COALESCE(s.unknown > 0, FALSE)
        ) AS unknown
    FROM watched AS w
    LEFT JOIN traded AS t ON t.enterprise_id = w.enterprise_id
    LEFT JOIN singles AS s ON s.enterprise_id = w.enterprise_id
    WHERE t.enterprise_id IS NOT NULL
       OR s.enterprise_id IS NOT NULL
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    CASE
        WHEN trade = 'unknown' THEN 0
        ELSE CAST(
            LEAST(
                100,
                GREATEST(
                    CASE
                        WHEN mismatch
                            THEN :weight * LEAST(
                                CAST(unmatched AS DOUBLE) / (:min_share * sold),
                                CAST(unmatched AS DOUBLE) / :min_amount
                            )
                        ELSE 0
                    END,
                    CASE
                        WHEN little AND bought_lately <= 0 THEN 100
                        WHEN little
                            THEN :weight * CAST(:least_ratio * sold_lately AS DOUBLE) / bought_lately
                        WHEN much
                            THEN :weight * CAST(bought_lately AS DOUBLE) / (:most_ratio * sold_lately)
                        ELSE 0
                    END,
                    CASE
                        WHEN large THEN :weight * CAST(largest AS DOUBLE) / large_from
                        ELSE 0
                    END
                )
            ) AS DECIMAL(5, 2)
        )
    END AS value,
    -- the band without a division, so that the very limit is on the right side
    CASE
        WHEN trade = 'unknown' THEN 'undecided'
        WHEN mismatch
            AND unmatched * :weight >= :high_from * :min_share * sold
            AND unmatched * :weight >= :high_from * :min_amount THEN 'high'
        WHEN little
            AND :least_ratio * sold_lately * :weight >= :high_from * bought_lately THEN 'high'
        WHEN much AND bought_lately * :weight >= :high_from * :most_ratio * sold_lately THEN 'high'
        WHEN large AND largest * :weight >= :high_from * large_from THEN 'high'
        WHEN mismatch OR little OR much OR large THEN 'normal'
        ELSE 'undecided'
    END AS band,
    CAST(sold AS DECIMAL(18, 2)) AS sold,
    CAST(unmatched AS DECIMAL(18, 2)) AS unmatched,
    categories,
    CAST(sold_lately AS DECIMAL(18, 2)) AS sold_lately,
    CAST(bought_lately AS DECIMAL(18, 2)) AS bought_lately,
    largest,
    large_invoices
FROM judged
WHERE mismatch
   OR little
   OR much
   OR large
   OR (unknown AND trade <> 'unknown')
