/*
code:     M18
title:    失信被执行人
title_en: Dishonest judgment debtor
subject:  [person, enterprise]
reach:    ['01', '06']
reads:    [court_listing, affiliation]
value:    {title: 公布中案件数, title_en: listed cases, unit: case}
params:
  min_share: {title: 最低投资比例, title_en: Least share of an investor, default: 0.25, min: 0.01, max: 1, unit: fraction}
bands:
  listed:
    title: 法院公布中
    title_en: Listed by a court
    levels:
      enterprise: &levels
        change_legal_rep: approval
        invoice_increase: approval
        invoice_limit: approval
        digital_quota: approval
        '*': remind
      person: *levels
wording:
  zh: '{who}为法院公布失信被执行人，{items}须核实并留存说明。'
  en: '{who} is published by a court as a dishonest judgment debtor; {items} needs verification with a statement kept on file.'
wording_for:
  enterprise:
    zh: '{who}或其法定代表人、主要投资人为法院公布失信被执行人，{items}须核实并留存说明。'
    en: '{who}, or its legal representative or a main investor, is published by a court as a dishonest judgment debtor; {items} needs verification with a statement kept on file.'
push:     [C, G, R]
clears:
  zh: 法院撤下公布。
  en: The court removes the listing.
basis:    《关于对失信被执行人实施联合惩戒的合作备忘录》（发改财金〔2016〕141号）；《公司法》第一百四十六条
owner:    市局风险管理科
why: |
  Whom a court publishes must not become a legal representative, and is not trusted with more
  invoices unseen; all else goes on with a reminder.  A person's listing reaches the enterprises that
  he represents or holds a quarter of; an enterprise's stays with it.
*/
WITH listed AS (
    SELECT
        subject_key,
        COUNT(DISTINCT case_no) AS cases,
        MIN(published_on) AS published_on,
        ARRAY_AGG(DISTINCT case_no ORDER BY case_no) AS case_nos
    FROM court_listing
    WHERE published_on <= :as_of
      AND (removed_on IS NULL OR removed_on > :as_of)
    GROUP BY subject_key
),
reached AS (
    SELECT subject_key, subject_key AS acted_on_key
    FROM listed
    UNION
    SELECT l.subject_key, 'enterprise:' || a.enterprise_id AS acted_on_key
    FROM listed AS l
    JOIN affiliation AS a ON a.person_id = SUBSTRING(l.subject_key, LENGTH('person:') + 1)
    WHERE l.subject_key LIKE 'person:%'
      AND (a.role = '01' OR (a.role = '06' AND a.share >= :min_share))
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
)
SELECT
    l.subject_key AS subject_id,
    r.acted_on_key AS acted_on_id,
    l.cases AS value,
    'listed' AS band,
    l.published_on,
    l.case_nos
FROM listed AS l
JOIN reached AS r ON r.subject_key = l.subject_key
