/*
code:     M08
title:    非正常户、走逃户、D级企业直接责任人员关联
title_en: Directly responsible person of a non-normal, absconded or D enterprise
subject:  [person]
reach:    ['01', '02', '03', '04', '06', '13']
reads:    [non_normal_state, lost_enterprise, enterprise_credit, affiliation, enterprise]
value:    {title: 关联问题企业户数, title_en: such enterprises, unit: enterprise}
params:
  min_share:     {title: 最低投资比例, title_en: Least share of an investor, default: 0.25, min: 0.01, max: 1, unit: fraction}
  with_handlers: {title: 是否含办税人员、领票人员（1为是）, title_en: Whether tax handlers and invoice collectors count (1 is yes), default: 0, min: 0, max: 1, unit: choice}
  grade_years:   {title: 直接判D级回溯年度, title_en: Years evaluated back in which a direct D counts, default: 2, min: 1, max: 5, unit: year}
  new_months:    {title: 新办户期限, title_en: Months in which a household is new, default: 12, min: 1, max: 36, unit: month}
bands:
  linked:
    title: 关联其他企业
    title_en: Linked to another enterprise
    levels:
      enterprise:
        INV: legal_rep
        INV-AUTH: legal_rep
      person: &person
        '*': remind
  new_household:
    title: 关联新办户
    title_en: Linked to a new household
    levels:
      enterprise:
        invoice_type: block
        INV: legal_rep
        INV-AUTH: legal_rep
      person: *person
wording:
  zh: '{who}关联的企业为非正常户（走逃或直接判为D级），请先到原主管税务机关办结；名下其他纳税人须法定代表人现场核实后限量领用发票。'
  en: '{who} is linked to an enterprise that is non-normal, absconded or graded D at once; settle it at its own tax authority first; other taxpayers under this name get limited invoices after their legal representative was verified in person.'
wording_for:
  enterprise:
    zh: '{who}的法定代表人或财务负责人关联的企业为非正常户（走逃或直接判为D级），请先到原主管税务机关办结，{items}须法定代表人现场核实，限量领用发票；新办户首次票种核定暂不办理。'
    en: 'The legal representative or finance officer of {who} is linked to an enterprise that is non-normal, absconded or graded D at once; settle it at its own tax authority first. {items} needs the legal representative in person, invoices are limited; the first invoice approval of a new household waits.'
facts:
  zh: '关联非正常户、走逃户或直接判D级企业{value}户：非正常{non_normal}户，走逃{lost}户，D级{grade_d}户。'
  en: 'Linked to {value} such enterprises: {non_normal} non-normal, {lost} absconded, {grade_d} graded D at once.'
push:     [C, G]
informs:  enterprise_ids
clears:
  zh: 原企业办结（非正常、走逃解除）或D级两年期满。
  en: The old enterprise is settled, or the two years of a D are over.
basis:    《纳税信用管理办法（试行）》（国家税务总局公告2014年第40号）第三十二条；纳税信用评价指标040104、040105
owner:    纳税服务科
why: |
  Who left one enterprise unsettled should not draw invoices under the next name.  He is its legal
  representative, finance officer or an investor of a quarter, or case documents name him as
  directly responsible (13); handlers and collectors only where a bureau sets it.  The enterprise
  is one under M06 or M07, or one that was graded D by a direct code in one of the two years before
  this one; of a year's grades the last given counts, of one day's the lightest, so that a repair
  ends it.  Acted on are the living enterprises beside it in which he is 01 or 02 now; an unknown
  status is a living one, an unknown day of registration no new household.  The first approval is
  the approval of invoice types: it alone waits, the rest asks for the legal representative.  Both
  authorities hear of it: those of the enterprises acted on, and those of the unsettled one.
*/
WITH words AS (
    -- as M07 weighs them: for each registration the newest word
    SELECT
        enterprise_id,
        bureau,
        registration_id,
        delivered_on,
        CASE WHEN lifted_on <= :as_of THEN lifted_on ELSE since END AS said_on,
        non_normal
        AND COALESCE(since <= :as_of, TRUE)
        AND COALESCE(lifted_on > :as_of, TRUE) AS non_normal
    FROM non_normal_state
    WHERE told_by = 'registration' OR since <= :as_of
),
newest AS (
    SELECT
        enterprise_id,
        non_normal,
        RANK() OVER (
            PARTITION BY bureau, registration_id
            ORDER BY delivered_on DESC, COALESCE(said_on, DATE '0001-01-01') DESC
        ) AS place
    FROM words
),
grades AS (
    SELECT
        enterprise_id,
        grade,
        direct_code,
        ROW_NUMBER() OVER (
            PARTITION BY enterprise_id, credit_year
            ORDER BY
                graded_on DESC,
                CASE WHEN grade = 'D' AND direct_code IS NOT NULL THEN 1 ELSE 0 END,
                bureau DESC,
                grade_id
        ) AS place
    FROM enterprise_credit
    WHERE graded_on <= :as_of
      AND credit_year BETWEEN EXTRACT(YEAR FROM :as_of) - :grade_years
        AND EXTRACT(YEAR FROM :as_of) - 1
),
unsettled AS (
    SELECT enterprise_id, 'non_normal' AS state
    FROM newest
    WHERE place = 1
      AND non_normal
    UNION
    SELECT enterprise_id, 'lost' AS state
    FROM lost_enterprise
    WHERE found_on <= :as_of
      AND (lifted_on IS NULL OR lifted_on > :as_of)
    UNION
    SELECT enterprise_id, 'grade_d' AS state
    FROM grades
    WHERE place = 1
      AND grade = 'D'
      AND direct_code IS NOT NULL
),
answerable AS (
    SELECT DISTINCT a.person_id, a.enterprise_id, u.state
    FROM affiliation AS a
    JOIN unsettled AS u ON u.enterprise_id = a.enterprise_id
    WHERE (
            a.role = '01'
            OR a.role = '02'
            OR a.role = '13'
            OR (a.role = '06' AND a.share >= :min_share)
            OR ((a.role = '03' OR a.role = '04') AND :with_handlers = 1)
        )
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
),
held AS (
    SELECT DISTINCT
        a.person_id,
        a.enterprise_id,
        COALESCE(e.registered_on >= :as_of - INTERVAL (:new_months) MONTH, FALSE) AS is_new
    FROM affiliation AS a
    JOIN enterprise AS e ON e.enterprise_id = a.enterprise_id
    WHERE (a.role = '01' OR a.role = '02')
      AND (a.valid_from IS NULL OR a.valid_from <= :as_of)
      AND (a.until IS NULL OR a.until >= :as_of)
      AND COALESCE(e.status NOT IN ('deregistered', 'non_normal_deregistered'), TRUE)
),
links AS (
    SELECT
        n.person_id,
        n.enterprise_id AS linked_id,
        n.state,
        'enterprise:' || h.enterprise_id AS held_key,
        h.is_new
    FROM answerable AS n
    JOIN held AS h ON h.person_id = n.person_id
    WHERE h.enterprise_id <> n.enterprise_id
),
reached AS (
    SELECT person_id, linked_id, state, held_key AS acted_on_key, is_new
    FROM links
    UNION ALL
    SELECT person_id, linked_id, state, 'person:' || person_id AS acted_on_key, is_new
    FROM links
)
SELECT
    'person:' || person_id AS subject_id,
    acted_on_key AS acted_on_id,
    COUNT(DISTINCT linked_id) AS value,
    CASE WHEN BOOL_OR(is_new) THEN 'new_household' ELSE 'linked' END AS band,
    COUNT(DISTINCT linked_id) FILTER (WHERE state = 'non_normal') AS non_normal,
    COUNT(DISTINCT linked_id) FILTER (WHERE state = 'lost') AS lost,
    COUNT(DISTINCT linked_id) FILTER (WHERE state = 'grade_d') AS grade_d,
    ARRAY_AGG(DISTINCT linked_id ORDER BY linked_id) AS enterprise_ids
FROM reached
GROUP BY person_id, acted_on_key
