"""From the file to the lake: bounded memory, and whatever a line or a hand may spoil."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.sources import all_sources, read
from chengxin.sources.source import Expect
from tests.lake.paper import stored
from tests.sources.conftest import DAY, HEADINGS, KEYS, changed, sample

MEGABYTE = 1 << 20
STATE = "golden_tax_state_ledger"


def test_same_file_taken_twice_is_one_delivery(office, tmp_path):
    lake = Lake(tmp_path / "lake")

    assert [lake.take(office.send(STATE, sample(STATE))) for _ in range(2)] == [1, 1]
    assert len(stored(lake)) == 3


def test_same_bytes_have_the_same_delivery_id_on_every_day(office):
    path = office.write(STATE, sample(STATE))
    later = office.write(STATE, sample(STATE), day="20170819")

    assert office.read(path).delivery_id == office.read(later).delivery_id


def test_correction_in_a_second_file_replaces_the_row_and_nothing_else(office, tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.take(office.send(STATE, sample(STATE)))
    corrected = changed(STATE, RKRQ="20170817")[:2]

    lake.take(office.read(office.write(STATE, corrected, day="20170819")))

    assert len(stored(lake)) == 3
    assert {row["paid_on"] is None for row in stored(lake, version=1)} == {True, False}
    assert {row["paid_on"] is None for row in stored(lake)} == {False}


def test_watchlist_entry_that_is_left_out_is_gone(office, tmp_path):
    lake = Lake(tmp_path / "lake")
    lake.take(office.send("watchlist", sample("watchlist")))

    lake.take(office.read(office.write("watchlist", sample("watchlist")[:2], day="20170819")))

    assert [row["watch_id"] for row in stored(lake, "watch")] == ["ZD2017001"]


@pytest.mark.county
def test_delivery_larger_than_memory_is_read_and_stored(office, tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_MEMORY", "96MB")
    name = "golden_tax_local_ledger"
    head, row = sample(name)[:2]
    row[7] = "1234567.00"
    tail = ",".join(row[1:])
    count = 2_000_000
    path = office.folder / f"{name}.20170818.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(head) + "\n")
        for start in range(0, count, 100_000):
            file.writelines(
                f"{n:020d}-0000-4000-8000-000000000000,{tail}\n"
                for n in range(start, start + 100_000)
            )
    assert path.stat().st_size > 190 * MEGABYTE
    lake = Lake(tmp_path / "lake")

    with read(path, keys=KEYS) as reading:
        lake.take(reading)

    engine = DuckDB()
    engine.view(lake)
    assert engine.run("SELECT count(*) AS rows, max(line) AS last FROM tax_due") == [
        {"rows": count, "last": count + 1}
    ]
    engine.close()


# a fuzzer


@pytest.fixture(scope="module")
def _nothing_left_behind() -> None:
    """Engines that earlier tests left give up their folders now, not while we look at them."""
    gc.collect()


def damaged(content: bytes, places: list[tuple[str, float, bytes]]) -> bytes:
    for how, where, other in places:
        place = int(where * len(content))
        match how:
            case "cut":
                content = content[:place]
            case "flip" if content:
                place = min(place, len(content) - 1)
                content = (
                    content[:place]
                    + bytes([content[place] ^ (other[0] or 1)])
                    + content[place + 1 :]
                )
            case "insert":
                content = content[:place] + other + content[place:]
            case "drop":
                content = content[:place] + content[place + len(other) :]
            case "column":
                content = content.replace(b",", b"," + other + b",", 1)
            case "line":
                lines = content.splitlines(keepends=True) or [b""]
                lines.insert(int(where * len(lines)), other + b"\n")
                content = b"".join(lines)
    return content


HARM = st.lists(
    st.tuples(
        st.sampled_from(["cut", "flip", "flip", "insert", "drop", "column", "line"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=4),
            st.sampled_from(
                [b'"', b",", b"\n", b"\r", b"\r\n\r\n", b"\0", b"\\u0000", b'""', b"{", b"[]",
                 b"null", b"1e999", b"\xef\xbb\xbf", "　".encode(), "王".encode("gb18030")]
            ),
        ),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


@pytest.mark.parametrize("name", HEADINGS)
@settings(max_examples=15, derandomize=True, deadline=None, database=None)
@given(harm=HARM)
@pytest.mark.usefixtures("_nothing_left_behind")
def test_spoilt_file_is_read_strictly_or_refused_in_one_sentence(
    tmp_path_factory, engine, name, harm
):
    source = replace(all_sources()[name], allowed_bad=1.0, expect=Expect(0, 1000))
    folder: Path = tmp_path_factory.mktemp("spoilt")
    path = folder / f"{name}.20170818.{source.form}"
    path.write_bytes(damaged(source.sample.read_bytes(), harm))
    before = set((places.home() / "staging").iterdir())

    told = ""
    try:
        with read(path, keys=KEYS, source=source, delivered_on=DAY, engine=engine) as reading:
            assert reading.count + reading.rejected == reading.delivered
    except Trouble as trouble:
        told = str(trouble)

    assert "\n" not in told
    assert set((places.home() / "staging").iterdir()) == before
