"""告知与同意: what a person is shown before he is enrolled, and what he says to it.

The notices are data (`privacy.yaml`), with a version.  What the law orders is told, not asked; the
face is asked for by itself, and who says no is served without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core import descriptions
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people.models import Consent, Person, Purpose
from chengxin.trace import record
from chengxin.trace.tongue import english

Answer = Consent.Answer


@dataclass(frozen=True)
class Notice:
    """One purpose: what for, which data, on what ground, and what a no means."""

    purpose: str
    asked: bool  # a yes or no is wanted; else it is told
    words: dict[str, str]

    def _said(self, name: str) -> str:
        return self.words[f"{name}_en" if english() else name]

    @property
    def title(self) -> str:
        return self._said("title")

    @property
    def purpose_words(self) -> str:
        return self._said("purpose")

    @property
    def data(self) -> str:
        return self._said("data")

    @property
    def basis(self) -> str:
        return self._said("basis")

    @property
    def refusal(self) -> str:
        return self._said("refusal")


@cache
def _told() -> dict[str, Any]:
    path = Path(__file__).with_name("privacy.yaml")
    told: dict[str, Any] = descriptions.told(path.read_text("utf-8"))
    return told


def version() -> str:
    return str(_told()["version"])


def notices(*, fingers: bool = False) -> list[Notice]:
    """What is told and asked; of fingers only where a hall offers them."""
    told = _told()["notices"]
    return [
        Notice(purpose, told[purpose]["consent"] == "asked", told[purpose])
        for purpose in Purpose
        if fingers or purpose != Purpose.FINGER
    ]


@dataclass(frozen=True)
class Said:
    """What somebody answered elsewhere, before anybody knew him by his document."""

    version: str
    answers: dict[str, str]
    at: datetime
    place: str


def answered(answers: dict[str, str]) -> dict[str, str]:
    """Of `answers` those to what is asked; Refusal when one is missing."""
    found = {one.purpose: answers.get(one.purpose, "") for one in notices() if one.asked}
    if not set(found.values()) <= {Answer.GIVEN, Answer.REFUSED}:
        raise unanswered()
    return found


def take(person: Person, answers: dict[str, str], *, officer: Officer | None, place: str) -> None:
    """Keep what the person was shown, and his answer to what was asked (given or refused); no
    officer: he read and answered alone, at `place`.

    Fingers are asked for where `answers` has one for them.
    """
    with record.of("consent.take", about=person.key, officer=officer, place=place) as trace:
        trace.detail |= {"version": version()} | record.by(officer)
        for notice in notices(fingers=Purpose.FINGER in answers):
            answer = answers.get(notice.purpose, "") if notice.asked else Answer.INFORMED
            if notice.asked and answer not in (Answer.GIVEN, Answer.REFUSED):
                raise unanswered()
            trace.detail[notice.purpose] = answer
            Consent.objects.create(
                person=person,
                purpose=notice.purpose,
                version=version(),
                basis=notice.words["basis"],
                answer=answer,
                officer=officer,
                place=place,
            )


def carry_over(person: Person, said: Said, *, officer: Officer, place: str) -> bool:
    """Keep what he answered elsewhere, with its own time and place, for whom `officer` now knows by
    his document; False when the notice is another by now, and must be shown anew.

    A later word of his on the same purpose stands.
    """
    if said.version != version():
        return False
    with record.of("consent.carry", about=person.key, officer=officer, place=place) as trace:
        trace.detail |= {"version": said.version, "from": said.place, **said.answers}
        for notice in notices():
            newest = _newest(person, notice.purpose)
            if newest and max(newest.at, newest.withdrawn_at or newest.at) > said.at:
                continue
            Consent.objects.create(
                person=person,
                purpose=notice.purpose,
                version=said.version,
                basis=notice.words["basis"],
                answer=said.answers[notice.purpose] if notice.asked else Answer.INFORMED,
                at=said.at,
                place=said.place,
            )
    return True


def unanswered() -> Refusal:
    return Refusal("answer_needed", _("请逐项选择同意或不同意"))


def withdraw(person: Person, purpose: str, *, officer: Officer | None, place: str) -> Consent:
    """The person takes his consent back; what rested on it alone is deleted by `rights`."""
    with record.of("consent.withdraw", about=person.key, officer=officer, place=place) as trace:
        trace.detail["purpose"] = purpose
        given = _newest(person, purpose)
        if given is None or given.answer != Answer.GIVEN or given.withdrawn_at:
            raise Refusal("not_given", _("本人没有作出过这项同意"))
        given.withdrawn_at = now()
        given.save(update_fields=["withdrawn_at"])
    return given


def stands(person: Person, purpose: str) -> bool:
    """Whether he agreed and has not taken it back."""
    newest = _newest(person, purpose)
    return newest is not None and newest.answer == Answer.GIVEN and newest.withdrawn_at is None


def refused(person: Person, purpose: str) -> bool:
    """Whether he said no, or took a yes back; who was never asked has not refused."""
    newest = _newest(person, purpose)
    return newest is not None and newest.answer != Answer.INFORMED and not stands(person, purpose)


def current(person: Person) -> list[Consent]:
    """The newest word on each purpose."""
    found = [_newest(person, purpose) for purpose in Purpose]
    return [one for one in found if one is not None]


def _newest(person: Person, purpose: str) -> Consent | None:
    return Consent.objects.filter(person=person, purpose=purpose).order_by("-pk").first()
