"""Few files instead of many, and versions that nobody needs gone; the rows stay what they are."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chengxin.core.refusal import Trouble
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.lake.tables import TABLES
from chengxin.warehouse import build, changes
from tests.lake.paper import WATCHLIST, amounts, due, paper, stored
from tests.lake.test_killed import POINTS, writer

DAYS = range(1, 11)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Ten days of one voucher each, and one that is corrected every day."""
    lake = Lake(tmp_path / "lake")
    for day in DAYS:
        lake.take(paper(tmp_path, day, [due(f"V{day:02d}", day), due("C", 100 + day)]))
    return lake


def size(lake: Lake) -> int:
    return sum(path.stat().st_size for path in lake.root.rglob("*.parquet"))


def test_many_small_files_become_one_with_the_same_rows(lake):
    before = stored(lake)

    version = lake.compact()

    assert version == lake.version() == 11
    assert len(lake.files("tax_due", 10)) == 10
    assert len(lake.files("tax_due")) == 1
    assert stored(lake) == before
    assert lake.at().taken == ()


def test_few_files_are_left_as_they_are(lake):
    assert lake.compact(many=10) == 10
    assert lake.compact() == 11
    assert lake.compact() == 11


def test_older_version_reads_as_before(lake):
    before = stored(lake, version=3)

    lake.compact()
    lake.forget({3})

    assert stored(lake, version=3) == before
    assert amounts(lake, 3) == {"V01": 1, "V02": 2, "V03": 3, "C": 103}


def test_versions_that_nobody_needs_give_their_room_back(lake):
    lake.compact()
    before = size(lake)

    freed = lake.forget({3})

    assert freed > 0
    assert size(lake) == before - freed
    assert lake.kept() == [3, 11]
    assert {path.name for path in (lake.root / "tax_due").glob("*.parquet")} == {
        Path(file).name for version in (3, 11) for file in lake.files("tax_due", version)
    }


def test_forgotten_version_says_which_ones_can_be_read(lake):
    lake.forget({2, 3, 4, 7})

    with pytest.raises(Trouble, match=r"Version 5 .* are 2–4, 7, 10\."):
        lake.files("tax_due", 5)


def test_forgotten_version_is_forgotten_for_readers_that_knew_its_files(lake):
    lake.files("tax_due", 5)
    lake.forget(())

    with pytest.raises(Trouble, match="tidied away"):
        lake.files("tax_due", 5)


def test_deliveries_stay_told(lake, tmp_path):
    before = lake.deliveries()

    lake.compact()
    lake.forget(())

    assert Lake(lake.root).deliveries() == before
    sent = paper(tmp_path, 5, [due("V05", 5), due("C", 105)])
    assert lake.take(sent) == 11  # known, so it changes nothing


def test_correction_after_tidying_replaces_by_key(lake, tmp_path):
    lake.compact()
    lake.forget(())

    lake.take(paper(tmp_path, 11, [due("V02", 222)]))

    assert amounts(lake) == {f"V{day:02d}": day for day in DAYS} | {"C": 110, "V02": 222}


def test_late_delivery_after_tidying_overwrites_nothing_newer(lake, tmp_path):
    lake.compact()

    lake.take(paper(tmp_path, 9, [due("C", 1), due("V99", 99)]))

    assert amounts(lake)["C"] == 110
    assert amounts(lake)["V99"] == 99


def test_complete_list_after_tidying_replaces_its_source(lake, tmp_path):
    for day in DAYS:
        lake.take(paper(tmp_path, day, [{"watch_id": f"Z{day}"}], WATCHLIST))
    lake.compact(many=0)

    lake.take(paper(tmp_path, 12, [{"watch_id": "Z0"}], WATCHLIST))

    assert [row["watch_id"] for row in stored(lake, "watch")] == ["Z0"]


def test_tidying_that_was_killed_before_it_published_is_done_again(lake, monkeypatch):
    before = stored(lake)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "_publish", killed)
        with pytest.raises(Killed):
            lake.compact()

    assert Lake(lake.root).version() == 10
    assert stored(Lake(lake.root)) == before
    assert lake.compact() == 11
    assert stored(lake) == before


@pytest.mark.parametrize("point", POINTS)
def test_writer_killed_over_a_tidied_lake_leaves_it_and_its_retry_stores_once(
    lake, tmp_path, point
):
    lake.compact()
    lake.forget(())
    before = stored(lake)
    sent = paper(tmp_path, 12, [due("V12", 12)])

    assert writer(lake.root, point, sent).wait(60) == -signal.SIGKILL

    assert stored(Lake(lake.root)) == before
    assert lake.take(sent) == 12
    assert amounts(lake)["V12"] == 12


def test_files_of_a_killed_writer_go_with_the_next_tidying(lake, tmp_path):
    writer(lake.root, "before the commit", paper(tmp_path, 12, [due("V12", 12)])).wait(60)
    before = size(lake)

    assert lake.forget(range(1, 11)) > 0
    assert size(lake) < before
    assert len(stored(lake)) == 11


def test_deliveries_and_tidying_at_once_both_land(lake, tmp_path):
    sent = [paper(tmp_path, day, [due(f"W{day}", day)]) for day in range(11, 21)]

    def take() -> None:
        for one in sent:
            Lake(lake.root).take(one)

    other = threading.Thread(target=take)
    other.start()
    for _ in range(5):
        Lake(lake.root).compact(many=1)
        Lake(lake.root).forget(())
    other.join()

    assert {f"W{day}" for day in range(11, 21)} <= amounts(Lake(lake.root)).keys()
    assert len(amounts(Lake(lake.root))) == 21


def test_nobody_changed_by_tidying(lake, tmp_path):
    lake.compact()
    engine = DuckDB()
    try:
        for version in (10, 11):
            build.build(engine, lake, version, tmp_path / "warehouse")
        assert changes.changed_tables(lake, 10, 11) == {"tax_due"}
        found = changes.changed(engine, lake, 10, 11, tmp_path / "warehouse")
        assert found.everybody == set()
    finally:
        engine.close()


def test_column_younger_than_the_files_is_null_in_the_new_one(lake):
    for file in lake.files("tax_due"):
        pq.write_table(pq.read_table(file).drop_columns(["paid_on"]), file)
    before = stored(lake)

    lake.compact()

    assert pq.read_schema(lake.files("tax_due")[0]).names == list(TABLES["tax_due"].types)
    assert stored(lake) == before
