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
