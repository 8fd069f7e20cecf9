"""保存期限 of the hall: what is past its time goes by night, rows and bytes; the rest stays."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.hall import forgetting, held_papers, items
from chengxin.hall.models import (
    Evaluation,
    FaceSuggestion,
    KioskSession,
    LivenessCheck,
    PaperCapture,
    PaperReuse,
    Redress,
    Screen,
    Ticket,
    WindowReading,
)
from chengxin.people import retention
from chengxin.people.models import Verification
from chengxin.selfservice import doors
from chengxin.trace.models import Trace
from tests.people.test_rights import bytes_of
from tests.visit.test_held_papers import JPEG, scan, visit

__all__ = ["scan", "visit"]


def night() -> dict[str, int]:
    return retention.run(forgetting.JOBS)


def days(count: int):
    return now() - timedelta(days=count)


def test_every_period_of_the_hall_has_a_title_a_ground_and_a_job():
    for name in forgetting.JOBS:
        rule = retention.rules()[name]
        assert rule.title, name
        assert rule.basis, name
        assert rule.told["title_en"], name
        assert rule.told["basis_en"], name


def test_every_rule_is_done_by_a_job_or_kept_by_law_or_by_the_outbox():
    done = {*forgetting.JOBS, *doors.JOBS, *retention.own_jobs(), "message"}
    left = {name for name, rule in retention.rules().items() if not rule.law}
    assert left <= done


@pytest.mark.django_db
def test_sheet_stays_ten_years_after_its_last_use(visit, scan, wang, factory, zhao):
    paper = scan(visit(wang), "seal_print", enterprise=factory, ago=3000)
    ticket = visit(wang)
    handled = items.begin(ticket, "invoice_type", factory, officer=zhao)
    held_papers.reuse(ticket, handled, f"paper:{paper.pk}", officer=zhao)

    PaperCapture.objects.update(taken_at=days(3660))
    assert night()["paper"] == 0
    PaperReuse.objects.update(at=days(3640))
    assert night()["paper"] == 0
    PaperReuse.objects.update(at=days(3654))
    assert night()["paper"] == 1

    assert not PaperCapture.objects.exists()
    assert not PaperReuse.objects.exists()
    assert Trace.objects.filter(action="retention.run", detail__paper=1).exists()


@pytest.mark.django_db
def test_discarded_sheet_leaves_its_line_for_half_a_year(visit, scan, wang):
    scan(visit(wang), "identity")
    PaperCapture.objects.update(discarded_at=now(), content=None, asked_at=days(179))
    assert night()["paper_failed"] == 0
    PaperCapture.objects.update(asked_at=days(181))
    assert night()["paper_failed"] == 1


@pytest.mark.django_db
def test_steps_before_a_camera_go_with_the_pictures_and_the_result_stays(wang):
    made = Verification.objects.create(person=wang, band="accept")
    told = {"steps": ["left", "blink"], "place": "hall:yangxin", "session": "s"}
    LivenessCheck.objects.create(person=wang, verification=made, drawn_at=days(91), **told)
    LivenessCheck.objects.create(person=wang, drawn_at=days(89), **told)

    assert night()["liveness"] == 1

    assert LivenessCheck.objects.count() == 1
    assert Verification.objects.count() == 1


@pytest.mark.django_db
def test_who_searched_a_list_by_face_is_known_for_three_years(window, zhao, wang):
    told = {
        "officer": zhao, "window": window, "scope": "hall", "purpose": "doubt", "reason": "核对",
        "engine": "e", "searched": 3, "left_out": 0, "found": [],
    }  # fmt: skip
    for ago in (1095, 1097):
        FaceSuggestion.objects.create(at=days(ago), **told)

    assert night()["suggestion"] == 1
    assert FaceSuggestion.objects.get().at > days(1096)
    assert retention.rules()["suggestion"].law


@pytest.mark.django_db
def test_sessions_of_kiosks_and_readings_go_after_a_month_and_the_ticket_stays(
    agent, take, wang, window, zhao
):
    nonce = uuid.uuid4()
    take(wang, nonce=nonce)
    device = agent.device_id
    for pk, ago in ((nonce, 31), (uuid.uuid4(), 29)):
        KioskSession.objects.create(
            pk=pk, device_id=device, business="personal", person=wang, until=days(ago)
        )

    assert night()["kiosk_session"] == 1
    assert KioskSession.objects.count() == 1
    assert Ticket.objects.get().nonce == nonce
    assert not WindowReading.objects.exists()


@pytest.mark.django_db
def test_words_of_a_transfer_and_of_a_bad_grade_go_and_the_grade_stays(serving, wang, window, zhao):
    ticket = serving(wang)
    Ticket.objects.update(passed_on="材料已核", taken_at=days(91))
    screen = Screen.objects.create(
        window=window, code="c", until=now(), invited_by=zhao, paired_at=now(), token="t"
    )
    graded = Evaluation.objects.create(
        ticket=ticket, window=window, officer=zhao, screen=screen, state="given", grade="bad",
        complaints=["slow"],
    )  # fmt: skip
    Redress.objects.create(
        evaluation=graded, due_on=localdate(), finding="upheld", words="王先生电话回访",
        answered_by=zhao, answered_at=days(1097),
    )  # fmt: skip

    counts = night()

    assert (counts["transfer_words"], counts["redress_words"]) == (1, 1)
    assert Ticket.objects.get().passed_on == ""
    assert Redress.objects.get().words == ""
    assert Evaluation.objects.get().grade == "bad"
    again = night()
    assert (again["transfer_words"], again["redress_words"]) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_was_discarded_by_day_is_gone_from_the_files_by_night(visit, scan, wang, zhao):
    scan(visit(wang), "identity")
    PaperCapture.objects.update(content=JPEG * 40)
    with_content = bytes_of("hall_papercapture")
    [sealed] = [one for one in PaperCapture.objects.extra(select={"raw": "content"}).values("raw")]
    part = bytes(sealed["raw"])[20:84]
    assert part in with_content

    PaperCapture.objects.update(content=None, discarded_at=now())
    night()

    assert part not in bytes_of("hall_papercapture")
