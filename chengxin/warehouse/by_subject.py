"""Every table of the lake once more, sorted by whom a row concerns: what a dossier reads.

    lake tables ──whom a row concerns──▶ <warehouse>/by_subject/<table>
    warehouse tables of a subject ─────▶ <warehouse>/by_subject/<table>
                                         count            subject, table: rows, newest day
                                         marks, by_mark   phones and addresses, as tokens
                                         by_plate         number plates
                                         by_number        credit codes and taxpayer numbers

Each is a file of `lake.sorted_rows`: a page asks ten to twenty of them.

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

from chengxin.lake import sorted_rows
from chengxin.lake.engine import DuckDB, Versions, literal, within_memory
from chengxin.lake.tables import ORIGIN, TABLES, Kind, Table
from chengxin.warehouse import build

FOLDER = build.PAGES
COUNT, BY_MARK, MARKS, BY_PLATE = "count", "by_mark", "marks", "by_plate"
BY_NUMBER = "by_number"
DONE = "by_subject.json"  # written last, inside the folder
PLATE = "plate"  # how a column of number plates is called
BUILT = {  # tables of the warehouse that a dossier reads -> the column that names the subject
    "affiliation": "person_id",
    "arrears_item": "enterprise_id",
    "enterprise": "enterprise_id",
    "enterprise_cit_year": "enterprise_id",
    "enterprise_link": "enterprise_id",
    "enterprise_person": "enterprise_id",
    "person_income_year": "person_id",
}
WHO = ("registration_enterprise", "enterprise_number")  # of the warehouse: number -> enterprise
PEOPLE = "natural_person"  # of the lake: registration -> person
SHAREABLE = {Kind.PHONE: "phone", Kind.ADDRESS: "address"}
PERSON_ID = "p__________________________"  # how a person_id looks: p and 26 characters


def concerning() -> dict[str, Table]:
    """The tables whose rows concern somebody."""
    return {name: table for name, table in TABLES.items() if table.subjects}


def write(engine: DuckDB, lake: Versions, version: int, folder: Path) -> Path:
    """The sorted files of the warehouse of a lake version, built below `folder`.

    `engine` is bound to the warehouse.  Files that are there are left alone; a table whose rows are
    those of an earlier version is the same file under both.
    """
    home = folder / str(version) / FOLDER
    if is_written(lake, version, folder):
        return home
    made_of = _made_of(lake, version, folder / str(version))
    aside = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=home.parent))
    try:
        there = _there(folder)
        for name in _read_anew(made_of, there):
            engine.show(name, lake.files(name, version), TABLES[name].types)
        _fill(engine, aside, made_of, there)
        (aside / DONE).write_text(json.dumps({"made_of": made_of}, indent=1) + "\n")
        aside.chmod(0o755)
        if home.exists():
            home.rename(home.parent / f".{FOLDER}-{os.getpid()}-old")
        aside.rename(home)
        os.utime(folder)  # who looks there for the newest version looks again
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for old in home.parent.glob(f".{FOLDER}-*-old"):
            shutil.rmtree(old, ignore_errors=True)
    return home


def is_written(lake: Versions, version: int, folder: Path) -> bool:
    """Whether the sorted files of this version are there and are what `write` would make now."""
    warehouse = folder / str(version)
    if not build.is_built(warehouse):
        return False
    return _told(warehouse / FOLDER) == _made_of(lake, version, warehouse)


def is_open(warehouse: Path) -> bool:
    """Whether pages can read a warehouse: its sorted files are there."""
    return sorted_rows.is_there(warehouse / FOLDER / COUNT)


def _told(home: Path) -> dict[str, str]:
    """File -> what it is made of, as the folder itself says; nothing of a broken one."""
    try:
        told: dict[str, str] = json.loads((home / DONE).read_text("utf-8"))["made_of"]
    except (OSError, ValueError, KeyError):
        return {}
    return told


def _there(folder: Path) -> dict[str, Path]:
    """What the sorted files of all versions here are made of -> where they are."""
    homes = [path.parent for path in folder.glob(f"*/{FOLDER}/{DONE}")]
    return {digest: home / name for home in homes for name, digest in _told(home).items()}


def _made_of(lake: Versions, version: int, warehouse: Path) -> dict[str, str]:
    """File -> a digest of its SQL, of the rows behind it, and of how it is written."""
    how = b"".join(Path(file).read_bytes() for file in (__file__, sorted_rows.__file__))
    built = {name: one.rows for name, one in build.made(warehouse).items()}

    def digest(*told: object) -> str:
        return hashlib.sha256(how + repr(told).encode()).hexdigest()

    found = {name: digest(name, built[name]) for name in BUILT}
    for name, table in concerning().items():
        sql = " UNION ".join(ways(table))
        behind = [built[one] for one in WHO if f"JOIN {one} AS" in sql]
        if f"JOIN {PEOPLE} AS" in sql:
            behind += lake.files(PEOPLE, version)
        found[name] = digest(sql, lake.files(name, version), behind)
    found[BY_NUMBER] = digest(BY_NUMBER, built[WHO[1]])
    return found | {
        name: digest(sql, [found[one] for one in behind])
        for name, (behind, sql) in _put_together().items()
    }


def _read_anew(made_of: dict[str, str], there: dict[str, Path]) -> set[str]:
    """The tables of the lake behind those that must be sorted."""
    anew = {name for name in concerning() if made_of[name] not in there}
    led = {PEOPLE for name in anew if f"JOIN {PEOPLE} AS" in "".join(ways(TABLES[name]))}
    return anew | led


def day_of(table: Table) -> str | None:
    """The column that says when a row happened: the first day or year that is not an end."""
    for column in table.columns.values():
        if column.kind in (Kind.DATE, Kind.YEAR) and not column.name.endswith("until"):
            return column.name
    return None


def ways(table: Table) -> list[str]:
    """The rows of `table` beside whom they concern: about, day, columns, origin.

    A query for each way in which a row names somebody; whom a row names in two ways it still
    concerns once.
    """
    names = [*table.columns, *ORIGIN]
    listed = ", ".join(f't."{name}"' for name in names)
    day = day_of(table)
    when = "CAST(NULL AS DATE)"
    if day:
        year = table.columns[day].kind is Kind.YEAR
        when = f"CAST(t.\"{day}\" || '-12-31' AS DATE)" if year else f't."{day}"'
    return [
        f'SELECT {about} AS about, {when} AS "day", {listed} FROM "{table.name}" AS t {joined}'
        for about, joined in _concerned(table)
    ]


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
                    f"JOIN {WHO[0]} AS o ON {same}",
                )
                if table.name != PEOPLE:
                    yield "'person:' || o.person_id", f"JOIN {PEOPLE} AS o ON {same}"
            if kind in ("enterprise", "party"):
                yield (
                    "'enterprise:' || o.enterprise_id",
                    f'JOIN {WHO[1]} AS o ON o.number = t."{column}"',
                )
            if kind in ("person", "party"):
                yield f"'person:' || t.\"{column}\"", f"WHERE t.\"{column}\" LIKE '{PERSON_ID}'"


def _fill(engine: DuckDB, aside: Path, made_of: dict[str, str], there: dict[str, Path]) -> None:
    def make(name: str, sql: str) -> None:
        if same := there.get(made_of[name]):
            sorted_rows.link(same, aside / name)
        else:
            with within_memory():
                sorted_rows.write(aside / name, engine.batches(sql))

    for name, column in BUILT.items():
        kind = column.removesuffix("_id")
        make(name, f'SELECT \'{kind}:\' || "{column}" AS about, * FROM "{name}" ORDER BY ALL')
    for name, table in concerning().items():
        keys = ", ".join(f'"{column}"' for column in table.key)
        order = f'about, "day" DESC NULLS LAST, delivered_on DESC, source, {keys}'
        rows = " UNION ".join(ways(table))
        if len(ways(table)) > 1 and made_of[name] not in there:
            engine.gather("ways", ways(table))
            rows = "SELECT DISTINCT * FROM ways"
        make(name, f"SELECT * FROM ({rows}) AS r ORDER BY {order}")
    for name, (behind, sql) in _put_together().items():
        asked = behind if made_of[name] not in there else []
        for one in asked:
            engine.connection.register(_of(one), sorted_rows.dataset(aside / one))
        make(name, sql)
        for one in asked:
            engine.connection.unregister(_of(one))
    make(BY_NUMBER, f"SELECT number, enterprise_id FROM {WHO[1]} ORDER BY ALL")
    engine.drop("ways")


def _put_together() -> dict[str, tuple[list[str], str]]:
    """File -> the tables of whose sorted files it is made, and how."""
    counted = " UNION ALL ".join(
        f'SELECT about, {literal(name)} AS "table", COUNT(*) AS "rows", MAX("day") AS newest '
        f'FROM "{_of(name)}" GROUP BY about'
        for name in concerning()
    )
    marked = dict(_marks())
    marks = " UNION ".join(marked.values()) or "SELECT '' AS mark, '' AS kind, '' AS about"
    plated = dict(_plates())
    plates = " UNION ".join(plated.values()) or "SELECT '' AS plate, '' AS about"
    return {
        COUNT: (list(concerning()), f'SELECT * FROM ({counted}) AS c ORDER BY about, "table"'),
        BY_MARK: (list(marked), f"SELECT mark, kind, about FROM ({marks}) AS m ORDER BY ALL"),
        MARKS: (list(marked), f"SELECT about, kind, mark FROM ({marks}) AS m ORDER BY ALL"),
        BY_PLATE: (list(plated), f"SELECT plate, about FROM ({plates}) AS p ORDER BY ALL"),
    }


def _of(name: str) -> str:
    """Under which name a sorted table is asked again."""
    return f"by_subject_{name}"


def _plates() -> Iterator[tuple[str, str]]:
    """(table, the plates in its rows beside whose they are)."""
    for name, table in concerning().items():
        if PLATE in table.columns:
            yield (
                name,
                f'SELECT "{PLATE}" AS plate, about FROM "{_of(name)}" WHERE "{PLATE}" <> \'\'',
            )


def _marks() -> Iterator[tuple[str, str]]:
    """(table, the phone and address tokens in its rows beside whom they belong to).

    A row about an enterprise tells the enterprise's phones; the persons it names have theirs in
    the registry.
    """
    for name, table in concerning().items():
        firms = set(table.subjects) - {"person"}
        about = "AND about LIKE 'enterprise:%'" if firms else ""
        told = [
            f'SELECT "{column.name}" AS mark, {literal(SHAREABLE[column.kind])} AS kind, about '
            f'FROM "{_of(name)}" WHERE "{column.name}" <> \'\' {about}'
            for column in table.columns.values()
            if column.kind in SHAREABLE
        ]
        if told:
            yield name, " UNION ".join(told)
