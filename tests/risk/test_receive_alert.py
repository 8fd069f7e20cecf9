"""A night's findings become alerts, and hard facts become directives and fall with the fact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal
from chengxin.risk import alerts, directives
from chengxin.risk.models import Alert, Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def decision(item: str, person, enterprise) -> str:
    return directives.check(item, person.key, enterprise.key).decision


def actions(about: str) -> list[str]:
    return list(Trace.objects.filter(about=about).order_by("pk").values_list("action", flat=True))


def test_hard_fact_stops_the_counter_at_once(night, finding, wang, factory):
    night("M07", finding("M07", factory.key, levels={"INV": "block"}))

    assert decision("invoice_collect", wang, factory) == "refused"
    assert decision("file_vat", wang, factory) == "allowed"
    assert actions(factory.key) == ["alert.open", "directive.impose"]


def test_directive_falls_when_the_fact_ends(night, finding, wang, factory):
    night("M07", finding("M07", factory.key))

    night("M07")

    assert decision("invoice_collect", wang, factory) == "allowed"
    assert Alert.objects.get().state == Alert.State.CLEARED
    assert Directive.objects.get().lifted_because == alerts.FACT_ENDED
    assert actions(factory.key)[2:] == ["alert.clear", "directive.lift"]


def test_other_indicators_stay_when_one_is_handed_over(night, finding, wang, factory):
    night("M07 M09", finding("M07", factory.key), finding("M09", factory.key))

    night("M09")

    assert decision("invoice_collect", wang, factory) == "refused"
    assert Alert.objects.open().get().indicator == "M07"


def test_second_night_opens_no_second_alert(night, finding, factory):
    night("M07", finding("M07", factory.key))
    before = Trace.objects.count()

    counts = night("M07", finding("M07", factory.key), version=2)

    assert Alert.objects.get().lake_version == 2
    assert Directive.objects.count() == 1
    assert Trace.objects.count() == before
    assert counts["standing"] == 1


def test_fact_that_comes_back_is_a_new_alert(night, finding, factory):
    for findings in ([finding("M07", factory.key)], [], [finding("M07", factory.key)]):
        night("M07", *findings)
    assert Alert.objects.count() == 2
    assert Directive.objects.in_force().count() == 1


def test_stronger_band_changes_the_order(night, finding, wang, factory):
    owing = {"band": "owing", "levels": {"DEREG": "block"}}
    more = {"band": "owing_50k", "levels": {"DEREG": "block", "REFUND": "approval"}}
    night("M09", finding("M09", factory.key, **owing, evidence={"items": 1}))

    night("M09", finding("M09", factory.key, **more, evidence={"items": 2}))

    assert decision("refund_overpaid", wang, factory) == "approval"
    assert Alert.objects.get().band == "owing_50k"
    assert Directive.objects.get(lifted_at=None).band == "owing_50k"
    assert Directive.objects.exclude(lifted_at=None).get().lifted_because == alerts.REPLACED


def test_new_amount_changes_the_words_not_the_order(night, finding, factory):
    night("M09", finding("M09", factory.key, evidence={"owed": 10}, because="欠税10元"))

    night("M09", finding("M09", factory.key, evidence={"owed": 20}, because="欠税20元"))

    assert Directive.objects.get().reason == "欠税20元"
    assert actions(factory.key) == ["alert.open", "directive.impose", "alert.refresh"]


def test_undecided_restricts_nobody(night, finding, li, losing):
    night("A01", finding("A01", li.key, losing[0].key, band="undecided", levels={}))
    assert not Alert.objects.exists()
    assert not Directive.objects.exists()


def test_undecided_ends_nothing(night, finding, factory):
    night("M07", finding("M07", factory.key))
    night("M07", finding("M07", factory.key, band="undecided", levels={}))
    assert Alert.objects.get().state == Alert.State.OPEN
    assert Directive.objects.in_force().count() == 1


def test_police_case_reaches_person_and_his_enterprise(night, finding, wang, zhang, factory):
    night("M01", finding("M01", wang.key), finding("M01", wang.key, factory.key))

    assert Alert.objects.count() == 1
    assert Directive.objects.in_force().about(wang.key, factory.key).count() == 2
    assert decision("invoice_collect", zhang, factory) == "refused"


def test_end_of_police_case_waits_for_the_leader(
    night, finding, wang, factory, field, qian, leader
):
    night("M01", finding("M01", factory.key))
    night("M01")
    night("M01")

    assert decision("invoice_collect", wang, factory) == "refused"
    alert, directive = Alert.objects.get(), Directive.objects.get()
    assert (alert.state, directive.release_needed) == (Alert.State.OPEN, True)
    assert actions(factory.key).count("directive.await_release") == 1
    for refused in (
        lambda: directives.release(directive, officer=qian),
        lambda: directives.lift(directive, "已终结", officer=field, second=qian),
    ):
        with pytest.raises(Refusal) as refusal:
            refused()
        assert refusal.value.code == "leader_needed"

    alerts.release(alert, officer=leader)

    assert decision("invoice_collect", wang, factory) == "allowed"
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == (Alert.State.CLEARED, leader)


def test_leader_cannot_release_while_the_police_case_is_open(night, finding, factory, leader):
    night("M01", finding("M01", factory.key))
    with pytest.raises(Refusal) as refusal:
        directives.release(Directive.objects.get(), officer=leader)
    assert refusal.value.code == "fact_stands"


def test_police_case_that_is_open_again_needs_no_release(night, finding, factory):
    night("M01", finding("M01", factory.key))
    night("M01")
    night("M01", finding("M01", factory.key))
    assert Directive.objects.get().release_needed is False


def test_watch_ends_with_its_entry(night, finding, factory):
    night("M15", finding("M15", factory.key, band="watched", evidence={"until": "2017-08-28"}))
    directive = Directive.objects.get()
    assert directive.source == Directive.Source.WATCH
    assert directive.until == directives.end_of(localdate() + timedelta(days=10))


def test_hard_fact_past_its_review_is_ordered_anew(night, finding, factory):
    night("M07", finding("M07", factory.key))
    Directive.objects.update(until=now() - timedelta(seconds=1))

    night("M07", finding("M07", factory.key))

    assert Directive.objects.in_force().count() == 1
    assert Directive.objects.exclude(lifted_at=None).get().lifted_because == directives.EXPIRED


def test_what_an_officer_lifted_is_not_ordered_again(night, finding, factory, field, qian):
    night("M07", finding("M07", factory.key))
    directives.lift(Directive.objects.get(), "登记错误，已更正", officer=field, second=qian)

    night("M07", finding("M07", factory.key), version=2)

    assert not Directive.objects.in_force().exists()


def test_alert_goes_to_the_offices_of_the_enterprises(night, suspicion, offices):
    night("A01", *suspicion())
    sent = set(Alert.objects.get().offices.values_list("code", flat=True))
    assert sent == {offices["branch"].code, offices["local_branch"].code}


def test_alert_goes_to_the_authority_of_the_enterprise_left_unsettled_too(
    night, finding, enterprise, wang, factory, offices
):
    old = enterprise("91371623MA3D1Q2W4R", "无棣县旧厂", (wang, "01"), branch="neighbour_branch")

    night("M08", finding("M08", wang.key, factory.key, informs=(old.key,)))

    sent = set(Alert.objects.get().offices.values_list("code", flat=True))
    assert sent == {offices["branch"].code, offices["neighbour_branch"].code}
    assert Directive.objects.get().about == factory.key  # told, not acted on


def test_authority_that_an_indicator_informs_from_now_on_hears_of_what_stands(
    night, finding, enterprise, wang, factory, offices
):
    old = enterprise("91371623MA3D1Q2W4R", "无棣县旧厂", (wang, "01"), branch="neighbour_branch")
    night("M08", finding("M08", wang.key, factory.key))

    night("M08", finding("M08", wang.key, factory.key, informs=(old.key,)), version=2)

    alert = Alert.objects.get()  # the same one
    assert alert.offices.filter(code=offices["neighbour_branch"].code).exists()
    assert Directive.objects.get().lifted_at is None  # it was not ordered anew


@pytest.mark.parametrize(("band", "days"), [("normal", 15), ("high", 10)])
def test_suspicion_is_a_task_with_a_deadline(night, suspicion, band, days):
    night("A01", *suspicion(band=band))
    alert = Alert.objects.get()
    assert alert.due_on == add_working_days(localdate(), days)
    assert not Directive.objects.exists()


def test_suspicion_that_vanishes_is_cleared(night, suspicion):
    night("A01", *suspicion())
    night("A01")
    assert Alert.objects.get().state == Alert.State.CLEARED


def test_findings_of_an_indicator_not_named_are_a_mistake(night, finding, factory):
    with pytest.raises(ValueError, match="M07"):
        night("M09", finding("M07", factory.key))
