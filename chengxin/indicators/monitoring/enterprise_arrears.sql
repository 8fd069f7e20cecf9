/*
code:     M09
title:    企业欠税
title_en: Tax arrears of an enterprise
subject:  [enterprise]
reach:    []
reads:    [arrears_item]
value:    {title: 欠税金额, title_en: tax owed, unit: yuan}
params:
  report_from: {title: 处置资产须报告的欠税额, title_en: Arrears from which a disposal must be reported, default: 50000, min: 1, max: 1000000, unit: yuan}
  city_from:   {title: 报市局的欠税额, title_en: Arrears that go to the city bureau, default: 2000000, min: 50000, max: 100000000, unit: yuan}
  long_days:   {title: 长期欠税天数, title_en: Days overdue that go to the risk section, default: 90, min: 1, max: 1095, unit: day}
bands:
  owing:
    title: 欠税
    title_en: Owing
    levels:
      enterprise: {CERT-NA: block, DEREG: block, '*': remind}
  owing_50k:
    title: 欠税达到处置报告标准
    title_en: Owing enough to report disposals
    levels: &large
      enterprise:
        CERT-NA: block
        DEREG: block
        invoice_increase: approval
        invoice_limit: approval
        digital_quota: approval
        REFUND: approval
        '*': remind
  owing_2m:
    title: 欠税达到市局公告标准
    title_en: Owing enough for the city bureau
    levels: *large
    push: [R]
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 逾期应征税款的金额不明，暂不能判定。
      en: The amount that is past its due day is not known, so this cannot be decided.
wording:
  zh: '{who}欠税{value:,.2f}元（截至{as_of}），可先缴清；处置不动产或大额资产前须报告。'
  en: '{who} owes {value:,.2f} yuan of tax (as of {as_of}), which can be paid first; report before disposing of real estate or large assets.'
push:     [C, G, S]
push_if:  {long_overdue: [R]}
clears:
  zh: 缴清或核销后自动结束。
  en: Ends by itself when paid or written off.
basis:    《税收征收管理法》第四十条、第四十四条、第四十五条、第四十九条；《实施细则》第七十七条；《欠税公告办法（试行）》
owner:    征收管理科
why: |
  Tax (not surcharge or fine) past its due day and unpaid, over both bureaus.  Any amount is said at
  the counter and keeps the certificate and the deregistration back; larger ones need approval
  before more invoices or money are given.  An amount that is not known adds nothing; an enterprise of
  which none is known is undecided.
*/
WITH past_due AS (
    SELECT
        enterprise_id,
        bureau,
        voucher,
        due_on,
        amount,
        COUNT(amount) OVER (PARTITION BY enterprise_id) AS known
    FROM arrears_item
    WHERE kind = 'tax'
      AND due_on < :as_of
      AND (paid_on IS NULL OR paid_on > :as_of)
),
owing AS (
    -- an amount that is not known adds nothing, and is told only where no other one is
    SELECT
        enterprise_id,
        CAST(COALESCE(SUM(amount), 0) AS DECIMAL(18, 2)) AS owed,
        CAST(COALESCE(SUM(amount) FILTER (WHERE bureau = 'state'), 0) AS DECIMAL(18, 2)) AS owed_state,
        CAST(COALESCE(SUM(amount) FILTER (WHERE bureau = 'local'), 0) AS DECIMAL(18, 2)) AS owed_local,
        MIN(due_on) AS oldest_due_on,
        COUNT(*) AS dues,
        ARRAY_AGG(voucher ORDER BY due_on, bureau, voucher) AS vouchers
    FROM past_due
    WHERE amount IS NOT NULL OR known = 0
    GROUP BY enterprise_id
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    owed AS value,
    CASE
        WHEN owed >= :city_from THEN 'owing_2m'
        WHEN owed >= :report_from THEN 'owing_50k'
        WHEN owed > 0 THEN 'owing'
        ELSE 'undecided'
    END AS band,
    owed_state,
    owed_local,
    oldest_due_on,
    (owed > 0 AND oldest_due_on < :as_of - INTERVAL (:long_days) DAY) AS long_overdue,
    dues,
    vouchers
FROM owing
