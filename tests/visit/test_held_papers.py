"""已留存资料: what was taken in an earlier visit is not asked again, and nobody else sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from chengxin.core.items import ITEMS
from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Verb
from chengxin.hall import captures, devices, held_papers, items, matters, visits
from chengxin.hall.captures import Sheet
from chengxin.hall.models import Business, Device, PaperCapture, PaperReuse, Ticket
from chengxin.people import bindings
from chengxin.people.bindings import Signed, Terms
from chengxin.people.models import Affiliation, Binding
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff a sheet"
WINDOW = "hall:yangxin/window:3"


@pytest.fixture
def visit(take, window, zhao):
    """Begin a visit, after the one before it was ended."""

    def begun(person, **how) -> Ticket:
        for before in Ticket.objects.filter(state=Ticket.State.SERVING):
            for record in before.items.filter(state="started"):
                items.finish(record, officer=zhao)
            visits.finish(before, officer=zhao)
        take(person, **how)
        return visits.start(visits.call_next(window, officer=zhao), officer=zhao)

    return begun


@pytest.fixture
def scan(hall, zhao):
    """A sheet that the camera took in this visit: scan(ticket, "licence", enterprise=factory)."""

    def taken(ticket: Ticket, code: str = "", ago: int = 0, **told) -> PaperCapture:
        device, _new = Device.objects.update_or_create(
            pk="pc", hall=hall, defaults={
                "parts": {"document_camera": {"code": 0}}, "seen_at": now(), "title": "三号窗口",
            },
        )  # fmt: skip
        made = captures.ask(ticket, device, Sheet(code=code, **told), officer=zhao)
        at = now() - timedelta(days=ago)
        PaperCapture.objects.filter(pk=made.pk).update(taken_at=at, content=JPEG, format="jpeg")
        return PaperCapture.objects.get(pk=made.pk)

    return taken


def usable(person, enterprise=None) -> dict[str, bool]:
    return {one.code or one.title: one.usable for one in held_papers.of(person, enterprise)}


def test_every_paper_that_an_item_asks_for_is_known_and_each_has_one_rule():
    asked = [paper for item in ITEMS.values() for paper in item.papers]
    assert {paper.again for paper in asked} == {
        "once", "document", "binding", "registration", "days",
    }  # fmt: skip
    assert ITEMS["invoice_type"].needs == ("approval_form", "identity", "seal_print")
    assert ITEMS["invoice_type"].brings == "票种核定表、本人身份证件、发票专用章印模"
    assert ITEMS["file_vat"].brings_en == "VAT return"
    assert ITEMS["advice"].brings == ""


def test_licence_of_the_last_visit_is_not_asked_again(visit, scan, wang, factory):
    scan(visit(wang), "licence", enterprise=factory)
    visit(wang)

    told = matters.of(
        Ticket.objects.last().hall, wang, Business.ENTERPRISE, factory, identified=True
    )
    [offer] = [one for one in told.offers if one.item.code == "registration_confirm"]
    assert {note.kind: note.words for note in offer.notes} == {
        "bring": "法定代表人身份证件",
        "held": "营业执照",
    }


def test_who_was_not_compared_with_his_card_is_told_of_nothing_that_is_held(
    visit, scan, wang, factory, hall
):
    scan(visit(wang), "licence", enterprise=factory)

    told = matters.of(hall, wang, Business.ENTERPRISE, factory, identified=False)

    assert "held" not in {note.kind for offer in told.offers for note in offer.notes}


@pytest.mark.parametrize(
    ("code", "ago", "still"),
    [
        ("contract", 0, False),  # once only
        ("account", 364, True),
        ("account", 366, False),
        ("rep_identity", 364, True),  # no last day is known: a year
        ("rep_identity", 366, False),
        ("licence", 3000, True),  # until what is registered changes
    ],
)
def test_how_long_a_paper_serves_stands_with_its_title(
    visit, scan, wang, factory, code, ago, still
):
    scan(visit(wang), code, ago=ago, enterprise=factory)

    assert usable(wang, factory) == {code: still}


def test_many_papers_of_single_matters_hide_none_that_serves_again(visit, scan, wang, factory):
    first = scan(visit(wang), "licence", enterprise=factory, ago=9)
    for n in range(25):
        PaperCapture.objects.create(
            ticket=first.ticket, person=wang, officer=first.officer, title="合同", code="contract",
            enterprise=factory, taken_at=now() - timedelta(hours=n),
            command=devices.ask(first.command.device, Verb.DISCOVER),
        )  # fmt: skip

    found = held_papers.of(wang, factory)

    assert [one.code for one in found if one.usable] == ["licence"]
    assert len(found) == 21


def test_identity_document_serves_until_its_last_day(visit, scan, wang):
    wang.document_until = localdate() + timedelta(days=3)
    wang.save()
    scan(visit(wang), "identity")
    [held] = held_papers.of(wang, None)
    assert (held.usable, held.until) == (True, localdate() + timedelta(days=3))

    PaperCapture.objects.update(until=localdate() - timedelta(days=1))

    assert usable(wang) == {"identity": False}


def test_document_that_is_past_its_day_is_not_taken(visit, scan, wang, factory):
    with pytest.raises(Refusal) as refusal:
        scan(visit(wang), "rep_identity", enterprise=factory, until=localdate() - timedelta(days=1))
    assert refusal.value.code == "document_expired"


def test_licence_serves_until_its_enterprise_changes_its_name_or_head(
    visit, scan, wang, li, factory
):
    scan(visit(wang), "licence", enterprise=factory)
    Affiliation.objects.create(person=li, enterprise=factory, role="01")
    assert usable(wang, factory) == {"licence": False}
    Affiliation.objects.filter(person=li).delete()
    assert usable(wang, factory) == {"licence": True}

    type(factory).objects.update(name="阳信县守信食品集团有限公司")
    factory.refresh_from_db()

    assert usable(wang, factory) == {"licence": False}


def test_licence_serves_until_a_change_of_registration_is_done_here(
    visit, scan, wang, factory, zhao
):
    scan(visit(wang), "licence", enterprise=factory)
    ticket = visit(wang)

    changed = items.begin(ticket, "change_other", factory, officer=zhao)
    assert usable(wang, factory) == {"licence": True}
    items.finish(changed, officer=zhao)

    assert usable(wang, factory) == {"licence": False}


@pytest.fixture
def bound(li, wang, factory, zhao) -> Binding:
    """李投资 acts for 守信食品 by a letter, for thirty days."""
    terms = Terms("03", localdate(), localdate() + timedelta(days=30), JPEG, "发票领用")
    made = bindings.propose(li, factory, terms, side="enterprise", officer=zhao, place=WINDOW)
    return bindings.confirm(made, li, signed=Signed(zhao, WINDOW))


def test_letter_of_a_binding_serves_as_long_as_the_binding(bound, li, wang, factory):
    [held] = held_papers.of(li, factory)
    assert (held.code, held.usable, held.until) == ("letter_of_authority", True, bound.until)
    assert held_papers.of(wang, factory) == []  # it is about 李投资

    Binding.objects.update(
        until=localdate() - timedelta(days=1), valid_from=localdate() - timedelta(days=9)
    )

    assert held_papers.of(li, factory) == []


def test_scanned_letter_ends_with_the_binding(bound, visit, scan, li, wang, factory):
    scan(visit(li), "letter_of_authority", enterprise=factory)
    assert {one.usable for one in held_papers.of(li, factory)} == {True}
    assert held_papers.of(wang, factory) == []

    Binding.objects.update(state="frozen")

    assert held_papers.of(li, factory) == []  # he may not act for it: nothing of it is shown


def test_papers_of_one_person_are_in_no_visit_of_another(visit, scan, wang, li, factory):
    scan(visit(wang), "identity")
    scan(visit(wang, business=Business.PERSONAL), title="家庭情况说明")

    assert held_papers.of(li, None) == []
    assert held_papers.of(li, factory) == []


def test_papers_of_an_enterprise_are_shown_to_whoever_may_act_for_it_only(
    visit, scan, wang, li, zhang, factory
):
    Affiliation.objects.create(person=li, enterprise=factory, role="03")
    Affiliation.objects.create(person=zhang, enterprise=factory, role="06")  # an investor
    scan(visit(wang), "licence", enterprise=factory)

    assert usable(li, factory) == {"licence": True}
    assert held_papers.of(zhang, factory) == []


def test_sheet_for_an_enterprise_that_he_may_not_act_for_is_not_taken(visit, scan, li, factory):
    with pytest.raises(Refusal) as refusal:
        scan(visit(li, business=Business.PERSONAL), "licence", enterprise=factory)
    assert refusal.value.code == "not_bound"


def test_reused_paper_is_kept_with_item_officer_and_time(visit, scan, wang, factory, zhao):
    paper = scan(visit(wang), "seal_print", enterprise=factory)
    ticket = visit(wang)
    handled = items.begin(ticket, "invoice_type", factory, officer=zhao)

    made = held_papers.reuse(ticket, handled, f"paper:{paper.pk}", officer=zhao)
    again = held_papers.reuse(ticket, handled, f"paper:{paper.pk}", officer=zhao)

    assert made == again
    assert (made.paper, made.handled, made.officer) == (paper, handled, zhao)
    trace = Trace.objects.get(action="paper.reuse")
    assert (trace.about, trace.officer, trace.place) == (wang.key, zhao, WINDOW)
    held = held_papers.of(wang, factory, besides=ticket)
    stands = {one.paper.code: one.reused for one in held_papers.needs(handled, held)}
    assert stands == {"approval_form": False, "identity": False, "seal_print": True}


def test_paper_of_a_contract_of_another_person_or_of_an_item_that_ended_is_not_reused(
    visit, scan, wang, li, factory, zhao
):
    once = scan(visit(wang), "contract", enterprise=factory)
    other = scan(visit(li, business=Business.PERSONAL), "identity")
    held = scan(visit(wang), "seal_print", enterprise=factory)
    ticket = visit(wang)
    handled = items.begin(ticket, "invoice_type", factory, officer=zhao)

    for paper, code in ((once, "paper_over"), (other, "paper_unknown")):
        with pytest.raises(Refusal) as refusal:
            held_papers.reuse(ticket, handled, f"paper:{paper.pk}", officer=zhao)
        assert refusal.value.code == code
    items.finish(handled, officer=zhao)
    handled.refresh_from_db()
    with pytest.raises(Refusal) as refusal:
        held_papers.reuse(ticket, handled, f"paper:{held.pk}", officer=zhao)
    assert refusal.value.code == "wrong_state"
    assert not PaperReuse.objects.exists()


def test_letter_may_be_reused_and_a_row_names_exactly_one_paper(bound, visit, li, factory, zhao):
    ticket = visit(li)
    handled = items.begin(ticket, "identity", factory, officer=zhao)

    made = held_papers.reuse(ticket, handled, f"letter:{bound.letter_id}", officer=zhao)

    assert made.letter == bound.letter
    for wrong in ({"letter": None}, {"letter": bound.letter, "paper": None, "handled": handled}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperReuse.objects.create(officer=zhao, **({"handled": handled} | wrong))


def test_sheet_of_this_visit_is_taken_and_not_held(visit, scan, wang, factory, zhao):
    ticket = visit(wang)
    handled = items.begin(ticket, "invoice_type", factory, officer=zhao)
    scan(ticket, "seal_print", enterprise=factory, item="invoice_type")

    assert held_papers.of(wang, factory, besides=ticket) == []
    [seal] = [one for one in held_papers.needs(handled, []) if one.paper.code == "seal_print"]
    assert seal.taken
