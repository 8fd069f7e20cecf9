/*
code:     A06
title:    新办企业短期暴开后停止申报
title_en: New enterprise bursts with invoices, then stops
subject:  [enterprise]
reach:    ['01']
reads:    [enterprise, issued_invoice, invoice_approval, tax_period_due, tax_return, representative_change, affiliation]
value:    {title: 当月开具专用发票份数, title_en: special invoices of the month, unit: piece}
params:
  special_kinds:   {title: 专用发票种类, title_en: Kinds of special invoices, default: ['1130', '1140']}
  age_months:      {title: 新办月数, title_en: Months for which an enterprise is new, default: 6, min: 1, max: 24, unit: month}
  look_back:       {title: 暴开回溯月数, title_en: Months back in which a burst counts, default: 12, min: 3, max: 36, unit: month}
  increase_pieces: {title: 环比增加份数, title_en: Pieces more than the month before, default: 10, min: 1, max: 1000, unit: piece}
  increase_share:  {title: 环比增幅, title_en: Growth over the month before, default: 0.30, min: 0.01, max: 10, unit: fraction}
  near_limit:      {title: 接近限额比例, title_en: Part of the limit that is near it, default: 0.90, min: 0.5, max: 1, unit: fraction}
  near_share:      {title: 接近限额份数占比, title_en: Part of a month's invoices that is near the limit, default: 0.80, min: 0.1, max: 1, unit: fraction}
  first_share:     {title: 首票占月度额度比例, title_en: First invoice as a part of the month's quota, default: 0.50, min: 0.1, max: 1, unit: fraction}
  first_amount:    {title: 首票金额, title_en: Amount of the first invoice, default: 500000, min: 10000, max: 100000000, unit: yuan}
  change_days:     {title: 变更法定代表人天数, title_en: Days after the burst in which a new representative counts, default: 90, min: 1, max: 365, unit: day}
bands:
  not_filed:
    title: 暴开后未申报
    title_en: Burst and not filed
    levels: &levels
      enterprise: {INV-AUTH: block, INV: approval, REG-CHG: legal_rep, DEREG: legal_rep}
      person: {'*': remind}
  zero_filed:
    title: 暴开后零申报
    title_en: Burst and a zero filing
    levels: *levels
  new_representative:
    title: 暴开后变更法定代表人
    title_en: Burst and a new representative
    levels: *levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 票种核定、开票或申报数据不全，暂不能判定。
      en: Quota, invoices or returns are not wholly known, so this cannot be decided.
wording:
  zh: '{who}开票情况待实地核查，核查前不予办理票种核定，发票按日限量供应并须审批；{items}须法定代表人现场核实。'
  en: '{who} has to be visited about its invoices; until then quotas are not changed, invoices are given out for a day at a time with approval, and for {items} the legal representative must be verified.'
wording_for:
  person:
    zh: '{who}任法定代表人的企业开票情况待实地核查，请到该企业主管税务机关说明。'
    en: '{who} represents an enterprise whose invoices are to be looked into; please explain yourself at its managing tax authority.'
facts:
  zh: '{registered_on}登记的新办企业，至{burst_on}当月开具专用发票{value}份（上月{pieces_before}份，接近限额{near_pieces}份），随后未申报、零申报或变更法定代表人。请实地核查经营场所和货物。'
  en: 'Registered on {registered_on}; {value} special invoices in the month until {burst_on} ({pieces_before} in the month before, {near_pieces} near the limit), then not filed, filed as nothing or given a new representative. Visit the premises and see the goods.'
push:     [G, R, J]
clears:
  zh: 实地核查，经营场所和货物属实。
  en: A visit that finds the premises and the goods.
basis:    国家税务总局公告2016年第76号；《发票管理办法》第十五条；《税收征收管理法》第三十五条
owner:    市局风险管理科
why: |
  Shells are registered to issue special invoices and are left before the tax is due.  A burst is a
  month, within six months of the registration, with ten pieces and thirty per cent more than the
  month before (ten where there were none), or with eight of ten at nine tenths of the limit or
  above; or a first special invoice above half a million yuan and half of the quota, which is the
  limit times the pieces of a month.  Pieces are blue ones that are not void.

  The next period is the one of which the return comes due next: that of the burst.  It is not filed
  when its day has passed without a return, and a zero filing when all that was declared for it is
  nothing; a late or corrected return with sales ends both.  A change of the representative counts
  from the burst's last day on, ninety days included.

  A day's supply of invoices stays possible, so collecting them asks for approval and is not refused.
  Of several quotas on a day the largest counts.  Where it, an amount or the sales declared is not
  known and would decide, the enterprise is undecided; one without a day of registration is not new.
*/
WITH young AS (
    -- special invoices of enterprises that were new on their day
    SELECT
        i.enterprise_id,
        i.invoice_code,
        i.invoice_number,
        i.issued_on,
        CAST(DATE_TRUNC('month', i.issued_on) AS DATE) AS month,
        i.amount,
        e.registered_on
    FROM issued_invoice AS i
    JOIN enterprise AS e ON e.enterprise_id = i.enterprise_id
    WHERE i.kind IN :special_kinds
      AND i.issued_on <= :as_of
      AND i.issued_on <= e.registered_on + INTERVAL (:age_months) MONTH
),
approved AS (
    SELECT
        y.enterprise_id,
        y.invoice_code,
        y.invoice_number,
        y.issued_on,
        y.month,
        y.amount,
        y.registered_on,
        MAX(q.single_limit) AS single_limit,
        MAX(q.single_limit * q.monthly_pieces) AS quota
    FROM young AS y
    LEFT JOIN invoice_approval AS q
        ON q.enterprise_id = y.enterprise_id
        AND q.invoice_kind IN :special_kinds
        AND (q.valid_from IS NULL OR q.valid_from <= y.issued_on)
        AND (q.until IS NULL OR q.until >= y.issued_on)
    GROUP BY
        y.enterprise_id,
        y.invoice_code,
        y.invoice_number,
        y.issued_on,
        y.month,
        y.amount,
        y.registered_on
),
placed AS (
    SELECT
        enterprise_id,
        issued_on,
        month,
        amount,
        registered_on,
        single_limit,
        quota,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id ORDER BY issued_on, invoice_code, invoice_number
        ) AS place
    FROM approved
),
months AS (
    SELECT
        enterprise_id,
        month,
        MIN(registered_on) AS registered_on,
        MAX(issued_on) AS last_on,
        COUNT(*) AS pieces,
        COUNT(*) FILTER (WHERE amount >= :near_limit * single_limit) AS near_pieces,
        COUNT(*) FILTER (WHERE amount IS NULL OR single_limit IS NULL) AS unclear_pieces
    FROM placed
    GROUP BY enterprise_id, month
),
firsts AS (
    SELECT
        enterprise_id,
        month,
        issued_on,
        amount,
        CASE
            WHEN amount <= :first_amount THEN 'small'
            WHEN amount IS NULL OR quota IS NULL THEN 'unclear'
            WHEN amount > :first_share * quota THEN 'large'
            ELSE 'small'
        END AS size
    FROM placed
    WHERE place = 1
),
weighed AS (
    SELECT
        m.enterprise_id,
        m.month,
        m.registered_on,
        m.last_on,
        m.pieces,
        COALESCE(b.pieces, 0) AS pieces_before,
        m.near_pieces,
        f.issued_on AS first_on,
        f.amount AS first_invoice,
        COALESCE(f.size, 'small') AS first_size,
        (
            m.pieces - COALESCE(b.pieces, 0) >= :increase_pieces
            AND m.pieces >= (1 + :increase_share) * COALESCE(b.pieces, 0)
        )
            OR m.near_pieces >= :near_share * m.pieces AS is_burst,
        m.near_pieces + m.unclear_pieces >= :near_share * m.pieces AS may_be_burst
    FROM months AS m
    LEFT JOIN months AS b
        ON b.enterprise_id = m.enterprise_id AND b.month = m.month - INTERVAL 1 MONTH
    LEFT JOIN firsts AS f ON f.enterprise_id = m.enterprise_id AND f.month = m.month
),
bursts AS (
    SELECT
        enterprise_id,
        month,
        registered_on,
        pieces,
        pieces_before,
        near_pieces,
        first_invoice,
        is_burst OR first_size = 'large' AS is_burst,
        CASE WHEN first_size = 'large' AND NOT is_burst THEN first_on ELSE last_on END AS burst_on
    FROM weighed
    WHERE (is_burst OR may_be_burst OR first_size <> 'small')
      AND last_on >= :as_of - INTERVAL (:look_back) MONTH
),
returns AS (
    -- the effective VAT returns on the day
    SELECT enterprise_id, period_from, period_until, sales
    FROM tax_return
    WHERE levy_item = '10101'
      AND filed_on <= :as_of
      AND (replaced_on IS NULL OR replaced_on > :as_of)
),
filed AS (
    SELECT
        b.enterprise_id,
        b.month,
        CAST(SUM(r.sales) AS DECIMAL(18, 2)) AS sales,
        COUNT(*) = COUNT(r.sales) AS known
    FROM bursts AS b
    JOIN returns AS r
        ON r.enterprise_id = b.enterprise_id
        AND b.burst_on BETWEEN r.period_from AND r.period_until
    GROUP BY b.enterprise_id, b.month
),
duties AS (
    SELECT
        b.enterprise_id,
        b.month,
        d.period_until,
        d.due_on,
        ROW_NUMBER() OVER (
            PARTITION BY b.enterprise_id, b.month ORDER BY d.period_until
        ) AS place
    FROM bursts AS b
    JOIN tax_period_due AS d
        ON d.enterprise_id = b.enterprise_id AND d.period_until >= b.burst_on
    WHERE d.levy_item = '10101'
),
unfiled AS (
    -- the period of the burst, its day passed and no return for it
    SELECT d.enterprise_id, d.month, d.due_on
    FROM duties AS d
    LEFT JOIN filed AS f ON f.enterprise_id = d.enterprise_id AND f.month = d.month
    WHERE d.place = 1
      AND d.due_on < :as_of
      AND f.enterprise_id IS NULL
      AND NOT EXISTS (
          SELECT 1
          FROM returns AS r
          WHERE r.enterprise_id = d.enterprise_id
            AND r.period_until = d.period_until
      )
),
changed AS (
    SELECT b.enterprise_id, b.month, MIN(c.changed_on) AS changed_on
    FROM bursts AS b
    JOIN representative_change AS c ON c.enterprise_id = b.enterprise_id
    WHERE c.changed_on <= :as_of
      AND c.changed_on BETWEEN b.burst_on AND b.burst_on + INTERVAL (:change_days) DAY
    GROUP BY b.enterprise_id, b.month
),
judged AS (
    SELECT
        b.enterprise_id,
        b.month,
        b.registered_on,
        b.burst_on,
        b.pieces,
        b.pieces_before,
        b.near_pieces,
        b.first_invoice,
        u.due_on,
        f.sales,
        c.changed_on,
        CASE
            WHEN b.is_burst AND u.enterprise_id IS NOT NULL THEN 1
            WHEN b.is_burst AND f.known AND f.sales = 0 THEN 2
            WHEN b.is_burst AND c.changed_on IS NOT NULL THEN 3
            WHEN u.enterprise_id IS NOT NULL
                OR NOT f.known
                OR f.sales = 0
                OR c.changed_on IS NOT NULL THEN 4
        END AS degree
    FROM bursts AS b
    LEFT JOIN unfiled AS u ON u.enterprise_id = b.enterprise_id AND u.month = b.month
    LEFT JOIN filed AS f ON f.enterprise_id = b.enterprise_id AND f.month = b.month
    LEFT JOIN changed AS c ON c.enterprise_id = b.enterprise_id AND c.month = b.month
),
chosen AS (
    SELECT
        enterprise_id,
        registered_on,
        burst_on,
        pieces,
        pieces_before,
        near_pieces,
        first_invoice,
        due_on,
        sales,
        changed_on,
        degree,
        ROW_NUMBER() OVER (PARTITION BY enterprise_id ORDER BY degree, month) AS place
    FROM judged
    WHERE degree IS NOT NULL
),
reached AS (
    SELECT enterprise_id, 'enterprise:' || enterprise_id AS acted_on_key
    FROM chosen
    WHERE place = 1
    UNION
    SELECT c.enterprise_id, 'person:' || a.person_id AS acted_on_key
    FROM chosen AS c
    JOIN affiliation AS a ON a.enterprise_id = c.enterprise_id
    WHERE c.place = 1
      AND a.role = '01'
)
SELECT
    'enterprise:' || c.enterprise_id AS subject_id,
    r.acted_on_key AS acted_on_id,
    CASE WHEN c.degree < 4 THEN c.pieces ELSE 0 END AS value,
    CASE c.degree
        WHEN 1 THEN 'not_filed'
        WHEN 2 THEN 'zero_filed'
        WHEN 3 THEN 'new_representative'
        ELSE 'undecided'
    END AS band,
    c.registered_on,
    c.burst_on,
    c.pieces_before,
    c.near_pieces,
    c.first_invoice,
    c.due_on,
    c.sales,
    c.changed_on
FROM chosen AS c
JOIN reached AS r ON r.enterprise_id = c.enterprise_id
WHERE c.place = 1
