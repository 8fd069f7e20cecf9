"""What two officers put on a list is a fact of the lake, and the counter obeys it, till it ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.timezone import localdate
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.exchange import deliveries, nights, tasks
from chengxin.exchange.models import Delivery, NightRun
from chengxin.lake.store import Lake
from chengxin.offices.models import Jurisdiction, Role
from chengxin.people.models import Person
from chengxin.risk import criteria, directives, following, lists
from chengxin.risk.list_models import ListEntry
from chengxin.risk.list_terms import EarlyStop, Publication, Terms, Watch
from chengxin.risk.models import Directive
from chengxin.sources import all_sources

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2017, 8, 18)
FIRST, SECOND, THIRD = "91371622MA3C5K7XX0", "913716226000373412", "T"  # 甲木业, 乙纺织厂, 丙小吃店
FILES = ("golden_tax_state_registration", "golden_tax_state_extension")
Listed = Callable[..., ListEntry]


def person(name: str) -> Person:
    return next(one for one in Person.objects.all() if one.name == name)


def firm(number: str) -> str:
    """The key of an enterprise of the samples; the third has no code, only a token."""
    about = Jurisdiction.objects.filter(about__startswith=f"enterprise:{number}").values("about")
    return str(about[0]["about"])


@pytest.fixture
def home(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offices) -> date:
    """An installation after its night, as of yesterday or of the day that a test names."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in FILES:
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))
    day: date = getattr(request, "param", localdate() - timedelta(days=1))
    nights.run(day)
    return day


@pytest.fixture
def two(officer):
    return (
        officer("risk", "孙风控", "county", Role.RISK),
        officer("wu", "吴局长", "county", Role.LEADER),
    )


@pytest.fixture
def listed(home, two) -> Listed:
    def make(about: str, terms: Terms) -> ListEntry:
        entry = lists.propose(about, terms, "卷宗", officer=two[0])
        return lists.approve(entry.requests.get(), officer=two[1])

    return make


def published(*responsible: str, months: int = 7, **more: object) -> Publication:
    day = criteria.months_after(localdate(), -months)
    usual: dict[str, object] = {
        "criterion": "tax_evasion", "case_no": "滨税稽罚1号", "document_no": "滨税失信1号",
        "served_on": day, "published_on": day, "tax": Decimal(1200000), "share": Decimal("0.3"),
        "responsible": [(f"person:{one}", "13") for one in responsible],
    }  # fmt: skip
    return Publication(**(usual | more))  # type: ignore[arg-type]


def watch(**more: object) -> Watch:
    usual: dict[str, object] = {
        "reason": "走逃嫌疑", "until": criteria.months_after(localdate(), 6),
    }  # fmt: skip
    return Watch(**(usual | more))  # type: ignore[arg-type]


def decision(item: str, about: str) -> str:
    """What a window says to somebody without a matter of his own who comes for `about`."""
    return directives.check(item, "person:nobody", about).decision


def in_force(about: str) -> set[str]:
    return {one.indicator for one in Directive.objects.in_force().about(about)}


@pytest.mark.parametrize("home", [DAY, localdate() - timedelta(days=1)], indirect=True)
def test_watched_from_the_approval_until_it_is_taken_off(listed: Listed, two):
    about = firm(THIRD)
    entry = listed(about, watch(groups=("INV",)))
    assert ProcrastinateJob.objects.filter(task_name=following.FOLLOW).count() == 1
    assert decision("invoice_collect", about) == "allowed"

    tasks.follow()

    assert decision("invoice_collect", about) == "legal_rep"
    assert decision("deregister", about) == "allowed"
    assert decision("file_vat", about) == "allowed"
    known = Lake().version()

    asked = lists.ask_removal(entry, "no_longer", "已恢复经营", officer=two[0])
    lists.approve(asked, officer=two[1])
    tasks.follow()

    assert in_force(about) == set()
    assert decision("invoice_collect", about) == "allowed"
    day = NightRun.objects.latest("pk").day
    then, now = (
        [one for one in nights.look(as_of=day, lake_version=version, code="M15")]
        for version in (known, None)
    )
    assert ([one.subject for one in then], now) == ([about], [])


def test_watched_without_groups_means_the_usual_ones(listed: Listed):
    about = person("王守信").key
    listed(about, watch())
    tasks.follow()
    assert directives.check("invoice_collect", about, None).decision == "legal_rep"
    assert directives.check("deregister", about, None).decision == "legal_rep"


def test_watched_from_a_later_day_is_free_until_then(listed: Listed):
    about = firm(THIRD)
    listed(about, watch(begins_on=localdate() + timedelta(days=3)))
    tasks.follow()
    assert in_force(about) == set()


def test_published_enterprise_and_whoever_answers_for_it(listed: Listed, two):
    about, other = firm(THIRD), firm(FIRST)
    before = in_force(other)
    entry = listed(about, published(person("王守信").pk))

    tasks.follow()

    assert decision("preference", about) == "refused"
    assert decision("invoice_collect", about) == "legal_rep"
    assert decision("file_vat", about) == "remind"
    assert in_force(other) == before | {"M05"}

    stop = EarlyStop("paid", localdate(), localdate(), "完税证明", "批准文号", True, True)
    asked = lists.ask_early_stop(entry, stop, "申请表", officer=two[0])
    lists.approve(asked, officer=two[1])
    tasks.follow()

    assert (in_force(about), in_force(other)) == (set(), before)
    assert decision("preference", about) == "allowed"


def test_who_was_representative_of_a_published_enterprise_is_followed_into_another(listed: Listed):
    """李投资 is representative of 乙纺织厂 and finance officer of 甲木业."""
    listed(firm(SECOND), published())
    tasks.follow()
    assert "M05" in in_force(firm(FIRST))
    assert "M05" in in_force(person("李投资").key)


def test_revoked_determination_takes_everything_back(listed: Listed, two):
    about, other = firm(THIRD), firm(FIRST)
    entry = listed(about, published(person("王守信").pk))
    tasks.follow()
    assert "M05" in in_force(other)
    asked = lists.ask_removal(entry, "revoked", "行政判决书", officer=two[0])
    lists.approve(asked, officer=two[1])
    tasks.follow()
    assert not {"M04", "M05"} & (in_force(about) | in_force(other))


def test_list_that_did_not_change_is_not_delivered_again(listed: Listed, home: date):
    listed(firm(THIRD), watch())
    tasks.follow()
    version = Lake().version()
    tasks.follow()
    nights.run(home)
    assert Lake().version() == version
    assert Delivery.objects.filter(source="own_watch").count() == 1


def test_entry_ends_by_itself_with_its_last_day(listed: Listed, monkeypatch):
    about = firm(THIRD)
    last = localdate() + timedelta(days=2)
    entry = listed(about, watch(until=last))
    nights.run(last)
    assert "M15" in in_force(about)

    after = last + timedelta(days=1)
    monkeypatch.setattr(lists, "localdate", lambda *_told: after)
    nights.run(after)

    assert in_force(about) == set()
    entry.refresh_from_db()
    assert entry.state == "expired"


def test_lists_reach_the_lake_without_a_number_or_a_name(listed: Listed):
    zhang = person("张小户")
    listed(zhang.key, watch())
    listed(firm(THIRD), published(zhang.pk))
    tasks.follow()
    written = b"".join(
        path.read_bytes() for name in ("own_watch", "own_blacklist", "own_responsible")
        for path in (Lake().root / name).rglob("*.parquet")
    )  # fmt: skip
    assert zhang.pk.encode() in written
    assert zhang.number.encode() not in written
    assert "张小户".encode() not in written
