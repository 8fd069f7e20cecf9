"""When an office changes its file: each delivery is read as it was agreed on its day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.indicators import local
from chengxin.lake.store import Lake
from chengxin.sources import Source, all_sources, source
from chengxin.sources.source import SourceChanged
from tests.lake.paper import stored
from tests.sources.conftest import Office, rows, sample

BEFORE, AFTER = date(2017, 8, 31), date(2017, 9, 1)
HEAD, *LINES = sample("watchlist")
# From September the office calls the reason otherwise
NEW_HEAD = ["事由" if heading == "列入原因" else heading for heading in HEAD]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The watch list of a bureau's own, as its first manifest describes it."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    all_sources.cache_clear()
    made = places.local() / "sources" / "our_list"
    shutil.copytree(source.HERE / "watchlist", made)
    yield made
    all_sources.cache_clear()


def follow(
    folder: Path, day: str = "20170901", before: str = "列入原因", after: str = "事由"
) -> Path:
    told = (folder / "manifest.yaml").read_text("utf-8")
    assert before in told
    path = folder / f"manifest.{day}.yaml"
    path.write_text(told.replace(before, after), "utf-8")
    return path


def our_list() -> Source:
    return next(one for one in source._all() if one.name == "our_list")


def written(office: Office, day: date, head: list[str]) -> Path:
    path = office.folder / f"our_list.{day:%Y%m%d}.csv"
    shutil.move(office.write("watchlist", [head, *LINES]), path)
    return path


def test_delivery_of_the_first_day_is_read_by_the_new_manifest_and_the_day_before_by_the_old(
    folder, office
):
    follow(folder)
    one = our_list()

    old = office.read(written(office, BEFORE, HEAD), one)
    new = office.read(written(office, AFTER, NEW_HEAD), one)

    assert [row["reason"] for row in rows(old)] == [row["reason"] for row in rows(new)]
    assert (old.source, new.source) == ("our_list", "our_list")


@pytest.mark.parametrize(("day", "head"), [(BEFORE, NEW_HEAD), (AFTER, HEAD)])
def test_file_of_the_other_version_is_refused(folder, office, day, head):
    follow(folder)

    with pytest.raises(SourceChanged, match="new column"):
        office.read(written(office, day, head), our_list())


def test_newest_version_that_has_begun_describes_a_day(folder):
    follow(folder, "20180101", after="第三种叫法")
    follow(folder, "20170901")
    newest = our_list()

    versions = {
        "2010-01-01": None,
        "2017-08-31": None,
        "2017-09-01": AFTER,
        "2017-12-31": AFTER,
        "2018-01-01": date(2018, 1, 1),
        "2030-01-01": date(2018, 1, 1),
    }
    assert {day: newest.on(date.fromisoformat(day)).since for day in versions} == versions
    assert newest.columns["第三种叫法"] == ["reason"]


def test_both_versions_fill_one_table_and_the_newer_delivery_replaces_the_list(
    folder, office, tmp_path
):
    follow(folder)
    lake = Lake(tmp_path / "lake")
    lake.take(office.read(written(office, BEFORE, HEAD), our_list()))
    lake.take(office.read(written(office, AFTER, NEW_HEAD), our_list()))

    assert {row["delivered_on"] for row in stored(lake, "watch")} == {AFTER}
    assert len(stored(lake, "watch")) == len(LINES)


def test_column_that_no_longer_comes_is_empty(folder, office):
    follow(folder, before="  列入原因: reason\n", after="")
    told = (folder / "manifest.20170901.yaml").read_text("utf-8")
    (folder / "manifest.20170901.yaml").write_text(
        f"{told}\nconstants: {{reason: null}}\n", "utf-8"
    )
    place = HEAD.index("列入原因")
    path = office.folder / "our_list.20170901.csv"
    cells = [[*row[:place], *row[place + 1 :]] for row in (HEAD, *LINES)]
    shutil.move(office.write("watchlist", cells), path)

    assert [row["reason"] for row in rows(office.read(path, our_list()))] == [None] * len(LINES)


@pytest.mark.parametrize(
    ("day", "before", "after", "says"),
    [
        ("20170931", "列入原因", "事由", "manifest.<yyyymmdd>.yaml"),
        ("next", "列入原因", "事由", "manifest.<yyyymmdd>.yaml"),
        ("20170901", "table: watch", "table: tax_due", "tax_due"),
        ("20170901", "form: csv", "form: pdf", "pdf"),
    ],
)
def test_version_that_cannot_follow_is_one_sentence_with_its_file(folder, day, before, after, says):
    path = follow(folder, day, before, after)

    with pytest.raises(Trouble, match=says) as trouble:
        our_list()
    assert str(trouble.value).startswith(str(path))
    assert "\n" not in str(trouble.value)


def test_key_cannot_be_left_out(folder):
    path = follow(folder)
    told = path.read_text("utf-8").replace("  名单编号: watch_id\n", "")
    path.write_text(f"{told}\nignore: [名单编号]\nconstants: {{watch_id: null}}\n", "utf-8")

    with pytest.raises(Trouble, match="watch_id.* must have a value"):
        our_list()


def test_each_version_is_checked_by_its_own_sample(folder):
    follow(folder)
    (folder / "sample.20170901.csv").write_text(
        (folder / "sample.csv").read_text("utf-8").replace("列入原因", "事由"), "utf-8"
    )
    assert [(one.file, one.good) for one in local.check()] == [
        ("sources/our_list/manifest.yaml", True),
        ("sources/our_list/manifest.20170901.yaml", True),
    ]

    shutil.copy(folder / "sample.csv", folder / "sample.20170901.csv")
    assert [one.good for one in local.check()] == [True, False]
