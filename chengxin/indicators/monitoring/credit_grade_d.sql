/*
code:     M14
title:    纳税信用D级
title_en: Credit grade D
subject:  [enterprise]
reach:    ['13']
reads:    [enterprise_credit, affiliation]
value:    {title: 评定年度, title_en: year evaluated, unit: year}
bands:
  grade_d:
    title: 纳税信用D级
    title_en: Credit grade D
    levels:
      enterprise:
        invoice_increase: block
        invoice_limit: block
        digital_quota: block
        INV: legal_rep
        REFUND: legal_rep
        PREF: approval
      person:
        '*': remind
wording:
  zh: '{who}{value}年度纳税信用为D级，按D级管理：限量领用发票，法定代表人须实名验证。'
  en: '{who} has credit grade D for {value} and is managed accordingly: invoices are limited and the legal representative must be verified in person.'
wording_for:
  person:
    zh: '{who}是{value}年度纳税信用D级企业的直接责任人员，其登记或负责经营的其他纳税人将受限制。'
    en: '{who} is directly responsible for an enterprise with credit grade D for {value}; other taxpayers that he registers or runs will be restricted.'
facts:
  zh: '{value}年度纳税信用为D级，评价日期{graded_on}，直接判级情形{direct_code}。'
  en: 'Credit grade D for {value}, graded on {graded_on}; rule that gave D at once: {direct_code}.'
push:     [C, G]
clears:
  zh: 新的评价等级或信用修复结果到达。
  en: A new grade or the result of a repair arrives.
basis:    《纳税信用管理办法（试行）》（国家税务总局公告2014年第40号）第三十二条
owner:    纳税服务科
why: |
  The grade of the latest year that has one decides, and of that year the one given last: a repair
  ends the D.  M is a grade; a year without evaluation is none, and the year before stands.  Where
  both bureaus gave different grades for one year on one day, the better one counts.  Directly
  responsible is whom the case documents name (role 13) and who still is it; he is reminded here,
  and held back elsewhere only by M08.
*/
WITH ranked AS (
    SELECT
        enterprise_id,
        credit_year,
        grade,
        direct_code,
        graded_on,
        grade_id,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id
            ORDER BY
                credit_year DESC,
                graded_on DESC,
                CASE grade WHEN 'D' THEN 1 ELSE 0 END,
                bureau DESC,
                grade_id
        ) AS place
    FROM enterprise_credit
    WHERE graded_on <= :as_of
),
graded AS (
    SELECT enterprise_id, credit_year, direct_code, graded_on, grade_id
    FROM ranked
    WHERE place = 1
      AND grade = 'D'
),
reached AS (
    SELECT enterprise_id, 'enterprise:' || enterprise_id AS acted_on_key
    FROM graded
    UNION
    SELECT g.enterprise_id, 'person:' || a.person_id AS acted_on_key
    FROM graded AS g
    JOIN affiliation AS a ON a.enterprise_id = g.enterprise_id
    WHERE a.role = '13'
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
)
SELECT
    'enterprise:' || g.enterprise_id AS subject_id,
    r.acted_on_key AS acted_on_id,
    g.credit_year AS value,
    'grade_d' AS band,
    g.direct_code,
    g.graded_on,
    g.grade_id
FROM graded AS g
JOIN reached AS r ON r.enterprise_id = g.enterprise_id
