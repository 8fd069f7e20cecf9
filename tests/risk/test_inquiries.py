"""The taxpayer is asked, answers once with the code of his notice, and learns nothing else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, localtime, now

from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal
from chengxin.risk import inquiries, judging, papers
from chengxin.risk.inquiries import Answer
from chengxin.risk.models import Alert, CaseFile, Inquiry
from chengxin.risk.papers import Paper
from chengxin.trace.models import Trace
from tests.risk.test_cases import refused, steps

pytestmark = pytest.mark.django_db

HERE = "192.0.2.7"  # RFC 5737
QUESTION = "请说明2017年6月开票金额与申报销售额不一致的原因"
SAID = Answer("部分发票已红冲，附红字信息表", "王守信", "01", "13800000000")
PDF = Paper("红字信息表.pdf", b"%PDF-1.4 red")
PNG = Paper("a.png", b"\x89PNG\r\n\x1a\n....")


@pytest.fixture
def excess(night, finding, factory) -> Alert:
    """守信食品 invoiced more than it declared."""
    night("A04", finding("A04", factory.key, band="excess", levels={"INV-AUTH": "approval"}))
    return Alert.objects.get()


@pytest.fixture
def asked(excess, field) -> tuple[Inquiry, str]:
    return inquiries.ask(excess, QUESTION, 5, officer=field)


def test_question_has_a_last_day_in_working_days_and_a_step(asked, excess):
    inquiry, _code = asked
    assert inquiry.last_day == add_working_days(localdate(), 5).isoformat()
    assert localtime(inquiry.until).strftime("%H:%M") == "00:00"
    assert steps(excess) == [("inquiry.ask", "zhou", None)]


def test_code_is_kept_as_a_digest_only_and_cannot_be_guessed(asked):
    inquiry, code = asked
    assert len(code.replace("-", "")) == 20  # of 32 letters: 100 bits
    plain = code.replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(risk_inquiry)::text FROM risk_inquiry")
        [[row]] = cursor.fetchall()
    assert code not in row
    assert plain not in row
    assert QUESTION not in row
    assert inquiry.code_digest in row


@pytest.mark.parametrize("typed", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c} "])
def test_code_opens_however_it_is_typed(asked, typed):
    inquiry, code = asked
    assert inquiries.open_by(typed(code), address=HERE) == inquiry


def test_answer_stands_in_the_case_with_its_papers(asked, excess):
    inquiry, code = asked
    inquiries.answer(code, SAID, [PDF], address=HERE)

    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.answer) == (Inquiry.State.ANSWERED, SAID.words)
    assert (inquiry.answered_by, inquiry.capacity) == ("王守信", "01")
    assert steps(excess)[-1] == ("inquiry.answer", None, None)
    file = CaseFile.objects.get()
    assert (file.name, file.kind, file.inquiry) == (PDF.name, "application/pdf", inquiry)


def test_paper_lies_sealed_and_every_reading_is_traced(asked, field):
    inquiries.answer(asked[1], SAID, [PDF], address=HERE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM risk_casefile")
        [[raw]] = cursor.fetchall()
    assert PDF.content not in bytes(raw)

    assert papers.read(CaseFile.objects.get(), officer=field) == PDF.content
    assert Trace.objects.get(action="file.see").officer == field


def test_code_answers_once(asked):
    _inquiry, code = asked
    inquiries.answer(code, SAID, [], address=HERE)
    assert refused(inquiries.answer, code, SAID, [], address=HERE) == "already_answered"
    assert refused(inquiries.open_by, code, address=HERE) == "already_answered"


def test_code_ends_with_its_last_day(asked):
    _inquiry, code = asked
    Inquiry.objects.update(until=now() - timedelta(seconds=1))
    assert refused(inquiries.open_by, code, address=HERE) == "inquiry_over"
    assert refused(inquiries.answer, code, SAID, [], address=HERE) == "inquiry_over"


def test_new_code_makes_the_earlier_one_void(asked, field):
    inquiry, code = asked
    fresh = inquiries.renew(inquiry, officer=field)
    assert refused(inquiries.open_by, code, address=HERE) == "inquiry_unknown"
    assert inquiries.open_by(fresh, address=HERE) == inquiry


def test_withdrawn_question_is_over_and_another_may_be_asked(asked, excess, field):
    inquiry, code = asked
    assert refused(inquiries.ask, excess, QUESTION, 5, officer=field) == "already_asked"
    inquiries.withdraw(inquiry, officer=field)
    assert refused(inquiries.open_by, code, address=HERE) == "inquiry_over"
    inquiries.ask(excess, QUESTION, 5, officer=field)


def test_closing_the_case_ends_the_question(asked, excess, field):
    judging.leave(excess, "更正申报后重新比对", officer=field)
    assert refused(inquiries.open_by, asked[1], address=HERE) == "inquiry_over"


def test_nothing_is_confirmed_while_the_taxpayer_may_still_answer(asked, excess, field):
    assert refused(judging.confirm, excess, "属实", officer=field) == "answer_awaited"
    inquiries.answer(asked[1], SAID, [], address=HERE)
    judging.confirm(excess, "说明与发票不符", officer=field)


def test_who_guesses_is_stopped_after_ten_wrong_codes_from_one_address(asked):
    _inquiry, code = asked
    for _ in range(10):
        assert refused(inquiries.open_by, "AAAAA", address=HERE) == "inquiry_unknown"
    assert refused(inquiries.open_by, code, address=HERE) == "too_many_tries"
    assert inquiries.open_by(code, address="192.0.2.8")

    assert not Trace.objects.filter(place__contains=HERE).exists()
    assert not Trace.objects.filter(outcome="too_many_tries").exists()


@pytest.mark.parametrize("code", ["M01", "M02"])
def test_police_and_inspection_cases_say_nothing(night, finding, factory, field, code):
    night(code, finding(code, factory.key))
    alert = Alert.objects.get()
    assert refused(inquiries.ask, alert, "请说明", 5, officer=field) == "says_too_much"


@pytest.mark.parametrize(
    "words", ["公安机关已立案", "配合稽查", "the police asked", "as to M01", "刑事责任"]
)
def test_no_question_speaks_of_an_investigation(excess, field, words):
    assert refused(inquiries.ask, excess, f"请说明，{words}", 5, officer=field) == "says_too_much"


@pytest.mark.parametrize("days", [0, 21])
def test_time_to_answer_has_limits(excess, field, days):
    assert refused(inquiries.ask, excess, QUESTION, days, officer=field) == "wrong_days"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Answer(" ", "王守信", "01"), "words_needed"),
        (Answer("红冲", " ", "01"), "name_needed"),
        (Answer("红冲", "王守信", "99"), "name_needed"),
        (Answer("红冲", "王守信", ""), "name_needed"),  # nobody is an enterprise himself
        (Answer("红" * 5001, "王守信", "01"), "too_long"),
    ],
)
def test_incomplete_answer_is_refused_and_nothing_is_kept(asked, said, code):
    assert refused(inquiries.answer, asked[1], said, [], address=HERE) == code
    assert Inquiry.objects.get().state == Inquiry.State.WAITING


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([Paper("a.exe", b"MZ")], "wrong_file"),
        ([Paper("a.pdf", b"MZ")], "wrong_file"),  # says PDF and is none
        ([Paper("a.html", b"%PDF-1.4")], "wrong_file"),
        ([Paper("a.svg", b"<svg/>")], "wrong_file"),
        ([Paper("leer.pdf", b"")], "wrong_file"),
        ([Paper("a.pdf", b"%PDF-" + bytes(papers.LARGEST))], "file_too_large"),
        ([PNG] * 6, "too_many_files"),
    ],
)
def test_paper_of_another_kind_or_size_is_refused_with_the_whole_answer(asked, sent, code):
    assert refused(inquiries.answer, asked[1], SAID, sent, address=HERE) == code
    assert Inquiry.objects.get().state == Inquiry.State.WAITING
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [("C:\\Users\\w\\表.pdf", "表.pdf"), ("../../x.pdf", "x.pdf"), ('a"\r\nb.pdf', "ab.pdf")],
)
def test_name_of_a_paper_is_a_name_and_nothing_more(asked, name, kept):
    inquiries.answer(asked[1], SAID, [Paper(name, PDF.content)], address=HERE)
    assert CaseFile.objects.get().name == kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["answer", "close", "renew"])
def test_answer_and_what_else_happens_to_the_question_at_once(asked, excess, field, second):
    """Whoever is first decides: never two answers, never an answer to what is over, no deadlock."""
    inquiry, code = asked
    start, outcomes = threading.Barrier(2), []
    others = {
        "answer": lambda: inquiries.answer(code, SAID, [PDF], address=HERE),
        "close": lambda: judging.explain(excess, "红字发票", officer=field),
        "renew": lambda: inquiries.renew(inquiry, officer=field),
    }

    def act(name: str) -> None:
        try:
            start.wait(5)
            others[name]()
            outcomes.append((name, "done"))
        except Refusal as refusal:
            outcomes.append((name, refusal.code))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[one]) for one in ("answer", second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    answered = Inquiry.objects.get().state == Inquiry.State.ANSWERED
    assert len(outcomes) == 2
    assert CaseFile.objects.count() == answered == outcomes.count(("answer", "done"))
    over = {"already_answered", "inquiry_over", "inquiry_unknown"}
    assert {code for _name, code in outcomes} <= {"done"} | over
    assert ("close", "done") in outcomes or second != "close"
