"""A night is the offices' trust in the lake: it does not run over one that lost what it held."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from chengxin.core import places
from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.exchange import deliveries, nights
from chengxin.exchange.models import NightRun
from chengxin.lake.store import Lake
from chengxin.people import gathered
from chengxin.people.models import Wording
from chengxin.risk.models import Alert, Directive, RiskScore
from chengxin.sources import all_sources
from chengxin.trace.models import Trace
from chengxin.warehouse import by_subject
from tests.conftest import number

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)


@pytest.fixture
def restricted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An installation whose last night restricted somebody: the directives in force."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in ("golden_tax_state_registration", "watchlist"):
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))
    nights.run(DAY)
    return list(Directive.objects.in_force().values_list("pk", flat=True))


def test_lake_that_vanished_lifts_no_restriction(restricted):
    assert restricted
    shutil.rmtree(places.lake())

    with pytest.raises(Trouble, match="is at version 0, but a night has already seen version 2"):
        nights.run(DAY)

    assert list(Directive.objects.in_force().values_list("pk", flat=True)) == restricted
    assert NightRun.objects.count() == 1


def test_lake_that_lacks_a_file_lifts_no_restriction(restricted):
    lost = next((places.lake() / "watch").glob("*.parquet"))
    lost.unlink()

    with pytest.raises(Trouble, match="restore"):
        nights.run(DAY)

    assert list(Directive.objects.in_force().values_list("pk", flat=True)) == restricted


def police(tmp_path: Path, number: str, day: str, **more: str | None) -> None:
    case = {
        "案件编号": "Y1", "主体类型": "自然人", "证件号码": number, "姓名或名称": "张某",
        "罪名条款": "205", "立案单位": "阳信县公安局", "立案日期": "2017-08-18",
        "案件状态": "立案", "终结日期": None,
    }  # fmt: skip
    path = tmp_path / f"police_case.{day}.jsonl"
    path.write_text(json.dumps(case | more, ensure_ascii=False) + "\n", "utf-8")
    deliveries.receive(path)


class TestFollow:
    """Between two nights, what came changes what it is about, and nothing else."""

    def test_new_fact_restricts_at_once(self, restricted, tmp_path):
        police(tmp_path, number("37230119650101123"), "20170819")

        run = nights.follow()

        fresh = Directive.objects.in_force().exclude(pk__in=restricted)
        assert [order.indicator for order in fresh] == ["M01"]
        assert Directive.objects.in_force().filter(pk__in=restricted).count() == len(restricted)
        assert (run.followed, run.day, run.lake_version) == (True, DAY, 3)

    def test_new_fact_is_in_the_dossier_beside_all_that_was_there(self, restricted, tmp_path):
        watched = number("37162219900228002")
        police(tmp_path, watched, "20170819")
        about = f"person:{Keys.load().person_id(watched)}"
        before = gathered.counts(about)

        nights.follow()
        assert gathered.newest() == 2  # the counter goes first
        nights.sort()

        assert before
        assert gathered.newest() == 3
        assert gathered.counts(about) == before | {"police_case": 1}
        assert [row["case_no"] for row in gathered.about("police_case", about)] == ["Y1"]

    def test_table_that_nobody_sent_anew_is_the_same_file(self, restricted, tmp_path):
        police(tmp_path, number("37230119650101123"), "20170819")

        nights.follow()
        nights.sort()

        assert same_file("watch", 2, 3)
        assert not same_file("police_case", 2, 3)

    def test_fact_that_ended_waits_for_the_leader_only_there(self, restricted, tmp_path):
        police(tmp_path, number("37230119650101123"), "20170819")
        nights.follow()
        police(
            tmp_path,
            number("37230119650101123"),
            "20170820",
            案件状态="撤案",
            终结日期="2017-08-18",
        )

        nights.follow()

        held = Directive.objects.filter(release_needed=True)
        assert [order.indicator for order in held] == ["M01"]
        assert Directive.objects.in_force().filter(pk__in=restricted).count() == len(restricted)

    def test_everyone_is_ranked_anew_once_for_what_was_followed(self, restricted, tmp_path):
        accused = number("37230119650101123")
        assert nights.rank(only_if_stale=True) is None  # the night has ranked
        police(tmp_path, accused, "20170819")
        nights.follow()

        assert nights.rank(only_if_stale=True).lake_version == 3
        score = RiskScore.objects.get(about=f"person:{Keys.load().person_id(accused)}")
        assert score.level == "severe"
        assert nights.rank(only_if_stale=True) is None

    def test_nothing_new_is_no_run(self, restricted):
        assert nights.follow() is None
        assert NightRun.objects.count() == 1

    def test_before_the_first_night_there_is_nothing_to_follow(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))

        assert nights.follow() is None


class TestTooLittleMemory:
    """Work that DuckDB's memory is too small for is one sentence; what was there stays."""

    @pytest.fixture
    def before(self, restricted, tmp_path, monkeypatch) -> dict[str, object]:
        """What stands, when from now on there is next to no memory and a delivery is new."""
        police(tmp_path, number("37230119650101123"), "20170819")
        monkeypatch.setenv("CHENGXIN_MEMORY", "1MB")
        return self.standing()

    @staticmethod
    def standing() -> dict[str, object]:
        return {
            "lake": Lake(places.lake()).version(),
            "warehouses": sorted(path.name for path in places.warehouse().iterdir()),
            "sorted": gathered.newest(),
            "findings": (places.nights() / f"{DAY}" / "findings.jsonl").read_bytes(),
            "nights": NightRun.objects.count(),
            "directives": list(Directive.objects.in_force().values_list("pk", flat=True)),
        }

    def test_delivery_is_refused_and_nothing_of_it_stored(self, before, tmp_path):
        with pytest.raises(Trouble, match="too small for this work.*CHENGXIN_MEMORY, now 1MB"):
            police(tmp_path, number("37162219900228002"), "20170820")

        assert self.standing() == before

    @pytest.mark.parametrize(
        "work",
        [
            lambda: nights.run(DAY),
            nights.follow,
            lambda: nights.look(as_of=DAY, lake_version=None),
            lambda: nights.look(as_of=DAY, lake_version=2),
        ],
        ids=["night", "follow", "scan that builds", "scan"],
    )
    def test_night_and_scan_change_nothing(self, before, work):
        with pytest.raises(Trouble, match="too small for this work.*CHENGXIN_MEMORY, now 1MB"):
            work()

        assert self.standing() == before


class TestOpenToPages:
    """What the dossiers read is there when the doors open, whoever wrote it last."""

    def test_what_is_gone_is_made_again(self, restricted):
        shutil.rmtree(sorted_files(2))
        assert gathered.newest() is None

        nights.sort()

        assert gathered.newest() == 2

    def test_what_an_older_program_wrote_is_made_again(self, restricted):
        done = sorted_files(2) / by_subject.DONE
        told = json.loads(done.read_text())
        done.write_text(json.dumps({"made_of": told["made_of"] | {"watch": "another"}}))

        nights.sort()

        assert json.loads(done.read_text()) == told

    def test_what_is_there_stays(self, restricted):
        before = sorted_files(2).stat().st_ino

        nights.sort()

        assert sorted_files(2).stat().st_ino == before

    def test_before_the_first_night_there_is_nothing_to_open(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))

        nights.sort()

        assert gathered.newest() is None


def sorted_files(version: int) -> Path:
    return places.warehouse() / str(version) / by_subject.FOLDER


def same_file(table: str, one: int, other: int) -> bool:
    """Whether a table's sorted rows are one file under both versions."""
    files = [sorted_files(version) / f"{table}.arrow" for version in (one, other)]
    return files[0].samefile(files[1])


class TestTidy:
    """The lake gives room back, and what evidence needs stays computable."""

    def test_night_and_alert_are_computed_again_to_the_same_bytes(self, restricted, tmp_path):
        first = told(2)
        deliveries_of_twelve_days(tmp_path)
        nights.run(DAY)
        last = told(14)

        tidied = nights.tidy()

        assert (tidied.lake_version, tidied.kept, tidied.forgotten) == (15, 3, 12)
        assert tidied.bytes > 0
        assert first
        assert told(2) == first
        assert told(14) == last
        assert [one.replace('"lake_version":15', '"lake_version":14') for one in told(15)] == last
        with pytest.raises(Trouble, match=r"Version 9 .* are 2, 14–15\."):
            told(9)

    def test_night_beyond_the_years_stays_for_the_alert_that_it_refreshed_last(self, restricted):
        NightRun.objects.update(finished_at=datetime(2010, 1, 1, tzinfo=UTC))
        Alert.objects.update(lake_version=1)
        [run] = NightRun.objects.all()
        NightRun.objects.create(day=run.day, lake_version=2)

        nights.tidy()

        assert Lake().kept() == [1, 2]

    def test_following_after_tidying_changes_nobody(self, restricted, tmp_path):
        deliveries_of_twelve_days(tmp_path)
        nights.run(DAY)
        before = list(Directive.objects.in_force().values_list("pk", flat=True))
        nights.tidy()

        run = nights.follow()

        assert run.lake_version == 15
        assert list(Directive.objects.in_force().values_list("pk", flat=True)) == before

    def test_words_that_no_kept_row_has_are_deleted(self, restricted, tmp_path):
        notice = all_sources()["internet_notice"].sample
        first = tmp_path / f"internet_notice.20170818{notice.suffix}"
        shutil.copy(notice, first)
        deliveries.receive(first)
        text = first.read_text("utf-8")
        title = "李投资入选“十佳创业者”"
        assert title in text
        later = tmp_path / f"internet_notice.20170825{notice.suffix}"
        later.write_text(text.replace(title, "更正后的标题"), "utf-8")
        deliveries.receive(later)
        nights.run(DAY)  # over the later one; nothing refers to the first
        before = set(Wording.objects.values_list("pk", flat=True))

        nights.tidy()
        assert set(Wording.objects.values_list("pk", flat=True)) == before  # told today

        Wording.objects.update(told_on=localdate() - timedelta(days=2))
        nights.tidy()

        gone = before - set(Wording.objects.values_list("pk", flat=True))
        assert gone == {Keys.load().token("words", title)}

    def test_words_of_rows_that_evidence_needs_stay(self, restricted, tmp_path):
        notice = all_sources()["internet_notice"].sample
        first = tmp_path / f"internet_notice.20170818{notice.suffix}"
        shutil.copy(notice, first)
        deliveries.receive(first)
        nights.run(DAY)
        later = tmp_path / f"internet_notice.20170825{notice.suffix}"
        later.write_text(first.read_text("utf-8").replace("十佳", "百佳"), "utf-8")
        deliveries.receive(later)
        nights.run(DAY)
        Wording.objects.update(told_on=localdate() - timedelta(days=2))
        before = Wording.objects.count()

        nights.tidy()

        assert Wording.objects.count() == before

    def test_it_leaves_a_trace(self, restricted):
        nights.tidy()

        assert Trace.objects.filter(action="lake.tidy").count() == 1


def told(version: int) -> list[str]:
    """The findings of that lake version as `scan --json` prints them."""
    return [one.to_json() for one in nights.look(as_of=DAY, lake_version=version)]


def deliveries_of_twelve_days(tmp_path: Path) -> None:
    for day in range(19, 31):
        police(
            tmp_path,
            number("37230119650101123"),
            f"201708{day}",
            案件编号=f"Y{day % 10}",  # the last two correct the first two
            立案单位=f"{day}所",
        )


def test_there_is_no_unknown_engine():
    with pytest.raises(Trouble, match="duckdb or spark"):
        nights.engine_of("abacus")
