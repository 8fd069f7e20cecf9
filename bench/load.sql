-- The facts behind eight hard indicators as an administration's own tables keep them, normalised,
-- with an index for each question: :persons persons, :enterprises enterprises.
CREATE SCHEMA facts;
SET search_path = facts;

CREATE TABLE affiliation AS
SELECT n % :persons AS person_id, n % :enterprises AS enterprise_id,
    (ARRAY['01', '02', '03', '04', '05'])[1 + n % 5] AS role, DATE '2015-01-01' AS valid_from,
    CASE WHEN n % 9 = 0 THEN DATE '2016-12-31' END AS until
FROM generate_series(1, 5 * :enterprises) AS n;
CREATE INDEX ON affiliation (person_id, enterprise_id, role);
CREATE INDEX ON affiliation (enterprise_id, role, person_id);

CREATE TABLE police_case AS
SELECT n AS case_no, CASE n % 2 WHEN 0 THEN 'person' ELSE 'enterprise' END AS kind,
    (n * 37) % :enterprises AS subject_id, '205' AS crime,
    CASE WHEN n % 3 = 0 THEN DATE '2017-06-01' END AS ended_on
FROM generate_series(1, :enterprises / 20) AS n;
CREATE INDEX ON police_case (kind, subject_id) WHERE ended_on IS NULL;

CREATE TABLE inspection_case AS
SELECT n AS case_no, (n * 41) % :enterprises AS enterprise_id,
    CASE WHEN n % 4 = 0 THEN DATE '2017-06-01' END AS ended_on
FROM generate_series(1, :enterprises / 20) AS n;
CREATE INDEX ON inspection_case (enterprise_id) WHERE ended_on IS NULL;

CREATE TABLE tax_due AS
SELECT n AS voucher, n % :enterprises AS enterprise_id, 100 + n % 90000 AS amount,
    DATE '2017-01-15' + (n % 240) AS due_on,
    CASE WHEN n % 25 <> 0 THEN DATE '2017-08-01' END AS paid_on
FROM generate_series(1, 12 * :enterprises) AS n;
CREATE INDEX ON tax_due (enterprise_id, due_on) WHERE paid_on IS NULL;

CREATE TABLE period_due AS
SELECT n % :enterprises AS enterprise_id, DATE '2017-01-15' + (n % 240) AS due_on,
    CASE WHEN n % 40 <> 0 THEN DATE '2017-08-01' END AS filed_on
FROM generate_series(1, 24 * :enterprises) AS n;
CREATE INDEX ON period_due (enterprise_id, due_on) WHERE filed_on IS NULL;

CREATE TABLE status AS
SELECT n AS enterprise_id, CASE WHEN n % 30 = 0 THEN 'non_normal' ELSE 'normal' END AS state,
    DATE '2016-01-01' AS valid_from
FROM generate_series(0, :enterprises - 1) AS n;
CREATE INDEX ON status (enterprise_id, state);

CREATE TABLE watch AS
SELECT CASE n % 2 WHEN 0 THEN 'person' ELSE 'enterprise' END AS kind,
    (n * 43) % :enterprises AS subject_id, DATE '2018-08-18' AS until
FROM generate_series(1, :enterprises / 30) AS n;
CREATE INDEX ON watch (kind, subject_id);

CREATE TABLE blacklist AS
SELECT (n * 47) % :enterprises AS enterprise_id, DATE '2017-01-01' AS published_on
FROM generate_series(1, :enterprises / 50) AS n;
CREATE INDEX ON blacklist (enterprise_id);

CREATE TABLE violation AS
SELECT n % :enterprises AS enterprise_id,
    CASE WHEN n % 10 <> 0 THEN DATE '2017-06-01' END AS ended_on
FROM generate_series(1, :enterprises) AS n;
CREATE INDEX ON violation (enterprise_id) WHERE ended_on IS NULL;

CREATE TABLE item (code TEXT PRIMARY KEY, item_group TEXT);
CREATE TABLE rule (indicator TEXT, item_group TEXT, strictness INT);
INSERT INTO rule VALUES
    ('M01', 'INV', 4), ('M01', 'INV-AUTH', 4), ('M01', 'DEREG', 4), ('M01', '*', 3),
    ('M02', 'DEREG', 4), ('M02', 'INV-AUTH', 2), ('M09', 'CERT-NA', 4), ('M09', 'INV', 2),
    ('M07', 'INV', 4), ('M07', '*', 1), ('M11', 'INV', 2), ('M12', 'INV', 4), ('M15', '*', 3),
    ('M16', 'DEREG', 4);
CREATE INDEX ON rule (indicator);
