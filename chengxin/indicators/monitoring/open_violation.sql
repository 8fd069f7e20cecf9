/*
code:     M17
title:    违法违章与罚款未办结
title_en: Unsettled violations and fines
subject:  [person, enterprise]
reach:    []
reads:    [violation_case]
value:    {title: 未办结笔数, title_en: unsettled records, unit: record}
params:
  fine_days: {title: 罚款缴纳期限, title_en: Days to pay a fine, default: 15, min: 1, max: 60, unit: day}
  long_days: {title: 长期未办结天数, title_en: Days unsettled after which invoices need approval, default: 60, min: 15, max: 365, unit: day}
bands:
  open:
    title: 未办结
    title_en: Unsettled
    levels:
      enterprise: &open_levels {DEREG: block, '*': remind}
      person: *open_levels
  open_long:
    title: 长期未办结
    title_en: Unsettled for long
    levels:
      enterprise: &long_levels {DEREG: block, INV-AUTH: approval, '*': remind}
      person: *open_levels
  fine_overdue:
    title: 罚款逾期未缴
    title_en: Fine overdue
    levels:
      enterprise: &fine_levels {DEREG: block, CERT-NA: block, '*': remind}
      person: *fine_levels
  fine_overdue_long:
    title: 罚款逾期未缴且长期未办结
    title_en: Fine overdue, unsettled for long
    levels:
      enterprise: {DEREG: block, CERT-NA: block, INV-AUTH: approval, '*': remind}
      person: *fine_levels
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 罚款是否缴清不明，暂不能判定。
      en: Whether the fine was paid is not known, so this cannot be decided.
wording:
  zh: '{who}有违法违章记录未处理（{value}笔），请先处理。'
  en: '{who} has {value} unsettled violations; please have them handled first.'
push:     [C, G]
clears:
  zh: 处理完毕且罚款缴清。
  en: Handled to the end and the fine is paid.
basis:    《税收征收管理法》第六十条至第六十四条；《行政处罚法》第七十二条（逾期按日加处百分之三）
owner:    法制科
why: |
  A violation other than of invoices (those are M13's) that is not closed hits at once; a closed one
  hits when its fine is not paid 15 days after the decision.  Before a household is cleared everything
  must be settled, so that deregistration waits; the certificate of no arrears waits only for an
  overdue fine.  After 60 days more invoices need approval.  A closed violation of which nobody knows
  whether its fine was paid is no hit: without another it is undecided.  A person is reminded and keeps his enterprises' invoices.
*/
WITH counted AS (
    SELECT
        subject_key,
        violation_id,
        bureau,
        registered_on,
        COALESCE(stage <> 'closed', FALSE) AS unsettled,
        COALESCE(unpaid > 0 AND decided_on < :as_of - INTERVAL (:fine_days) DAY, FALSE) AS overdue,
        COALESCE(
            fine > 0
            AND fine_paid IS NULL
            AND decided_on < :as_of - INTERVAL (:fine_days) DAY,
            FALSE
        ) AS unknown
    FROM violation_case
    WHERE kind <> 'invoice'
      AND registered_on <= :as_of
),
weighed AS (
    SELECT
        subject_key,
        violation_id,
        bureau,
        registered_on,
        overdue,
        unsettled OR overdue AS hits,
        BOOL_OR(unsettled OR overdue) OVER (PARTITION BY subject_key) AS decided
    FROM counted
    WHERE unsettled OR overdue OR unknown
),
hit AS (
    SELECT
        subject_key,
        COUNT(*) FILTER (WHERE hits) AS violations,
        BOOL_OR(overdue) AS overdue,
        MIN(registered_on) AS oldest_on,
        ARRAY_AGG(violation_id ORDER BY registered_on, bureau, violation_id) AS violation_ids
    FROM weighed
    WHERE hits OR NOT decided
    GROUP BY subject_key
)
SELECT
    subject_key AS subject_id,
    subject_key AS acted_on_id,
    violations AS value,
    CASE
        WHEN violations = 0 THEN 'undecided'
        WHEN overdue AND oldest_on < :as_of - INTERVAL (:long_days) DAY THEN 'fine_overdue_long'
        WHEN overdue THEN 'fine_overdue'
        WHEN oldest_on < :as_of - INTERVAL (:long_days) DAY THEN 'open_long'
        ELSE 'open'
    END AS band,
    oldest_on,
    violation_ids
FROM hit
