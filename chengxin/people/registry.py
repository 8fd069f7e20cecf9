"""What the deliveries say of persons and enterprises, brought into PostgreSQL set-wise.

    identities of a delivery ──remember──▶ Person   (names, numbers, phones: sealed, here only)
    records without a number ──remember_unidentified──▶ Unidentified   (likewise)
    words that may name anybody ──remember_words──▶ Wording   (likewise; forget_words deletes)
    warehouse of a night ──take_over──▶ Enterprise, Registration, Affiliation, Jurisdiction, Office,
                                        UnsurePair

Both can be run again and change nothing then.  Rows are copied into a temporary table and merged
from there; only what differs is written.
"""

# ruff: noqa: S608 (table and column names are this module's own)

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import connection, transaction
from django.utils.timezone import localdate

from chengxin.core.keys import Keys
from chengxin.lake.engine import DuckDB, within_memory
from chengxin.people import names
from chengxin.people.models import TakenOver, Wording
from chengxin.warehouse import build

BATCH = 20_000

Row = tuple[Any, ...]


def remember(identities: Path) -> int:
    """Keep the persons that a delivery names; the number of them that were new or changed.

    `identities` is the Parquet file of a reading.  A name or phone from a later delivery replaces
    the earlier one, and one that tells none leaves it; an earlier delivery that comes late changes
    nothing.
    """
    changed = 0
    for batch in pq.ParquetFile(identities).iter_batches(BATCH):
        changed += _remember(batch.to_pylist())
    return changed


def remember_unidentified(records: Path) -> int:
    """Keep how a delivery describes those whom it gives no usable number; the records written.

    `records` is the Parquet file of a reading.  A later delivery replaces the description.
    """
    keys, written = Keys.load(), 0
    parts = ("name", "number", "birth", "phone", "address")
    for batch in pq.ParquetFile(records).iter_batches(BATCH):
        rows = [
            (
                one["record_id"],
                one["source"],
                *(keys.seal(one[part]) if one[part] else None for part in parts),
                one["delivered_on"],
            )
            for one in batch.to_pylist()
        ]
        columns = f"id, source, {', '.join(parts)}, delivered_on"
        others = ", ".join(f"{name} = excluded.{name}" for name in (*parts, "delivered_on"))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT {columns} "
                "FROM people_unidentified LIMIT 0"
            )
            _copy(cursor, "fresh", rows)
            cursor.execute(
                f"INSERT INTO people_unidentified ({columns}) SELECT {columns} FROM fresh "
                f"ORDER BY id ON CONFLICT (id) DO UPDATE SET {others} "
                "WHERE people_unidentified.delivered_on <= excluded.delivered_on"
            )
            written += cursor.rowcount
            cursor.execute("DROP TABLE fresh")
    return written


def remember_words(words: Path) -> int:
    """Keep the words for which the lake has only tokens; the number of them that were new.

    `words` is the Parquet file of a reading.  A token stands for the same words for ever.
    """
    keys, written, today = Keys.load(), 0, localdate()
    for batch in pq.ParquetFile(words).iter_batches(BATCH):
        told = {one["id"]: one["words"] for one in batch.to_pylist()}
        # whoever forgets words meanwhile waits for this, and then leaves them alone
        with transaction.atomic(), connection.cursor() as cursor:
            held = Wording.objects.select_for_update().filter(pk__in=told).order_by("pk")
            known = set(held.values_list("pk", flat=True))
            Wording.objects.filter(pk__in=known, told_on__lt=today).update(told_on=today)
            fresh = [(one, keys.seal(told[one]), today) for one in sorted(set(told) - known)]
            cursor.execute(
                "CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT id, words, told_on "
                "FROM people_wording LIMIT 0"
            )
            _copy(cursor, "fresh", fresh)
            cursor.execute(
                "INSERT INTO people_wording (id, words, told_on) "
                "SELECT id, words, told_on FROM fresh ORDER BY id ON CONFLICT (id) DO NOTHING"
            )
            written += cursor.rowcount
            cursor.execute("DROP TABLE fresh")
    return written


def forget_words(needed: Iterable[Iterable[str]]) -> int:
    """Delete the words that no row has any more; the number of them.

    `needed` are the tokens of all rows that can still be read, in pieces.  Words of a delivery that
    was read yesterday or today stay: its rows may be on their way to the lake.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE needed ON COMMIT DROP AS SELECT id FROM people_wording LIMIT 0"
        )
        for some in needed:
            _copy(cursor, "needed", ((one,) for one in some))
        cursor.execute(
            "DELETE FROM people_wording AS w WHERE w.told_on < %s "
            "AND NOT EXISTS (SELECT FROM needed AS n WHERE n.id = w.id)",
            [localdate() - timedelta(days=1)],
        )
        forgotten: int = cursor.rowcount
        cursor.execute("DROP TABLE needed")
    return forgotten


@within_memory()
def take_over(
    warehouse: Path, day: date, *, afresh: bool = True, engine: DuckDB | None = None
) -> dict[str, int]:
    """Make the registry say what the warehouse says; rows written per table.

    `arrears` of an enterprise are its unpaid tax (yuan) that fell due before `day`, as of that day.
    Unless `afresh`, a table that was taken from the same rows as of the same day is left alone.
    `engine` stays open, and sees these tables from then on.
    """
    own, engine = engine is None, engine or DuckDB()
    written = dict.fromkeys(TAKEN, 0)
    try:
        for name in sorted({name for taken in TAKEN.values() for name in taken.reads}):
            engine.bind(name, warehouse / f"{name}.parquet")
        with transaction.atomic():
            known = {} if afresh else dict(TakenOver.objects.values_list("table", "digest"))
            for table, taken in TAKEN.items():
                digest = taken.digest(warehouse, day)
                if known.get(table) != digest:
                    written[table], left_out = _merge(engine, table, taken, day)
                    told = {"digest": "" if left_out else digest}  # somebody may yet be made known
                    TakenOver.objects.update_or_create(table=table, defaults=told)
            written["spellings"] = names.fill()
    finally:
        if own:
            engine.close()
    return written


@dataclass(frozen=True)
class Taken:
    """What a table of the registry takes from the warehouse, and how its rows are known."""

    key: str
    reads: tuple[str, ...]  # tables of the warehouse
    sql: str  # its column names are those of PostgreSQL
    update: bool = True
    complete: bool = False  # it holds nothing else
    only_if: str = "TRUE"

    def on(self, day: date) -> str:
        """The SELECT as of a day."""
        return self.sql.replace(":day", f"DATE '{day.isoformat()}'")

    def digest(self, warehouse: Path, day: date) -> str:
        """The same rows of the same warehouse files, taken in the same way, have the same one."""
        made = build.made(warehouse)
        told = (self, self.on(day), [made[name].rows for name in self.reads])
        return hashlib.sha256(repr(told).encode()).hexdigest()


KNOWN_PERSON = "EXISTS (SELECT 1 FROM people_person WHERE people_person.id = fresh.person_id)"
KNOWN_RECORD = (
    "EXISTS (SELECT 1 FROM people_unidentified WHERE people_unidentified.id = fresh.record_id)"
)
TAKEN = {
    "offices_office": Taken(
        key="code",
        reads=("jurisdiction",),
        update=False,
        sql="""
            SELECT DISTINCT
                office AS code, office AS name, '' AS name_en, bureau, 'branch' AS level,
                substring(office, 2, 6) AS region
            FROM jurisdiction
        """,
    ),
    "people_enterprise": Taken(
        key="id",
        reads=("enterprise", "arrears_item"),
        sql="""
            SELECT
                e.enterprise_id AS id, coalesce(e.name, '') AS name,
                coalesce(e.credit_code, '') AS credit_code,
                coalesce(e.status, 'normal') AS status,
                coalesce(e.industry, '') AS industry,
                coalesce(sum(a.amount), 0) AS arrears, e.registered_on
            FROM enterprise AS e
            LEFT JOIN arrears_item AS a
                ON a.enterprise_id = e.enterprise_id AND a.kind = 'tax' AND a.due_on < :day
                AND (a.paid_on IS NULL OR a.paid_on > :day)
            GROUP BY ALL
        """,
    ),
    "people_registration": Taken(
        key="bureau, registration_id",
        reads=("enterprise_registration",),
        complete=True,
        sql="""
            SELECT bureau, registration_id, enterprise_id, status, coalesce(office, '') AS office
            FROM enterprise_registration
            WHERE status IS NOT NULL
        """,
    ),
    "people_affiliation": Taken(
        key="person_id, enterprise_id, role",
        reads=("affiliation",),
        complete=True,
        only_if=KNOWN_PERSON,
        sql="""
            SELECT person_id, enterprise_id, role, share, valid_from, until
            FROM affiliation
            WHERE role NOT IN ('09', '13')  -- of case documents: they bind nobody at the counter
            QUALIFY row_number() OVER (
                PARTITION BY person_id, enterprise_id, role
                ORDER BY until DESC NULLS FIRST, valid_from DESC NULLS LAST, share DESC NULLS LAST
            ) = 1
        """,
    ),
    "offices_jurisdiction": Taken(
        key="about, office_id",
        reads=("jurisdiction",),
        complete=True,
        sql="SELECT DISTINCT subject_key AS about, office AS office_id FROM jurisdiction",
    ),
    "people_unsurepair": Taken(
        key="record_id, person_id",
        reads=("unsure_pair",),
        complete=True,
        only_if=f"{KNOWN_PERSON} AND {KNOWN_RECORD}",
        sql="""
            SELECT
                record_id, person_id, confidence, name_agrees, born_agrees, phone_agrees,
                address_agrees
            FROM unsure_pair
        """,
    ),
}


def _remember(told: list[dict[str, Any]]) -> int:
    keys = Keys.load()
    newest: dict[str, dict[str, Any]] = {}
    for one in sorted(told, key=lambda one: (one["delivered_on"], one["phone"] or "")):
        kept = newest.get(one["person_id"], {})
        newest[one["person_id"]] = one | {"phone": one["phone"] or kept.get("phone")}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name_token, phone_token, delivered_on FROM people_person "
            "WHERE id = ANY(%s) FOR UPDATE",
            [list(newest)],
        )
        known = {row[0]: row[1:] for row in cursor.fetchall()}
        fresh = [
            row
            for row in (_person(keys, one) for one in newest.values())
            if _says_more(row, known.get(row[0]))
        ]
        cursor.execute(
            "CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT id, document_kind, name, number, "
            "phone, name_token, phone_token, delivered_on FROM people_person LIMIT 0"
        )
        _copy(cursor, "fresh", fresh)
        cursor.execute(
            "INSERT INTO people_person (id, document_kind, name, number, phone, name_token, "
            "phone_token, delivered_on, state) SELECT fresh.*, 'unseen' FROM fresh ORDER BY id "
            "ON CONFLICT (id) DO UPDATE SET name = coalesce(excluded.name, people_person.name), "
            "name_token = coalesce(nullif(excluded.name_token, ''), people_person.name_token), "
            "number = excluded.number, delivered_on = excluded.delivered_on, "
            "phone = coalesce(excluded.phone, people_person.phone), phone_token = "
            "coalesce(nullif(excluded.phone_token, ''), people_person.phone_token) "
            "WHERE people_person.delivered_on IS NULL "
            "OR people_person.delivered_on <= excluded.delivered_on"
        )
        written: int = cursor.rowcount
        cursor.execute("DROP TABLE fresh")
    return written


def _person(keys: Keys, one: dict[str, Any]) -> Row:
    name, phone = (one["name"] or "").strip(), one["phone"]
    return (
        one["person_id"],
        one["document_kind"],
        keys.seal(name) if name else None,
        keys.seal(one["number"]),
        keys.seal(phone) if phone else None,
        keys.token("name", name) if name else "",
        keys.phone_token(phone) if phone else "",
        one["delivered_on"],
    )


def _says_more(row: Row, known: tuple[str, str, date | None] | None) -> bool:
    """Whether the delivery's word on a person is newer than, and other than, what is known."""
    if known is None or known[2] is None:
        return True
    name_token, phone_token, delivered_on = known
    other = (row[5] and row[5] != name_token) or (row[6] and row[6] != phone_token)
    return bool(row[7] >= delivered_on and other)


def _merge(engine: DuckDB, table: str, taken: Taken, day: date) -> tuple[int, bool]:
    """Make a table of the registry hold what it takes from the warehouse.

    The rows written, and whether some were left out because nobody knows whom they name.
    """
    reader = engine.connection.sql(taken.on(day)).to_arrow_reader(BATCH)
    columns = reader.schema.names
    listed = ", ".join(columns)
    keys = [name.strip() for name in taken.key.split(",")]
    others = [name for name in columns if name not in keys]
    same = " AND ".join(f"{table}.{name} = fresh.{name}" for name in keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0"
        )
        _copy(cursor, "fresh", _rows(reader))
        cursor.execute("ANALYZE fresh")
        if taken.complete:
            cursor.execute(
                f"DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM fresh WHERE {same})"
            )
        action = "NOTHING"
        if taken.update and others:
            new = ", ".join(f"{name} = excluded.{name}" for name in others)
            differs = " OR ".join(
                f"{table}.{name} IS DISTINCT FROM excluded.{name}" for name in others
            )
            action = f"UPDATE SET {new} WHERE {differs}"
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM fresh WHERE {taken.only_if} "
            f"ORDER BY {taken.key} ON CONFLICT ({taken.key}) DO {action}"
        )
        written: int = cursor.rowcount
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM fresh WHERE NOT ({taken.only_if}))")
        [[left_out]] = cursor.fetchall()
        cursor.execute("DROP TABLE fresh")
    return written, left_out


def _rows(reader: Any) -> Iterator[Row]:
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _copy(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
