"""Every table of the lake once more, sorted by whom a row concerns: what a dossier reads.

    lake tables ──whom a row concerns──▶ <warehouse>/by_subject/<table>.parquet
                                         count.parquet    subject, table: rows, newest day
                                         marks.parquet, by_mark.parquet
                                                          phones and addresses, as tokens

Which subjects a row has is read from the table's description, so a table that is described
tomorrow has its section tomorrow.  A row whose registration belongs to a natural person
(自然人登记) concerns the person; a number that leads to no enterprise concerns nobody here.
"""

# ruff: noqa: S608 (names come from the descriptions and this module)

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chengxin.lake.engine import Engine, literal, render
from chengxin.lake.tables import ORIGIN, TABLES, Kind, Table

FOLDER = "by_subject"
COUNT, BY_MARK, MARKS = "count", "by_mark", "marks"
DONE = "by_subject.json"  # written last, inside the folder
ROW_GROUP = 4_096  # rows; one subject is found without reading more than this of a table
SHAREABLE = {Kind.PHONE: "phone", Kind.ADDRESS: "address"}
PERSON_ID = "p__________________________"  # how a person_id looks: p and 26 characters


def concerning() -> dict[str, Table]:
    """The tables whose rows concern somebody."""
    return {name: table for name, table in TABLES.items() if table.subjects}


def write(engine: Engine, warehouse: Path) -> Path:
    """The sorted files of a built warehouse; `engine` shows the lake and is bound to it.

    Files that are there and were made from these very descriptions are left alone.
    """
    home = warehouse / FOLDER
    if is_written(home):
        return home
    aside = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=warehouse))
    try:
        _fill(engine, aside)
        (aside / DONE).write_text(json.dumps({"tables": digest()}) + "\n")
        aside.chmod(0o755)
        if home.exists():
            home.rename(warehouse / f".{FOLDER}-{os.getpid()}-old")
        aside.rename(home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for old in warehouse.glob(f".{FOLDER}-*-old"):
            shutil.rmtree(old, ignore_errors=True)
    return home


def is_written(home: Path) -> bool:
    try:
        return bool(json.loads((home / DONE).read_text("utf-8"))["tables"] == digest())
    except (OSError, ValueError, KeyError):
        return False


def digest() -> str:
    """SHA-256 over what the files are made from: other descriptions give other files."""
    told = hashlib.sha256(Path(__file__).read_bytes())
    for table in concerning().values():
        told.update(select(table).encode() + b"\0")
    return told.hexdigest()


def day_of(table: Table) -> str | None:
    """The column that says when a row happened: the first day or year that is not an end."""
    for column in table.columns.values():
        if column.kind in (Kind.DATE, Kind.YEAR) and not column.name.endswith("until"):
            return column.name
    return None


def select(table: Table) -> str:
    """Every row of `table` once for each subject it concerns: about, day, its columns, origin."""
    names = [*table.columns, *ORIGIN]
    listed = ", ".join(f't."{name}"' for name in names)
    day = day_of(table)
    when = "CAST(NULL AS DATE)"
    if day:
        year = table.columns[day].kind is Kind.YEAR
        when = f"CAST(t.\"{day}\" || '-12-31' AS DATE)" if year else f't."{day}"'
    parts = [
        f'SELECT {about} AS about, {when} AS "day", {listed} FROM "{table.name}" AS t {joined}'
        for about, joined in _concerned(table)
    ]
    return " UNION ".join(parts)  # a row that names one subject twice concerns it once


def _concerned(table: Table) -> Iterator[tuple[str, str]]:
    """(subject's key, how it is found) for every way in which a row concerns somebody."""
    for kind, columns in table.subjects.items():
        for column in columns:
            if kind == "registration":
                same = f'o.registration_id = t."{column}"'
                if "bureau" in table.columns:
                    same += " AND o.bureau = t.bureau"
                yield (
                    "'enterprise:' || o.enterprise_id",
                    f"JOIN registration_enterprise AS o ON {same}",
                )
                if table.name != "natural_person":
                    yield "'person:' || o.person_id", f"JOIN natural_person AS o ON {same}"
            if kind in ("enterprise", "party"):
                yield (
                    "'enterprise:' || o.enterprise_id",
                    f'JOIN enterprise_number AS o ON o.number = t."{column}"',
                )
            if kind in ("person", "party"):
                yield f"'person:' || t.\"{column}\"", f"WHERE t.\"{column}\" LIKE '{PERSON_ID}'"


def _fill(engine: Engine, aside: Path) -> None:
    files = {}
    for name, table in concerning().items():
        files[name] = aside / f"{name}.parquet"
        keys = ", ".join(f'"{column}"' for column in table.key)
        order = f'about, "day" DESC NULLS LAST, delivered_on DESC, source, {keys}'
        _copy(engine, f"SELECT * FROM ({select(table)}) AS r ORDER BY {order}", files[name])
    counted = " UNION ALL ".join(
        f'SELECT about, {literal(name)} AS "table", COUNT(*) AS "rows", MAX("day") AS newest '
        f"FROM read_parquet({literal(str(file))}) GROUP BY about"
        for name, file in files.items()
    )
    _copy(
        engine,
        f'SELECT * FROM ({counted}) AS c ORDER BY about, "table"',
        aside / f"{COUNT}.parquet",
    )
    marks = " UNION ".join(_marks(files)) or "SELECT '' AS mark, '' AS kind, '' AS about"
    for name, order in ((BY_MARK, "mark, kind, about"), (MARKS, "about, kind, mark")):
        sql = f"SELECT mark, kind, about FROM ({marks}) AS m ORDER BY {order}"
        _copy(engine, sql, aside / f"{name}.parquet")


def _marks(files: dict[str, Path]) -> Iterator[str]:
    """Each phone or address token beside whom it belongs to.

    A row about an enterprise tells the enterprise's phones; the persons it names have theirs in
    the registry.
    """
    for name, file in files.items():
        firms = set(TABLES[name].subjects) - {"person"}
        about = "AND about LIKE 'enterprise:%'" if firms else ""
        for column in TABLES[name].columns.values():
            if kind := SHAREABLE.get(column.kind):
                yield (
                    f'SELECT "{column.name}" AS mark, {literal(kind)} AS kind, about '
                    f"FROM read_parquet({literal(str(file))}) "
                    f"WHERE \"{column.name}\" <> '' {about}"
                )


def _copy(engine: Engine, sql: str, file: Path) -> None:
    engine.run(
        f"COPY ({render(sql, engine.dialect, {})}) TO {literal(str(file))} "
        f"(FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
    )
