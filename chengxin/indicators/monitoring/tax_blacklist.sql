/*
code:     M04
title:    重大税收违法失信主体
title_en: On the tax blacklist
subject:  [person, enterprise]
reach:    []
reads:    [blacklisting]
value:    {title: 公布中案件数, title_en: published cases, unit: case}
bands:
  published:
    title: 公布期内
    title_en: Published
    levels:
      enterprise: &levels
        invoice_increase: block
        invoice_limit: block
        digital_quota: block
        PREF: block
        '*': legal_rep
      person: *levels
wording:
  zh: '{who}为公布期内重大税收违法失信主体，实行严格管理：发票交旧供新、限量供应，{items}须由法定代表人办理。'
  en: '{who} is published as a serious violator of tax law and managed strictly: new invoices only against old ones and in limited number; {items} is served to the legal representative.'
wording_for:
  person:
    zh: '{who}为公布期内重大税收违法失信主体，实行严格管理：发票交旧供新、限量供应，{items}须本人现场核实。'
    en: '{who} is published as a serious violator of tax law and managed strictly: new invoices only against old ones and in limited number; {items} needs him verified in person.'
push:     [C, G, R, L]
clears:
  zh: 停止公布日期到达。
  en: The day comes on which the publication stops.
basis:    《重大税收违法案件信息公布办法（试行）》（国家税务总局公告2016年第24号）；《重大税收违法失信主体信息公布管理办法》（国家税务总局令第54号）
owner:    市局稽查局
why: |
  Whom the bureau publishes gets no more invoices and no preference, and answers for the rest in
  person.  A publication stays with the subject that it names; whoever is responsible for it is
  M05's matter.  A fast track of refunds is no item of its own, so refunds ask for the
  representative like the rest: the lighter reading.
*/
SELECT
    subject_key AS subject_id,
    subject_key AS acted_on_id,
    COUNT(DISTINCT case_no) AS value,
    'published' AS band,
    MIN(published_on) AS published_on,
    ARRAY_AGG(DISTINCT case_no ORDER BY case_no) AS case_nos
FROM blacklisting
WHERE published_on <= :as_of
  AND (stopped_on IS NULL OR stopped_on > :as_of)
GROUP BY subject_key
