-- What becomes of the scored pairs.
-- Levels: name 3 same, 2 sounds the same, 1 one character off, 0 other;
-- born 2 same, 1 one part off, 0 other; phone 1 same, 0 other; address 2 same, 1 building, 0 other;
-- -1 where one side says nothing.

CREATE TABLE pairs AS
SELECT record_id, person_id, bits, name, born, phone, address
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY record_id, person_id ORDER BY bits DESC, name DESC, unique_id
        ) AS place
    FROM scored
)
WHERE place = 1;

-- Worth a look: a name that could be his; another name only when birth and home or phone agree.
-- Whoever was judged to be different is no candidate any more.
CREATE TABLE candidates AS
SELECT
    *,
    row_number() OVER (PARTITION BY record_id ORDER BY bits DESC, person_id) AS place,
    bits - lead(bits) OVER (PARTITION BY record_id ORDER BY bits DESC, person_id) AS ahead
FROM pairs
WHERE bits >= getvariable('ask_at')
    AND (name >= 1 OR (born = 2 AND (phone = 1 OR address = 2)))
    AND (born >= 1 OR phone = 1 OR address >= 1)
    AND NOT EXISTS (
        SELECT 1 FROM judgements AS j
        WHERE j.record_id = pairs.record_id AND j.person_id = pairs.person_id
            AND j.verdict = 'different'
    );

-- Sure enough to be joined without a person: the very same name, and more than the name.  A twin shares
-- birth, home and telephone and may have a name that sounds the same; so who only sounds the same
-- is asked about.  So is who has a namesake among the candidates whom nothing contradicts: two of
-- one name may share a home, and one of them be better known.
CREATE TABLE joined AS
SELECT c.*
FROM candidates AS c
WHERE c.place = 1
    AND c.bits >= getvariable('join_at')
    AND (c.ahead IS NULL OR c.ahead >= getvariable('ahead'))
    AND c.name = 3
    AND (c.born = 2 OR c.phone = 1 OR c.address = 2)
    AND c.born <> 0
    AND (c.phone = 0)::INTEGER + (c.address = 0)::INTEGER + (c.born = 1)::INTEGER <= 1
    AND NOT EXISTS (
        SELECT 1
        FROM candidates AS o
        WHERE o.record_id = c.record_id AND o.person_id <> c.person_id
            AND o.name = 3 AND o.born <> 0 AND o.phone <> 0 AND o.address <> 0
    );

CREATE TABLE decided AS
WITH judged AS (
    SELECT record_id, person_id
    FROM judgements
    WHERE verdict = 'same'
    QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY judged_at DESC, person_id) = 1
)
SELECT
    r.unique_id AS record_id,
    coalesce(j.person_id, m.person_id) AS person_id,
    CASE WHEN j.person_id IS NOT NULL THEN 'judged' ELSE 'matched' END AS rule,
    p.bits,
    p.name,
    p.born,
    p.phone,
    p.address
FROM records AS r
LEFT JOIN judged AS j ON j.record_id = r.unique_id
LEFT JOIN joined AS m ON m.record_id = r.unique_id
LEFT JOIN pairs AS p
    ON p.record_id = r.unique_id AND p.person_id = coalesce(j.person_id, m.person_id)
WHERE coalesce(j.person_id, m.person_id) IS NOT NULL;

CREATE MACRO confidence(bits) AS CAST(1 / (1 + power(2, -bits / 100.0)) AS DECIMAL(7, 6));
CREATE MACRO name_word(level) AS
    CASE level WHEN 3 THEN 'same' WHEN 2 THEN 'sound' WHEN 1 THEN 'near' WHEN 0 THEN 'other' END;
CREATE MACRO born_word(level) AS
    CASE level WHEN 2 THEN 'same' WHEN 1 THEN 'near' WHEN 0 THEN 'other' END;
CREATE MACRO phone_word(level) AS CASE level WHEN 1 THEN 'same' WHEN 0 THEN 'other' END;
CREATE MACRO address_word(level) AS
    CASE level WHEN 2 THEN 'same' WHEN 1 THEN 'building' WHEN 0 THEN 'other' END;

CREATE TABLE resolution AS
SELECT
    d.record_id,
    d.person_id,
    d.rule,
    CASE d.rule WHEN 'judged' THEN CAST(1 AS DECIMAL(7, 6)) ELSE confidence(d.bits) END AS confidence,
    name_word(d.name) AS name_agrees,
    born_word(d.born) AS born_agrees,
    phone_word(d.phone) AS phone_agrees,
    address_word(d.address) AS address_agrees,
    t.told_by,
    t.delivery_id,
    t.delivered_on,
    t.line
FROM decided AS d
JOIN traits AS t ON t.person_id = d.record_id
ORDER BY d.record_id;

CREATE TABLE unsure_pair AS
SELECT
    c.record_id,
    c.person_id,
    confidence(c.bits) AS confidence,
    name_word(c.name) AS name_agrees,
    born_word(c.born) AS born_agrees,
    phone_word(c.phone) AS phone_agrees,
    address_word(c.address) AS address_agrees
FROM candidates AS c
WHERE c.place <= 5
    AND NOT EXISTS (SELECT 1 FROM decided AS d WHERE d.record_id = c.record_id)
ORDER BY c.record_id, c.person_id;
