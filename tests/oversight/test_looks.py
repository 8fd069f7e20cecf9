"""无业务查询: a look is grounded by a visit of that day, by work on the subject, or by an alert."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from chengxin.offices.models import Role
from chengxin.oversight import looks
from chengxin.people.models import Affiliation
from chengxin.risk.models import Alert
from tests.oversight.conftest import NOON

DAY = date(2017, 8, 18)
HALL = {"place": "hall:yangxin/window:3"}


def bare(auditor, since: date = DAY, until: date = DAY, who: str = "") -> list[int]:
    return [one.pk for one in looks.without_ground(auditor, since, until, who)]


def test_look_without_anything_else_is_told(did, auditor, qian, wang):
    look = did(qian, "dossier.open", wang)

    assert bare(auditor) == [look.pk]


def test_person_served_that_day_may_be_looked_at(did, auditor, zhao, wang):
    did(zhao, "ticket.start", wang, **HALL)
    did(zhao, "dossier.open", wang, days=0.1)
    next_day = did(zhao, "dossier.open", wang, days=1)

    assert bare(auditor, until=DAY + timedelta(days=1)) == [next_day.pk]


def test_served_by_a_colleague_is_no_ground(did, auditor, zhao, qian, wang):
    did(zhao, "ticket.start", wang, **HALL)
    look = did(qian, "dossier.open", wang)

    assert bare(auditor) == [look.pk]


def test_enterprise_of_the_person_served_may_be_looked_at(did, auditor, zhao, wang, factory):
    did(zhao, "ticket.start", wang, **HALL)
    did(zhao, "dossier.open", factory)

    assert bare(auditor) == []


def test_stranger_to_the_person_served_may_not(did, auditor, zhao, wang, li):
    did(zhao, "ticket.start", wang, **HALL)
    look = did(zhao, "dossier.open", li)

    assert bare(auditor) == [look.pk]


@pytest.mark.parametrize(
    ("days", "grounded"), [(-31, False), (-30, True), (0.2, True), (7, True), (8, False)]
)
def test_work_in_the_back_office_grounds_a_month_before_and_a_week_after(
    did, auditor, qian, wang, days, grounded
):
    did(qian, "directive.impose", wang, days=days, place="")
    look = did(qian, "dossier.open", wang)

    assert bare(auditor) == ([] if grounded else [look.pk])


@pytest.mark.parametrize("action", ["dossier.search", "trace.search", "score.see", "access.ask"])
def test_another_look_or_a_search_is_no_ground(did, auditor, qian, wang, action):
    did(qian, action, wang)
    look = did(qian, "number.reveal", wang)

    assert look.pk in bare(auditor)


def test_attempt_that_was_turned_away_is_neither_look_nor_ground(did, auditor, qian, wang):
    did(qian, "directive.impose", wang, outcome="no_role")
    did(qian, "dossier.open", wang, outcome="not_yours")
    look = did(qian, "dossier.open", wang)

    assert bare(auditor) == [look.pk]


def test_open_alert_of_his_office_grounds_while_it_is_open(did, auditor, field, zhao, wang):
    alert = Alert.objects.create(
        indicator="A01", kind=Alert.Kind.ANALYSIS, subject=wang.key, band="high", value=1,
        because="", findings=[], as_of=DAY, lake_version=1, state=Alert.State.EXPLAINED,
        first_seen=NOON - timedelta(hours=1), closed_at=NOON + timedelta(hours=1),
    )  # fmt: skip
    alert.offices.add(field.office)
    did(field, "dossier.open", wang)
    before, after = (did(field, "dossier.open", wang, days=days) for days in (-0.1, 0.1))
    other_office = did(zhao, "dossier.open", wang)

    assert set(bare(auditor)) == {before.pk, after.pk, other_office.pk}


def test_list_can_be_asked_for_one_officer_and_some_days(did, auditor, qian, zhao, wang):
    did(qian, "dossier.open", wang, days=-1)
    did(zhao, "dossier.open", wang)
    look = did(qian, "dossier.open", wang)

    assert bare(auditor, who="qian") == [look.pk]


def test_auditor_of_another_county_is_told_nothing(did, qian, wang, sun):
    did(qian, "dossier.open", wang)

    assert bare(sun) == []


@pytest.mark.parametrize("seed", range(5))
def test_any_traces_are_judged_as_one_reads_them(
    did, auditor, officer, person, factory, wang, seed
):
    """Against a slow reading line by line."""
    lot = random.Random(seed)
    officers = [officer(f"o{n}", f"{n}号人员", "county", Role.WINDOW) for n in range(3)]
    people = [wang, *(person("李某某", f"3723231980031{n:04}") for n in range(2))]
    abouts = [one.key for one in people] + [factory.key]
    actions = ["dossier.open", "number.reveal", "directive.lift", "item.begin", "dossier.search"]
    lines = [
        did(
            lot.choice(officers), lot.choice(actions), lot.choice(abouts), days=lot.uniform(-40, 9),
            outcome=lot.choice(["done", "done", "no_role"]), place=lot.choice(["", HALL["place"]]),
        )
        for _ in range(60)
    ]  # fmt: skip

    def near(about: str) -> set[str]:
        found = {about}
        for one in Affiliation.objects.all():
            pair = {f"person:{one.person_id}", f"enterprise:{one.enterprise_id}"}
            if about in pair:
                found |= pair
        return found

    def local(at):
        return (at + timedelta(hours=8)).date()

    def grounds(deed, look) -> bool:
        if deed.action not in ("directive.lift", "item.begin") or deed.outcome != "done":
            return False
        if deed.officer_id != look.officer_id or deed.about not in near(look.about):
            return False
        if deed.place.startswith("hall:"):
            return local(deed.at) == local(look.at)
        return timedelta(days=-30) <= deed.at - look.at <= timedelta(days=7)

    expected = {
        look.pk
        for look in lines
        if look.action in ("dossier.open", "number.reveal")
        and look.outcome == "done"
        and not any(grounds(deed, look) for deed in lines)
    }
    assert set(bare(auditor, DAY - timedelta(days=50), DAY + timedelta(days=20))) == expected
    assert expected
