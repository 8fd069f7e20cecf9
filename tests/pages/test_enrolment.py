"""The pages of enrolment, appeals, duplicates and rights: for the right officers, and nothing more."""  # noqa: E501

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate

from chengxin.hall import enrolment
from chengxin.people import bindings, likenesses, rights
from chengxin.people.bindings import Side, Terms
from chengxin.people.models import Binding, Consent, Letter, Likeness, Portrait
from chengxin.risk import disputes
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff letter"


def body(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def at(window) -> str:
    return f"/windows/{window.pk}/enrolment/"


def test_sheet_shows_notice_with_purpose_ground_and_what_a_no_means(zhaos, serving, li, at):
    serving(li)
    shown = body(zhaos.get(at))
    assert "李投资" in shown
    assert li.number not in shown
    for told in ("《个人信息保护法》第二十九条", "可以不同意", "一次采集"):
        assert told in shown
    assert Trace.objects.filter(action="person.see", about=li.key).exists()


def test_sheet_is_whole_in_english(zhaos, serving, li, at):
    serving(li)
    zhaos.post("/language/setlang/", {"language": "en"})
    shown = body(zhaos.get(at))
    assert "Notice and consent" in shown
    assert "You may refuse" in shown


def test_free_window_offers_the_form_for_other_documents(zhaos, window, at, officer):
    officer("feng", "冯窗口", "county", "window")
    assert "passport" in body(zhaos.get(at))
    told = {
        "kind": "passport", "number": "E12345678", "name": "约翰",
        "until": str(localdate() + timedelta(days=90)), "work_number": "feng",
        "password": "yangxin-2017",
    }  # fmt: skip
    assert zhaos.post(at + "receive", told | {"password": "x"}).status_code == 409
    assert zhaos.post(at + "receive", told).status_code == 302
    assert "约翰" in body(zhaos.get(at))


def test_answers_are_recorded_from_the_page(zhaos, serving, li, at):
    serving(li)
    zhaos.post(at + "inform", {"face": "refused", "messages": "given"})
    told = dict(Consent.objects.values_list("purpose", "answer"))
    assert told == {"identity": "informed", "face": "refused", "messages": "given"}


def test_letter_is_uploaded_and_seen_with_a_trace(zhaos, serving, li, factory, at):
    serving(li)
    told = {
        "code": factory.credit_code, "role": "03", "side": "enterprise", "scope": "发票",
        "letter": SimpleUploadedFile("letter.jpg", JPEG, "image/jpeg"),
    }  # fmt: skip
    assert zhaos.post(at + "propose", told).status_code == 200
    letter = Letter.objects.get()
    answer = zhaos.get(f"{at}letters/{letter.pk}.jpg")
    assert answer.content == JPEG
    assert answer["Cache-Control"] == "no-store"
    assert Trace.objects.filter(action="letter.see", about=li.key).exists()


@pytest.fixture
def others(zhang, factory, zhao, window) -> Binding:
    """A binding of somebody who does not stand at the window."""
    terms = Terms("03", localdate(), letter=JPEG, scope="发票")
    return bindings.propose(
        zhang, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=window.place
    )


@pytest.mark.parametrize("step", ["confirm", "refuse", "ask", "end"])
def test_binding_of_somebody_else_is_not_there(zhaos, serving, li, others, at, step):
    serving(li)
    answer = zhaos.post(f"{at}bindings/{others.pk}/{step}", {"reason": "x"})
    assert answer.status_code == 404
    assert zhaos.get(f"{at}letters/{others.letter_id}.jpg").status_code == 404
    others.refresh_from_db()
    assert others.is_pending


POSTS = [
    "suspect",
    "receive", "inform", "phone", "code", "two", "face", "propose", "complete", "dispute", "copy",
    "codes/mobile", "codes/verify", "rights/correct", "rights/delete", "rights/withdraw",
    "bindings/1/confirm", "bindings/1/refuse", "bindings/1/ask", "bindings/1/end",
]  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
def test_officer_of_another_county_can_do_nothing_here(signed_in, sun, serving, li, at, path):
    serving(li)
    assert signed_in(sun).post(at + path).status_code == 404


@pytest.mark.parametrize("path", POSTS)
def test_auditor_enrols_nobody(signed_in, auditor, at, path):
    assert signed_in(auditor).post(at + path).status_code == 403


@pytest.mark.parametrize("path", ["dispute", "rights/delete", "rights/withdraw", "copy"])
def test_who_was_not_verified_gets_and_changes_nothing(zhaos, serving, li, factory, at, path):
    serving(li, band="staff")
    answer = zhaos.post(at + path, {"enterprise": factory.pk, "words": "x", "purpose": "face"})
    assert answer.status_code == 409


def test_own_copy_masks_the_number_and_leaves_a_trace(zhaos, serving, li, at):
    serving(li)
    shown = body(zhaos.post(at + "copy"))
    assert "李投资" in shown
    assert li.number not in shown
    assert Trace.objects.filter(action="rights.copy", about=li.key).exists()


def test_dispute_is_registered_at_the_window_and_decided_by_two(
    zhaos, serving, wang, factory, at, signed_in, qian, leader
):
    serving(wang)
    zhaos.post(at + "dispute", {"enterprise": factory.pk, "words": "冒用我的身份"})
    qians, wus = signed_in(qian), signed_in(leader)
    shown = body(qians.get("/disputes/"))
    assert "冒用我的身份" in shown
    assert wang.number not in shown
    pk = wang.disputes.get().pk
    qians.post(f"/disputes/{pk}/propose", {"outcome": "upheld", "grounds": "笔迹不符"})
    assert qians.post(f"/disputes/{pk}/decide", {"answer": "agree"}).status_code == 409
    assert wus.post(f"/disputes/{pk}/decide", {"answer": "agree"}).status_code == 302
    assert "认定冒名" in body(wus.get("/disputes/?tab=closed"))


def test_dispute_of_another_county_is_not_there(signed_in, sun, wang, factory, zhao):
    made = disputes.register(wang, factory, "冒用", officer=zhao, place="hall:yangxin/window:3")
    client = signed_in(sun)
    assert "冒用" not in body(client.get("/disputes/"))
    answer = client.post(f"/disputes/{made.pk}/propose", {"outcome": "upheld", "grounds": "x"})
    assert answer.status_code == 404


@pytest.fixture
def listed(wang, li) -> Likeness:
    pictures = [
        Portrait.objects.create(person=one, channel="live", jpeg=b"picture", enrolled=True)
        for one in (wang, li)
    ]
    return likenesses.found_alike(pictures[0], pictures[1], 0.2, "test/0/raw")


def test_duplicates_are_judged_on_their_page(signed_in, qian, sun, listed):
    qians = signed_in(qian)
    assert "同脸异号" in body(qians.get("/likenesses/"))
    assert qians.get(f"/likenesses/{listed.pk}/one.jpg").content == b"picture"
    qians.post(f"/likenesses/{listed.pk}/judge", {"verdict": "two", "reason": "双胞胎"})
    assert "双胞胎" in body(qians.get("/likenesses/?tab=judged"))
    suns = signed_in(sun)
    assert "同脸异号" not in body(suns.get("/likenesses/"))
    assert suns.get(f"/likenesses/{listed.pk}/one.jpg").status_code == 404


def test_correction_is_answered_on_its_page(signed_in, leader, sun, wang, zhao):
    asked = rights.ask_correction(wang, "姓名有误", officer=zhao, place="")
    wus = signed_in(leader)
    assert "姓名有误" in body(wus.get("/rights/"))
    assert "姓名有误" not in body(signed_in(sun).get("/rights/"))
    wus.post(f"/rights/{asked.pk}/answer", {"answer": "已更正"})
    assert "已更正" in body(wus.get("/rights/?tab=answered"))


def test_figures_count_what_was_enrolled_in_the_officers_halls(
    zhaos, serving, wang, at, signed_in, leader, sun, zhao, window
):
    ticket = serving(wang)
    zhaos.post(at + "inform", {"face": "refused", "messages": "refused"})
    enrolment.complete(ticket, officer=zhao)
    shown = body(signed_in(leader).get("/enrolments/"))
    assert 'data-testid="enrolled">1<' in shown
    assert "赵窗口" in shown
    assert 'data-testid="enrolled">0<' in body(signed_in(sun).get("/enrolments/"))


def test_figures_of_a_nonsense_day_are_those_of_this_month(signed_in, leader):
    assert signed_in(leader).get("/enrolments/?first=x&last=2017-99-99").status_code == 200


def test_suspicion_freezes_and_another_officer_ends_it(
    zhaos, serving, wang, factory, at, signed_in, qian, sun
):
    ticket = serving(wang, enterprise=factory)
    zhaos.post(at + "suspect", {"words": "本人与照片不符"})
    wang.refresh_from_db()
    assert wang.state == "frozen"
    qians = signed_in(qian)
    assert "本人与照片不符" in body(qians.get("/frozen/"))
    assert "本人与照片不符" not in body(signed_in(sun).get("/frozen/"))
    assert signed_in(sun).post(f"/frozen/{wang.pk}/thaw", {"reason": "x"}).status_code == 404
    qians.post(f"/frozen/{wang.pk}/thaw", {"reason": "已当面核实"})
    wang.refresh_from_db()
    assert (wang.state, ticket.person_id) == ("captured", wang.pk)


@pytest.mark.parametrize(
    "path", ["/disputes/", "/likenesses/", "/rights/", "/enrolments/", "/frozen/"]
)
def test_window_officer_does_not_open_the_back_office(zhaos, path):
    assert zhaos.get(path).status_code == 403
