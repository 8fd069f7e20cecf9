"""A key's rows are found in a sorted file, wherever its batches begin and end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chengxin.lake import sorted_rows
from chengxin.lake.engine import DuckDB
from chengxin.lake.sorted_rows import BATCH, SortedRows


def written(path: Path, counts: dict[str, int]) -> SortedRows:
    """A file with so many rows of each key, numbered from 0."""
    engine = DuckDB()
    engine.load(
        "told",
        {"about": "VARCHAR", "number": "INTEGER"},
        [{"about": key, "number": n} for key, count in counts.items() for n in range(count)],
    )
    sorted_rows.write(path, engine.batches("SELECT * FROM told ORDER BY about, number"))
    engine.close()
    return SortedRows(path)


COUNTS = {
    "a": 1,
    "before": BATCH - 2,  # ends one row before a batch does
    "over": BATCH * 3,  # begins in one batch and ends in another
    "over ": 1,  # a key that begins like another
    "只": 5,
    "龘": BATCH,
}


def test_every_key_has_its_rows_in_order(tmp_path):
    file = written(tmp_path / "told", COUNTS)

    for key, count in COUNTS.items():
        assert [row["number"] for row in file.rows(key)] == list(range(count))
        assert {row["about"] for row in file.rows(key)} == {key}
        assert file.count(key) == count


def test_key_between_others_before_all_and_after_all_has_none(tmp_path):
    file = written(tmp_path / "told", COUNTS)

    for key in ("", "A", "aa", "overdone", "龘龘", "\U0001f600"):
        assert file.rows(key) == []
        assert file.count(key) == 0


def test_part_of_the_rows_across_batches(tmp_path):
    file = written(tmp_path / "told", COUNTS)

    for start in (0, 1, BATCH, BATCH * 2 - 1, BATCH * 3 - 1, BATCH * 3, BATCH * 9):
        for limit in (0, 1, BATCH + 7, None):
            expected = list(range(COUNTS["over"]))[start:][:limit]
            found = file.rows("over", start=start, limit=limit)
            assert [row["number"] for row in found] == expected


def test_values_come_back_as_the_types_of_the_lake(tmp_path):
    engine = DuckDB()
    price, day = Decimal("1234567890123456.78"), date(2017, 8, 18)
    row = {"about": "a", "price": price, "on": day, "no": None}
    types = {"about": "VARCHAR", "price": "DECIMAL(18, 2)", "on": "DATE", "no": "VARCHAR"}
    engine.load("told", types, [row])
    sorted_rows.write(tmp_path / "told", engine.batches("SELECT * FROM told"))

    assert SortedRows(tmp_path / "told").rows("a") == [row]


def test_file_without_rows_has_none_of_anybody(tmp_path):
    assert written(tmp_path / "told", {}).rows("a") == []


def test_several_threads_read_one_file(tmp_path):
    file = written(tmp_path / "told", COUNTS)

    def asked(key: str) -> list[int]:
        return [row["number"] for row in file.rows(key)]

    with ThreadPoolExecutor(4) as several:
        for key, found in zip(COUNTS, several.map(asked, COUNTS), strict=True):
            assert found == list(range(COUNTS[key]))


def test_columns_of_all_rows_of_a_key(tmp_path):
    file = written(tmp_path / "told", COUNTS)

    assert file.table("over", ["number"]).column_names == ["number"]
    assert file.table("over", ["number"]).num_rows == COUNTS["over"]
    assert file.table("nobody", ["number"]).num_rows == 0


def test_what_was_never_written_is_not_there(tmp_path):
    assert not sorted_rows.is_there(tmp_path / "told")
    with pytest.raises(FileNotFoundError):
        SortedRows(tmp_path / "told")
