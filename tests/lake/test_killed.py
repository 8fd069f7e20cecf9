"""A writer dies in the middle, two writers come at once, a reader looks on."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chengxin.lake.store import Lake
from tests.lake.paper import WATCHLIST, Paper, amounts, due, paper, stored

ROOT = Path(__file__).parents[2]
POINTS = [
    "files half written",
    "before the commit",
    "after the commit",
    "before publishing",
    "record written, not named",
]


def writer(root: Path, point: str, *sent: Paper) -> subprocess.Popen[bytes]:
    """Another process that takes `sent`, and dies at `point`."""
    command = [sys.executable, "-m", "tests.lake.paper", str(root), point]
    return subprocess.Popen([*command, *(str(one.rows) for one in sent)], cwd=ROOT)


@pytest.mark.parametrize("point", POINTS)
def test_killed_writer_leaves_the_old_version_and_its_retry_stores_once(tmp_path, point):
    lake = Lake(tmp_path / "lake")
    lake.take(paper(tmp_path, 16, [due("V1", 100), due("V2", 200)]))
    sent = paper(tmp_path, 17, [due("V1", 150), due("V3", 300)])

    assert writer(lake.root, point, sent).wait(60) == -signal.SIGKILL

    assert Lake(lake.root).version() == 1
    assert amounts(Lake(lake.root)) == {"V1": 100, "V2": 200}
    assert lake.take(sent) == 2
    assert amounts(Lake(lake.root)) == {"V1": 150, "V2": 200, "V3": 300}
    assert amounts(Lake(lake.root), 1) == {"V1": 100, "V2": 200}
    assert [one.delivery_id for one in lake.deliveries()].count(sent.delivery_id) == 1


@pytest.mark.parametrize("point", ["after the commit", "before publishing"])
def test_killed_first_writer_leaves_no_table_and_the_next_one_starts_clean(tmp_path, point):
    lake = Lake(tmp_path / "lake")
    writer(lake.root, point, paper(tmp_path, 16, [due("V1", 100)])).wait(60)

    assert lake.version() == 0
    assert stored(lake) == []
    lake.take(paper(tmp_path, 17, [due("V9", 900)]))
    assert amounts(lake) == {"V9": 900}


def test_another_delivery_after_a_killed_one_carries_nothing_of_it(tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.take(paper(tmp_path, 15, [due("V1", 100)]))
    writer(lake.root, "after the commit", paper(tmp_path, 16, [due("V2", 2)])).wait(60)

    lake.take(paper(tmp_path, 17, [due("V3", 3)]))

    assert amounts(lake) == {"V1": 100, "V3": 3}


def test_writer_killed_after_publishing_has_delivered(tmp_path):
    lake = Lake(tmp_path / "lake")
    sent = paper(tmp_path, 16, [due("V1", 100)])
    writer(lake.root, "after publishing", sent).wait(60)

    assert lake.take(sent) == 1
    assert amounts(lake) == {"V1": 100}


def test_two_writers_at_once_both_land(tmp_path):
    lake = Lake(tmp_path / "lake")
    ours = [paper(tmp_path, day, [due(f"A{day}", day)]) for day in (10, 11, 12)]
    theirs = [paper(tmp_path, day, [due(f"B{day}", day)]) for day in (10, 11, 12)]

    writers = [writer(lake.root, "nowhere", *sent) for sent in (ours, theirs)]

    assert [one.wait(60) for one in writers] == [0, 0]
    assert lake.version() == 6
    assert amounts(lake) == {f"{who}{day}": day for who in "AB" for day in (10, 11, 12)}


def test_two_writers_with_the_same_delivery_store_it_once(tmp_path):
    lake = Lake(tmp_path / "lake")
    sent = paper(tmp_path, 16, [due("V1", 100)])

    writers = [writer(lake.root, "nowhere", sent) for _ in range(2)]

    assert [one.wait(60) for one in writers] == [0, 0]
    assert (lake.version(), amounts(lake)) == (1, {"V1": 100})


def test_reader_sees_two_tables_of_one_version_or_neither(tmp_path):
    root = tmp_path / "lake"
    done = threading.Event()
    seen: list[tuple[int, int, int]] = []

    def look() -> None:
        while not done.is_set():
            lake = Lake(root)
            version = lake.version()
            rows = (len(stored(lake, table, version)) for table in ("tax_due", "watch"))
            seen.append((version, *rows))

    reader = threading.Thread(target=look)
    reader.start()
    for day in range(1, 6):
        Lake(root).take(
            paper(tmp_path, day, [due(f"V{n}", 1) for n in range(day)]),
            paper(tmp_path, day, [{"watch_id": f"Z{n}"} for n in range(day)], WATCHLIST),
        )
    done.set()
    reader.join()

    assert seen
    assert all(version == taxes == watches for version, taxes, watches in seen)
