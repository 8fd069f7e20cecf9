"""The pages of a case, of its board and of the taxpayer: for the right people, and nothing more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from chengxin.core import places
from chengxin.core.calendar import add_working_days, is_working_day
from chengxin.risk import cases, controls, inquiries, judging, urging
from chengxin.risk.models import Alert, CaseFile, Control, Inquiry
from chengxin.trace.models import Trace
from tests.risk.conftest import finding, grave, losing, night, suspicion, task, xu

__all__ = ["finding", "grave", "losing", "night", "suspicion", "task", "xu"]

pytestmark = pytest.mark.django_db

QUESTION = "请说明购房资金来源，并提供转账凭证"
PDF = b"%PDF-1.4 x"


def pdf(name: str = "转账凭证.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


@pytest.fixture
def asked(task, field) -> tuple[Inquiry, str]:
    return inquiries.ask(task, QUESTION, 5, officer=field)


@pytest.fixture
def posts(task, field, qian) -> list[tuple[str, dict[str, str]]]:
    """Everything that can be done to a case, by its address."""
    inquiry, _code = inquiries.ask(task, QUESTION, 5, officer=field)
    return [
        (reverse("take-alert", args=[task.pk]), {}),
        (reverse("give-alert", args=[task.pk]), {"to": str(qian.pk), "words": "移交"}),
        (reverse("comment-alert", args=[task.pk]), {"words": "备注"}),
        (reverse("postpone-alert", args=[task.pk]), {"days": "5", "words": "延期"}),
        (reverse("review-alert", args=[task.pk]), {"outcome": "approve"}),
        (reverse("ask-taxpayer", args=[task.pk]), {"question": "请说明", "days": "5"}),
        (reverse("renew-inquiry", args=[task.pk, inquiry.pk]), {}),
        (reverse("withdraw-inquiry", args=[task.pk, inquiry.pk]), {}),
    ]


def test_officer_of_another_county_does_nothing_to_a_case(client, sun, posts, task):
    client.force_login(sun)
    before = task.steps.count()
    for address, told in posts:
        answer = client.post(address, told)
        assert answer.status_code == 404, address
        assert "李投资" not in answer.content.decode()
    assert task.steps.count() == before


def test_window_officer_does_nothing_to_a_case(client, zhao, posts):
    client.force_login(zhao)
    assert {client.post(address, told).status_code for address, told in posts} == {403}


def test_nobody_does_anything_without_signing_in(client, posts):
    assert {client.post(address, told).status_code for address, told in posts} == {302}


def test_officer_takes_comments_and_hands_over_on_the_page(client, field, xu, task):
    client.force_login(field)
    client.post(reverse("take-alert", args=[task.pk]))
    client.post(reverse("comment-alert", args=[task.pk]), {"words": "约谈李投资", "files": [pdf()]})
    page = client.post(
        reverse("give-alert", args=[task.pk]), {"to": str(xu.pk), "words": "地税管户"}
    ).content.decode()

    task.refresh_from_db()
    assert task.held_by == xu
    for words in ("约谈李投资", "转账凭证.pdf", "地税管户", "徐管户"):
        assert words in page


def test_second_officer_closes_on_the_page(client, field, qian, grave):
    judging.explain(grave, "父母赠与", officer=field)
    client.force_login(qian)
    shown = client.get(reverse("alerts") + "?tab=review").content.decode()
    assert "李投资" in shown

    client.post(reverse("review-alert", args=[grave.pk]), {"outcome": "approve"})
    grave.refresh_from_db()
    assert (grave.state, grave.approved_by) == (Alert.State.EXPLAINED, qian)


def test_paper_is_handed_out_as_a_file_and_traced(client, field, task):
    client.force_login(field)
    client.post(reverse("comment-alert", args=[task.pk]), {"files": [pdf()]})
    file = CaseFile.objects.get()

    answer = client.get(reverse("alert-file", args=[task.pk, file.pk]))

    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    trace = Trace.objects.get(action="file.see")
    assert (trace.officer, trace.detail["file"]) == (field, file.pk)


def test_paper_of_another_case_is_not_there(client, field, task, night, finding, factory):
    cases.comment(task, "", officer=field, attached=[cases.papers.Paper("a.pdf", PDF)])
    night("A04", finding("A04", factory.key))
    other = Alert.objects.get(indicator="A04")
    client.force_login(field)
    address = reverse("alert-file", args=[other.pk, CaseFile.objects.get().pk])
    assert client.get(address).status_code == 404


def test_paper_is_nothing_to_another_county(client, field, sun, task):
    cases.comment(task, "", officer=field, attached=[cases.papers.Paper("a.pdf", PDF)])
    client.force_login(sun)
    address = reverse("alert-file", args=[task.pk, CaseFile.objects.get().pk])
    assert client.get(address).status_code == 404


def test_notice_shows_the_code_once(client, field, task):
    client.force_login(field)
    answer = client.post(
        reverse("ask-taxpayer", args=[task.pk]), {"question": QUESTION, "days": "5"}
    )
    [code] = set(re.findall(r"(?:[A-Z2-7]{5}-){3}[A-Z2-7]{5}", answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    assert code not in client.get(reverse("alert", args=[task.pk])).content.decode()
    assert inquiries.open_by(code, address="192.0.2.1").alert == task


def test_taxpayer_answers_without_signing_in(client, asked, task, field):
    _inquiry, code = asked
    question = client.post(reverse("explain"), {"code": code})
    assert QUESTION in question.content.decode()

    told = {"code": code, "words": "父母赠与", "name": "李投资", "capacity": "", "files": [pdf()]}
    assert client.post(reverse("explain-answer"), told).status_code == 200

    client.force_login(field)
    page = client.get(reverse("alert", args=[task.pk])).content.decode()
    assert "父母赠与" in page
    assert "转账凭证.pdf" in page


def test_taxpayers_page_says_no_more_than_the_question(client, asked, task, li, night, finding):
    night("M01", finding("M01", li.key, because="公安已立案"))
    page = client.post(reverse("explain"), {"code": asked[1]}).content.decode()

    for hidden in (
        "李投资",
        li.number,
        "A01",
        "M01",
        "立案",
        task.because,
        "亏损",
        f"/alerts/{task.pk}",
    ):
        assert hidden not in page
    assert "李*资" in page


def test_wrong_code_shows_nothing_and_is_never_in_an_address(client, asked):
    answer = client.post(reverse("explain"), {"code": "AAAAA-AAAAA-AAAAA-AAAAA"})
    assert answer.status_code == 409
    assert QUESTION not in answer.content.decode()
    assert client.get(reverse("explain"), {"code": asked[1]}).content.decode().count(QUESTION) == 0


def test_code_of_a_question_opens_no_page_of_officers(client, asked, task):
    client.post(reverse("explain"), {"code": asked[1]})
    assert client.get(reverse("alert", args=[task.pk])).status_code == 302


def test_answer_needs_the_form_of_this_site(asked):
    strict = Client(enforce_csrf_checks=True)
    told = {"code": asked[1], "words": "父母赠与", "name": "李投资"}
    assert strict.post(reverse("explain-answer"), told).status_code == 403


def test_sending_that_is_too_large_is_one_sentence(client, asked):
    large = [pdf(f"{n}.pdf", b"%PDF-" + bytes(9 << 20)) for n in range(3)]
    told = {"code": asked[1], "words": "父母赠与", "name": "李投资", "files": large}
    answer = client.post(reverse("explain-answer"), told)
    assert answer.status_code == 409
    assert 'data-code="file_too_large"' in answer.content.decode()
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize("page", ["board", "cases", "outcomes"])
def test_board_is_for_who_supervises(client, page, qian, leader, field, zhao, task):
    for officer, status in ((qian, 200), (leader, 200), (field, 403), (zhao, 403)):
        client.force_login(officer)
        assert client.get(reverse(page)).status_code == status


@pytest.mark.parametrize("page", ["cases", "outcomes", "board"])
def test_board_of_another_county_names_nobody(client, page, sun, task):
    client.force_login(sun)
    answer = client.get(reverse(page)).content.decode()
    assert "李投资" not in answer
    assert "A01" not in re.sub(r"<option.*?</option>", "", answer)


def test_every_number_on_the_pages_opens_a_list_of_as_many(client, qian, field, task, grave):
    cases.take(task, officer=field)
    client.force_login(qian)
    for page in ("board", "outcomes"):
        shown = client.get(reverse(page)).content.decode()
        links = re.findall(
            r'href="/cases/\?([^"]+)"[^>]*>(?:\s*<span>[^<]*</span><strong>)?(\d+)<', shown
        )
        assert links
        for query, count in links:
            listed = client.get(f"/cases/?{query.replace('&amp;', '&')}").content.decode()
            assert listed.count("data-alert=") == int(count), query


@pytest.mark.parametrize("by", ["indicator", "bureau", "section", "nonsense"])
def test_outcomes_open_every_way_in_english(client, qian, task, by):
    client.force_login(qian)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("outcomes"), {"by": by})
    assert answer.status_code == 200
    assert "Precision" in answer.content.decode()


@pytest.mark.parametrize(
    ("days", "holder", "head", "chief"), [(3, 1, 0, 0), (1, 1, 1, 0), (-1, 1, 1, 1)]
)
def test_inbox_says_what_comes_due_to_holder_head_and_leader(
    client, field, qian, leader, task, days, holder, head, chief
):
    cases.take(task, officer=field)
    today = localdate()
    while not is_working_day(today):
        today += timedelta(days=1)
    due_on = add_working_days(today, days) if days > 0 else today - timedelta(days=1)
    Alert.objects.update(due_on=due_on)
    urging.run(today)

    for officer, strip, count in (
        (field, "urged-mine", holder), (qian, "urged-2", head), (leader, "urged-3", chief),
    ):  # fmt: skip
        client.force_login(officer)
        page = client.get(reverse("alerts")).content.decode()
        assert page.count(f'data-testid="{strip}"') == count


class TestControlSample:
    @pytest.fixture
    def sample(self, task, qian, factory, monkeypatch, tmp_path):
        monkeypatch.setattr(places, "nights", lambda: tmp_path)
        folder = tmp_path / "2017-08-18"
        folder.mkdir(parents=True)
        (folder / "findings.jsonl").write_text("", "utf-8")
        (folder / "run.json").write_text('{"day": "2017-08-18", "lake_version": 1}', "utf-8")
        return controls.draw("A01", 10, officer=qian)

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_page_says_that_nothing_can_be_estimated_yet(self, client, qian, sample, language):
        client.force_login(qian)
        client.cookies["django_language"] = language
        page = client.get(reverse("controls")).content.decode()
        assert str(sample.seed) in page
        told = {"zh-hans": "不足以估计", "en": "Too few to tell"}
        assert told[language] in page

    def test_field_office_closes_a_case_on_the_page(self, client, field, qian, sample):
        case = sample.cases.order_by("pk").first()
        client.force_login(field)
        assert "对照抽样" in client.get(reverse("alerts") + "?tab=control").content.decode()
        page = client.get(reverse("alert", args=[case.pk])).content.decode()
        assert "未发现问题" in page
        for hidden in ("下达限制", 'data-testid="effects"', "要求说明</button>"):
            assert hidden not in page
        told = {"outcome": "explain", "grounds": "申报无误"}
        client.post(reverse("judge-alert", args=[case.pk]), told)
        client.force_login(qian)
        assert "未发现" in client.get(reverse("outcomes")).content.decode()

    def test_only_the_risk_section_draws(self, client, field, leader, zhao, sample):
        for officer, status in ((field, 403), (leader, 403), (zhao, 403)):
            client.force_login(officer)
            told = {"indicator": "A04", "size": "3"}
            assert client.post(reverse("draw-control"), told).status_code == status
        client.force_login(leader)
        assert 'data-testid="draw"' not in client.get(reverse("controls")).content.decode()

    def test_head_draws_on_the_page(self, client, qian, sample):
        client.force_login(qian)
        client.post(reverse("draw-control"), {"indicator": "A04", "size": "1"})
        assert Control.objects.count() == 2
        refused = client.post(reverse("draw-control"), {"indicator": "A04", "size": "9999999"})
        assert 'data-code="wrong_size"' in refused.content.decode()
