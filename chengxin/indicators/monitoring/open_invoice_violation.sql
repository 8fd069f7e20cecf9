/*
code:     M13
title:    发票违法违章未处理
title_en: Open invoice violation
subject:  [person, enterprise]
reach:    ['04']
reads:    [violation_case, collected_invoice, affiliation]
value:    {title: 未处理事项数, title_en: matters to be handled, unit: matter}
params:
  verify_months:    {title: 验旧期限, title_en: Months until used invoices are verified, default: 3, min: 1, max: 24, unit: month}
  collector_months: {title: 领用人核对期间, title_en: Months back in which collectors are checked, default: 12, min: 1, max: 36, unit: month}
  least_missing:    {title: 缺失份数下限, title_en: Least missing pieces, default: 1, min: 1, max: 100, unit: piece}
bands:
  open:
    title: 有未处理事项
    title_en: To be handled
    levels:
      enterprise: {INV: block, INV-AUTH: approval}
      person: {INV: block}
  undecided:
    title: 资料不全
    title_en: Undecided
    wording:
      zh: 发票验旧、缺失份数或领用人资料不全，暂不能判定。
      en: Verification, missing pieces or collector are not known, so this cannot be decided.
wording:
  zh: '{who}有发票违法（未验旧、遗失、领用人未登记）事项未处理（{value}项），处理后按交旧供新领用。'
  en: '{who} has {value} invoice matters to be handled (violation, used invoices not verified, missing pieces or a collector who is not registered); after that invoices are issued against used ones.'
push:     [C, G]
clears:
  zh: 违法违章处理完毕、验旧且无缺失、领用人已登记。
  en: The violation is closed, the invoices are verified with none missing, the collector is registered.
basis:    《发票管理办法》第三十五条、第三十六条；《纳税信用评价指标和评价方式（试行）》030102
owner:    发票管理科
why: |
  A violation of invoices that is not closed; invoices collected more than three months ago and not
  verified; missing pieces; someone who collected and was registered for it neither on that day nor
  now (a legal representative needs no registration).  He too is held at the invoice window until it
  is cleared, as is a person with an open violation in his own name; approvals are the enterprise's
  matter.  An extract without the missing count says nothing of verification, and an enterprise of
  which no collector is registered nothing of collectors: such rows decide nothing by themselves.
*/
WITH violations AS (
    SELECT
        subject_key,
        violation_id AS record_id,
        bureau,
        CAST(NULL AS VARCHAR) AS collector_id,
        registered_on AS since,
        'violation' AS matter
    FROM violation_case
    WHERE kind = 'invoice'
      AND stage <> 'closed'
      AND registered_on <= :as_of
),
collected AS (
    SELECT
        enterprise_id,
        bureau,
        collection_id,
        collected_on,
        collector_id,
        CASE WHEN verified_on <= :as_of THEN verified_on END AS verified_on,
        CASE WHEN verified_on > :as_of THEN 0 ELSE missing END AS missing,
        known_collector,
        (collected_on >= :as_of - INTERVAL (:collector_months) MONTH) AS recent
    FROM collected_invoice
    WHERE collected_on <= :as_of
),
registered_now AS (
    SELECT DISTINCT enterprise_id, person_id
    FROM affiliation
    WHERE role = '04'
      AND (valid_from IS NULL OR valid_from <= :as_of)
      AND (until IS NULL OR until >= :as_of)
),
judged AS (
    SELECT
        c.enterprise_id,
        c.bureau,
        c.collection_id,
        c.collected_on,
        c.collector_id,
        CASE
            WHEN c.missing >= :least_missing THEN 'missing'
            WHEN
                c.verified_on IS NULL
                AND c.missing IS NOT NULL
                AND c.collected_on < :as_of - INTERVAL (:verify_months) MONTH
                THEN 'unverified'
        END AS fault,
        (NOT c.known_collector AND c.recent AND n.person_id IS NULL) AS stranger,
        (c.missing IS NULL OR (c.known_collector IS NULL AND c.recent)) AS unknown
    FROM collected AS c
    LEFT JOIN registered_now AS n
        ON n.enterprise_id = c.enterprise_id AND n.person_id = c.collector_id
),
matters AS (
    SELECT subject_key, record_id, bureau, collector_id, since, matter
    FROM violations
    UNION ALL
    SELECT
        'enterprise:' || enterprise_id AS subject_key,
        collection_id AS record_id,
        bureau,
        CASE WHEN stranger THEN collector_id END AS collector_id,
        collected_on AS since,
        CASE
            WHEN fault IS NOT NULL THEN fault WHEN stranger THEN 'stranger' ELSE 'unknown'
        END AS matter
    FROM judged
    WHERE fault IS NOT NULL
       OR stranger
       OR unknown
),
counted AS (
    SELECT
        subject_key,
        COUNT(*) FILTER (WHERE matter <> 'unknown') AS matters,
        COUNT(*) FILTER (WHERE matter = 'violation') AS violations,
        COUNT(*) FILTER (WHERE matter = 'unverified') AS unverified,
        COUNT(*) FILTER (WHERE matter = 'missing') AS with_missing,
        COUNT(collector_id) AS strangers,
        MIN(since) FILTER (WHERE matter <> 'unknown') AS oldest_on,
        ARRAY_AGG(record_id ORDER BY since, bureau, record_id) FILTER (WHERE matter <> 'unknown')
            AS record_ids
    FROM matters
    GROUP BY subject_key
),
reached AS (
    SELECT subject_key, subject_key AS acted_on_key
    FROM counted
    UNION
    SELECT subject_key, 'person:' || collector_id AS acted_on_key
    FROM matters
    WHERE collector_id IS NOT NULL
)
SELECT
    c.subject_key AS subject_id,
    r.acted_on_key AS acted_on_id,
    c.matters AS value,
    CASE WHEN c.matters > 0 THEN 'open' ELSE 'undecided' END AS band,
    c.violations,
    c.unverified,
    c.with_missing,
    c.strangers,
    c.oldest_on,
    c.record_ids
FROM counted AS c
JOIN reached AS r ON r.subject_key = c.subject_key
