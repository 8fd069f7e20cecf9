"""好差评: one question after each visit, on the citizen's own screen, and what follows a bad grade.

    finish ──ask──▶ screen ──give──▶ grade ──bad──▶ task of the hall manager ──answer──▶
                      ├──decline
                      └──lapse: the next person is called, or three minutes pass

The officer's page never learns of a grade: nothing here is written at his window's place, no trace
holds a grade, and he sees counts of the days gone by alone.  A press comes from the paired screen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal
from chengxin.hall import days, moves, screens
from chengxin.hall.evaluation_models import RedressQuerySet
from chengxin.hall.models import (
    Complaint,
    Evaluation,
    Grade,
    Hall,
    ItemRecord,
    Redress,
    Screen,
    Ticket,
    Window,
)
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.trace import record

PATIENCE = timedelta(minutes=3)  # that a screen asks for
THANKS = timedelta(seconds=8)  # that a screen thanks for
DAYS = 30  # that an officer sees counts of
WORDS = 2000  # characters of an answer
State = Evaluation.State


@dataclass(frozen=True)
class Shown:
    """What the citizen's screen shows: never a name or number of the person, nor an enterprise."""

    state: str  # "idle" | "serving" | "asked" | "thanks"
    officer: Officer | None = None
    items: tuple[ItemRecord, ...] = ()
    evaluation: Evaluation | None = None

    @property
    def key(self) -> str:
        """Differs when what is shown differs."""
        told = [self.state, str(self.officer.pk if self.officer else "")]
        told += [f"{one.pk}{one.state}" for one in self.items]
        return "-".join([*told, str(self.evaluation.pk if self.evaluation else "")])


def ask(ticket: Ticket, officer: Officer) -> Evaluation | None:
    """A visit was finished: ask about it, in the caller's transaction; once, and only where a
    screen stands before the citizen."""
    screen = screens.of_window(ticket.window) if ticket.window else None
    if screen is None:
        return None
    made, _fresh = Evaluation.objects.get_or_create(
        ticket=ticket, defaults={"window": screen.window, "officer": officer, "screen": screen}
    )
    return made


def lapse(window: Window) -> None:
    """The next person comes to the window: who was asked before him is asked no more."""
    _asked(window).update(state=State.LAPSED, ended_at=now())


def sweep() -> int:
    """Questions that nobody answered in time are closed; how many."""
    late = Evaluation.objects.filter(state=State.ASKED, asked_at__lt=now() - PATIENCE)
    return late.update(state=State.LAPSED, ended_at=now())


def shown_on(screen: Screen) -> Shown:
    """What stands on the screen now."""
    here = Ticket.objects.filter(window=screen.window, state__in=moves.HERE)
    if ticket := here.select_related("officer").first():
        return Shown("serving", ticket.officer, _items(ticket))
    asked = _asked(screen.window).filter(screen=screen, asked_at__gt=now() - PATIENCE)
    if evaluation := asked.select_related("officer", "ticket").first():
        return Shown("asked", evaluation.officer, _items(evaluation.ticket), evaluation)
    done = screen.evaluations.filter(state=State.GIVEN, ended_at__gt=now() - THANKS)
    return Shown("thanks") if done.exists() else Shown("idle")


def give(screen: Screen, evaluation: int, grade: str, complaints: Collection[str] = ()) -> None:
    """The citizen's grade; a bad one becomes a task.  The same press sent twice is one."""
    with record.of("evaluation.give", place=screen.place) as trace:
        held = _held(screen, evaluation)
        trace.detail["evaluation"] = held.pk
        if grade not in Grade.values:
            raise Refusal("grade_unknown", _("请在五个等级中选择"))
        if held.state == State.GIVEN and held.grade == grade:
            trace.drop()
            return
        _require_asked(held)
        bad = grade in Evaluation.BAD
        held.state, held.grade, held.ended_at = State.GIVEN, grade, now()
        held.complaints = [one for one in Complaint.values if bad and one in complaints]
        held.save(update_fields=["state", "grade", "complaints", "ended_at"])
        if bad:
            due = add_working_days(localdate(), screen.window.hall.redress_days)
            trace.detail["redress"] = Redress.objects.create(evaluation=held, due_on=due).pk


def decline(screen: Screen, evaluation: int) -> None:
    """The citizen does not want to grade."""
    with record.of("evaluation.decline", place=screen.place) as trace:
        held = _held(screen, evaluation)
        trace.detail["evaluation"] = held.pk
        _require_asked(held)
        held.state, held.ended_at = State.DECLINED, now()
        held.save(update_fields=["state", "ended_at"])


def answer(
    redress: Redress, finding: str, words: str, *, called_back: bool, officer: Officer
) -> Redress:
    """What was found about a bad grade and what was done; by somebody whom it is not about."""
    window = redress.evaluation.window
    with record.of("redress.answer", officer=officer, place=window.hall.place) as trace:
        held = Redress.objects.select_for_update(of=["self"]).get(pk=redress.pk)
        trace.detail |= {"redress": held.pk, "finding": finding}
        if held.answered_at:
            raise Refusal("already_answered", _("该差评已答复"))
        if redress.evaluation.officer_id == officer.pk:
            raise Refusal("second_officer_needed", _("差评须由被评价人以外的人员核实"))
        if finding not in Redress.Finding.values or not words.strip():
            raise Refusal("words_needed", _("请选择核实结果，并写明情况和处理"))
        if len(words) > WORDS:
            raise Refusal("too_long", _("请控制在2000字以内"))
        held.finding, held.words, held.called_back = finding, words.strip(), called_back
        held.answered_by, held.answered_at = officer, now()
        held.save()
        trace.detail["late"] = held.due_on < localdate()
    return held


def tasks_of(officer: Officer) -> RedressQuerySet:
    """The bad grades of the halls that a manager sees."""
    mine = Redress.objects.filter(evaluation__window__hall__office__in=access.offices_of(officer))
    return mine.select_related(
        "evaluation__window__hall", "evaluation__officer", "evaluation__ticket", "answered_by"
    )


def counts_of(officer: Officer) -> list[tuple[str, int]]:
    """How `officer` was graded in the last days but today: counts, and of no visit."""
    today = days.begins(localdate())
    graded = Evaluation.objects.filter(
        officer=officer, state=State.GIVEN, asked_at__lt=today,
        asked_at__gte=today - timedelta(days=DAYS),
    )  # fmt: skip
    return _by_grade(graded)


def counts_in(hall: Hall) -> tuple[list[tuple[str, int]], int]:
    """The grades of a hall in the last days, and how many visits were asked about."""
    since = days.begins(localdate()) - timedelta(days=DAYS)
    asked = Evaluation.objects.filter(window__hall=hall, asked_at__gte=since)
    return _by_grade(asked.filter(state=State.GIVEN)), asked.count()


def _by_grade(given: QuerySet[Evaluation]) -> list[tuple[str, int]]:
    found = dict(given.order_by().values_list("grade").annotate(Count("pk")))
    return [(str(grade.label), found.get(grade.value, 0)) for grade in Grade]


def _asked(window: Window) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(window=window, state=State.ASKED)


def _items(ticket: Ticket) -> tuple[ItemRecord, ...]:
    return tuple(ticket.items.exclude(state=ItemRecord.State.STOPPED).order_by("pk"))


def _held(screen: Screen, evaluation: int) -> Evaluation:
    """The question, locked; another screen's is not there."""
    held = (
        Evaluation.objects.select_for_update(of=["self"])
        .filter(pk=evaluation, screen=screen)
        .first()
    )
    if held is None:
        raise access.not_yours()
    return held


def _require_asked(held: Evaluation) -> None:
    if held.state != State.ASKED or now() - held.asked_at > PATIENCE:
        raise Refusal("too_late", _("本次评价已结束，谢谢"))
