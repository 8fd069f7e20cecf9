/*
code:     M05
title:    黑名单主体责任人员关联
title_en: Responsible person of a blacklisted subject holds another role
subject:  [person]
reach:    ['01', '02', '03', '04', '06', '09', '13']
reads:    [blacklisting, affiliation, enterprise, collected_invoice]
value:    {title: 关联失信主体户数, title_en: published enterprises, unit: enterprise}
params:
  min_share:     {title: 最低投资比例, title_en: Least share of an investor, default: 0.1, min: 0.01, max: 1, unit: fraction}
  kept_months:   {title: 任职结束后保留期限, title_en: Months for which a role that ended is kept, default: 6, min: 0, max: 36, unit: month}
  with_handlers: {title: 是否含办税人员、领票人员（1为是）, title_en: Whether tax handlers and invoice collectors count (1 is yes), default: 0, min: 0, max: 1, unit: choice}
bands:
  linked:
    title: 关联其他企业
    title_en: Linked to another enterprise
    levels:
      enterprise:
        INV: legal_rep
        INV-AUTH: legal_rep
        REG-CHG: legal_rep
        DEREG: legal_rep
      person: &person
        '*': remind
  collected:
    title: 关联其他企业，本月已领票
    title_en: Linked to another enterprise that collected invoices this month
    levels:
      enterprise:
        INV-AUTH: legal_rep
        REG-CHG: legal_rep
        DEREG: legal_rep
      person: *person
wording:
  zh: '{who}与公布期内重大税收违法失信主体有关联；名下其他纳税人办理发票、变更登记、注销须法定代表人现场核实。'
  en: '{who} is linked to a published serious violator of tax law; for invoices, changes of registration and deregistration of other taxpayers under this name the legal representative is verified in person.'
wording_for:
  enterprise:
    zh: '{who}的法定代表人、财务负责人或投资人与公布期内重大税收违法失信主体有关联，{items}须法定代表人现场核实。'
    en: 'The legal representative, finance officer or an investor of {who} is linked to a published serious violator of tax law; {items} needs the legal representative in person.'
facts:
  zh: '系{value}户公布期内失信主体的责任人员，最早公布于{published_on}。'
  en: 'Answers for {value} published enterprises, the first published on {published_on}.'
push:     [C, G, R]
clears:
  zh: 停止公布，或在失信主体的任职结束满6个月。
  en: The publication stops, or the role in the published enterprise ended six months ago.
basis:    《重大税收违法失信主体信息公布管理办法》（国家税务总局令第54号）；《关于对重大税收违法案件当事人实施联合惩戒措施的合作备忘录（2016版）》
owner:    市局稽查局
why: |
  Who answered for a published enterprise should not go on under another name unseen.  He was its
  legal representative, finance officer or controller when it broke the law, or case documents name
  him as directly responsible; where the days of the violation are not told, the day of publication
  stands for them.  What documents determine was so before them, so their day is no beginning; a
  role without days counts.  A role that ended is kept for six months: the published enterprise's,
  for the other one is asked only while he holds it (the lighter reading).  Acted on are the living
  enterprises beside it in which he is 01, 02 or holds a tenth now.  Invoices ask for the
  representative at the first collection of a month alone.  A published person is M04's matter.
*/
WITH published AS (
    SELECT
        subject_key,
        case_no,
        published_on,
        COALESCE(violated_from, violated_until, published_on) AS violated_since,
        COALESCE(violated_until, violated_from, published_on) AS violated_last
    FROM blacklisting
    WHERE published_on <= :as_of
      AND (stopped_on IS NULL OR stopped_on > :as_of)
),
answerable AS (
    SELECT a.person_id, a.enterprise_id, p.case_no, p.published_on
    FROM affiliation AS a
    JOIN published AS p ON p.subject_key = 'enterprise:' || a.enterprise_id
    WHERE (
            (
                (a.role = '01' OR a.role = '02')
                AND (a.valid_from IS NULL OR a.valid_from <= p.violated_last)
            )
            OR (
                (a.role = '09' OR a.role = '13')
                AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
            )
        )
      AND (
            a.until IS NULL
            OR (
                a.until >= p.violated_since
                AND a.until > :as_of - INTERVAL (:kept_months) MONTH
            )
        )
),
served AS (
    SELECT DISTINCT enterprise_id
    FROM collected_invoice
    WHERE collected_on <= :as_of
      AND collected_on >= CAST(DATE_TRUNC('month', :as_of) AS DATE)
),
held AS (
    SELECT DISTINCT a.person_id, a.enterprise_id, s.enterprise_id IS NOT NULL AS is_served
    FROM affiliation AS a
    JOIN enterprise AS e ON e.enterprise_id = a.enterprise_id
    LEFT JOIN served AS s ON s.enterprise_id = a.enterprise_id
    WHERE (
            a.role = '01'
            OR a.role = '02'
            OR (a.role = '06' AND a.share >= :min_share)
            OR ((a.role = '03' OR a.role = '04') AND :with_handlers = 1)
        )
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
      AND COALESCE(e.status NOT IN ('deregistered', 'non_normal_deregistered'), TRUE)
),
links AS (
    SELECT
        n.person_id,
        n.enterprise_id AS published_id,
        n.case_no,
        n.published_on,
        'enterprise:' || h.enterprise_id AS held_key,
        h.is_served
    FROM answerable AS n
    JOIN held AS h ON h.person_id = n.person_id
    WHERE h.enterprise_id <> n.enterprise_id
),
reached AS (
    SELECT person_id, published_id, case_no, published_on, held_key AS acted_on_key, is_served
    FROM links
    UNION ALL
    SELECT
        person_id,
        published_id,
        case_no,
        published_on,
        'person:' || person_id AS acted_on_key,
        FALSE AS is_served
    FROM links
)
SELECT
    'person:' || person_id AS subject_id,
    acted_on_key AS acted_on_id,
    COUNT(DISTINCT published_id) AS value,
    CASE WHEN BOOL_OR(is_served) THEN 'collected' ELSE 'linked' END AS band,
    MIN(published_on) AS published_on,
    ARRAY_AGG(DISTINCT published_id ORDER BY published_id) AS enterprise_ids,
    ARRAY_AGG(DISTINCT case_no ORDER BY case_no) AS case_nos
FROM reached
GROUP BY person_id, acted_on_key
