"""Facts that a program tells are stored once, whole or not at all, and act at the counter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.exchange import arrivals, clients, deliveries, events, nights, tasks
from chengxin.exchange.models import Delivery, Event, NightRun
from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.people import gathered
from chengxin.risk.models import Directive
from chengxin.sources import all_sources
from chengxin.trace.models import Trace
from chengxin.warehouse import build
from tests.conftest import number

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2017, 8, 18)
PERSON = number("37230119650101123")
Told = Callable[..., HttpResponse]


def case(**more: str | None) -> dict[str, str | None]:
    return {
        "案件编号": "Y1", "主体类型": "自然人", "证件号码": PERSON, "姓名或名称": "张某",
        "罪名条款": "205", "立案单位": "阳信县公安局", "立案日期": "2017-08-18",
        "案件状态": "立案", "终结日期": None,
    } | more  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation after its first night."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    sample = all_sources()["watchlist"].sample
    deliveries.receive(Path(shutil.copy(sample, tmp_path / f"watchlist.20170818{sample.suffix}")))
    nights.run(DAY)
    return tmp_path / "home"


@pytest.fixture
def police(home: Path) -> Told:
    """The police's program: `police(rows, key)`, its answer."""
    key = clients.add("police", owner="县公安局", speaks_as=["police_case"])

    def post(
        rows: Any, once: str = "1", *, table: str = "police_case", bearer: str = key
    ) -> HttpResponse:
        body = rows if isinstance(rows, str) else json.dumps(rows, ensure_ascii=False)
        return Browser().post(
            f"/api/v1/facts/{table}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": once},
        )

    post.key = key  # type: ignore[attr-defined]
    return post


def rows(table: str = "police_case") -> list[dict[str, Any]]:
    engine, lake = DuckDB(), Lake()
    try:
        engine.view(lake, lake.version())
        return list(engine.run(f"SELECT * FROM {table}"))
    finally:
        engine.close()


def in_force() -> set[str]:
    return {order.indicator for order in Directive.objects.in_force()}


def test_fact_is_stored_and_acts_once_it_is_followed(police: Told):
    answer = police(case())

    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["rows"], told["followed"]) == ("stored", 1, False)
    assert [row["case_no"] for row in rows()] == ["Y1"]
    assert "M01" not in in_force()
    [job] = ProcrastinateJob.objects.filter(task_name=events.FOLLOW)
    assert job.status == "todo"

    tasks.follow()

    assert "M01" in in_force()
    again = Browser().get(told["see"], headers={"Authorization": f"Bearer {police.key}"})
    assert again.json()["followed"] is True


def test_fact_that_ended_takes_its_directive_back(police: Told):
    police(case(), "1")
    tasks.follow()

    police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")
    tasks.follow()

    assert all(
        order.release_needed for order in Directive.objects.in_force().filter(indicator="M01")
    )


def test_the_same_words_another_time_are_another_fact(police: Told):
    """Opened, withdrawn, opened again: the third is told in the words of the first."""
    police(case(), "1")
    police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")
    police(case(), "3")

    assert [row["stage"] for row in rows()] == ["open"]


def test_told_twice_under_one_key_it_happens_once(police: Told):
    first, second = police(case()), police(case())

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Event.objects.count() == Delivery.objects.filter(source="police_case").count() == 1


def test_other_content_under_a_used_key_is_refused(police: Told):
    police(case())

    answer = police(case(罪名条款="201"))

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_used")
    assert [row["crime"] for row in rows()] == ["205"]


def test_many_rows_come_whole_or_not_at_all(police: Told):
    bad = case(案件编号="Y2", 证件号码=PERSON[:-1] + ("1" if PERSON[-1] != "1" else "2"))

    answer = police({"rows": [case(), bad]})

    assert (answer.status_code, answer.json()["state"]) == (422, "refused")
    assert "line 2" in answer.json()["reason"]
    assert "证件号码" in answer.json()["reason"]
    assert rows() == []
    assert list(places.events().iterdir()) == []


def test_unknown_heading_is_refused_with_its_name(police: Told):
    answer = police(case(备注="无"))

    assert answer.status_code == 422
    assert "备注" in answer.json()["reason"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "not_understood"),
        ("3", "not_understood"),
        ("[" * 100_000, "not_understood"),
        ('{"rows": [3]}', "not_understood"),
        (f'[{{"案件编号": "{"Y" * 9_000_000}"}}]', "too_many_rows"),
        ('{"rows": []}', "too_many_rows"),
        ('{"案件编号": {"x": 1}}', "not_understood"),
    ],
    ids=lambda told: told[:20],
)
def test_what_is_no_row_is_refused(police: Told, body: str, code: str):
    assert police(body).json()["code"] == code
    assert not Event.objects.exists()


def test_without_a_key_of_its_own_nobody_is_heard(police: Told):
    assert police(case(), bearer="wrong").status_code == 401
    assert Browser().get("/api/v1/events/1").status_code == 401
    assert police(case(), "").status_code == 400
    clients.stop("police")
    assert police(case()).status_code == 401
    assert not Event.objects.exists()


def test_client_speaks_only_as_its_own_sources_and_sees_only_its_own_events(police: Told):
    assert police(case(), table="watch").status_code == 404
    other = clients.add("court", owner="县人民法院", speaks_as=["judgment_debtor"])
    see = police(case()).json()["see"]
    assert police(case(), "2", bearer=other).status_code == 404

    assert Browser().get(see, headers={"Authorization": f"Bearer {other}"}).status_code == 404


def test_new_key_voids_the_old_one(police: Told):
    clients.add("police", owner="县公安局", speaks_as=["police_case"])

    assert police(case()).status_code == 401


class TestKilled:
    """Killed between any two steps, the fact arrives, once."""

    @pytest.fixture(params=["chengxin.exchange.deliveries._receive", "chengxin.risk.following.ask"])
    def cut(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[], None]:
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with_it = monkeypatch.context()
        patch = with_it.__enter__()
        patch.setattr(request.param, killed)
        return lambda: with_it.__exit__(None, None, None)

    def test_it_arrives_with_the_next_look(self, police: Told, cut: Callable[[], None]):
        with pytest.raises(KeyboardInterrupt):
            police(case())
        cut()

        tasks.follow()

        assert len(rows()) == 1
        assert "M01" in in_force()

    def test_it_arrives_when_it_is_told_again(self, police: Told, cut: Callable[[], None]):
        with pytest.raises(KeyboardInterrupt):
            police(case())
        cut()

        assert police(case()).json()["state"] == "stored"

        assert len(rows()) == Event.objects.count() == 1

    def test_what_was_told_first_does_not_undo_what_came_later(
        self, police: Told, cut: Callable[[], None]
    ):
        with pytest.raises(KeyboardInterrupt):
            police(case(), "1")
        cut()

        police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")
        tasks.follow()

        assert [row["stage"] for row in rows()] == ["withdrawn"]

    def test_event_whose_rows_are_gone_holds_up_its_own_source_alone(
        self, police: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ):
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("chengxin.exchange.deliveries._receive", killed)
            with pytest.raises(KeyboardInterrupt):
                police(case())
        shutil.rmtree(places.events())
        sample = all_sources()["judgment_debtor"].sample
        name = f"judgment_debtor.20170818{sample.suffix}"
        deliveries.receive(Path(shutil.copy(sample, tmp_path / name)))
        before = Lake().version()

        tasks.follow()

        assert NightRun.objects.latest("pk").lake_version == before
        assert Event.objects.get().state == Event.State.WAITING
        assert police(case()).json()["state"] == "stored"  # told again, its rows are there again

    def test_stored_in_the_lake_but_not_told_in_the_database(
        self, police: Told, monkeypatch: pytest.MonkeyPatch
    ):
        take = Lake.take

        def taken_then_killed(lake: Lake, delivery: Any) -> None:
            take(lake, delivery)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Lake, "take", taken_then_killed)
            with pytest.raises(KeyboardInterrupt):
                police(case())
        assert len(rows()) == 1

        tasks.follow()

        [event] = Event.objects.all()
        assert event.state == Event.State.STORED
        assert len(rows()) == 1
        assert "M01" in in_force()

    def test_directives_stand_but_the_nights_folder_does_not_say_so(
        self, police: Told, monkeypatch: pytest.MonkeyPatch
    ):
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        police(case(), "1")
        with monkeypatch.context() as patch:
            patch.setattr("chengxin.nightly.keep", killed)
            with pytest.raises(KeyboardInterrupt):
                nights.follow()
        police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")

        tasks.follow()

        assert NightRun.objects.filter(followed=True).count() == 2
        assert [one.release_needed for one in Directive.objects.filter(indicator="M01")] == [True]

    def test_handed_over_or_not_at_all(self, police: Told, monkeypatch: pytest.MonkeyPatch):
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        police(case())
        with monkeypatch.context() as patch:
            patch.setattr("chengxin.risk.alerts.receive_all", killed)
            with pytest.raises(KeyboardInterrupt):
                nights.follow()
        assert "M01" not in in_force()

        tasks.follow()

        assert "M01" in in_force()


class TestAtHand:
    """What the worker keeps between two events says nothing of its own."""

    def test_second_event_is_followed_like_the_first(self, police: Told):
        police(case(), "1")
        tasks.follow()
        other = number("37230119700101123")

        police(case(案件编号="Y2", 证件号码=other), "2")
        tasks.follow()

        assert len({one.about for one in Directive.objects.in_force().filter(indicator="M01")}) == 2
        assert kept() == anew()

    def test_work_that_broke_off_leaves_nothing_at_hand(
        self, police: Told, monkeypatch: pytest.MonkeyPatch
    ):
        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        police(case(), "1")
        tasks.follow()
        police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")
        with monkeypatch.context() as patch:
            patch.setattr("chengxin.indicators.follow.scan", killed)
            with pytest.raises(KeyboardInterrupt):
                nights.follow()

        tasks.follow()

        assert [one.release_needed for one in Directive.objects.filter(indicator="M01")] == [True]
        assert kept() == anew()

    def test_findings_that_another_process_wrote_are_read(self, police: Told):
        police(case(), "1")
        tasks.follow()
        nights.run(DAY)  # as the command does, beside the worker
        police(case(案件状态="撤案", 终结日期="2017-08-18"), "2")

        tasks.follow()

        assert kept() == anew()

    def test_rehearsal_changes_nothing(self, police: Told):
        police(case(), "1")
        tasks.follow()
        before = kept(), NightRun.objects.count(), Trace.objects.count()

        nights.rehearse()

        assert (kept(), NightRun.objects.count(), Trace.objects.count()) == before

    def test_pages_read_the_version_before_until_it_is_sorted(self, police: Told):
        before = gathered.newest()
        police(case(), "1")
        tasks.follow()
        [job] = ProcrastinateJob.objects.filter(task_name=tasks.sort.name)
        assert (job.queue_name, gathered.newest()) == (tasks.LATER, before)

        tasks.sort_left(0)  # the next minute, if whoever was to sort was killed

        assert gathered.newest() == NightRun.objects.latest("pk").lake_version


def kept() -> list[str]:
    """The findings that stand in the folder of the last night."""
    return (places.nights() / DAY.isoformat() / "findings.jsonl").read_text("utf-8").splitlines()


def anew() -> list[str]:
    """What everybody is found to be by a warehouse and an engine of their own."""
    engine, lake, version = DuckDB(), Lake(), NightRun.objects.latest("pk").lake_version
    try:
        build.build(engine, lake, version, places.home() / "another")
        return [one.to_json() for one in scan(all_indicators(), engine, DAY, version)]
    finally:
        engine.close()


def test_events_are_no_delivery_of_unusual_size(police: Told):
    police(case())

    standing, listed = arrivals.of_source("police_case")

    assert standing.state == arrivals.State.NEVER
    assert listed == []


@pytest.mark.parametrize(
    ("name", "sources", "said"),
    [
        ("Police!", ["police_case"], "no client's name"),
        ("police", [], "which sources"),
        ("police", ["nothing"], "no source nothing"),
        ("police", ["identity_judgement"], "no source identity_judgement"),
    ],
)
def test_client_that_cannot_be_is_refused(home: Path, name: str, sources: list[str], said: str):
    with pytest.raises(Trouble, match=said):
        clients.add(name, owner="某局", speaks_as=sources)
