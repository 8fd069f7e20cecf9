"""What makes a person comparable with a record that has no number: tokens, never the words.

    name ──▶ the name · its sound (pinyin without tones) · the name with one character dropped
    birth ──▶ the day · the day with one part left open        phone, address ──▶ as written

Two tokens are alike exactly when what they stand for is; nothing else can be read from them
(`docs/decisions/0015-who-is-who.md`).  Names and births come again and again, so that each is
turned into tokens once.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from chengxin.lake.engine import PARQUET, DuckDB, literal

TABLE = "person_trait"


@dataclass(frozen=True)
class Traits:
    """The traits that one delivery tells of, staged beside its rows and stored with them."""

    source: str
    delivery_id: str
    delivered_on: date
    everything: bool
    rows: Path
    count: int
    table: str = TABLE
    beside: tuple[Traits, ...] = ()


def stage(
    engine: DuckDB,
    persons: str,
    path: Path,
    *,
    source: str,
    delivery_id: str,
    day: date,
    everything: bool,
) -> Traits:
    """Write the traits of `persons`, a SELECT of person_id, name, born, phone, address and line.

    A person whom the delivery names more than once is as its last line has him.
    """
    run = engine.connection.execute
    run(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT person_id, normal_name(name) AS name, born, "
        f"phone, normal_address(address) AS address, line FROM ({persons}) "
        "QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY line DESC) = 1"
    )
    _learn_sounds(engine)
    run(
        "CREATE OR REPLACE TEMP TABLE told_names AS "
        "SELECT name, trait('name', name) AS token, trait('sound', sound) AS sound, "
        "list_transform(near_names(name), lambda part: trait('near', part)) AS near "
        "FROM (SELECT name, string_agg(coalesce(s.sound, c.character), ' ' ORDER BY place) AS sound"
        " FROM (SELECT name, unnest(string_split(name, '')) AS character,"
        " unnest(range(1, length(name) + 1)) AS place"
        " FROM (SELECT DISTINCT name FROM told WHERE name IS NOT NULL)) AS c"
        " LEFT JOIN sounds AS s ON s.character = c.character GROUP BY name)"
    )
    run(
        "CREATE OR REPLACE TEMP TABLE told_births AS "
        "SELECT born, trait('birth', born) AS token, "
        "list_transform(near_births(born), lambda part: trait('birth', part)) AS near "
        "FROM (SELECT DISTINCT born FROM told WHERE born IS NOT NULL)"
    )
    [(count,)] = run(
        f"COPY (SELECT t.person_id, {literal(source)} AS told_by, n.token AS name, n.sound, "
        "n.near AS name_near, b.token AS born, b.near AS born_near, "
        "CASE WHEN length(t.phone) >= 7 THEN trait('phone', t.phone) END AS phone, "
        "trait('address', t.address) AS address, "
        "trait('building', building_of(t.address)) AS building, "
        f"{literal(source)} AS source, {literal(delivery_id)} AS delivery_id, "
        f"DATE '{day.isoformat()}' AS delivered_on, t.line "
        "FROM told AS t JOIN told_names AS n ON n.name = t.name "
        "LEFT JOIN told_births AS b ON b.born = t.born ORDER BY t.person_id) "
        f"TO {literal(str(path))} ({PARQUET})"
    ).fetchall()
    for table in ("told", "told_names", "told_births", "sounds"):
        run(f"DROP TABLE IF EXISTS {table}")
    return Traits(source, delivery_id, day, everything, path, int(count))


def _learn_sounds(engine: DuckDB) -> None:
    """How each character of the names is read, without its tone; its commonest reading."""
    run = engine.connection.execute
    characters = run(
        "SELECT DISTINCT unnest(string_split(name, '')) AS character FROM told "
        "WHERE name IS NOT NULL ORDER BY character"
    ).fetchall()
    run("CREATE OR REPLACE TEMP TABLE sounds (character VARCHAR, sound VARCHAR)")
    if characters:
        sounds = [
            (character, lazy_pinyin(character, style=Style.NORMAL)[0])
            for (character,) in characters
        ]
        run(
            "INSERT INTO sounds SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [[character for character, _ in sounds], [sound for _, sound in sounds]],
        )
