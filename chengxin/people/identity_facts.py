"""What the halls saw of people's identity, as the lake is told of it.

    card, face, officers ──note──▶ IdentityEvent ──told──▶ own_identity_event ──▶ M20
                                        └──forget, when the lake has it

Verifications grow without end, so the lake hears each once, by its own id; whoever is killed
between telling and forgetting tells it again, which changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.timezone import localdate, localtime

from chengxin.people.models import IdentityEvent, Person, Verification

SOURCE = "own_identity_event"  # under which the lake receives them
COLUMNS = ("event_id", "person", "kind", "happened_on", "second", "hall", "place", "appeal_no")
MOST = 100_000  # in one delivery

Kind = IdentityEvent.Kind
# what may restrict or free somebody who stands here
AWAITED = (Kind.MISMATCHED, Kind.REVERIFIED, Kind.APPEAL_OPENED, Kind.APPEAL_CLOSED)

_KIND_OF_BAND = {Verification.Band.ACCEPT: Kind.MATCHED, Verification.Band.REJECT: Kind.MISMATCHED}


@dataclass(frozen=True)
class Telling:
    """Events as a delivery's text, the day of it, and which they are."""

    text: str
    day: date
    events: tuple[UUID, ...]


def note(person: Person, kind: str, place: str, appeal_no: str = "") -> None:
    """Something happened; in the caller's transaction."""
    IdentityEvent.objects.create(person=person, kind=kind, place=place, appeal_no=appeal_no)


def note_comparison(made: Verification) -> None:
    """What the engine left to an officer is no event: what he says of it is one."""
    if kind := _KIND_OF_BAND.get(Verification.Band(made.band)):
        note(made.person, kind, made.place)


def awaited() -> bool:
    """Whether something waits that should be known before the night."""
    return IdentityEvent.objects.filter(kind__in=AWAITED).exists()


def told() -> Telling | None:
    """The oldest events that the lake has not heard of; None when it knows them all."""
    waiting = list(IdentityEvent.objects.order_by("at", "pk")[:MOST])
    if not waiting:
        return None
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows(_line(one) for one in waiting)
    return Telling(text.getvalue(), localdate(), tuple(one.pk for one in waiting))


def forget(events: Collection[UUID]) -> None:
    """The lake has them."""
    IdentityEvent.objects.filter(pk__in=events).delete()


def _line(one: IdentityEvent) -> list[object]:
    at = localtime(one.at)
    second = at.hour * 3600 + at.minute * 60 + at.second
    hall, _slash, there = one.place.partition("/")
    return [
        one.pk.hex, one.person_id, one.kind, at.date(), second, hall.removeprefix("hall:"), there,
        one.appeal_no,
    ]  # fmt: skip
