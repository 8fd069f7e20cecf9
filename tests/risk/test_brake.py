"""停送: too many of one indicator in one county wait for a named officer, by name."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.urls import reverse

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Jurisdiction, Role
from chengxin.risk import alerts, brake, stops
from chengxin.risk.models import Alert, Directive, Stop, Stopped
from chengxin.risk.second_officer import authority
from chengxin.trace.models import Trace
from tests.risk.conftest import DAY

pytestmark = pytest.mark.django_db
MOST = 3  # in these tests a county is small


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(brake, "LEAST", MOST)


@pytest.fixture
def people(person):
    """Eight people of Yangxin."""
    return [person(f"某{n}", f"3723231985031{n:04}") for n in range(1000, 1008)]


@pytest.fixture
def begun(night, finding, wang):
    """An installation whose first night has been: 王守信 owes since then."""
    night("M09 M16", finding("M16", wang.key))


def late(finding, people, indicator="M16", **told):
    return [finding(indicator, one.key, **told) for one in people]


def in_force() -> set[str]:
    return set(Directive.objects.in_force().values_list("about", flat=True))


@pytest.mark.usefixtures("begun")
def test_as_many_as_may_be_are_restricted_at_once(night, finding, wang, people):
    night("M16", finding("M16", wang.key), *late(finding, people[:MOST]), version=2)
    assert in_force() == {wang.key, *(one.key for one in people[:MOST])}
    assert not Stop.objects.exists()


@pytest.mark.usefixtures("begun")
def test_one_more_stops_all_of_them_and_what_stood_stands(night, finding, wang, people):
    told = night("M16", finding("M16", wang.key), *late(finding, people[: MOST + 1]), version=2)
    assert in_force() == {wang.key}
    assert told["stopped"] == MOST + 1
    stop = Stop.objects.get()
    assert (stop.indicator, stop.region, stop.most, stop.found) == ("M16", "371622", MOST, MOST + 1)
    assert set(stop.held.values_list("about", flat=True)) == {p.key for p in people[: MOST + 1]}
    assert Alert.objects.open().count() == MOST + 2  # the offices are told as ever


def test_first_night_of_an_installation_is_handed_over_whole(night, finding, people):
    night("M16", *late(finding, people))
    assert len(in_force()) == len(people)


@pytest.mark.usefixtures("begun")
def test_each_indicator_and_each_county_counts_for_itself(night, finding, wang, people, offices):
    Jurisdiction.objects.filter(about=people[0].key).update(office=offices["neighbour_branch"])
    night(
        "M09 M16",
        finding("M16", wang.key),
        *late(finding, people[:4]),  # one of them is the neighbour's
        *late(finding, people[4:8], "M09"),
        version=2,
    )
    assert in_force() == {wang.key, *(one.key for one in people[:4])}
    assert [(stop.indicator, stop.found) for stop in Stop.objects.all()] == [("M09", 4)]


@pytest.mark.usefixtures("begun")
def test_reminders_restrict_nobody_and_are_not_counted(night, finding, people):
    night("M09", *late(finding, people, "M09", levels={"INV": "remind"}), version=2)
    assert len(Directive.objects.in_force().filter(indicator="M09")) == len(people)


@pytest.mark.usefixtures("begun")
def test_reminders_that_turn_into_restrictions_are_counted(night, finding, people):
    night("M09", *late(finding, people, "M09", levels={"INV": "remind"}, band="small"), version=2)
    night("M09", *late(finding, people, "M09", levels={"INV": "block"}, band="big"), version=3)
    standing = Directive.objects.in_force().filter(indicator="M09")
    assert {one.levels["INV"] for one in standing} == {"remind"}
    assert Stopped.objects.count() == len(people)


@pytest.mark.usefixtures("begun")
def test_a_large_county_may_restrict_its_share(monkeypatch, offices):
    Jurisdiction.objects.bulk_create(
        Jurisdiction(about=f"enterprise:{n}", office=offices["branch"]) for n in range(1_000)
    )
    limit = brake.limit_of({}, ("M16", "371622"))
    assert limit.most(brake.managed_in("371622")) == 11  # 1 % of 1000 and 王守信, rounded up


@pytest.fixture
def stop(begun, night, finding, wang, people) -> Stop:
    night("M16", finding("M16", wang.key), *late(finding, people), version=2)
    return Stop.objects.get()


def test_release_imposes_all_by_name_and_with_grounds(stop, people, wang, leader):
    assert stops.release(stop, "抽查二十户属实", officer=leader) == len(people)
    assert in_force() == {wang.key, *(one.key for one in people)}
    trace = Trace.objects.get(action="stop.release")
    assert (trace.officer, trace.detail["note"]) == (leader, "抽查二十户属实")
    imposed = Trace.objects.filter(action="directive.impose", officer=leader)
    assert imposed.count() == len(people)


def test_refusal_holds_while_the_same_facts_stand(stop, night, finding, wang, people, leader):
    stops.refuse(stop, "申报期延长，数据未更新", officer=leader)
    told = [finding("M16", wang.key), *late(finding, people)]
    night("M16", *told, version=3)
    assert in_force() == {wang.key}

    # another band is another fact, and one whose fact ended and came back is asked anew
    changed = finding("M16", people[0].key, band="longer")
    night("M16", finding("M16", wang.key), changed, *late(finding, people[2:]), version=4)
    night("M16", finding("M16", wang.key), changed, *late(finding, people[1:]), version=5)
    assert in_force() == {wang.key, people[0].key, people[1].key}


def test_what_waits_follows_its_facts(stop, night, finding, wang, people):
    night("M16", finding("M16", wang.key), *late(finding, people[:2]), version=3)
    assert set(Stopped.objects.values_list("about", flat=True)) == {p.key for p in people[:2]}
    assert in_force() == {wang.key}

    night("M16", finding("M16", wang.key), version=4)
    stop.refresh_from_db()
    assert stop.state == Stop.State.CEASED


def test_who_comes_while_it_waits_waits_with_them(stop, night, finding, wang, people, person):
    other = person("某九", "37232319850319993")
    alerts.receive_all(
        [finding("M16", other.key)],
        as_of=DAY,
        lake_version=3,
        indicators=["M16"],
        subjects=[other.key],
    )
    assert other.key in set(stop.held.values_list("about", flat=True))
    assert in_force() == {wang.key}
    assert stop.held.count() == len(people) + 1  # the others were not asked about: they stay


def test_same_night_again_changes_nothing(stop, night, finding, wang, people):
    before = (Trace.objects.count(), Stopped.objects.count())
    night("M16", finding("M16", wang.key), *late(finding, people), version=2)
    assert Stop.objects.count() == 1
    assert Stopped.objects.count() == before[1]
    assert in_force() == {wang.key}


@pytest.mark.parametrize("who", ["field", "zhao", "sun"])
def test_only_who_may_lift_in_that_county_decides(request, stop, who):
    for decide in (stops.release, stops.refuse):
        with pytest.raises(Refusal):
            decide(stop, "属实", officer=request.getfixturevalue(who))
    stop.refresh_from_db()
    assert stop.is_waiting


def test_nothing_is_decided_without_grounds_or_twice(stop, leader):
    with pytest.raises(Refusal, match="grounds_needed"):
        stops.release(stop, " ", officer=leader)
    stops.refuse(stop, "数据未更新", officer=leader)
    with pytest.raises(Refusal, match="already_decided"):
        stops.release(stop, "属实", officer=leader)


def test_database_keeps_a_decision_with_a_name(stop):
    with pytest.raises(IntegrityError, match="a_stop_is_decided_by_name_and_with_grounds"):
        Stop.objects.update(state=Stop.State.RELEASED)


def test_page_shows_by_name_who_would_be_restricted(client, stop, people, leader, sun, field):
    client.force_login(leader)
    assert "待批准 1 件" in client.get(reverse("directives")).content.decode()
    told = client.get(reverse("stop", args=[stop.pk])).content.decode()
    assert all(one.name in told for one in people)
    seen = Trace.objects.filter(action="stop.see", officer=leader)
    assert set(seen.values_list("about", flat=True)) == {one.key for one in people}

    client.force_login(sun)
    assert client.get(reverse("stop", args=[stop.pk])).status_code == 404
    client.force_login(field)
    assert client.get(reverse("stop", args=[stop.pk])).status_code == 403

    client.force_login(leader)
    decided = client.post(
        reverse("decide-stop", args=[stop.pk]), {"outcome": "refuse", "grounds": "数据未更新"}
    )
    assert decided.status_code == 204
    assert client.get(reverse("stops")).status_code == 200


def test_city_sees_the_stops_of_its_counties(stop, officer):
    city = officer("ma", "马市局", "city", Role.RISK)
    assert stops.waiting(city) == 1
    assert authority(city)[0] == 2
