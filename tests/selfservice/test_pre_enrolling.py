"""预采集: typed on a phone, sealed, taken over at a window that has the document in hand, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.timezone import localdate, now

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import addresses, enrolment, pre_enrolments
from chengxin.hall.forgetting import JOBS
from chengxin.hall.models import PreEnrolment, Ticket
from chengxin.notices.models import Message
from chengxin.people import consents
from chengxin.people.models import Binding, Consent, OneTimeCode, Person
from chengxin.trace.models import Trace
from tests.selfservice.conftest import MOBILE, Phone

pytestmark = pytest.mark.django_db

LETTER = b"\xff\xd8\xff a letter"
NUMBERS = [  # made up, in the form that each document has
    ("passport", "E12345678"), ("hm_pass", "H0123456701"), ("tw_pass", "0123456701"),
    ("military", "军字第1234567号"), ("armed_police", "武字第1234567号"),
    ("temporary", ""), ("resident", ""),
]  # fmt: skip


def told(person: Person, **changed: object) -> dict[str, object]:
    return {
        "kind": str(person.document_kind), "number": person.number, "name": person.name,
        "phone": MOBILE, "face": "given", "messages": "refused", **changed,
    }  # fmt: skip


@pytest.fixture
def phone() -> Client:
    return Client()


@pytest.fixture
def typed(phone):
    """What comes of typing it and entering the code: the code for the window."""

    def typing(person: Person, **changed: object) -> str:
        shown = phone.post("/enrol/begin", told(person, **changed)).content.decode()
        found = re.search(r'name="request" value="([^"]+)"', shown)
        assert found, shown
        sent = {"request": found[1], "digits": Phone().received(), "end": MOBILE[-4:]}
        answer = phone.post("/enrol/prove", sent)
        assert answer.status_code == 302
        return answer.url.split("/")[2]

    return typing


@pytest.fixture
def at_window(serving):
    def somebody(person: Person) -> Ticket:
        return serving(person, business="enrolment")

    return somebody


def test_page_gives_a_code_that_shows_nothing_of_who_typed_it(phone, typed, wang):
    code = typed(wang)
    shown = phone.get(f"/enrol/{code}/").content.decode()
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", code)
    assert code in shown
    assert "data:image/svg+xml" in shown
    assert wang.name not in shown
    assert wang.number not in shown


@pytest.mark.parametrize(("kind", "number"), NUMBERS)
def test_every_kind_of_document_may_be_typed_by_its_own_number_only(phone, wang, kind, number):
    right = told(wang, kind=kind, number=number or wang.number)
    assert phone.post("/enrol/begin", told(wang, kind=kind, number="12")).status_code == 400
    assert not PreEnrolment.objects.exists()
    assert phone.post("/enrol/begin", right).status_code == 200
    assert PreEnrolment.objects.get().document_kind == kind


@pytest.mark.parametrize(
    "wrong", [{"phone": "12345"}, {"name": " "}, {"face": ""}, {"kind": "library_card"}]
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(phone, wang, wrong):
    answer = phone.post("/enrol/begin", told(wang, enterprise_code="91371602MA3C5K7X2D", **wrong))
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert 'data-testid="faults"' in shown
    assert "91371602MA3C5K7X2D" in shown
    assert not PreEnrolment.objects.exists()
    assert not OneTimeCode.objects.exists()


def test_known_and_unknown_people_get_the_same_answer(phone, wang, li):
    Person.objects.filter(pk=wang.pk).update(state="verified")
    number, name = li.number, li.name
    Person.objects.filter(pk=li.pk).delete()
    first = phone.post("/enrol/begin", told(wang))
    second = phone.post(
        "/enrol/begin", told(wang, number=number, name=name, phone="13900001235")
    )  # fmt: skip
    own = re.compile(r'value="[^"]*"|Token": "[^"]*"|\d{4}')
    plain = [own.sub("", one.content.decode()) for one in (first, second)]
    assert plain[0] == plain[1]
    assert Message.objects.count() == 2
    assert not Trace.objects.filter(about=wang.key, action__in=["pre.begin", "code.send"]).exists()


def test_wrong_digits_hold_nothing_and_five_end_it(phone, wang):
    shown = phone.post("/enrol/begin", told(wang)).content.decode()
    pk = re.search(r'name="request" value="([^"]+)"', shown)[1]
    right = Phone().received()
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        assert phone.post("/enrol/prove", {"request": pk, "digits": wrong}).status_code == 400
    assert phone.post("/enrol/prove", {"request": pk, "digits": right}).status_code == 400
    assert PreEnrolment.objects.get().proved_at is None


def test_one_address_asks_thirty_times_in_half_an_hour(phone, wang, monkeypatch):
    assert addresses.MOST == 30
    monkeypatch.setattr(addresses, "MOST", 2)  # the third is then the one too many
    answers = [
        phone.post("/enrol/begin", told(wang, phone=f"1390000000{one}")).status_code
        for one in range(3)
    ]
    assert answers == [200, 200, 400]
    assert Trace.objects.filter(action="pre.begin", outcome="too_many_tries").count() == 1


def test_what_was_typed_lies_sealed(typed, wang):
    typed(wang, letter=SimpleUploadedFile("l.jpg", LETTER))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM hall_preenrolment p")
        [(row,)] = cursor.fetchall()
    for words in (
        wang.number,
        MOBILE,
        LETTER.hex(),
        wang.name.encode().hex(),
        wang.number.encode().hex(),
    ):
        assert words not in row


def test_window_takes_over_answers_and_phone_with_their_time_and_channel(
    typed, at_window, wang, zhao
):
    code = typed(wang)
    typed_at = PreEnrolment.objects.get().made_at
    ticket = at_window(wang)
    pre_enrolments.use(ticket, code, officer=zhao)

    said = {one.purpose: one for one in Consent.objects.filter(person=wang)}
    assert {name: one.answer for name, one in said.items()} == {
        "identity": "informed", "face": "given", "messages": "refused",
    }  # fmt: skip
    for one in said.values():
        assert (one.version, one.place, one.officer) == (consents.version(), "self", None)
        assert one.at == typed_at
    wang.refresh_from_db()
    assert (wang.phone, wang.phone_is_proved) == (MOBILE, True)
    assert enrolment.complete(ticket, officer=zhao).officer == zhao
    line = Trace.objects.get(action="pre.use")
    assert (line.about, line.officer, line.place) == (wang.key, zhao, ticket.place)


def test_code_is_taken_once(typed, at_window, wang, zhao):
    code, ticket = typed(wang), at_window(wang)
    pre_enrolments.use(ticket, code, officer=zhao)
    with pytest.raises(Refusal, match="pre_unknown"):
        pre_enrolments.use(ticket, code, officer=zhao)
    assert Consent.objects.filter(person=wang, purpose="face").count() == 1


@pytest.mark.parametrize(
    "changed", [{"name": "王守义"}, {"number": "E12345678", "kind": "passport"}]
)
def test_document_that_lies_there_counts_and_not_what_was_typed(
    typed, at_window, wang, zhao, changed
):
    code, ticket = typed(wang, **changed), at_window(wang)
    with pytest.raises(Refusal, match="document_differs"):
        pre_enrolments.use(ticket, code, officer=zhao)
    wang.refresh_from_db()
    assert not wang.phone
    assert not Consent.objects.exists()
    assert PreEnrolment.objects.get().used_at is None


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "%"])
def test_code_that_nobody_was_given_opens_nothing(phone, at_window, wang, zhao, code):
    with pytest.raises(Refusal, match="pre_unknown"):
        pre_enrolments.use(at_window(wang), code, officer=zhao)


def test_code_is_read_from_the_qr_or_typed_in_any_case(typed, wang):
    code = typed(wang)
    plain = code.replace("-", "")
    for text in (f"CP1-{plain}", code.lower(), f" {plain} "):
        assert pre_enrolments.behind(text) is not None


def test_later_word_at_the_window_stands(typed, at_window, wang, zhao):
    code, ticket = typed(wang), at_window(wang)
    enrolment.inform(ticket, {"face": "refused", "messages": "given"}, officer=zhao)
    pre_enrolments.use(ticket, code, officer=zhao)
    assert consents.refused(wang, "face")
    assert consents.stands(wang, "messages")


def test_answers_to_another_notice_are_not_taken_over(typed, at_window, wang, zhao):
    code, ticket = typed(wang), at_window(wang)
    PreEnrolment.objects.update(version="2020-1")
    pre_enrolments.use(ticket, code, officer=zhao)
    assert not Consent.objects.filter(person=wang).exists()
    with pytest.raises(Refusal, match="notice_needed"):
        enrolment.complete(ticket, officer=zhao)


def test_two_officers_type_a_passport_and_its_code_fills_the_sheet(
    typed, window, zhao, officer, wang
):
    code = typed(wang, kind="passport", number="E12345678", name="JOHN SMITH")
    second = officer("feng", "冯窗口", "county", "window")
    second.set_password("secret-of-feng")
    second.save()
    client = Client()
    client.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")
    sent = {
        "kind": "passport", "number": "E12345678", "name": "JOHN SMITH", "pre": code,
        "until": str(localdate() + timedelta(days=300)),
        "work_number": "feng", "password": "secret-of-feng",
    }  # fmt: skip
    wrong = client.post(f"/windows/{window.pk}/enrolment/receive", sent | {"name": "JOHN SMYTH"})
    assert wrong.status_code == 409
    assert not Person.objects.filter(document_kind="passport").exists()

    client.post(f"/windows/{window.pk}/enrolment/receive", sent)
    held = PreEnrolment.objects.get()
    assert held.person.document_kind == DocumentKind.PASSPORT
    assert (held.used_by, held.person.phone) == (zhao, MOBILE)


def test_letter_sent_before_serves_for_its_enterprise_only(
    typed, at_window, window, factory, enterprise, wang, zhao
):
    firm = factory.credit_code
    code = typed(wang, enterprise_code=firm, letter=SimpleUploadedFile("l.jpg", LETTER))
    ticket = at_window(wang)
    client = Client()
    client.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")
    shown = client.post(f"/windows/{window.pk}/enrolment/pre", {"pre": code}).content.decode()
    assert 'data-testid="pre-used"' in shown
    assert f'value="{firm}"' in shown
    assert pre_enrolments.letter_for(ticket.person, "91371602MA3C5K7X2D") == b""

    sent = {"code": firm, "role": "04", "side": "enterprise", "scope": "发票领用"}
    answer = client.post(f"/windows/{window.pk}/enrolment/propose", sent)
    assert answer.status_code == 200, answer.content.decode()[-1500:]
    bound = Binding.objects.get()
    assert (bound.state, bytes(bound.letter.jpeg)) == ("pending", LETTER)


def test_letter_that_is_no_picture_is_refused(phone, wang):
    sent = told(wang, letter=SimpleUploadedFile("l.jpg", b"MZ"))
    assert phone.post("/enrol/begin", sent).status_code == 400
    assert not PreEnrolment.objects.exists()


def test_after_seven_days_it_opens_nothing_and_is_gone_by_night(typed, at_window, wang, zhao):
    code = typed(wang)
    held = PreEnrolment.objects.get()
    assert timedelta(days=6, hours=23) < held.until - now() <= timedelta(days=7)
    PreEnrolment.objects.update(until=now())
    with pytest.raises(Refusal, match="pre_unknown"):
        pre_enrolments.use(at_window(wang), code, officer=zhao)
    assert JOBS["pre_enrolment"].delete(now() - timedelta(days=7)) == 1
    assert not PreEnrolment.objects.exists()


def test_what_still_has_its_days_stays_the_night(typed, wang):
    typed(wang)
    assert JOBS["pre_enrolment"].delete(now() - timedelta(days=7)) == 0


def test_he_may_delete_it_himself_until_a_window_took_it(phone, typed, at_window, wang, li, zhao):
    code = typed(wang)
    phone.post(f"/enrol/{code}/discard")
    assert not PreEnrolment.objects.exists()
    assert phone.get(f"/enrol/{code}/").status_code == 404
    other = typed(li, phone="13900009999")
    pre_enrolments.use(at_window(li), other, officer=zhao)
    answer = phone.post(f"/enrol/{other}/discard", headers={"Accept": "application/json"})
    assert answer.json()["code"] == "pre_unknown"


def test_who_has_everything_deleted_has_this_deleted_too(typed, at_window, wang, zhao):
    code, ticket = typed(wang), at_window(wang)
    pre_enrolments.use(ticket, code, officer=zhao)
    enrolment.erase(ticket, officer=zhao)
    assert not PreEnrolment.objects.exists()


def test_page_is_in_english_too(phone):
    phone.cookies["django_language"] = "en"
    shown = phone.get("/enrol/").content.decode()
    assert "Name, as on the document" in shown
    assert "(separate consent)" in shown
