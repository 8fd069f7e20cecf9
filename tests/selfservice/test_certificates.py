"""Certificates: what they say, that they stay the same, and that anybody can verify them."""

from __future__ import annotations

import io
import json

import cv2
import numpy as np
import pytest
import zxingcpp
from django.test import Client

from chengxin.core.keys import Keys
from chengxin.people import identity
from chengxin.people.models import Affiliation, Portrait
from chengxin.selfservice import certificates, sheet
from chengxin.selfservice.models import Certificate
from chengxin.trace.models import Trace
from tests.selfservice.test_sight import graded

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolled(wang, hall, faces):
    """王守信's face was kept at the first kiosk of the hall."""
    identity.verify(wang, b"live", place="hall:yangxin/device:kiosk-1")
    Portrait.objects.filter(person=wang).update(enrolled=True)
    return wang


def issue(phone, kind: str, enterprise: str = ""):
    return phone.post("certificates/issue", kind=kind, enterprise=enterprise)


def qr_of(picture: bytes) -> str:
    drawn = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    [found] = zxingcpp.read_barcodes(drawn)
    return found.text


def test_enrolment_is_attested_with_day_and_place(inside, enrolled, hall):
    issue(inside(enrolled), "enrolled")
    made = Certificate.objects.get()
    words = certificates.words_of(made, "zh")
    for fact in ("王守信", "372***********", "阳信县联合办税服务厅", "实名信息采集"):
        assert fact in words.text
    assert enrolled.number not in made.told


def test_roles_in_an_enterprise_are_attested(inside, wang, factory):
    issue(inside(wang), "bound", factory.pk)
    words = certificates.words_of(Certificate.objects.get(), "zh")
    for fact in ("王守信", factory.name, factory.pk, "法定代表人", "办税员"):
        assert fact in words.text


def test_grade_of_an_enterprise_is_attested_from_a_version_of_the_data(told, inside, wang, factory):
    graded(told, factory, "A")
    issue(inside(wang), "grade", factory.pk)
    made = Certificate.objects.get()
    assert "2016年度纳税信用级别为A级" in certificates.words_of(made, "zh").text
    assert made.lake_version == 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("grade", "nothing_to_certify"),
        ("enrolled", "nothing_to_certify"),
        ("x", "no_such_certificate"),
    ],
)
def test_what_no_record_says_is_not_attested(inside, wang, factory, kind, code):
    assert issue(inside(wang), kind, factory.pk).json()["code"] == code
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("kind", ["bound", "grade"])
def test_nobody_has_anything_attested_of_anothers_enterprise(inside, li, factory, kind):
    assert issue(inside(li), kind, factory.pk).json()["code"] == "not_bound"


def test_investor_has_nothing_attested_of_the_enterprise(inside, li, factory):
    Affiliation.objects.create(person=li, enterprise=factory, role="06")
    assert issue(inside(li), "bound", factory.pk).json()["code"] == "not_bound"


def test_same_again_on_the_same_day_is_the_same_one(inside, wang, factory):
    phone = inside(wang)
    first, second = (issue(phone, "bound", factory.pk).url for _time in range(2))
    assert first == second
    assert Trace.objects.filter(action="certificate.issue").count() == 1


def test_numbers_count_through_the_year(inside, wang, factory, enrolled):
    phone = inside(wang)
    issue(phone, "bound", factory.pk)
    issue(phone, "enrolled")
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert [one[-7:] for one in numbers] == ["0000001", "0000002"]


def test_paper_is_the_same_byte_for_byte_whenever_it_is_printed(inside, wang, factory):
    phone = inside(wang)
    issue(phone, "bound", factory.pk)
    made = Certificate.objects.get()
    address = f"/me/certificates/{made.code}/pdf"
    first = phone.client.get(address)
    phone.client.cookies["django_language"] = "en"
    Affiliation.objects.filter(person=wang, role="03").delete()
    assert first.content.startswith(b"%PDF-")
    assert phone.client.get(address).content == first.content
    assert made.number in first["Content-Disposition"]


def test_code_on_the_paper_leads_to_the_page_that_says_genuine(inside, wang, factory):
    issue(inside(wang), "bound", factory.pk)
    made = Certificate.objects.get()
    link = qr_of(sheet.picture(made))
    assert link == f"https://tax.example/certificates/{made.code}/"

    page = Client().get(link.removeprefix("https://tax.example"))
    shown = page.content.decode()
    for fact in ("证明属实", made.number, made.sha256[:16], "王*信", factory.name):
        assert fact in shown
    for fact in (wang.name, wang.number, wang.masked_number):
        assert fact not in shown
    assert Trace.objects.get(action="certificate.check").about == wang.key


def test_unknown_code_and_changed_words_are_not_genuine(inside, wang, factory):
    for code in ("a" * 26, "A" * 26, "short"):
        answer = Client().get(f"/certificates/{code}/")
        assert answer.status_code == 404
        assert "查无此证明" in answer.content.decode()

    issue(inside(wang), "bound", factory.pk)
    made = Certificate.objects.get()
    forged = json.loads(made.told)
    forged["zh"]["public"] = "某某是法定代表人"
    Certificate.objects.update(told=Keys.load().seal(json.dumps(forged)))
    assert Client().get(f"/certificates/{made.code}/").status_code == 404


def test_nobody_opens_anothers_certificate(inside, wang, li, factory, bind):
    issue(inside(wang), "bound", factory.pk)
    made = Certificate.objects.get()
    made.person = li
    made.save()
    for path in ("", "page.png", "pdf"):
        answer = inside_again(wang).get(f"/me/certificates/{made.code}/{path}")
        assert answer.status_code == 404


def inside_again(person) -> Client:
    """A second browser of the same person."""
    from chengxin.selfservice import doors

    client = Client()
    client.cookies["chengxin_self"] = doors._in(person, "phone", None).token
    return client


def test_words_are_kept_in_both_languages_and_sealed(inside, wang, factory):
    issue(inside(wang), "bound", factory.pk)
    made = Certificate.objects.get()
    assert "Legal representative" in certificates.words_of(made, "en").text
    raw = Certificate.objects.extra(select={"raw": "told"}).values_list("raw", flat=True)[0]
    assert "王守信".encode() not in bytes(raw)


def test_verifying_page_is_there_in_english(inside, wang, factory):
    issue(inside(wang), "bound", factory.pk)
    client = Client()
    client.cookies["django_language"] = "en"
    shown = client.get(f"/certificates/{Certificate.objects.get().code}/").content.decode()
    assert "genuine" in shown.lower()


def test_terminal_prints_and_a_phone_downloads(inside, wang, factory):
    phone = inside(wang)
    address = issue(phone, "bound", factory.pk).url
    shown = phone.client.get(address).content.decode()
    assert 'data-testid="pdf"' in shown
    assert "data-print" not in shown
    assert io.BytesIO(phone.client.get(address + "page.png").content).read(4) == b"\x89PNG"
