"""M21 lets an enterprise go when its legal representative came for it in person, for six months."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils.timezone import localdate

from chengxin.exchange import deliveries, nights, tasks
from chengxin.exchange.models import Delivery
from chengxin.hall import checks, items, visits
from chengxin.hall.models import Business, EnterpriseCheck
from chengxin.lake.store import Lake
from chengxin.people.models import Affiliation, Enterprise, Person, Verification
from chengxin.risk.models import Directive
from chengxin.sources import all_sources
from tests.indicators.references.county import months_after

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "371622198001010019"  # 王守信's in the sample


@pytest.fixture(params=[0, 1], ids=["night of today", "night of yesterday"])
def five(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offices) -> list[Enterprise]:
    """One person's five enterprises, after the night."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    sample = all_sources()["golden_tax_state_registration"].sample
    heading, first, *_ = sample.read_text("gb18030").splitlines()
    cells = first.split(",")
    rows = [
        ",".join([f"2011371622000000000{place}", f"{NUMBER}0{place}", "", f"阳信{place}号店",
                  *cells[4:7], f"阳信县城{place}号", *cells[8:]])
        for place in range(1, 6)
    ]  # fmt: skip
    path = tmp_path / "golden_tax_state_registration.20170818.csv"
    path.write_text("\n".join([heading, *rows]) + "\n", "gb18030")
    deliveries.receive(path)
    nights.run(localdate() - timedelta(days=request.param))
    found = list(Enterprise.objects.filter(name__startswith="阳信").order_by("name"))
    assert [in_doubt(one) for one in found] == [True] * 5
    return found


@pytest.fixture
def visit(hall, window, zhao):
    def for_(person: Person, enterprise: Enterprise, item: str) -> None:
        accepted = Verification.objects.create(person=person, band=Verification.Band.ACCEPT)
        visits.take_ticket(
            hall, person, Business.ENTERPRISE,
            enterprise=enterprise, verification=accepted, nonce=uuid.uuid4(),
        )  # fmt: skip
        ticket = visits.call_next(window, officer=zhao)
        assert ticket is not None
        ticket = visits.start(ticket, officer=zhao)
        items.finish(items.begin(ticket, item, enterprise, officer=zhao), officer=zhao)
        visits.finish(ticket, officer=zhao)

    return for_


def in_doubt(enterprise: Enterprise) -> bool:
    return Directive.objects.in_force().about(enterprise.key).filter(indicator="M21").exists()


def acted_on(day: date) -> set[str]:
    return {one.acted_on for one in nights.look(as_of=day, lake_version=None, code="M21")}


def test_representative_in_person_ends_it_for_that_enterprise_and_a_handler_does_not(
    five, visit, zhang
):
    [represented] = Person.objects.filter(affiliations__enterprise=five[0]).distinct()
    Affiliation.objects.create(person=zhang, enterprise=five[0], role="03")

    visit(zhang, five[0], "file_vat")
    tasks.follow()
    assert in_doubt(five[0])

    visit(represented, five[0], "invoice_collect")
    assert in_doubt(five[0])  # till the lake knows
    tasks.follow()

    assert [in_doubt(one) for one in five] == [False, True, True, True, True]
    version = Lake().version()
    tasks.follow()
    assert Lake().version() == version
    assert Delivery.objects.filter(source=checks.SOURCE).count() == 1

    verified_on = EnterpriseCheck.objects.get().verified_on
    last = months_after(verified_on, 6)
    assert five[0].key not in acted_on(last)
    assert acted_on(last + timedelta(days=1)) == {represented.key, *(one.key for one in five)}


def test_person_is_reminded_until_each_of_his_enterprises_is_verified(five, visit):
    [represented] = Person.objects.filter(affiliations__enterprise=five[0]).distinct()
    for place, one in enumerate(five, start=1):
        visit(represented, one, "invoice_collect")
        tasks.follow()
        reminded = Directive.objects.in_force().about(represented.key).filter(indicator="M21")
        assert reminded.exists() == (place < 5)
    assert acted_on(localdate()) == set()
