"""The rows that went, kept beside a rewritten file, say what comparing the files would say."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from chengxin.lake import went
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.lake.tables import TABLES
from chengxin.warehouse import build, changes
from tests.lake.paper import LEDGER, WATCHLIST, due, paper
from tests.paper import PaperLake

LOCAL = "golden_tax_local_ledger"
RUNS = 6


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Three vouchers of which the next day corrects one, and adds another."""
    lake = Lake(tmp_path / "lake")
    lake.take(paper(tmp_path, 1, [due("V1", 1), due("V2", 2), due("V3", 3)]))
    lake.take(paper(tmp_path, 2, [due("V2", 20), due("V4", 4)]))
    return lake


def rows(files: Iterable[str], table: str) -> Counter[tuple[Any, ...]]:
    """The rows of some files and how often each stands there, read without our engine."""
    return sum((_rows(file, table) for file in files), Counter[tuple[Any, ...]]())


@cache
def _rows(file: str, table: str) -> Counter[tuple[Any, ...]]:
    read = pq.read_table(file, schema=TABLES[table].schema).to_pylist()
    return Counter(tuple(row.values()) for row in read)


def differing(before: list[str], after: list[str], table: str = "tax_due") -> dict[Any, int]:
    """Row -> how much more often the files after hold it."""
    told = rows(after, table)
    told.subtract(rows(before, table))
    return {row: times for row, times in told.items() if times}


def amounts(files: Iterable[str]) -> list[tuple[str, int]]:
    read = [row for file in files for row in pq.read_table(file).to_pylist()]
    return sorted((row["voucher"], int(row["amount"])) for row in read)


def kept(lake: Lake, table: str = "tax_due") -> list[Path]:
    return sorted((lake.root / table / went.FOLDER).glob("*.parquet"))


def test_of_a_rewritten_file_only_the_rows_that_went_are_read(lake):
    before, after = went.difference(lake.files("tax_due", 1), lake.files("tax_due", 2))

    assert amounts(before) == [("V2", 2)]
    assert amounts(after) == [("V2", 20), ("V4", 4)]


def test_file_of_both_versions_is_read_by_nobody(lake, tmp_path):
    lake.take(paper(tmp_path, 3, [due("V9", 9)]))

    before, after = went.difference(lake.files("tax_due", 2), lake.files("tax_due", 3))

    assert (before, amounts(after)) == ([], [("V9", 9)])


def test_file_that_was_rewritten_twice_counts_both_times(lake, tmp_path):
    lake.take(paper(tmp_path, 3, [due("V1", 10), due("V4", 40)]))

    before, after = went.difference(lake.files("tax_due", 1), lake.files("tax_due", 3))

    assert amounts(before) == [("V1", 1), ("V2", 2)]
    # V4 came and was corrected since: whoever compares sees it once
    assert differing(before, after) == differing(lake.files("tax_due", 1), lake.files("tax_due", 3))


def test_way_back_is_known_too(lake):
    before, after = went.difference(lake.files("tax_due", 2), lake.files("tax_due", 1))

    assert differing(before, after) == differing(lake.files("tax_due", 2), lake.files("tax_due", 1))


def test_tidying_leaves_nothing_to_compare(lake):
    lake.compact(many=0)

    told = [went.difference(lake.files("tax_due", old), lake.files("tax_due", 3)) for old in (1, 2)]

    assert [(amounts(before), amounts(after)) for before, after in told] == [
        ([("V2", 2)], [("V2", 20), ("V4", 4)]),
        ([], []),
    ]


def _gone(file: Path) -> None:
    file.unlink()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def _emptied(file: Path) -> None:
    told = pq.read_table(file)
    pq.write_table(told.slice(0, 0), file)


def _of_nothing(file: Path) -> None:
    told = pq.read_table(file).replace_schema_metadata({})
    pq.write_table(told, file)


def _of_other_files(file: Path) -> None:
    told = pq.read_table(file).replace_schema_metadata({went.BEFORE: json.dumps({"x.parquet": 3})})
    pq.write_table(told, file)


@pytest.mark.parametrize("spoilt", [_gone, _cut, _emptied, _of_nothing, _of_other_files])
def test_without_whole_rows_that_went_the_files_are_compared(lake, spoilt):
    [file] = kept(lake)
    spoilt(file)

    assert went.difference(lake.files("tax_due", 1), lake.files("tax_due", 2)) == (
        lake.files("tax_due", 1),
        lake.files("tax_due", 2),
    )


def test_file_whose_rows_all_went_leaves_nothing_behind(tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.take(paper(tmp_path, 1, [{"watch_id": "Z1"}], WATCHLIST))
    lake.take(paper(tmp_path, 2, [{"watch_id": "Z2"}], WATCHLIST))

    assert kept(lake, "watch") == []
    assert went.difference(lake.files("watch", 1), lake.files("watch", 2)) == (
        lake.files("watch", 1),
        lake.files("watch", 2),
    )


def test_rows_that_went_go_with_the_file_that_they_went_from(lake, tmp_path):
    lake.take(paper(tmp_path, 3, [due("V1", 10)]))
    assert len(kept(lake)) == 2

    lake.forget(())

    assert [file.name for file in kept(lake)] == [
        Path(file).name for file in lake.files("tax_due") if "kept" in file
    ]


@pytest.mark.parametrize("seed", range(RUNS))
def test_random_deliveries_differ_as_their_files_do(seed, tmp_path):
    dice = Random(seed)
    lake = _taken(tmp_path, dice)
    for table in ("tax_due", "watch"):
        read = saved = 0
        for old in lake.kept():
            for new in lake.kept():
                before, after = lake.files(table, old), lake.files(table, new)
                fewer, more = went.difference(before, after)
                assert differing(fewer, more, table) == differing(before, after, table), (old, new)
                only = set(before) ^ set(after)
                read, saved = read + len(only), saved + len(only - {*fewer, *more})
        assert saved or not any("kept" in file for file in lake.files(table)), read


def _taken(folder: Path, dice: Random) -> Lake:
    """A lake after corrections, late deliveries, complete lists, tidying and lost files."""
    lake = Lake(folder / "lake")
    for step in range(1, 11):
        day = max(1, step + dice.choice([0, 0, 0, -3]))
        vouchers = [due(f"V{dice.randrange(12)}", dice.randrange(3)) for _ in range(4)]
        sent = {row["voucher"]: row for row in vouchers}
        lake.take(paper(folder, day, list(sent.values()), dice.choice([LEDGER, LOCAL])))
        if dice.random() < 0.4:
            some = [{"watch_id": f"Z{n}"} for n in range(8) if dice.random() < 0.6]
            lake.take(paper(folder, day, some, WATCHLIST))
        if dice.random() < 0.2:
            lake.compact(many=0)
        if dice.random() < 0.2:
            lake.forget(dice.sample(lake.kept(), len(lake.kept()) // 2))
        if (files := kept(lake)) and dice.random() < 0.2:
            dice.choice([_gone, _cut, _of_nothing])(dice.choice(files))
    return lake


class Facts:
    """A lake's tax due beside registrations on paper: whose vouchers those are."""

    def __init__(self, lake: Lake, folder: Path, registrations: list[dict[str, str]]) -> None:
        self._lake = lake
        self._paper = PaperLake(folder, {"registration": registrations})

    def version(self) -> int:
        return self._lake.version()

    def files(self, table: str, version: int | None = None) -> list[str]:
        return (self._lake if table == "tax_due" else self._paper).files(table, version)


def test_same_are_changed_with_the_rows_that_went_and_without(tmp_path):
    numbers = {f"V{n}": f"91371622MA3C4D5E{n}F" for n in range(5)}
    ids = {voucher: str(100 + n) for n, voucher in enumerate(numbers)}
    lake, engine, folder = Lake(tmp_path / "lake"), DuckDB(), tmp_path / "warehouse"
    told = [due(voucher, 1) | {"registration_id": id_} for voucher, id_ in ids.items()]
    lake.take(paper(tmp_path, 1, told))
    lake.take(paper(tmp_path, 2, [told[2] | {"amount": 2}, told[3]]))
    facts = Facts(
        lake,
        tmp_path / "paper",
        [
            {"bureau": "state", "registration_id": ids[voucher], "credit_code": code}
            for voucher, code in numbers.items()
        ],
    )
    try:
        for version in (1, 2):
            build.build(engine, facts, version, folder)
        found = changes.changed(engine, facts, 1, 2, folder)
        shutil.rmtree(lake.root / "tax_due" / went.FOLDER)
        assert changes.changed(engine, facts, 1, 2, folder) == found
    finally:
        engine.close()

    assert found.by_table == {
        "tax_due": {f"enterprise:{numbers['V2']}", f"enterprise:{numbers['V3']}"}
    }
