"""Papers handed in beforehand: checked, sealed, held for thirty days, seen at his window only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.hall import forgetting, prepared
from chengxin.hall.models import PreparedPaper
from chengxin.hall.prepared import Sheet
from chengxin.people import retention
from chengxin.trace.models import Trace
from tests.selfservice.conftest import picture

pytestmark = pytest.mark.django_db

JPEG, PDF = b"\xff\xd8\xff a contract", b"%PDF-1.7 a contract"


def hand_in(phone, **changed):
    sent = {"item": "change_staff", "title": "变更登记表", "paper": picture(), "enterprise": ""}
    return phone.post("papers/keep", **(sent | changed))


@pytest.fixture
def paper(wang) -> PreparedPaper:
    return prepared.keep(wang, None, Sheet("issue_plain", "合同", JPEG), place="self")


@pytest.fixture
def zhaos(zhao) -> Client:
    client = Client()
    client.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_item_says_what_it_needs(inside, wang):
    assert "变更登记表、新任人员身份证件" in inside(wang).get("papers?item=change_staff")


def test_paper_is_held_for_thirty_days_and_lies_sealed(inside, wang, factory):
    phone = inside(wang)
    assert hand_in(phone, enterprise=factory.pk).status_code == 302

    held = PreparedPaper.objects.get()
    assert (held.person, held.enterprise, held.item) == (wang, factory, "change_staff")
    assert abs(held.until - held.made_at - timedelta(days=30)) < timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM hall_preparedpaper")
        [(raw,)] = cursor.fetchall()
    assert b"a contract" not in bytes(raw)
    assert "变更登记表" in phone.get("papers")


@pytest.mark.parametrize(
    ("content", "kind"), [(JPEG, "jpeg"), (b"\x89PNG\r\n\x1a\n..", "png"), (PDF, "pdf")]
)
def test_first_bytes_say_what_it_is(wang, content, kind):
    made = prepared.keep(wang, None, Sheet("issue_plain", "合同", content), place="self")
    assert made.format == kind


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (Sheet("issue_plain", "合同", b"MZ a program"), "wrong_file"),
        (Sheet("issue_plain", "合同", b""), "wrong_file"),
        (Sheet("issue_plain", " ", JPEG), "title_needed"),
        (Sheet("no_such_item", "合同", JPEG), "unknown_item"),
        (Sheet("issue_plain", "合同", JPEG + bytes(prepared.LARGEST)), "file_too_large"),
    ],
)
def test_what_is_no_paper_is_refused_and_traced(wang, sheet, code):
    with pytest.raises(Refusal, match=code):
        prepared.keep(wang, None, sheet, place="self")
    assert not PreparedPaper.objects.exists()
    assert Trace.objects.get(action="prepared.keep").outcome == code


def test_page_refuses_a_form_without_a_file_and_one_too_large(inside, wang):
    phone = inside(wang)
    told = {"item": "issue_plain", "title": "合同"}
    assert phone.post("papers/keep", **told).json()["code"] == "wrong_file"
    large = picture(JPEG + bytes(prepared.LARGEST))
    assert hand_in(phone, paper=large).json()["code"] == "file_too_large"


def test_at_most_twenty_are_held(wang):
    for _paper in range(prepared.MOST):
        prepared.keep(wang, None, Sheet("issue_plain", "合同", JPEG), place="self")
    with pytest.raises(Refusal, match="too_many_papers"):
        prepared.keep(wang, None, Sheet("issue_plain", "合同", JPEG), place="self")


def test_nothing_is_handed_in_for_anothers_enterprise(inside, li, factory):
    assert hand_in(inside(li), enterprise=factory.pk).json()["code"] == "not_bound"


def test_nobody_opens_or_discards_anothers(inside, li, paper):
    phone = inside(li)
    assert phone.client.get(f"/me/papers/{paper.pk}").status_code == 404
    assert phone.post(f"papers/{paper.pk}/discard").status_code == 404
    assert PreparedPaper.objects.exists()


def test_he_looks_at_his_own_and_discards_it(inside, wang, paper):
    phone = inside(wang)
    assert phone.client.get(f"/me/papers/{paper.pk}").content == JPEG
    assert Trace.objects.get(action="prepared.see").by_himself
    phone.post(f"papers/{paper.pk}/discard")
    assert not PreparedPaper.objects.exists()


def test_window_that_serves_him_sees_and_opens_it_with_a_trace(serving, wang, zhao, zhaos, paper):
    ticket = serving(wang, business="personal")
    page = zhaos.get(f"/windows/{ticket.window.pk}/").content.decode()
    address = f"/windows/{ticket.window.pk}/prepared/{paper.pk}"
    assert address in page

    answer = zhaos.get(address)
    assert (answer.content, answer["Content-Type"]) == (JPEG, "image/jpeg")
    assert answer["Cache-Control"] == "no-store"
    line = Trace.objects.get(action="prepared.see")
    assert (line.officer, line.about, line.place) == (zhao, wang.key, ticket.window.place)


def test_window_opens_nobody_elses(serving, wang, li, zhaos, paper):
    ticket = serving(li, business="personal")
    assert zhaos.get(f"/windows/{ticket.window.pk}/prepared/{paper.pk}").status_code == 404
    assert "prepared/" not in zhaos.get(f"/windows/{ticket.window.pk}/").content.decode()


def test_pdf_of_a_citizen_is_handed_out_and_never_opened_in_a_page(serving, wang, zhaos):
    made = prepared.keep(wang, None, Sheet("issue_plain", "合同", PDF), place="self")
    ticket = serving(wang, business="personal")
    answer = zhaos.get(f"/windows/{ticket.window.pk}/prepared/{made.pk}")
    assert answer["Content-Disposition"].startswith("attachment")


def test_his_own_record_tells_him_that_a_window_looked(inside, serving, wang, zhaos, paper):
    ticket = serving(wang, business="personal")
    zhaos.get(f"/windows/{ticket.window.pk}/prepared/{paper.pk}")
    assert "查看预交资料" in inside(wang).get("record")


def test_what_a_window_took_is_used_once_and_stays_to_its_day(wang, zhao, paper):
    used = prepared.use(paper, officer=zhao, place="hall:yangxin/window:3")
    again = prepared.use(paper, officer=zhao, place="hall:yangxin/window:3")
    assert used.used_at == again.used_at
    assert Trace.objects.filter(action="prepared.use").count() == 1
    with pytest.raises(Refusal, match="paper_used"):
        prepared.discard(paper, place="self")


def night() -> int:
    return retention.run(forgetting.JOBS)["prepared_paper"]


def test_night_deletes_what_is_past_its_day_and_nothing_else(wang, paper):
    prepared.keep(wang, None, Sheet("issue_plain", "新的", JPEG), place="self")
    assert night() == 0
    PreparedPaper.objects.filter(pk=paper.pk).update(until=now())
    assert list(prepared.prepared(wang).values_list("title", flat=True)) == ["新的"]
    assert night() == 1
    assert Trace.objects.get(action="retention.run").detail["prepared_paper"] == 1


def test_who_has_everything_deleted_leaves_no_paper_behind(wang, zhao, paper):
    assert prepared.erase(wang, officer=zhao, place="hall:yangxin/window:3") == 1
    assert not PreparedPaper.objects.exists()
