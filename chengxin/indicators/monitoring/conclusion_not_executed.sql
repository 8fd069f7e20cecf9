/*
code:     M03
title:    处理决定逾期未履行
title_en: Conclusion not executed in time
subject:  [person, enterprise]
reach:    []
reads:    [inspection, violation_case, relief]
value:    {title: 逾期未缴金额, title_en: overdue amount, unit: yuan}
params:
  days:       {title: 履行期限, title_en: Days to pay after service or decision, default: 15, min: 1, max: 60, unit: day}
  least:      {title: 最低金额, title_en: Least amount, default: 1, min: 0.01, max: 10000, unit: yuan}
  large_from: {title: 推送稽查局的金额, title_en: Amount that goes to the inspection bureau, default: 10000, min: 1, max: 1000000, unit: yuan}
  city_from:  {title: 报市局的金额, title_en: Amount that goes to the city, default: 1000000, min: 10000, max: 100000000, unit: yuan}
bands:
  overdue:
    title: 逾期未履行
    title_en: Overdue
    levels:
      enterprise: {INV: block, INV-AUTH: block, CERT-NA: block, DEREG: block, EXPORT: block, REG-CHG: approval}
      person: {CERT-NA: block, '*': remind}
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 处理决定的应缴或实缴金额不全，暂不能判定。
      en: What the conclusion asks for or what was paid is not known, so this cannot be decided.
wording:
  zh: '{who}有税务处理（处罚）决定尚未履行，金额{value:,.2f}元。缴清或提供担保、取得分期批准后可办理{items}。'
  en: '{who} has not executed a tax conclusion or penalty, {value:,.2f} yuan. {items} can be handled once it is paid, secured, or instalments are approved.'
push:     [C, G, S]
push_if:  {large: [J], very_large: [R]}
clears:
  zh: 缴清，或担保、分期缴纳记录到达。
  en: All is paid, or a guarantee or instalments are recorded.
basis:    《税收征收管理法》第四十条、第六十八条、第七十二条；《行政处罚法》第七十二条
owner:    市局稽查局
why: |
  A conclusion must be executed within 15 days after it was served (SDRQ); the fine of a natural
  person within 15 days after the decision.  Of an enterprise the inspection cases count, over both
  bureaus; its fines outside of an inspection are M17's.  A guarantee or instalments in force for the
  case clear it.  The counter holds a person back only from the certificate of no arrears: the law
  speaks of invoices for enterprises.  A case of which an amount is not known is no hit by itself: the
  known ones decide, and without any the subject is undecided.
*/
WITH due AS (
    SELECT
        'enterprise:' || enterprise_id AS subject_key,
        bureau,
        COALESCE(case_no, case_id) AS document_no,
        served_on AS since,
        tax_due + surcharge_due + fine_due - tax_paid - surcharge_paid - fine_paid AS unpaid
    FROM inspection
    WHERE served_on < :as_of - INTERVAL (:days) DAY
    UNION ALL
    SELECT subject_key, bureau, violation_id AS document_no, decided_on AS since, unpaid
    FROM violation_case
    WHERE subject_key LIKE 'person:%'
      AND decided_on < :as_of - INTERVAL (:days) DAY
),
relieved AS (
    SELECT DISTINCT subject_key, bureau, document_no
    FROM relief
    WHERE (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
overdue AS (
    SELECT d.subject_key, d.bureau, d.document_no, d.since, d.unpaid
    FROM due AS d
    LEFT JOIN relieved AS r
        ON r.subject_key = d.subject_key
        AND r.bureau = d.bureau
        AND r.document_no = d.document_no
    WHERE r.subject_key IS NULL
      AND (d.unpaid IS NULL OR d.unpaid > 0)
),
summed AS (
    SELECT
        subject_key,
        CAST(COALESCE(SUM(unpaid), 0) AS DECIMAL(18, 2)) AS unpaid,
        COUNT(*) - COUNT(unpaid) AS unknown_cases,
        MIN(since) FILTER (WHERE unpaid > 0) AS oldest_on,
        ARRAY_AGG(document_no ORDER BY since, bureau, document_no) AS document_nos
    FROM overdue
    GROUP BY subject_key
)
SELECT
    subject_key AS subject_id,
    subject_key AS acted_on_id,
    CASE WHEN unpaid >= :least THEN unpaid ELSE 0 END AS value,
    CASE WHEN unpaid >= :least THEN 'overdue' ELSE 'undecided' END AS band,
    oldest_on,
    (unpaid >= :large_from) AS large,
    (unpaid >= :city_from) AS very_large,
    document_nos
FROM summed
WHERE unpaid >= :least
   OR unknown_cases > 0
