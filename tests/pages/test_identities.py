"""身份认定: pairs side by side, masked; decided, put off, withdrawn; nothing to anybody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from chengxin.offices.models import Role
from chengxin.people.models import Judgement, Unidentified, UnsurePair
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def signed_in(officer) -> Client:
    client = Client()
    client.force_login(officer, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def feng(officer) -> Client:
    """冯数据: data keeper of the county, signed in."""
    return signed_in(officer("feng", "冯数据", "county", Role.DATA))


@pytest.fixture
def pair(wang) -> UnsurePair:
    """王守心's car: the name sounds like 王守信's, the birth is his."""
    wang.phone = "15400000001"
    wang.save()
    car = Unidentified.objects.create(
        pk="u" + "a" * 26, source="vehicle_registration", name="王守心", phone="15400000001",
        birth="19850315", delivered_on=date(2017, 8, 18),
    )  # fmt: skip
    return UnsurePair.objects.create(
        record=car, person=wang, confidence="0.973", name_agrees="sound", born_agrees="same",
        phone_agrees="same",
    )  # fmt: skip


def body(answer) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def both(pair: UnsurePair, **more: str) -> dict[str, str]:
    return {"record": pair.record_id, "person": pair.person_id, **more}


def test_pair_stands_side_by_side_with_what_agrees_and_nothing_whole(feng, pair, wang):
    shown = body(feng.get("/identities/"))

    assert "王守<mark>心</mark>" in shown.replace("\n", "")
    assert "王守<mark>信</mark>" in shown
    assert "读音相同" in shown
    assert "机动车登记信息" in shown
    for whole in (wang.number, "15400000001", "1985-03-15"):
        assert whole not in shown
    assert "1985-**-**" in shown
    assert Trace.objects.filter(action="identity.see", about=wang.key).count() == 1


def test_whole_values_need_a_purpose_and_leave_a_trace(feng, pair, wang):
    refused = feng.post("/identities/show", both(pair))
    assert refused.status_code == 409
    assert wang.number not in refused.content.decode()

    shown = body(feng.post("/identities/show", both(pair, purpose="document")))

    assert wang.number in shown
    assert "1985-03-15" in shown
    trace = Trace.objects.get(action="number.reveal", outcome="done")
    assert (trace.about, trace.detail["purpose"]) == (wang.key, "document")


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_decision_is_kept_and_the_next_pair_comes(feng, pair, verdict):
    shown = body(feng.post("/identities/decide", both(pair, verdict=verdict, reason="电话核实")))

    made = Judgement.objects.get()
    assert (made.verdict, made.reason, made.officer.username) == (verdict, "电话核实", "feng")
    assert "没有待认定的记录" in shown


def test_later_decides_nothing(feng, pair):
    shown = body(feng.post("/identities/decide", both(pair, verdict="later")))

    assert not Judgement.objects.exists()
    assert "王守" in shown


def test_past_judgement_is_listed_and_withdrawn_with_a_reason(feng, pair):
    feng.post("/identities/decide", both(pair, verdict="same"))
    made = Judgement.objects.get()
    assert f'data-judgement="{made.pk}"' in body(feng.get("/identities/?tab=past"))

    assert feng.post(f"/identities/{made.pk}/withdraw", {"reason": ""}).status_code == 409
    shown = body(feng.post(f"/identities/{made.pk}/withdraw", {"reason": "本人来电更正"}))

    assert "本人来电更正" in shown
    assert "王守" in body(feng.get("/identities/"))


def test_another_county_sees_nothing_and_decides_nothing(sun, pair):
    there = signed_in(sun)

    assert "王守" not in body(there.get("/identities/"))
    assert there.post("/identities/decide", both(pair, verdict="same")).status_code == 404
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("who", ["zhao", "qian", "auditor"])
def test_only_data_keepers_decide(request, pair, who):
    client = signed_in(request.getfixturevalue(who))

    assert client.get("/identities/").status_code == 403
    assert client.post("/identities/decide", both(pair, verdict="same")).status_code == 403
