"""What the halls see of somebody's identity reaches the lake once, and M20 finds it there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from chengxin.exchange import deliveries, nights, tasks
from chengxin.exchange.models import Delivery
from chengxin.lake.store import Lake
from chengxin.offices.models import Officer, Role
from chengxin.people import identity, identity_facts
from chengxin.people.models import IdentityEvent, Person, Portrait
from chengxin.risk.models import Directive
from chengxin.sources import all_sources
from tests.visit.conftest import faces

__all__ = ["faces"]

pytestmark = pytest.mark.django_db(transaction=True)

KIOSK, WINDOW = "hall:yangxin/device:kiosk-1", "hall:yangxin/window:3"


@pytest.fixture
def wang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offices) -> Person:
    """Somebody of the samples, after today's night."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in ("golden_tax_state_registration", "golden_tax_state_extension"):
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))
    nights.run(localdate())
    person = next(one for one in Person.objects.all() if one.name == "王守信")
    Portrait.objects.create(person=person, channel=Portrait.Channel.CARD, jpeg=b"chip")
    return person


@pytest.fixture
def two(officer) -> tuple[Officer, Officer]:
    return (
        officer("zhao", "赵窗口", "county", Role.WINDOW),
        officer("feng", "冯窗口", "county", Role.WINDOW),
    )


@pytest.fixture
def mismatched(faces, wang: Person):
    def times(count: int) -> None:
        faces.band = "reject"
        for _ in range(count):
            identity.verify(wang, b"live", place=KIOSK)

    return times


def in_doubt(person: Person) -> bool:
    return Directive.objects.in_force().about(person.key).filter(indicator="M20").exists()


def told() -> list[Delivery]:
    return list(Delivery.objects.filter(source=identity_facts.SOURCE).order_by("pk"))


def test_three_mismatches_put_somebody_in_doubt_until_two_officers_looked(wang, mismatched, two):
    mismatched(2)
    tasks.follow()
    assert not in_doubt(wang)

    mismatched(1)
    tasks.follow()
    assert in_doubt(wang)

    identity.verify_by_hand(wang, "本人", officer=two[0], place=WINDOW)
    nights.run(localdate())
    assert in_doubt(wang)

    identity.verify_by_hand(wang, "本人", officer=two[0], place=WINDOW, second=two[1])
    tasks.follow()
    assert not in_doubt(wang)


def test_delivered_and_own_mismatches_count_together(wang, mismatched, tmp_path: Path):
    mismatched(2)
    day = localdate()
    delivered = tmp_path / f"identity_event.{day:%Y%m%d}.csv"
    heading = all_sources()["identity_event"].sample.read_text("utf-8").splitlines()[0]
    row = f"E1,{wang.name},{wang.number},比对不一致,{day},36000,D01,H1,41,"
    delivered.write_text(f"{heading}\n{row}\n", "utf-8")
    deliveries.receive(delivered)
    tasks.follow()
    assert in_doubt(wang)


def test_ordinary_visits_wait_for_the_night_and_are_told_once(wang, faces):
    version = Lake().version()
    identity.verify(wang, b"live", place=KIOSK)
    tasks.follow()
    assert (Lake().version(), told()) == (version, [])

    nights.run(localdate())
    assert [one.rows for one in told()] == [2]  # matched, and the face enrolled
    assert not IdentityEvent.objects.exists()

    version = Lake().version()
    nights.run(localdate())
    assert (Lake().version(), len(told())) == (version, 1)


def test_many_are_told_in_several_deliveries(wang, mismatched, monkeypatch):
    monkeypatch.setattr(identity_facts, "MOST", 2)
    mismatched(5)
    nights.run(localdate())
    assert [one.rows for one in told()] == [2, 2, 1]


def test_killed_before_it_forgot_what_it_told_tells_it_again_and_nothing_counts_twice(
    wang, mismatched, monkeypatch
):
    mismatched(2)

    def killed(events: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(identity_facts, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            deliveries.bring_own()
    assert IdentityEvent.objects.count() == 2

    tasks.follow()  # the same text
    assert not IdentityEvent.objects.exists()
    assert not in_doubt(wang)


def test_killed_and_joined_by_another_event_counts_each_once(wang, mismatched, monkeypatch, two):
    mismatched(2)
    with monkeypatch.context() as broken:
        broken.setattr(identity_facts, "forget", lambda events: None)
        broken.setattr(identity_facts, "told", iter([identity_facts.told(), None]).__next__)
        deliveries.bring_own()
    identity.verify_by_hand(wang, "本人", officer=two[0], place=WINDOW)
    nights.run(localdate())  # a longer text, with the two in it
    assert [one.rows for one in told()] == [2, 3]
    assert not in_doubt(wang)


def test_events_reach_the_lake_without_a_number_or_a_name(wang, mismatched):
    mismatched(1)
    tasks.follow()
    files = (Lake().root / identity_facts.SOURCE).rglob("*.parquet")
    written = b"".join(path.read_bytes() for path in files)
    assert wang.pk.encode() in written
    assert wang.number.encode() not in written
    assert wang.name.encode() not in written
