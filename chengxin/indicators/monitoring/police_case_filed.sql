/*
code:     M01
title:    涉税犯罪公安立案
title_en: Police filing of a tax crime
subject:  [person, enterprise]
reach:    ['01']
reads:    [police_filing, affiliation]
value:    {title: 未结案件数, title_en: open cases, unit: case}
params:
  crimes:
    title: 涉税罪名（刑法条款）
    title_en: Tax crimes (articles of the Criminal Law)
    default: ['201', '202', '203', '204', '205', '205-1', '206', '207', '208', '209', '210', '210-1', '211', '212']
bands:
  filed:
    title: 公安已立案
    title_en: Filed by the police
    levels:
      enterprise: &levels
        INV: block
        INV-AUTH: block
        INV-ISS: block
        DEREG: block
        REFUND: block
        EXPORT: block
        change_legal_rep: block
        change_investor: block
        '*': legal_rep
      person: *levels
wording:
  zh: '{who}涉及待核实事项，请法定代表人持本人身份证到办税服务厅联系主管税务机关核实后办理{items}。'
  en: '{who} is party to a matter to be verified; the legal representative should bring his identity card to the tax service hall, contact the managing tax authority and have it verified before {items}.'
push:     [C, G, R, J]
clears:
  zh: 公安机关终结文书（撤案、不起诉、判决执行完毕）到达后命中结束；指令经县区局领导批准解除。
  en: The finding ends with the police's end document (withdrawn, not prosecuted, executed); the directive is released by a county leader.
basis:    《行政执法机关移送涉嫌犯罪案件的规定》；《税收征收管理法》第七十七条；《刑法》第二百零一条至第二百一十二条
owner:    市局稽查局
why: |
  A police case of a tax crime is a fact, not a suspicion.  The counter stops what could be carried
  away, asks for the representative himself in the rest, and says no word of the case.  A person's
  case reaches the enterprises that he represents in law; an enterprise's case stays with it.
*/
WITH cases AS (
    SELECT
        subject_key,
        COUNT(DISTINCT case_no) AS cases,
        MIN(filed_on) AS filed_on,
        ARRAY_AGG(DISTINCT case_no ORDER BY case_no) AS case_nos
    FROM police_filing
    WHERE crime IN :crimes
      AND filed_on <= :as_of
      AND (ended_on IS NULL OR ended_on > :as_of)
    GROUP BY subject_key
),
reached AS (
    SELECT subject_key, subject_key AS acted_on_key
    FROM cases
    UNION
    -- the enterprises of a person's case: those that he represents now
    SELECT c.subject_key, 'enterprise:' || a.enterprise_id AS acted_on_key
    FROM cases AS c
    JOIN affiliation AS a ON a.person_id = SUBSTRING(c.subject_key, LENGTH('person:') + 1)
    WHERE c.subject_key LIKE 'person:%'
      AND a.role = '01'
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
)
SELECT
    c.subject_key AS subject_id,
    r.acted_on_key AS acted_on_id,
    c.cases AS value,
    'filed' AS band,
    c.filed_on,
    c.case_nos
FROM cases AS c
JOIN reached AS r ON r.subject_key = c.subject_key
