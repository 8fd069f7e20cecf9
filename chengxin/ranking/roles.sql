/*
Which person and which enterprise are tied on the day, and by which role most strongly.

:roles are codes, :weights theirs (0 to 1); a role without a weight ties nobody.  An investor's
counts by his share, of which half is taken where it is not known.
*/
WITH tied AS (
    SELECT
        person_id,
        enterprise_id,
        role,
        CAST(:weights[LIST_POSITION(:roles, role)] AS DOUBLE)
            * CASE WHEN role = '06' THEN CAST(COALESCE(share, 0.5) AS DOUBLE) ELSE 1 END AS weight
    FROM affiliation
    WHERE LIST_CONTAINS(:roles, role)
      AND (valid_from IS NULL OR valid_from <= :day)
      AND (until IS NULL OR until >= :day)
)
SELECT
    'person:' || person_id AS person,
    'enterprise:' || enterprise_id AS enterprise,
    MAX(weight) AS weight,
    ARG_MAX(role, (weight, role)) AS role
FROM tied
WHERE weight > 0
GROUP BY person_id, enterprise_id
ORDER BY person_id, enterprise_id
