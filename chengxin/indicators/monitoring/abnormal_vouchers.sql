/*
code:     M11
title:    异常扣税凭证未处理
title_en: Unresolved abnormal input vouchers
subject:  [enterprise]
reach:    []
reads:    [abnormal_voucher]
value:    {title: 未处理凭证份数, title_en: unresolved vouchers, unit: voucher}
params:
  least_vouchers: {title: 受票方最低份数, title_en: Least vouchers of a receiver, default: 1, min: 1, max: 100, unit: voucher}
  least_tax:      {title: 受票方最低税额, title_en: Least tax of a receiver, default: 1000, min: 1, max: 1000000, unit: yuan}
bands:
  issuer:
    title: 开票方
    title_en: As issuer
    levels:
      enterprise: {INV: approval, invoice_increase: block, invoice_limit: block, digital_quota: block}
  receiver:
    title: 受票方
    title_en: As receiver
    levels:
      enterprise: {REFUND: block, EXPORT: block, FILE: remind}
  both:
    title: 开票方并受票方
    title_en: As issuer and receiver
    levels:
      enterprise:
        INV: approval
        invoice_increase: block
        invoice_limit: block
        digital_quota: block
        REFUND: block
        EXPORT: block
        FILE: remind
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 异常凭证税额不全，暂不能判定。
      en: The tax of abnormal vouchers is not known, so this cannot be decided.
wording:
  zh: '{who}有{value}份异常凭证，A级10个工作日内可申请核实，其余先作转出处理。'
  en: '{who} has {value} abnormal vouchers; who is graded A can ask for verification within 10 working days, all others reverse the input tax first.'
push:     [C, G, S]
clears:
  zh: 凭证处理完毕（转出、核实无误）。
  en: The vouchers are resolved, by reversal or verification.
basis:    国家税务总局公告2016年第76号、2019年第38号
owner:    货物和劳务税科
why: |
  Who issued a voucher that is on the list needs approval for invoices and gets no more of them.  Who
  received some must reverse the input tax before money goes back, from one voucher and 1 000 yuan of
  tax over all open ones on.  A voucher whose tax is not known adds nothing; when the known ones are
  below the limit, a receiver is undecided.
*/
WITH counted AS (
    SELECT
        enterprise_id,
        COUNT(DISTINCT invoice_code || '-' || invoice_number) AS vouchers,
        COUNT(*) FILTER (WHERE side = 'issuer') AS issued,
        COUNT(*) FILTER (WHERE side = 'receiver') AS received,
        COUNT(*) FILTER (WHERE side = 'receiver' AND tax IS NULL) AS unknown_tax,
        CAST(COALESCE(SUM(tax) FILTER (WHERE side = 'receiver'), 0) AS DECIMAL(18, 2)) AS received_tax,
        MIN(entered_on) AS entered_on
    FROM abnormal_voucher
    WHERE entered_on <= :as_of
      AND (resolved_on IS NULL OR resolved_on > :as_of)
    GROUP BY enterprise_id
),
judged AS (
    SELECT
        enterprise_id,
        vouchers,
        issued,
        received,
        received_tax,
        entered_on,
        issued > 0 AS as_issuer,
        received >= :least_vouchers AND received_tax >= :least_tax AS as_receiver,
        received >= :least_vouchers AND unknown_tax > 0 AS unknown
    FROM counted
)
SELECT
    'enterprise:' || enterprise_id AS subject_id,
    'enterprise:' || enterprise_id AS acted_on_id,
    CASE WHEN as_issuer OR as_receiver THEN vouchers ELSE 0 END AS value,
    CASE
        WHEN as_issuer AND as_receiver THEN 'both'
        WHEN as_issuer THEN 'issuer'
        WHEN as_receiver THEN 'receiver'
        ELSE 'undecided'
    END AS band,
    issued,
    received,
    received_tax,
    entered_on
FROM judged
WHERE as_issuer OR as_receiver OR unknown
