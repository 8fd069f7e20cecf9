"""Rows sorted by key are the tables' own, and never those of another warehouse."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build, by_key
from tests.indicators.counties import county
from tests.paper import PaperLake


@pytest.fixture
def engine() -> DuckDB:
    return DuckDB(threads=1)


@pytest.fixture
def home(engine: DuckDB, tmp_path: Path) -> Path:
    return build.build(engine, PaperLake(tmp_path / "lake", county(3), 1), 1, tmp_path / "house")


def files_of(engine: DuckDB) -> by_key.ByKey:
    files = by_key.of(engine)
    assert files is not None
    return files


def test_rows_are_those_of_the_tables(engine: DuckDB, home: Path) -> None:
    by_key.write(engine, home)
    dice, rows = Random(3), 0

    for table, keys in by_key.columns().items():
        told = list(engine.arrow(f"SELECT * FROM {table} LIMIT 0").column_names)
        for key in keys:
            known = [
                row["id"]
                for row in engine.run(f"SELECT DISTINCT {key} AS id FROM {table}")
                if row["id"]
            ]
            ids = {*dice.sample(sorted(known), min(9, len(known))), "nobody"}
            listed = ", ".join(f"'{one}'" for one in ids)
            own = engine.run(f"SELECT * FROM {table} WHERE {key} IN ({listed})")
            found = files_of(engine).rows(table, key, ids, told)
            assert found is not None
            assert sorted(map(str, found.to_pylist())) == sorted(map(str, own)), (table, key)
            rows += len(own)

    assert rows > 500


def test_columns_have_the_types_that_a_query_gives(engine: DuckDB, home: Path) -> None:
    """Else what is planned over the ones would be planned again over the others."""
    by_key.write(engine, home)

    for table, keys in by_key.columns().items():
        query = engine.arrow(f"SELECT * FROM {table} LIMIT 0")
        for key in keys:
            found = files_of(engine).rows(table, key, {"nobody"}, query.column_names)
            assert found is not None
            assert found.schema == query.schema


def test_nothing_is_told_where_nothing_was_written(engine: DuckDB, home: Path) -> None:
    assert files_of(engine).rows(build.HOLDS, "key", {"person:p1"}, ["key"]) is None


def test_nothing_is_told_where_a_file_is_gone(engine: DuckDB, home: Path) -> None:
    by_key.write(engine, home)
    files = files_of(engine)
    assert files.rows(build.HOLDS, "key", {"person:p1"}, ["key"]) is not None

    (home / by_key.FOLDER / "police_filing.subject_key.arrow").unlink()

    assert files.rows("police_filing", "subject_key", {"person:p1"}, ["subject_key"]) is None


def test_next_version_has_the_same_files_of_what_did_not_change(
    engine: DuckDB, home: Path, tmp_path: Path
) -> None:
    by_key.write(engine, home)
    newer = build.build(engine, newer_lake(tmp_path), 2, tmp_path / "house")
    assert files_of(engine).rows(build.HOLDS, "key", {"nobody"}, ["key"]) is None

    by_key.write(engine, newer)

    names = {path.name for path in (home / by_key.FOLDER).glob("*.arrow")}
    assert names == {path.name for path in (newer / by_key.FOLDER).glob("*.arrow")}
    for name in names:
        alike = build_made_of(home, name) == build_made_of(newer, name)
        same = (home / by_key.FOLDER / name).samefile(newer / by_key.FOLDER / name)
        assert same == alike, name
    assert build_made_of(home, "tax_return") == build_made_of(newer, "tax_return")
    [cases] = engine.run("SELECT COUNT(DISTINCT subject_key) AS n FROM police_filing")
    ids = {row["id"] for row in engine.run("SELECT subject_key AS id FROM police_filing")}
    found = files_of(engine).rows("police_filing", "subject_key", ids, ["subject_key"])
    assert found is not None
    assert len(set(found["subject_key"].to_pylist())) == cases["n"]


def test_before_they_are_written_anew_those_of_an_older_version_serve_what_did_not_change(
    engine: DuckDB, home: Path, tmp_path: Path
) -> None:
    by_key.write(engine, home)
    build.build(engine, newer_lake(tmp_path), 2, tmp_path / "house")

    for table, keys in by_key.columns().items():
        same = build_made_of(home, table) == build_made_of(tmp_path / "house" / "2", table)
        for key in keys:
            told = files_of(engine).rows(table, key, {"nobody"}, [key])
            assert (told is not None) == same, (table, key)


def test_who_is_known_is_told_of_what_changed_alone_as_of_everything(
    engine: DuckDB, home: Path, tmp_path: Path
) -> None:
    """HOLDS of a newer version, made of the older one, has the rows of one made from nothing."""
    lake = newer_lake(tmp_path)
    after = build.build(engine, lake, 2, tmp_path / "house") / f"{build.HOLDS}.parquet"
    alone = build.build(DuckDB(threads=1), lake, 2, tmp_path / "empty") / f"{build.HOLDS}.parquet"

    before = engine.run(f"SELECT * FROM read_parquet('{home / build.HOLDS}.parquet')")
    rows = engine.run(f"SELECT * FROM read_parquet('{after}')")

    assert rows == engine.run(f"SELECT * FROM read_parquet('{alone}')")
    assert before != rows


def newer_lake(tmp_path: Path) -> PaperLake:
    """The county with fewer police cases."""
    lake = PaperLake(tmp_path / "newer", {"police_case": county(3)["police_case"][:1]}, 2)
    lake._files = PaperLake(tmp_path / "lake", county(3))._files | lake._files
    return lake


def build_made_of(home: Path, name: str) -> str:
    """What the table of a sorted file is made of."""
    table = name.split(".")[0]
    return build.made(home)[table].rows
