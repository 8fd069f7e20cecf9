"""实名采集 at the window, as the visit goes: documents, phone, face or none, bindings of both sides."""  # noqa: E501

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import desk, enrolment, identify, items, reverification
from chengxin.hall.models import Ticket
from chengxin.notices.models import Message
from chengxin.people import consents, freezing, identity
from chengxin.people.bindings import Side, Terms
from chengxin.people.identity import CardRead
from chengxin.people.models import Affiliation, Binding, Enrolment, OneTimeCode, Person, Portrait
from chengxin.people.moving import Because
from chengxin.risk.models import Directive

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff letter"
YES = {"face": "given", "messages": "given"}
NO = {"face": "refused", "messages": "refused"}
DOCUMENTS = [  # made up, in the form that each document has
    (DocumentKind.TEMPORARY, "372323198503151131", None),
    (DocumentKind.PASSPORT, "E12345678", "E12345678"),
    (DocumentKind.HM_PASS, "H0123456701", "H01234567"),
    (DocumentKind.TW_PASS, "0123456701", "01234567"),
    (DocumentKind.MILITARY, "军字第1234567号", "军1234567"),
    (DocumentKind.ARMED_POLICE, "武字第1234567号", "武1234567"),
]


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.SMS_URL, settings.PUBLIC_URL = "http://127.0.0.1:9", "https://tax.example"


@pytest.fixture
def feng(officer):
    return officer("feng", "冯窗口", "county", "window")


def sent() -> str:
    """The digits, or the address, in the last message."""
    words = Message.objects.order_by("-made_at").values_list("words", flat=True)[0]
    found = re.search(r"验证码 (\d{6})", words) or re.search(r"https://tax.example(\S+)", words)
    assert found
    return found[1]


def letter(**changed) -> Terms:
    told = {"valid_from": localdate(), "letter": JPEG, "scope": "发票领用"} | changed
    return Terms("03", **told)


@pytest.fixture
def at_window(serving):
    def somebody(person, band: str | None = "accept") -> Ticket:
        return serving(person, business="enrolment", band=band)

    return somebody


@pytest.mark.parametrize(("kind", "number", "kept"), DOCUMENTS)
def test_every_other_document_is_typed_by_two_and_served_at_once(
    window, zhao, feng, kind, number, kept
):
    from tests.conftest import number as resident

    number = resident(number[:17]) if kept is None else number
    card = CardRead(kind, number, "约翰", localdate() + timedelta(days=300), None)
    ticket = enrolment.receive(window, card, officer=zhao, second=feng)
    assert ticket.state == Ticket.State.SERVING
    assert ticket.person.number == (kept or number)
    assert ticket.person.document_kind == kind
    move = ticket.person.identity_moves.get()
    assert (move.step, move.officer) == ("capture", zhao)


def test_one_officer_alone_types_nobody_in(window, zhao):
    card = CardRead(DocumentKind.PASSPORT, "E12345678", "约翰", None, None)
    with pytest.raises(Refusal, match="second_officer_needed"):
        enrolment.receive(window, card, officer=zhao, second=zhao)
    assert not Person.objects.exists()


def test_expired_passport_is_not_accepted(window, zhao, feng):
    card = CardRead(
        DocumentKind.PASSPORT, "E12345678", "约翰", localdate() - timedelta(days=1), None
    )
    with pytest.raises(Refusal, match="document_expired"):
        enrolment.receive(window, card, officer=zhao, second=feng)
    assert not Ticket.objects.exists()


def test_first_enrolment_with_face_phone_and_a_binding_of_both_sides(
    at_window, faces, li, factory, zhao
):
    Portrait.objects.create(person=li, channel="card", jpeg=b"chip")
    ticket = at_window(li)
    enrolment.inform(ticket, YES, officer=zhao)
    enrolment.send_code(ticket, "13800001111", "mobile", officer=zhao)
    enrolment.prove_phone(ticket, "13800001111", sent(), officer=zhao)
    enrolment.enrol_face(ticket, b"live", officer=zhao)
    bound = enrolment.propose(
        ticket, factory.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao
    )
    with pytest.raises(Refusal, match="not_bound"):
        items.begin(ticket, "invoice_collect", factory, officer=zhao)
    enrolment.confirm_here(ticket, bound, officer=zhao)
    done = enrolment.complete(ticket, officer=zhao)
    assert (done.way, done.mobile) == (Enrolment.Way.FACE, True)
    assert items.begin(ticket, "invoice_collect", factory, officer=zhao)
    assert Portrait.objects.get(enrolled=True).template


def test_who_refuses_the_face_is_enrolled_by_two_officers(at_window, faces, li, zhao, feng):
    ticket = at_window(li, band=None)
    enrolment.inform(ticket, NO, officer=zhao)
    with pytest.raises(Refusal, match="consent_needed"):
        enrolment.enrol_face(ticket, b"live", officer=zhao)
    identify.verify_by_hand(ticket, "老人不愿刷脸", officer=zhao, second=feng)
    assert enrolment.complete(ticket, officer=zhao).way == Enrolment.Way.TWO_OFFICERS
    assert not Portrait.objects.filter(channel="live").exists()


def test_document_and_code_verify_without_a_face(at_window, li, zhao):
    li.phone = "13800001111"
    li.save()
    ticket = at_window(li, band=None)
    enrolment.inform(ticket, NO, officer=zhao)
    enrolment.send_code(ticket, "", "verify", officer=zhao)
    with pytest.raises(Refusal, match="code_wrong"):
        enrolment.verify_by_code(ticket, f"{(int(sent()) + 1) % 10**6:06}", officer=zhao)
    enrolment.verify_by_code(ticket, sent(), officer=zhao)
    assert enrolment.complete(ticket, officer=zhao).way == Enrolment.Way.CODE


def test_one_officers_word_alone_completes_no_enrolment(at_window, li, zhao):
    ticket = at_window(li, band=None)
    enrolment.inform(ticket, NO, officer=zhao)
    identify.verify_by_hand(ticket, "像", officer=zhao)
    with pytest.raises(Refusal, match="two_needed"):
        enrolment.complete(ticket, officer=zhao)


def test_nothing_is_completed_before_the_notice_was_shown(at_window, li, zhao):
    ticket = at_window(li)
    with pytest.raises(Refusal, match="notice_needed"):
        enrolment.complete(ticket, officer=zhao)


def test_three_wrong_faces_end_the_tries_and_a_bad_picture_costs_none(at_window, faces, li, zhao):
    Portrait.objects.create(person=li, channel="card", jpeg=b"chip")
    ticket = at_window(li, band=None)
    enrolment.inform(ticket, YES, officer=zhao)
    faces.band = "advice"
    for _ in range(4):
        with pytest.raises(Refusal, match="face_advice"):
            enrolment.enrol_face(ticket, b"dark", officer=zhao)
    faces.band = "reject"
    for _ in range(3):
        with pytest.raises(Refusal, match="face_mismatch"):
            enrolment.enrol_face(ticket, b"other", officer=zhao)
    with pytest.raises(Refusal, match="no_tries_left"):
        enrolment.enrol_face(ticket, b"other", officer=zhao)


def test_who_was_not_verified_confirms_nothing(at_window, li, factory, zhao):
    ticket = at_window(li, band=None)
    bound = enrolment.propose(
        ticket, factory.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao
    )
    with pytest.raises(Refusal, match="not_identified"):
        enrolment.confirm_here(ticket, bound, officer=zhao)


def test_enterprise_of_another_county_is_not_there(at_window, li, enterprise, zhao):
    far = enterprise("91371623MA3D1Q2W3P", "无棣县某厂", branch="neighbour_branch")
    ticket = at_window(li)
    with pytest.raises(Refusal, match="not_yours"):
        enrolment.propose(ticket, far.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao)


@pytest.fixture
def asked(at_window, li, factory, zhao) -> tuple[Binding, str]:
    """The enterprise proposed, and the person was sent the address of his page."""
    li.phone = "13800001111"
    li.save()
    ticket = at_window(li)
    bound = enrolment.propose(
        ticket, factory.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao
    )
    enrolment.ask_other_side(ticket, bound, officer=zhao)
    return bound, sent()


def test_own_page_confirms_with_a_code_to_the_same_phone(asked):
    bound, path = asked
    page = Client()
    shown = page.get(path).content.decode()
    assert "守信食品" in shown
    assert "李投资" not in shown
    assert page.post(f"{path}answer", {"digits": "000000", "answer": "yes"}).status_code == 409
    page.post(f"{path}code")
    page.post(f"{path}answer", {"digits": sent(), "answer": "yes"})
    bound.refresh_from_db()
    assert (bound.state, bound.confirmed_by) == ("active", "person")
    assert page.get(path).status_code == 404


def test_own_page_refuses(asked):
    bound, path = asked
    page = Client()
    page.post(f"{path}code")
    page.post(f"{path}answer", {"digits": sent(), "answer": "no"})
    bound.refresh_from_db()
    assert bound.state == "refused"


def test_representative_confirms_a_claim_on_his_page(at_window, li, wang, factory, zhao):
    wang.phone = "13900002222"
    wang.save()
    ticket = at_window(li)
    bound = enrolment.propose(
        ticket, factory.credit_code, Terms("03", localdate()), side=Side.PERSON, officer=zhao
    )
    enrolment.ask_other_side(ticket, bound, officer=zhao)
    assert Message.objects.get().about == wang.key
    path, page = sent(), Client()
    page.post(f"{path}code")
    page.post(f"{path}answer", {"digits": sent(), "answer": "yes"})
    bound.refresh_from_db()
    assert (bound.state, bound.confirmer) == ("active", wang)


@pytest.mark.parametrize("path", ["/confirm/short/", "/confirm/" + "x" * 24 + "/"])
def test_made_up_page_shows_nothing(path):
    assert Client().get(path).status_code == 404


def codes(person, firm=None) -> set[str]:
    return {one.code for one in reverification.reasons(person, firm, localdate())}


def test_nothing_is_to_be_verified_anew_of_a_valid_identity(wang, factory):
    assert codes(wang, factory) == set()


def test_each_rule_of_verifying_anew_has_its_reason(wang, li, factory, zhao, settings):
    day = localdate()
    because = Because.of_officer("疑似冒名", zhao)
    li.document_until = day - timedelta(days=1)
    li.save()
    assert "document_expired" in codes(li)
    identity.freeze(wang, because)
    assert codes(wang) == {"frozen"}
    identity.thaw(wang, because)
    assert codes(wang) == {"thawed"}
    identity.verify_by_hand(wang, "重新核验", officer=zhao, place="")
    assert codes(wang) == set()
    wang.phone = "13800001111"
    wang.save()
    identity.change_phone(wang, "13800003333", because)
    assert codes(wang) == {"changed"}
    identity.verify_by_hand(wang, "重新核验", officer=zhao, place="")
    Portrait.objects.create(
        person=wang, channel="live", jpeg=b"x", enrolled=True,
        taken_at=wang.identity_moves.latest("pk").at - timedelta(days=1826),
    )  # fmt: skip
    assert codes(wang) == {"template_old"}
    Portrait.objects.all().delete()
    for band in ("staff", "reject", "staff"):
        wang.verifications.create(band=band, distance=0.5)
    assert codes(wang) == {"low_scores"}
    wang.verifications.create(band="accept", distance=0.2)
    assert codes(wang) == set()
    until = wang.identity_moves.latest("pk").at + timedelta(days=9)
    Directive.objects.create(
        about=wang.key, subject=wang.key, indicator="M20", source="finding", levels={},
        reason="x", until=until,
    )  # fmt: skip
    assert codes(wang) == {"doubt"}


def test_suspicion_freezes_bindings_tells_the_representative_and_needs_another_to_end(
    at_window, li, wang, factory, zhao, qian
):
    wang.phone = "13900002222"
    wang.save()
    ticket = at_window(li)
    bound = enrolment.confirm_here(
        ticket,
        enrolment.propose(
            ticket, factory.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao
        ),
        officer=zhao,
    )
    with pytest.raises(Refusal, match="reason_needed"):
        enrolment.suspect(ticket, " ", officer=zhao)
    enrolment.suspect(ticket, "与照片不符", officer=zhao)
    bound.refresh_from_db()
    assert bound.state == "frozen"
    assert Message.objects.get().about == wang.key
    with pytest.raises(Refusal, match="verify_anew"):
        items.begin(ticket, "invoice_collect", factory, officer=zhao)
    with pytest.raises(Refusal, match="no_role"):
        freezing.thaw_all(li, "看过了", officer=zhao)
    freezing.thaw_all(li, "当面核实", officer=qian)
    bound.refresh_from_db()
    assert bound.state == "active"
    assert codes(li) == {"thawed"}


def test_who_froze_does_not_thaw(li, qian):
    freezing.freeze_all(li, Because.of_officer("疑似冒名", qian))
    with pytest.raises(Refusal, match="second_officer_needed"):
        freezing.thaw_all(li, "看过了", officer=qian)


def test_window_says_why_somebody_is_to_be_verified_anew(serving, wang, factory, window, zhao):
    identity.freeze(wang, Because.of_officer("疑似冒名", zhao))
    ticket = serving(wang, enterprise=factory)
    shown = desk.Desk(window, zhao, ticket)
    assert [one.code for one in shown.reasons] == ["frozen"]


def test_new_representative_and_an_ended_binding_ask_for_a_new_one(
    at_window, li, zhang, factory, zhao
):
    ticket = at_window(li)
    bound = enrolment.propose(
        ticket, factory.credit_code, letter(), side=Side.ENTERPRISE, officer=zhao
    )
    enrolment.confirm_here(ticket, bound, officer=zhao)
    assert codes(li, factory) == set()
    Affiliation.objects.create(
        person=zhang, enterprise=factory, role="01", valid_from=localdate() - timedelta(days=1)
    )
    assert codes(li, factory) == set()
    Binding.objects.update(confirmed_at=bound.proposed_at - timedelta(days=3))
    assert codes(li, factory) == {"representative"}
    Binding.objects.update(state="expired")
    assert codes(li, factory) == {"binding_expired"}


@pytest.mark.parametrize(("item", "stopped"), [("invoice_collect", True), ("pay", False)])
def test_frozen_identity_stops_real_name_items_and_never_payment(
    serving, wang, factory, zhao, item, stopped
):
    ticket = serving(wang, enterprise=factory)
    identity.freeze(wang, Because.of_officer("疑似冒名", zhao))
    if stopped:
        with pytest.raises(Refusal, match="verify_anew"):
            items.begin(ticket, item, factory, officer=zhao)
    else:
        assert items.begin(ticket, item, factory, officer=zhao)


def test_without_a_gateway_nobody_is_sent_a_code(at_window, li, zhao, settings):
    settings.SMS_URL = ""
    with pytest.raises(Refusal, match="no_gateway"):
        enrolment.send_code(at_window(li), "13800001111", "mobile", officer=zhao)
    assert not OneTimeCode.objects.exists()


def test_notice_of_an_older_version_does_not_count(at_window, li, zhao, monkeypatch):
    ticket = at_window(li)
    enrolment.inform(ticket, YES, officer=zhao)
    monkeypatch.setattr(consents, "version", lambda: "2027-1")
    with pytest.raises(Refusal, match="notice_needed"):
        enrolment.complete(ticket, officer=zhao)
