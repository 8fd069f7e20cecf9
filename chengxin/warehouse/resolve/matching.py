"""Which person a record without a usable number is about: joined, asked, or left alone.

    person_trait ──sides──▶ records, persons ──Splink──▶ scored pairs ──outcome──▶ resolution
    identity_judgement ───────────────────────────────────────────────────┘    └─▶ unsure_pair

`resolution` is the one table that says who is who; `unsure_pair` is what a person should look at.
A judgement goes before every score.  The same lake version gives the same bytes.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from chengxin.lake.engine import DuckDB, Engine, literal, parquet, within_memory
from chengxin.warehouse.resolve.model import PATH, Model, model

HERE = Path(__file__).parent
READS = ("person_trait", "identity_judgement")  # of the lake
TABLES = {
    "resolution": "record_id VARCHAR, person_id VARCHAR, rule VARCHAR, confidence DECIMAL(7, 6), "
    "name_agrees VARCHAR, born_agrees VARCHAR, phone_agrees VARCHAR, address_agrees VARCHAR, "
    "told_by VARCHAR, delivery_id VARCHAR, delivered_on DATE, line BIGINT",
    "unsure_pair": "record_id VARCHAR, person_id VARCHAR, confidence DECIMAL(7, 6), "
    "name_agrees VARCHAR, born_agrees VARCHAR, phone_agrees VARCHAR, address_agrees VARCHAR",
}
_TRAITS = (
    "person_id, told_by, name, sound, name_near, born, born_near, phone, address, building, "
    "delivery_id, delivered_on, line"
)


@cache
def digest() -> str:
    """SHA-256 over what a resolution is made by: the model, the SQL and this program."""
    told = hashlib.sha256()
    for path in sorted([PATH, *HERE.glob("*.sql"), *HERE.glob("*.py")]):
        told.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()


@within_memory()
def resolve(engine: Engine, folder: Path) -> None:
    """Write `<table>.parquet` for each of `TABLES` into `folder`, from the lake `engine` sees."""
    [[records]] = (
        list(row.values())
        for row in engine.run(
            "SELECT COUNT(*) AS records FROM person_trait WHERE SUBSTRING(person_id, 1, 1) = 'u'"
        )
    )
    desk = DuckDB()
    try:
        run = desk.connection.execute
        if records:
            with _traits(engine, folder) as traits:
                run(f"CREATE VIEW traits AS SELECT * FROM {parquet(traits)}")
                _decide(desk.connection, _judgements(engine), model())
                _keep(desk.connection, folder)
        else:
            for table, columns in TABLES.items():
                run(f"CREATE TABLE {table} ({columns})")
            _keep(desk.connection, folder)
    finally:
        desk.close()


def score(connection: duckdb.DuckDBPyConnection, told: Model) -> None:
    """`scored`: record, person, hundredths of a bit for or against, and the levels reached.

    Rounded, so that what is compared with a threshold is a whole number everywhere.
    """
    # Splink loads much; a warehouse without such records does without it.
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.WARNING)  # it tells how long each step took
    api = DuckDBAPI(connection)
    [(people,)] = connection.execute("SELECT count(*) FROM everyone").fetchall()
    settings = told.splink | {"probability_two_random_records_match": told.share / max(1, people)}
    linker = Linker([api.register("records"), api.register("persons")], settings, log_level=None)
    linker.table_management.register_term_frequency_lookup(api.register("name_frequencies"), "name")
    found = linker.inference.predict(warning_mode="never")
    connection.execute(
        "CREATE TABLE scored AS SELECT unique_id_l AS record_id, "
        "string_split(unique_id_r, '/')[1] AS person_id, unique_id_r AS unique_id, "
        "CAST(round(match_weight * 100) AS INTEGER) AS bits, "
        "gamma_name AS name, gamma_born AS born, gamma_phone AS phone, gamma_address AS address "
        f"FROM {found.physical_name}"
    )


def _decide(
    connection: duckdb.DuckDBPyConnection, judgements: list[tuple[str, ...]], told: Model
) -> None:
    run = connection.execute
    run((HERE / "sides.sql").read_text("utf-8"))
    run(
        "CREATE TABLE judgements "
        "(record_id VARCHAR, person_id VARCHAR, verdict VARCHAR, judged_at VARCHAR)"
    )
    if judgements:
        connection.executemany("INSERT INTO judgements VALUES (?, ?, ?, ?)", judgements)
    score(connection, told)
    for name in ("join_at", "ask_at", "ahead"):
        run(f"SET VARIABLE {name} = {int(getattr(told, name))}")
    run((HERE / "outcome.sql").read_text("utf-8"))


def _judgements(engine: Engine) -> list[tuple[str, ...]]:
    """Those in force."""
    rows = engine.run(
        "SELECT record_id, person_id, verdict, judged_at FROM identity_judgement "
        "WHERE withdrawn_at IS NULL ORDER BY record_id, person_id, judged_at"
    )
    return [tuple(row.values()) for row in rows]


@contextmanager
def _traits(engine: Engine, folder: Path) -> Iterator[Path]:
    """The lake's traits as one file, for as long as they are compared."""
    path = folder / ".traits.parquet"
    engine.write(path, f"SELECT {_TRAITS} FROM person_trait")
    try:
        yield path
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _keep(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in TABLES:
        path = literal(str(folder / f"{table}.parquet"))
        connection.execute(f"COPY {table} TO {path} (FORMAT parquet)")
