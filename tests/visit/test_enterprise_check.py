"""逐户核实: whose visit verifies an enterprise that M21 has in doubt, and whose does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now
from procrastinate.contrib.django.models import ProcrastinateJob

from chengxin.hall import checks, identify, items
from chengxin.hall.models import EnterpriseCheck
from chengxin.risk import following
from chengxin.risk.models import Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

M21 = {"INV": "legal_rep", "*": "remind"}


@pytest.fixture
def in_doubt():
    """The finding's directive on an enterprise."""

    def imposed(enterprise, levels=M21, indicator="M21") -> Directive:
        return Directive.objects.create(
            about=enterprise.key, subject=enterprise.key, indicator=indicator, band="offices",
            source="finding", levels=levels, reason="请法定代表人逐户现场核实",
            until=now() + timedelta(days=30),
        )  # fmt: skip

    return imposed


@pytest.fixture
def done(zhao):
    def handled(ticket, enterprise, item="invoice_collect") -> None:
        begun = items.begin(ticket, item, enterprise, officer=zhao)
        items.finish(begun, officer=zhao)

    return handled


def test_representative_whose_face_matched_verifies_the_enterprise(
    serving, wang, factory, zhao, in_doubt, done
):
    in_doubt(factory)
    done(serving(wang, enterprise=factory), factory)

    made = EnterpriseCheck.objects.get()
    assert (made.enterprise, made.person, made.officer) == (factory, wang, zhao)
    assert (made.verified_on, made.ticket.hall_id, made.item.item) == (
        localdate(), "yangxin", "invoice_collect",
    )  # fmt: skip
    trace = Trace.objects.get(action="enterprise.verify")
    assert (trace.about, trace.officer, trace.place) == (
        factory.key, zhao, "hall:yangxin/window:3",
    )  # fmt: skip
    assert ProcrastinateJob.objects.filter(task_name=following.FOLLOW).count() == 1


@pytest.mark.parametrize(("by_two", "times"), [(False, 0), (True, 1)])
def test_by_hand_it_takes_two_officers(
    serving, wang, factory, zhao, qian, in_doubt, done, by_two, times
):
    in_doubt(factory)
    ticket = serving(wang, enterprise=factory, band="staff")
    identify.verify_by_hand(ticket, "本人", officer=zhao, second=qian if by_two else None)
    done(ticket, factory)
    assert EnterpriseCheck.objects.count() == times


def test_handler_verifies_nothing(serving, wang, zhang, enterprise, in_doubt, done):
    firm = enterprise("91371622MA3D1Q2W5T", "阳信县远行商贸有限公司", (wang, "01"), (zhang, "03"))
    in_doubt(firm)
    done(serving(zhang, enterprise=firm), firm, "file_vat")
    assert not EnterpriseCheck.objects.exists()


def test_representative_verifies_the_enterprise_that_was_served_and_no_other(
    serving, wang, factory, enterprise, in_doubt, done
):
    other = enterprise("91371622MA3D1Q2W5T", "阳信县远行商贸有限公司", (wang, "01"))
    in_doubt(factory)
    in_doubt(other)
    ticket = serving(wang, enterprise=factory)
    done(ticket, other)
    assert [one.enterprise for one in EnterpriseCheck.objects.all()] == [other]
    done(ticket, factory)
    assert EnterpriseCheck.objects.count() == 2


@pytest.mark.parametrize(
    "how",
    [{}, {"indicator": "M15"}, {"levels": {"INV": "remind"}}],
    ids=["none", "another's", "a reminder"],
)
def test_without_a_directive_that_asks_for_it_there_is_nothing_to_verify(
    serving, wang, factory, in_doubt, done, how
):
    if how:
        in_doubt(factory, **how)
    done(serving(wang, enterprise=factory), factory)
    assert not EnterpriseCheck.objects.exists()


def test_item_that_was_stopped_verifies_nothing(serving, wang, factory, zhao, in_doubt):
    in_doubt(factory)
    ticket = serving(wang, enterprise=factory)
    begun = items.begin(ticket, "invoice_collect", factory, officer=zhao)
    items.stop(begun, officer=zhao)
    assert not EnterpriseCheck.objects.exists()


def test_two_items_of_one_visit_are_one_verification(serving, wang, factory, in_doubt, done):
    in_doubt(factory)
    ticket = serving(wang, enterprise=factory)
    done(ticket, factory)
    done(ticket, factory, "file_vat")
    made = EnterpriseCheck.objects.get()
    assert Trace.objects.filter(action="enterprise.verify").count() == 1
    made.pk = None
    with pytest.raises(IntegrityError, match="enterprise_is_verified_once"), transaction.atomic():
        made.save()


def test_day_that_the_lake_was_told_stays(serving, wang, factory, in_doubt, done):
    assert checks.told() is None
    in_doubt(factory)
    done(serving(wang, enterprise=factory), factory)
    yesterday = localdate() - timedelta(days=1)
    first = checks.told(yesterday)
    assert first is not None
    assert first == checks.told(localdate()) == checks.told()
    assert f",{localdate()},{yesterday},zhao,yangxin,ticket:" in first[0]
    assert wang.number not in first[0]
