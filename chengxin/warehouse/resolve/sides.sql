-- The two sides that are compared, from `traits` (the lake's person_trait).

-- Records without a usable number, one row each.
CREATE TABLE records AS
SELECT
    person_id AS unique_id,
    name,
    sound,
    name_near,
    born,
    born_near,
    CASE WHEN phone IS NOT NULL THEN [phone] END AS phones,
    CASE WHEN address IS NOT NULL THEN [address] END AS addresses,
    CASE WHEN building IS NOT NULL THEN [building] END AS buildings
FROM traits
WHERE starts_with(person_id, 'u');

-- Persons: one row for each name that any source gives a person (a former name is still his), with
-- all his phones and addresses.
CREATE TABLE everyone AS
WITH persons AS (
    SELECT * FROM traits WHERE starts_with(person_id, 'p')
),
whole AS (
    SELECT
        person_id,
        max(born) AS born,
        arg_max(born_near, born) AS born_near,
        list(DISTINCT phone ORDER BY phone) FILTER (WHERE phone IS NOT NULL) AS phones,
        list(DISTINCT address ORDER BY address) FILTER (WHERE address IS NOT NULL) AS addresses,
        list(DISTINCT building ORDER BY building) FILTER (WHERE building IS NOT NULL) AS buildings
    FROM persons
    GROUP BY person_id
),
named AS (
    SELECT person_id, name, any_value(sound) AS sound, any_value(name_near) AS name_near
    FROM persons
    GROUP BY person_id, name
)
SELECT
    n.person_id || '/' || row_number() OVER (PARTITION BY n.person_id ORDER BY n.name) AS unique_id,
    n.person_id,
    n.name,
    n.sound,
    n.name_near,
    w.born,
    w.born_near,
    w.phones,
    w.addresses,
    w.buildings
FROM named AS n
JOIN whole AS w ON w.person_id = n.person_id;

-- How common each name is, among everyone.
CREATE TABLE name_frequencies AS
SELECT name, count(*) / (SELECT count(*) FROM everyone) AS tf_name
FROM everyone
GROUP BY name;

-- Only persons who share more than a name with some record need to be scored.
CREATE TABLE persons AS
WITH shared AS (
    SELECT e.unique_id
    FROM (SELECT unique_id, unnest(phones) AS phone FROM everyone) AS e
    JOIN (SELECT DISTINCT unnest(phones) AS phone FROM records) AS r ON r.phone = e.phone
    UNION
    SELECT e.unique_id
    FROM (SELECT unique_id, unnest(addresses) AS address FROM everyone) AS e
    JOIN (SELECT DISTINCT unnest(addresses) AS address FROM records) AS r ON r.address = e.address
    UNION
    SELECT e.unique_id
    FROM (SELECT unique_id, name, unnest(buildings) AS building FROM everyone) AS e
    JOIN (SELECT DISTINCT name, unnest(buildings) AS building FROM records) AS r
        ON r.building = e.building AND r.name = e.name
    UNION
    SELECT e.unique_id
    FROM (SELECT unique_id, name, unnest(born_near) AS born FROM everyone) AS e
    JOIN (SELECT DISTINCT name, unnest(born_near) AS born FROM records) AS r
        ON r.born = e.born AND r.name = e.name
    UNION
    SELECT e.unique_id
    FROM everyone AS e
    JOIN (SELECT DISTINCT sound, born FROM records) AS r ON r.sound = e.sound AND r.born = e.born
    UNION
    SELECT e.unique_id
    FROM (SELECT unique_id, born, unnest(name_near) AS part FROM everyone) AS e
    JOIN (SELECT DISTINCT born, unnest(name_near) AS part FROM records) AS r
        ON r.born = e.born AND r.part = e.part
)
SELECT e.*
FROM everyone AS e
JOIN shared AS s ON s.unique_id = e.unique_id
ORDER BY e.unique_id;
