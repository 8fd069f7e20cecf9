-- Looks at a person or an enterprise without a deed or an alert behind them.
-- Placeholders: looks, no_ground (actions), since, until (moments, the latter excluded),
-- zone, before, after (days).
SELECT look.id
FROM trace_trace AS look
JOIN offices_officer AS looker ON looker.id = look.officer_id
CROSS JOIN LATERAL (
    SELECT array_agg(about) AS keys
    FROM (
        SELECT look.about AS about
        UNION ALL
        SELECT 'enterprise:' || one.enterprise_id FROM people_affiliation AS one
        WHERE look.about LIKE 'person:%%' AND one.person_id = substr(look.about, 8)
        UNION ALL
        SELECT 'person:' || one.person_id FROM people_affiliation AS one
        WHERE look.about LIKE 'enterprise:%%' AND one.enterprise_id = substr(look.about, 12)
    ) AS affiliated
) AS near
WHERE look.action = ANY (%(looks)s)
  AND look.outcome = 'done'
  AND look.at >= %(since)s AND look.at < %(until)s
  AND (look.about LIKE 'person:%%' OR look.about LIKE 'enterprise:%%')
  AND NOT EXISTS (
    SELECT 1 FROM trace_trace AS deed
    WHERE deed.officer_id = look.officer_id
      AND deed.about = ANY (near.keys)
      AND deed.outcome = 'done'
      AND deed.action <> ALL (%(no_ground)s)
      AND CASE
          WHEN deed.place LIKE 'hall:%%'
          THEN (deed.at AT TIME ZONE %(zone)s)::date = (look.at AT TIME ZONE %(zone)s)::date
          ELSE deed.at BETWEEN look.at - make_interval(days => %(before)s)
               AND look.at + make_interval(days => %(after)s)
          END
  )
  AND NOT EXISTS (
    SELECT 1 FROM risk_alert AS alert
    JOIN risk_alert_offices AS sent_to ON sent_to.alert_id = alert.id
    WHERE alert.subject = ANY (near.keys)
      AND sent_to.office_id = looker.office_id
      AND alert.first_seen <= look.at
      AND (alert.closed_at IS NULL OR alert.closed_at >= look.at)
  )
