/*
code:     M10
title:    自然人欠税与阻止出境
title_en: Natural person's arrears or exit ban
subject:  [person]
reach:    ['01']
reads:    [person_arrears_item, person_income_year, exit_restriction, arrears_item, enterprise_person]
value:    {title: 本人未缴税款, title_en: tax that the person himself owes, unit: yuan}
params:
  large_from:   {title: 较大欠税额, title_en: Arrears from which they are large, default: 50000, min: 1, max: 1000000, unit: yuan}
  min_unpaid:   {title: 汇算补税免予办理额, title_en: Reconciled tax up to which nothing is asked for, default: 400, min: 0, max: 10000, unit: yuan}
  min_income:   {title: 汇算补税免予办理的年收入, title_en: Yearly income up to which nothing is asked for, default: 120000, min: 0, max: 1000000, unit: yuan}
  first_year:   {title: 汇算起始年度, title_en: First year that is reconciled, default: 2019, min: 2019, max: 2100, unit: year}
  counted_from: {title: 次年起算月份, title_en: Month of the next year from which a year counts, default: 7, min: 1, max: 12, unit: month}
bands:
  owing_50k:
    title: 本人欠税五万元以上
    title_en: Owing 50,000 yuan or more
    levels: &large
      person:
        CERT-NA: block
        INV-AUTH: legal_rep
        NAT: remind
        CERT: remind
        person_report: remind
  represents_owing:
    title: 任法定代表人的企业欠税五万元以上
    title_en: Representing an enterprise that owes 50,000 yuan or more
    levels: *large
    wording:
      zh: '{who}任法定代表人的企业欠税{enterprise_owed:,.2f}元，请缴清。'
      en: 'An enterprise that {who} legally represents owes {enterprise_owed:,.2f} yuan of tax; please pay.'
  exit_ban:
    title: 阻止出境
    title_en: May not leave the country
    levels: &small
      person:
        CERT-NA: block
        NAT: remind
        CERT: remind
        person_report: remind
    wording:
      zh: '{who}因未结清税款被阻止出境，请缴清税款或提供担保。'
      en: '{who} may not leave the country because of unpaid tax; please pay or give security.'
  owing:
    title: 本人欠税
    title_en: Owing
    levels: *small
  undecided:
    title: 资料不全
    title_en: Undecided
wording:
  zh: '{who}有未缴税款{value:,.2f}元（含个人所得税汇算补税），请缴清。'
  en: '{who} has unpaid tax of {value:,.2f} yuan (annual reconciliation of income tax included); please pay.'
facts:
  zh: '本人到期未缴{owed:,.2f}元，汇算应补未补{reconciled:,.2f}元，任法定代表人的企业欠税{enterprise_owed:,.2f}元，阻止出境{bans}件。'
  en: 'Owes {owed:,.2f} yuan past its due day and {reconciled:,.2f} yuan of annual reconciliation; enterprises represented owe {enterprise_owed:,.2f} yuan; {bans} exit bans.'
push:     [C, G, S]
clears:
  zh: 缴清，或撤销阻止出境。
  en: Paid, or the ban is lifted.
basis:    《税收征收管理法》第四十四条；《个人所得税法》第十一条；纳税信用评价指标010107（2025年版）
owner:    征收管理科
why: |
  What a natural person owes in his own name: tax (not surcharge or fine) past its due day, at both
  bureaus, and what the annual reconciliation still asks for.  That exists from the income year 2019,
  counts from 1 July of the following year, and nothing is asked for up to 400 yuan or with an income
  up to 120,000.  Who represents an enterprise that owes a lot can be kept from leaving as well.  His
  own arrears and an enterprise's are not added up, nor are those of two enterprises: the lighter
  reading.  Reminders are of personal matters alone; whoever owes a lot needs the representative when
  he handles an approval of invoices.  The band is the first of those above that holds.  Undecided
  where the amount past a due day, or what a reconciliation depends on, is not told.
*/
WITH own AS (
    SELECT
        person_id,
        COALESCE(SUM(amount), 0) AS owed,
        MIN(due_on) AS oldest_due_on
    FROM person_arrears_item
    WHERE kind = 'tax'
      AND due_on < :as_of
      AND (paid_on IS NULL OR paid_on > :as_of)
    GROUP BY person_id
),
years AS (
    SELECT
        person_id,
        COALESCE(due, 0) - COALESCE(paid, 0) AS unpaid,
        COALESCE(income, 0) AS income,
        unknown_rows,
        unknown_due,
        unknown_paid
    FROM person_income_year
    WHERE tax_year >= :first_year
      AND tax_year < EXTRACT(YEAR FROM :as_of)
        - CASE WHEN EXTRACT(MONTH FROM :as_of) >= :counted_from THEN 0 ELSE 1 END
),
years_decided AS (
    -- what is not told only raises an income or a tax due; what was paid can settle everything
    SELECT
        person_id,
        unpaid,
        unpaid > :min_unpaid AND income > :min_income AND unknown_paid = 0 AS is_asked_for,
        (income <= :min_income AND unknown_rows = 0)
        OR (unpaid <= :min_unpaid AND unknown_due = 0) AS is_free
    FROM years
),
reconciliation AS (
    SELECT
        person_id,
        COALESCE(SUM(unpaid) FILTER (WHERE is_asked_for), 0) AS reconciled
    FROM years_decided
    WHERE NOT is_free
    GROUP BY person_id
),
owing_enterprises AS (
    SELECT enterprise_id, SUM(amount) AS owed
    FROM arrears_item
    WHERE kind = 'tax'
      AND due_on < :as_of
      AND (paid_on IS NULL OR paid_on > :as_of)
    GROUP BY enterprise_id
    HAVING SUM(amount) >= :large_from
),
represented AS (
    SELECT DISTINCT p.person_id, p.enterprise_id, e.owed
    FROM enterprise_person AS p
    JOIN owing_enterprises AS e ON e.enterprise_id = p.enterprise_id
    WHERE p.role = '01'
      AND (p.valid_from IS NULL OR p.valid_from <= :as_of)
      AND (p.until IS NULL OR p.until >= :as_of)
),
represents AS (
    SELECT
        person_id,
        SUM(owed) AS enterprise_owed,
        ARRAY_AGG(enterprise_id ORDER BY enterprise_id) AS enterprise_ids
    FROM represented
    GROUP BY person_id
),
banned AS (
    SELECT person_id, COUNT(*) AS bans, MIN(valid_from) AS banned_since
    FROM exit_restriction
    WHERE valid_from <= :as_of
      AND (until IS NULL OR until >= :as_of)
      AND (lifted_on IS NULL OR lifted_on > :as_of)
    GROUP BY person_id
),
persons AS (
    SELECT person_id FROM own
    UNION
    SELECT person_id FROM reconciliation
    UNION
    SELECT person_id FROM represents
    UNION
    SELECT person_id FROM banned
)
SELECT
    'person:' || p.person_id AS subject_id,
    'person:' || p.person_id AS acted_on_id,
    CAST(COALESCE(o.owed, 0) + COALESCE(r.reconciled, 0) AS DECIMAL(18, 2)) AS value,
    CASE
        WHEN COALESCE(o.owed, 0) + COALESCE(r.reconciled, 0) >= :large_from THEN 'owing_50k'
        WHEN e.person_id IS NOT NULL THEN 'represents_owing'
        WHEN b.person_id IS NOT NULL THEN 'exit_ban'
        WHEN COALESCE(o.owed, 0) + COALESCE(r.reconciled, 0) > 0 THEN 'owing'
        ELSE 'undecided'
    END AS band,
    CAST(COALESCE(o.owed, 0) AS DECIMAL(18, 2)) AS owed,
    o.oldest_due_on,
    CAST(COALESCE(r.reconciled, 0) AS DECIMAL(18, 2)) AS reconciled,
    CAST(COALESCE(e.enterprise_owed, 0) AS DECIMAL(18, 2)) AS enterprise_owed,
    e.enterprise_ids,
    COALESCE(b.bans, 0) AS bans,
    b.banned_since
FROM persons AS p
LEFT JOIN own AS o ON o.person_id = p.person_id
LEFT JOIN reconciliation AS r ON r.person_id = p.person_id
LEFT JOIN represents AS e ON e.person_id = p.person_id
LEFT JOIN banned AS b ON b.person_id = p.person_id
