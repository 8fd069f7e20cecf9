/*
code:     M02
title:    稽查立案未结
title_en: Inspection case open
subject:  [enterprise]
reach:    ['01']
reads:    [inspection, assessment, affiliation]
value:    {title: 未结案件数, title_en: open cases, unit: case}
params:
  assessment_days: {title: 评估未结天数, title_en: Days that an assessment may stay open, default: 90, min: 30, max: 365, unit: day}
bands:
  inspection:
    title: 稽查立案未结
    title_en: Inspection open
    levels: &levels
      enterprise:
        DEREG: block
        move_region: block
        change_legal_rep: block
        change_investor: block
        invoice_increase: legal_rep
        invoice_limit: legal_rep
        digital_quota: legal_rep
        REFUND: legal_rep
        INV: remind
      person:
        '*': remind
  assessment:
    title: 纳税评估长期未结
    title_en: Assessment open for long
    levels: *levels
wording:
  zh: '{who}有未办结的税务检查事项，暂不能办理{items}；其他业务正常办理。'
  en: '{who} has a tax examination that is not finished; {items} cannot be handled for now, all other business goes on as usual.'
wording_for:
  person:
    zh: '{who}任法定代表人的企业有未办结的税务检查事项；其他业务正常办理。'
    en: '{who} represents an enterprise whose tax examination is not finished; all other business goes on as usual.'
push:     [C, G, J]
clears:
  zh: 结案日期（JARQ）到达或案件撤销；评估结束。
  en: The case is closed (JARQ) or withdrawn; the assessment ends.
basis:    《税务稽查案件办理程序规定》（国家税务总局令第52号）；《税收征收管理法》第五十四条至第五十七条
owner:    市局稽查局
why: |
  Who is being examined must not deregister, move away or change hands meanwhile, and must not draw
  more invoices or refunds without his representative standing in for it.  Ordinary business goes
  on.  His representative is reminded and never restricted in his other enterprises.
*/
WITH open_cases AS (
    SELECT enterprise_id, 'inspection' AS case_kind, COALESCE(case_no, case_id) AS case_no, filed_on
    FROM inspection
    WHERE filed_on <= :as_of
      AND (closed_on IS NULL OR closed_on > :as_of)
    UNION ALL
    SELECT enterprise_id, 'assessment' AS case_kind, case_no, started_on AS filed_on
    FROM assessment
    WHERE started_on < :as_of - INTERVAL (:assessment_days) DAY
      AND (ended_on IS NULL OR ended_on > :as_of)
),
cases AS (
    SELECT
        enterprise_id,
        COUNT(*) AS cases,
        COUNT(*) FILTER (WHERE case_kind = 'inspection') AS inspections,
        COUNT(*) FILTER (WHERE case_kind = 'assessment') AS assessments,
        MIN(filed_on) AS filed_on,
        ARRAY_AGG(case_no ORDER BY case_kind DESC, case_no) AS case_nos
    FROM open_cases
    GROUP BY enterprise_id
),
reached AS (
    SELECT enterprise_id, 'enterprise:' || enterprise_id AS acted_on_key
    FROM cases
    UNION
    SELECT c.enterprise_id, 'person:' || a.person_id AS acted_on_key
    FROM cases AS c
    JOIN affiliation AS a ON a.enterprise_id = c.enterprise_id
    WHERE a.role = '01'
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
)
SELECT
    'enterprise:' || c.enterprise_id AS subject_id,
    r.acted_on_key AS acted_on_id,
    c.cases AS value,
    CASE WHEN c.inspections > 0 THEN 'inspection' ELSE 'assessment' END AS band,
    c.inspections,
    c.assessments,
    c.filed_on,
    c.case_nos
FROM cases AS c
JOIN reached AS r ON r.enterprise_id = c.enterprise_id
