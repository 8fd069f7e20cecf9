"""名单比对 (1:N): a ranked suggestion of whom a face looks like, for an officer at a window.

    purpose, reason, the person told ─▶ short list ─▶ engine ─▶ at most five, with likeness ─▶ trace

Never an identification: the machine names nobody, nothing follows from it by itself, and how long
a list may be is the engine's to say (500 faces for the bundled one).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.devices.comparison import Listed, Suggested
from chengxin.devices.words import DeviceUnavailable
from chengxin.hall import identify
from chengxin.hall.models import FaceSuggestion, Ticket, Window
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people.models import Portrait
from chengxin.trace import record
from chengxin.trace.tongue import english

TOP = 5
MOST = 50_000  # templates handed to an engine at once; longer lists are laid by `face_search`

Scope, Purpose = FaceSuggestion.Scope, FaceSuggestion.Purpose


@dataclass(frozen=True)
class Asked:
    """What an officer says before he may search: for what, why, and that the person knows."""

    scope: str
    purpose: str
    reason: str
    told: bool  # the person was told and agrees


class Engine(Protocol):
    def suggest(self, live_jpeg: bytes, listed: Sequence[Listed], top: int) -> Suggested: ...


def engine() -> Engine:
    """The face worker of this machine.  Heavy: asked for only when needed."""
    found: Engine = import_module("chengxin.devices.face_worker")
    return found


def suggest(window: Window, live_jpeg: bytes, asked: Asked, *, officer: Officer) -> FaceSuggestion:
    """Search the list that `officer` named; every person whom he is shown leaves a trace."""
    place = window.place
    with record.of("face.suggest", officer=officer, place=place) as trace:
        _check(asked)
        people = _people(window, asked.scope, officer)
        portraits = templates_of(people)
        if len(portraits) > MOST:
            raise _too_long(MOST)
        trace.drop()
    listed = [Listed(key, bytes(one.template or b"")) for key, one in portraits.items()]
    told = _searched(live_jpeg, listed)  # outside the transaction: it takes a while
    with record.of("face.suggest", officer=officer, place=place) as trace:
        trace.detail.update(scope=asked.scope, purpose=asked.purpose)
        _usable(told)
        made = FaceSuggestion.objects.create(
            officer=officer,
            window=window,
            scope=asked.scope,
            purpose=asked.purpose,
            reason=asked.reason.strip()[:200],
            engine=told.engine,
            searched=told.searched,
            left_out=len(people) - told.searched,
            found=[
                {
                    "person": one.key,
                    "portrait": portraits[one.key].pk,
                    "distance": round(one.distance, 4),
                    "band": one.band,
                }
                for one in told.ranked
            ],
        )
        trace.detail.update(suggestion=str(made.pk), searched=made.searched, shown=len(made.found))
        for one in told.ranked:
            record.seen(
                "person.suggest",
                about=f"person:{one.key}",
                officer=officer,
                place=place,
                suggestion=str(made.pk),
                distance=round(one.distance, 4),
            )
    return made


def templates_of(people: Collection[str]) -> dict[str, Portrait]:
    """The newest reference picture with a template of each of `people`: the enrolled one, else
    the card's.  The only place where this room reads templates."""
    found: dict[str, Portrait] = {}
    references = Portrait.objects.filter(person__in=people).exclude(template=None).defer("jpeg")
    for enrolled in (False, True):
        kinds = {"enrolled": True} if enrolled else {"channel": Portrait.Channel.CARD}
        for portrait in references.filter(**kinds).order_by("taken_at", "pk"):
            found[portrait.person_id] = portrait
    return found


def portrait_of(suggestion: FaceSuggestion, portrait_pk: int) -> Portrait | None:
    """A picture that was suggested, while the page may still show it."""
    shown = {one["portrait"] for one in suggestion.found}
    if portrait_pk not in shown or now() - suggestion.at > FaceSuggestion.SHOWN:
        return None
    return Portrait.objects.filter(pk=portrait_pk).first()


def _check(asked: Asked) -> None:
    if asked.scope not in Scope.values or asked.purpose not in Purpose.values:
        raise Refusal("purpose_needed", _("请选择比对范围和用途"))
    if not asked.reason.strip():
        raise Refusal("reason_needed", _("请写明名单比对的事由"))
    if not asked.told:
        raise Refusal("notice_needed", _("请先当面告知本人用途并征得同意；不同意的，人工核验"))


def _people(window: Window, scope: str, officer: Officer) -> list[str]:
    """Ids of the list's people, as far as `officer` may see them."""
    if scope == Scope.TODAY:
        today = Ticket.objects.filter(hall=window.hall_id, day=localdate())
        ids = set(today.values_list("person_id", flat=True))
    else:
        enrolled = Portrait.objects.filter(enrolled=True)
        ids = set(enrolled.values_list("person_id", flat=True))
    mine = access.seen_of(officer, {f"person:{one}" for one in ids})
    return sorted(key.removeprefix("person:") for key in mine)


def _searched(live_jpeg: bytes, listed: Sequence[Listed]) -> Suggested:
    try:
        return engine().suggest(live_jpeg, listed, TOP)
    except DeviceUnavailable as trouble:
        raise identify.no_engine(trouble) from trouble


def _usable(told: Suggested) -> None:
    """Refuse what the engine did not search, in its words."""
    if told.too_long is not None:
        raise _too_long(told.too_long)
    if told.advice:
        words = told.advice[0]
        raise Refusal("face_advice", words.en if english() else words.zh)


def _too_long(most: int) -> Refusal:
    if not most:
        words = _("人脸引擎尚未测定误差，不能用于名单比对")
    else:
        words = _("名单过长：本机人脸引擎最多比对 %(most)d 人，请缩小范围") % {"most": most}
    return Refusal("list_too_long", words)
