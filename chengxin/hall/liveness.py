"""动作检测 at kiosk and window: draw steps, judge what the camera saw, keep it beside the face.

    draw ──30 s──▶ answer ─▶ passed ─▶ the straight frame is compared ─▶ kept with the verification
                        └──▶ not seen ─▶ once more, then compared all the same

A signal for the officer: whatever comes of it, the comparison goes on, and whoever cannot or does
not want to do the steps goes on without them.  A hall asks for it by its own setting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.devices import liveness
from chengxin.devices.liveness import Step, Watched
from chengxin.devices.words import DeviceUnavailable, Words
from chengxin.hall import identify, kiosks
from chengxin.hall.models import Device, Hall, KioskSession, LivenessCheck, Ticket
from chengxin.offices.models import Officer
from chengxin.people.models import Person, Verification
from chengxin.trace import record
from chengxin.trace.tongue import english

AGAIN = 1  # how often the person is asked once more in one session

Shots = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Answered:
    """What came of the steps: the words for the person, and whether he may try again."""

    check: LivenessCheck
    words: str
    again: bool


class Engine(Protocol):
    def watch(self, shots: Shots, steps: Sequence[Step]) -> Watched: ...


def engine() -> Engine:
    """The face worker of this machine.  Heavy: asked for only when needed."""
    found: Engine = import_module("chengxin.devices.face_worker")
    return found


def require(hall: Hall, *, asked: bool, officer: Officer) -> None:
    """Let the hall ask for the steps before a face is compared, or no more."""
    with record.of("hall.liveness", officer=officer, place=hall.place) as trace:
        trace.detail["asked"] = asked
        hall.liveness = asked
        hall.save(update_fields=["liveness"])


def draw_at_kiosk(device: Device, session_id: UUID) -> LivenessCheck:
    session = _at_kiosk(device, session_id)
    assert session.person is not None
    return _draw(device.hall, session.person, f"kiosk:{session.pk}", device.place)


def answer_at_kiosk(device: Device, session_id: UUID, check_id: UUID, shots: Shots) -> Answered:
    """Judge the frames; unless he tries again, compare the straight one as `kiosks.compare`."""
    session = _at_kiosk(device, session_id)

    def compared(jpeg: bytes) -> Verification | None:
        return kiosks.compare(device, session_id, jpeg).verification

    return _answer(check_id, f"kiosk:{session.pk}", device.place, shots, compared)


def draw_at_window(ticket: Ticket, *, officer: Officer) -> LivenessCheck:
    return _draw(ticket.hall, ticket.holder, f"ticket:{ticket.pk}", ticket.place, officer)


def answer_at_window(ticket: Ticket, check_id: UUID, shots: Shots, *, officer: Officer) -> Answered:
    """As at the kiosk, with the officer's comparison (`identify.compare_face`)."""

    def compared(jpeg: bytes) -> Verification:
        return identify.compare_face(ticket, jpeg, officer=officer)

    return _answer(check_id, f"ticket:{ticket.pk}", ticket.place, shots, compared, officer)


def _draw(
    hall: Hall, person: Person, session: str, place: str, officer: Officer | None = None
) -> LivenessCheck:
    with record.of("liveness.draw", about=person.key, officer=officer, place=place) as trace:
        if not hall.liveness:
            raise Refusal("liveness_off", _("本厅未启用动作检测，请直接比对"))
        made = LivenessCheck.objects.create(
            person=person, steps=list(liveness.draw()), place=place, session=session
        )
        trace.detail["check"] = str(made.pk)
    return made


def _answer(
    check_id: UUID,
    session: str,
    place: str,
    shots: Shots,
    compared: Callable[[bytes], Verification | None],
    officer: Officer | None = None,
) -> Answered:
    _right_size(shots)
    check = _take(check_id, session)
    try:
        watched = engine().watch(shots, [Step(step) for step in check.steps])
    except DeviceUnavailable as trouble:
        raise identify.no_engine(trouble) from trouble
    told = watched.verdict
    with record.of("liveness.answer", about=check.person.key, officer=officer, place=place) as t:
        check.verdict, check.rules = told.outcome, liveness.RULES
        check.figures = {
            step: {name: round(value, 3) for name, value in found.items()}
            for step, found in told.figures.items()
        }
        check.save(update_fields=["verdict", "rules", "figures"])
        t.detail.update(check=str(check.pk), verdict=check.verdict)
    again = not told.passed and _failed(session) <= AGAIN
    if again or watched.best is None:
        words = liveness.WORDS[Step.STRAIGHT] if told.passed else told.words
        return Answered(check, _said(words), again=True)
    made = compared(shots[watched.best][1])
    LivenessCheck.objects.filter(pk=check.pk).update(verification=made)
    return Answered(check, _said(told.words), again=False)


def _take(check_id: UUID, session: str) -> LivenessCheck:
    """The draw, used up from now on: whatever comes of it, it is answered once."""
    with transaction.atomic():
        found = LivenessCheck.objects.select_for_update(of=["self"]).select_related("person")
        check = found.filter(pk=check_id, session=session).first()
        if check is None or check.used_at is not None:
            raise Refusal("liveness_used", _("此次动作检测已用过，请重新开始"))
        late = now() - check.drawn_at > LivenessCheck.GOOD_FOR
        check.used_at = now()
        check.save(update_fields=["used_at"])
    if late:
        raise Refusal("liveness_late", _("动作检测已超过30秒，请重新开始"))
    return check


def _right_size(shots: Shots) -> None:
    if not 0 < len(shots) <= liveness.MOST_FRAMES or any(
        not 0 < len(jpeg) <= liveness.MOST_BYTES for _step, jpeg in shots
    ):
        raise Refusal("liveness_frames", _("画面数量或大小不符，请重新开始"))


def _failed(session: str) -> int:
    of_session = LivenessCheck.objects.filter(session=session).exclude(verdict="")
    return of_session.exclude(verdict=LivenessCheck.Verdict.PASSED).count()


def _at_kiosk(device: Device, session_id: UUID) -> KioskSession:
    session = kiosks.stay(device, session_id)
    if session.state != KioskSession.State.FACE:
        raise Refusal("wrong_state", _("请按屏幕提示操作"))
    return session


def _said(words: Words) -> str:
    return words.en if english() else words.zh
