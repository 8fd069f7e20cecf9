"""The time line tells what happened, to the officer who may know it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengxin.people import dossier
from chengxin.people.models import Affiliation
from chengxin.people.timeline import Kind
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

CODE = "91371622MA3D1Q2W3P"
STATE = "1" * 20
REGISTRATION = {
    "registration_id": STATE, "bureau": "state", "credit_code": CODE, "taxpayer_id": CODE,
    "registered_on": date(2015, 3, 2),
}  # fmt: skip


def events(officer, firm) -> list[tuple[date, Kind]]:
    line = dossier.enterprise(officer, firm.pk).timeline
    return [(event.day, event.kind) for event in line.events if event.kind is not Kind.VISIT]


def test_registration_role_arrears_and_case_stand_in_order(told, qian, factory):
    Affiliation.objects.filter(role="01").update(valid_from=date(2016, 1, 4))
    told(
        {
            "registration": [REGISTRATION],
            "inspection_case": [
                {"case_id": "1", "bureau": "state", "registration_id": STATE,
                 "filed_on": date(2017, 3, 1)}
            ],
            "tax_due": [
                {"voucher": "1", "bureau": "state", "registration_id": STATE, "kind": "tax",
                 "due_on": date(2017, 5, 15), "amount": Decimal(100)}
            ],
        }
    )  # fmt: skip
    assert events(qian, factory) == [
        (date(2017, 5, 15), Kind.ARREARS),
        (date(2017, 3, 1), Kind.CASE),
        (date(2016, 1, 4), Kind.ROLE),
        (date(2015, 3, 2), Kind.REGISTER),
    ]


def test_counter_reads_of_no_case_and_no_alert(told, zhao, qian, factory):
    told(
        {
            "registration": [REGISTRATION],
            "inspection_case": [
                {"case_id": "1", "bureau": "state", "registration_id": STATE,
                 "filed_on": date(2017, 3, 1)}
            ],
        }
    )  # fmt: skip
    Trace.objects.create(action="alert.open", about=factory.key)
    Trace.objects.create(action="directive.impose", about=factory.key)
    kinds = {kind for _day, kind in events(zhao, factory)}
    assert kinds == {Kind.REGISTER, Kind.DIRECTIVE}
    assert {kind for _day, kind in events(qian, factory)} == {
        Kind.REGISTER, Kind.DIRECTIVE, Kind.ALERT, Kind.CASE,
    }  # fmt: skip


def test_visit_of_the_person_is_on_his_line_and_a_look_is_not(told, qian, wang):
    told({})
    Trace.objects.create(action="ticket.take", about=wang.key)
    Trace.objects.create(action="dossier.open", about=wang.key)
    line = dossier.person(qian, wang.pk).timeline
    assert [event.kind for event in line.events] == [Kind.VISIT]


def test_home_and_share_that_changed_hands_are_on_the_line_with_price_and_source(told, qian, wang):
    told(
        {
            "home_contract": [
                {"contract_no": "X1", "person_id": wang.pk, "price": Decimal(3200000),
                 "signed_on": date(2017, 6, 15)}
            ],
            "equity_transfer": [
                {"transfer_id": "G1", "credit_code": CODE, "transferor_person_id": wang.pk,
                 "price": Decimal(50000), "transferred_on": date(2016, 5, 6), "kinship": "none"}
            ],
        }
    )  # fmt: skip

    found = [one for one in dossier.person(qian, wang.pk).timeline.events]

    assert [(one.day, one.kind, one.text) for one in found] == [
        (date(2017, 6, 15), Kind.PROPERTY, "合同总价 3,200,000.00 元"),
        (date(2016, 5, 6), Kind.PROPERTY, "无 · 转让价格 50,000.00 元"),
    ]
    assert found[0].origin.startswith("来源：paper，2017-08-17 交付")


def test_registration_with_both_bureaus_on_one_day_is_one_event(told, qian, factory):
    local = REGISTRATION | {"registration_id": "2" * 20, "bureau": "local"}
    told({"registration": [REGISTRATION, local]})

    [event] = dossier.enterprise(qian, factory.pk).timeline.events

    assert event.kind is Kind.REGISTER
    assert set(event.text.split("、")) == {"国税局", "地税局"}


def test_indicator_behind_an_order_is_named_to_who_reads_of_cases_only(told, qian, zhao, factory):
    told({})
    Trace.objects.create(
        action="directive.impose", about=factory.key, detail={"indicator": "M09", "directive": 1}
    )

    def said(officer) -> str:
        [event] = dossier.enterprise(officer, factory.pk).timeline.events
        return event.text

    assert said(qian) == "M09 企业欠税"
    assert said(zhao) == ""
