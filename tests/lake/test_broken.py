"""A lake folder that something happened to says so in one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chengxin.core.refusal import Trouble
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from tests.lake.paper import due, paper, stored


def lose_the_versions(root: Path) -> None:
    for record in (root / "_versions").iterdir():
        record.unlink()
    (root / "_versions").rmdir()


def garble_a_record(root: Path) -> None:
    (root / "_versions" / "00000002.json").write_text('{"version": 2, "tab', "utf-8")


def name_a_record_otherwise(root: Path) -> None:
    (root / "_versions" / "backup.json").write_text("{}", "utf-8")


def lose_an_earlier_record(root: Path) -> None:
    (root / "_versions" / "00000001.json").unlink()


def put_bytes_into_a_record(root: Path) -> None:
    (root / "_versions" / "00000002.json").write_bytes(b"\xff\xfe\x00")


def lose_a_parquet_file(root: Path) -> None:
    next((root / "tax_due").glob("*.parquet")).unlink()


def cut_a_parquet_file(root: Path) -> None:
    path = next((root / "tax_due").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-9])


def lose_the_log(root: Path) -> None:
    for entry in (root / "tax_due" / "_delta_log").iterdir():
        entry.unlink()


def garble_the_log(root: Path) -> None:
    for entry in (root / "tax_due" / "_delta_log").glob("*.json"):
        entry.write_text("{not json\n", "utf-8")


def put_a_file_there(root: Path) -> None:
    root.rename(root.with_name("away"))
    root.write_text("a file", "utf-8")


@pytest.mark.parametrize(
    "happen",
    [
        lose_the_versions, garble_a_record, name_a_record_otherwise, lose_an_earlier_record,
        put_bytes_into_a_record, lose_a_parquet_file, cut_a_parquet_file, lose_the_log,
        garble_the_log, put_a_file_there,
    ],
)  # fmt: skip
def test_broken_lake_is_one_sentence_to_reader_and_writer(
    tmp_path: Path, happen: Callable[[Path], None]
):
    root = tmp_path / "lake"
    Lake(root).take(paper(tmp_path, 15, [due("V1", 100)]))
    Lake(root).take(paper(tmp_path, 16, [due("V2", 200)]))
    happen(root)

    troubles = []
    for broken in (
        lambda: (Lake(root).deliveries(), stored(Lake(root))),
        lambda: Lake(root).take(paper(tmp_path, 17, [due("V1", 1), due("V2", 2)])),
    ):
        with pytest.raises(Trouble) as trouble:
            broken()
        troubles.append(str(trouble.value))

    for told in troubles:
        assert "\n" not in told
        assert str(root) in told
        assert "restore" in told or "mend" in told


@pytest.mark.parametrize("size", ["4", "much", "4 XB", "-1GB"])
def test_memory_setting_that_is_no_size_is_one_sentence(monkeypatch, size):
    monkeypatch.setenv("CHENGXIN_MEMORY", size)

    with pytest.raises(Trouble, match="CHENGXIN_MEMORY"):
        DuckDB()


@pytest.mark.parametrize("count", ["0", "two", "-1", "²"])
def test_threads_setting_that_is_no_number_is_one_sentence(monkeypatch, count):
    monkeypatch.setenv("CHENGXIN_THREADS", count)

    with pytest.raises(Trouble, match="CHENGXIN_THREADS"):
        DuckDB()
