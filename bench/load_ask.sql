-- "May this person do these items for this enterprise, now?", asked of the facts themselves.
WITH bound AS (
    SELECT person_id FROM facts.affiliation
    WHERE enterprise_id = %(enterprise)s AND role = '01' AND (until IS NULL OR until > %(day)s)
    UNION SELECT %(person)s
),
hit AS (
    SELECT 'M01' AS indicator FROM facts.police_case
    WHERE kind = 'enterprise' AND subject_id = %(enterprise)s AND ended_on IS NULL
    UNION ALL
    SELECT 'M01' FROM facts.police_case JOIN bound ON subject_id = person_id
    WHERE kind = 'person' AND ended_on IS NULL
    UNION ALL
    SELECT 'M02' FROM facts.inspection_case
    WHERE enterprise_id = %(enterprise)s AND ended_on IS NULL
    UNION ALL
    SELECT 'M09' FROM facts.tax_due
    WHERE enterprise_id = %(enterprise)s AND paid_on IS NULL AND due_on < %(day)s
    GROUP BY enterprise_id HAVING sum(amount) > 2000
    UNION ALL
    SELECT 'M11' FROM facts.period_due
    WHERE enterprise_id = %(enterprise)s AND filed_on IS NULL AND due_on < %(day)s
    UNION ALL
    SELECT 'M07' FROM facts.status WHERE enterprise_id = %(enterprise)s AND state = 'non_normal'
    UNION ALL
    SELECT 'M15' FROM facts.watch
    WHERE kind = 'enterprise' AND subject_id = %(enterprise)s AND until > %(day)s
    UNION ALL
    SELECT 'M15' FROM facts.watch JOIN bound ON subject_id = person_id
    WHERE kind = 'person' AND until > %(day)s
    UNION ALL
    SELECT 'M12' FROM facts.blacklist WHERE enterprise_id = %(enterprise)s
    UNION ALL
    SELECT 'M16' FROM facts.violation WHERE enterprise_id = %(enterprise)s AND ended_on IS NULL
)
SELECT item.code, max(rule.strictness)
FROM (SELECT DISTINCT indicator FROM hit) AS hits
JOIN facts.rule USING (indicator)
JOIN facts.item ON rule.item_group IN (item.item_group, '*')
GROUP BY item.code
