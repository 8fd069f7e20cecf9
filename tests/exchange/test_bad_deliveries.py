"""Bad deliveries by the hundred: each is refused for a clear reason and changes nothing.

Every source sends its sample once as agreed, so that there is something to lose, and then spoilt as
offices spoil files: encodings, columns, codes, dates, sizes, cuts.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.exchange import arrivals, deliveries
from chengxin.exchange.models import Delivery
from chengxin.lake.store import Lake
from chengxin.lake.tables import Kind
from chengxin.people.models import Person
from chengxin.sources import Source, all_sources
from chengxin.sources.arrival import NOTE
from chengxin.sources.source import Form
from chengxin.trace.models import Trace
from tests.sources.conftest import Cells, sample, written

pytestmark = pytest.mark.django_db

# What a county's office sends; what the system itself writes is no office's
OFFICES = sorted(all_sources().keys() - arrivals.OWN)
DATES, CODES = {Kind.DATE}, {Kind.CODE}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with an empty lake."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    return places.home()


@dataclass(frozen=True)
class Harm:
    """A way to spoil a delivery; for some forms, and where a source has such a column."""

    content: Callable[[Source, Cells], bytes | None]  # None: this source has nothing to spoil
    forms: tuple[Form, ...] = tuple(Form)


def theirs(source: Source, kinds: set[Kind]) -> list[str]:
    """Their names of the columns that are of one of these kinds of ours."""
    columns = source.lake_table.columns
    return [
        heading
        for heading, ours in source.columns.items()
        if any(name in columns and columns[name].kind in kinds for name in ours)
    ]


def everywhere(value: str, kinds: set[Kind]) -> Callable[[Source, Cells], bytes | None]:
    """This value in every row of the first such column."""

    def content(source: Source, cells: Cells) -> bytes | None:
        found = theirs(source, kinds)
        if not found:
            return None
        place = cells[0].index(found[0])
        for row in cells[1:]:
            row[place] = value
        return written(source, cells)

    return content


def without(source: Source, cells: Cells) -> bytes:
    return written(source, [row[1:] for row in cells])


def besides(source: Source, cells: Cells) -> bytes:
    return written(source, [[*row, "备注" if n == 0 else "x"] for n, row in enumerate(cells)])


def renamed(source: Source, cells: Cells) -> bytes:
    return written(source, [[f"{cells[0][0]}_", *cells[0][1:]], *cells[1:]])


def doubled(source: Source, cells: Cells) -> bytes:
    return written(source, [[*row, row[0]] for row in cells])


def nobody(source: Source, cells: Cells) -> bytes:
    """The key, without which a row is about nothing, is empty everywhere."""
    key = set(source.lake_table.key)
    places_ = [
        place
        for place, heading in enumerate(cells[0])
        if key & {name.partition(".")[0] for name in source.columns.get(heading, [])}
    ]
    for row in cells[1:]:
        for place in places_:
            row[place] = ""
    return written(source, cells)


def other_encoding(source: Source, cells: Cells) -> bytes | None:
    """What is plain ASCII is the same in both."""
    other = written(source, cells, "utf-8" if source.encoding == "gb18030" else "gb18030")
    return None if other == written(source, cells) else other


TEXT = (Form.CSV, Form.JSONL)
HARMS = {
    "empty": Harm(lambda *_: b""),
    "nothing but zeros": Harm(lambda *_: bytes(4096)),
    "cut in the last line": Harm(lambda source, cells: written(source, cells)[:-5]),
    "cut in the middle of the heading": Harm(lambda source, cells: written(source, cells)[:7]),
    "UTF-16": Harm(lambda source, cells: written(source, cells, "utf-16"), TEXT),
    "the other encoding": Harm(other_encoding, TEXT),
    "a bad byte": Harm(lambda source, cells: written(source, cells)[:-1] + b"\xff\xff\n", TEXT),
    "a column less": Harm(without),
    "a column more": Harm(besides),
    "a column renamed": Harm(renamed),
    "a column twice": Harm(doubled, (Form.CSV, Form.XLSX)),
    "a code that nobody agreed": Harm(everywhere("不存在", CODES)),
    "days that are none": Harm(everywhere("2017-02-30", DATES)),
    "days in another order": Harm(everywhere("30/12/2017 xx", DATES)),
    "amounts that are words": Harm(everywhere("壹万元", {Kind.MONEY})),
    "amounts beyond all money": Harm(everywhere("9" * 40, {Kind.MONEY})),
    "rows about nobody": Harm(nobody),
    "a line that is too long": Harm(
        lambda source, cells: written(source, cells) + b"x" * 3_000_000 + b"\n", TEXT
    ),
    "lines of another file": Harm(
        lambda source, cells: written(source, cells) + b"a;b;c\nd;e;f\n", TEXT
    ),
    "another kind of file": Harm(lambda *_: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"obj\n" * 50),
}


def spoilt(source: Source) -> Iterator[tuple[str, bytes]]:
    """Every third harm, from another one on for each source: no harm is left out."""
    for how, harm in list(HARMS.items())[OFFICES.index(source.name) % 3 :: 3]:
        if source.form not in harm.forms:
            continue
        content = harm.content(source, [list(row) for row in sample(source.name)])
        if content is not None:
            yield how, content


def lake_files() -> set[tuple[str, int, int]]:
    return {
        (str(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in places.lake().rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", OFFICES)
def test_spoilt_delivery_is_refused_for_a_clear_reason_and_changes_nothing(name, tmp_path):
    source = all_sources()[name]
    good = tmp_path / f"{name}.20170818.{source.form}"
    shutil.copy(source.sample, good)
    deliveries.receive(good)
    files, people = lake_files(), sorted(Person.objects.values_list("pk", "number", "name"))
    path = tmp_path / f"{name}.20170819.{source.form}"
    reasons = {}

    for how, content in spoilt(source):
        path.write_bytes(content)
        with pytest.raises(Trouble) as trouble:
            deliveries.receive(path)
        reasons[how] = str(trouble.value)

    assert len(reasons) >= 3
    for how, reason in reasons.items():
        assert reason.startswith(name), (how, reason)
        assert "\n" not in reason, how
        assert reason.endswith("."), (how, reason)
    assert Lake().version() == 1
    assert lake_files() == files
    assert sorted(Person.objects.values_list("pk", "number", "name")) == people
    kept = Delivery.objects.filter(state=Delivery.State.REFUSED).order_by("pk")
    assert [one.reason for one in kept] == [reason[:600] for reason in reasons.values()]
    for one in kept:  # the data keeper reads Chinese
        assert one.because == one.reason_zh
        assert source.owner in one.because, one.reason
        assert one.because.endswith("全部未入库。")
    traces = Trace.objects.filter(action="delivery.receive", outcome="refused")
    assert traces.count() == len(reasons)
    assert {path.name for path in (places.home() / "staging").iterdir()} == {"lock"}


@pytest.mark.parametrize("name", OFFICES)
def test_delivery_that_is_not_the_noted_one_changes_nothing(name, tmp_path):
    source = all_sources()[name]
    path = tmp_path / f"{name}.20170818.{source.form}"
    shutil.copy(source.sample, path)
    (tmp_path / NOTE).write_text(f"文件名,行数,SHA256\n{path.name},3,{'0' * 64}\n", "utf-8")

    with pytest.raises(Trouble, match=f"^{name}: the SHA-256 of "):
        deliveries.receive(path)

    assert Lake().version() == 0
