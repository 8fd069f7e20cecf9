"""What officers judge by day holds from the next night on, and is undone when it is withdrawn."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.exchange import deliveries, nights
from chengxin.exchange.models import Delivery
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.offices.models import Jurisdiction, Role
from chengxin.people import judgements
from chengxin.people.models import Judgement, Person, Unidentified, UnsurePair
from chengxin.trace.models import Trace
from chengxin.warehouse import build
from tests.conftest import number

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)
OWNER = number("37162219850312512")
HEADINGS = "号牌号码,所有人,证件号码,出生日期,手机号码,品牌型号,发票价格,初次登记日期"
CARS = f"""{HEADINGS}
鲁M00001,欧阳若水,{OWNER},1985-03-12,15400000001,长安牌,50000,2010-01-01
鲁M00002,欧阳若山,,1985-03-12,15400000001,五菱牌,60000,2011-01-01
"""


@pytest.fixture
def feng(officer):
    """冯数据: data keeper of the county."""
    return officer("feng", "冯数据", "county", Role.DATA)


@pytest.fixture(autouse=True)
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offices) -> UnsurePair:
    """After the first night it is unsure whose the second car is."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    path = tmp_path / "vehicle_registration.20170818.csv"
    path.write_text(CARS, "utf-8")
    deliveries.receive(path)
    person = Person.objects.get()
    Jurisdiction.objects.create(about=person.key, office=offices["branch"])
    nights.run(DAY)
    # the registry has no register of persons here: jurisdiction falls with the night
    Jurisdiction.objects.get_or_create(about=person.key, office=offices["branch"])
    return UnsurePair.objects.get()


def cars(version: int | None = None) -> dict[str, str]:
    """Plate -> how the owner is known, of the cars of 欧阳若水."""
    engine, lake = DuckDB(), Lake()
    version = lake.version() if version is None else version
    build.build(engine, lake, version, places.warehouse())
    rows = engine.run("SELECT plate, identified_by FROM person_vehicle ORDER BY plate")
    return {row["plate"]: row["identified_by"] for row in rows}


def judge(pair: UnsurePair, verdict: str, feng) -> Judgement:
    return judgements.judge(pair.record_id, pair.person_id, verdict, officer=feng)


def test_registry_keeps_the_record_sealed_and_asks(pair):
    record = Unidentified.objects.get()

    assert (record.name, record.birth, record.phone) == ("欧阳若山", "19850312", "15400000001")
    assert (pair.record, pair.name_agrees, pair.born_agrees) == (record, "near", "same")
    assert cars() == {"鲁M00001": "number"}


def test_judged_the_same_holds_from_the_next_night_until_withdrawn(pair, feng, offices):
    before = Lake().version()
    made = judge(pair, "same", feng)
    nights.run(DAY)
    judged = Lake().version()
    assert cars() == {"鲁M00001": "number", "鲁M00002": "judged"}
    assert not UnsurePair.objects.exists()

    Jurisdiction.objects.get_or_create(about=made.person.key, office=offices["branch"])
    judgements.withdraw(made.pk, officer=feng, reason="看错了")
    nights.run(DAY)

    assert cars() == {"鲁M00001": "number"}
    assert UnsurePair.objects.get().record_id == pair.record_id
    # and what was known then is still there to be looked at
    assert [len(cars(version)) for version in (before, judged)] == [1, 2]


def test_judged_different_is_asked_no_more(pair, feng):
    judge(pair, "different", feng)
    nights.run(DAY)

    assert cars() == {"鲁M00001": "number"}
    assert not UnsurePair.objects.exists()


def test_judgement_holds_between_nights_too(pair, feng):
    judge(pair, "same", feng)

    assert nights.follow()

    assert cars() == {"鲁M00001": "number", "鲁M00002": "judged"}


def test_night_without_a_new_judgement_brings_no_delivery(pair, feng):
    judge(pair, "different", feng)
    nights.run(DAY)
    version = Lake().version()

    nights.run(DAY)

    assert Lake().version() == version
    assert Delivery.objects.filter(source="identity_judgement").count() == 1
    assert Trace.objects.filter(action="delivery.receive").count() == 2


def test_same_judgements_withdrawn_and_made_again_are_always_news(pair, feng, offices):
    for _ in range(2):
        Jurisdiction.objects.get_or_create(about=pair.person.key, office=offices["branch"])
        made = judge(pair, "same", feng)
        nights.run(DAY)
        assert len(cars()) == 2
        Jurisdiction.objects.get_or_create(about=pair.person.key, office=offices["branch"])
        judgements.withdraw(made.pk, officer=feng, reason="看错了")
        nights.run(DAY)
        assert len(cars()) == 1
