"""到期提醒: a month before a document or a binding ends, its owner is told, once.

Only who agreed to reminders; what ended already is not reminded of.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from chengxin.notices import outbox
from chengxin.notices.outbox import Kind, To
from chengxin.people import bindings, consents, moves
from chengxin.people.models import Binding, Person, Purpose

GOOD_FOR = timedelta(days=3)


def run(day: date) -> dict[str, int]:
    """What comes to its end within thirty days of `day` and was not told; {bindings, documents}."""
    return {"bindings": _bindings(day), "documents": _documents(day)}


def _bindings(day: date) -> int:
    due = Binding.objects.filter(
        state__in=moves.IN_FORCE,
        until__gte=day,
        until__lte=day + bindings.NEAR,
        reminded_at=None,
    )
    count = 0
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            bound = Binding.objects.select_for_update().get(pk=pk)
            bound.reminded_at = now()
            bound.save(update_fields=["reminded_at"])
            count += _tell(
                bound.person,
                Kind.ENDING,
                enterprise=bound.enterprise.name,
                role=bound.get_role_display(),
                day=f"{bound.until:%Y-%m-%d}",
            )
    return count


def _documents(day: date) -> int:
    told = Q(document_reminded=F("document_until"))
    due = Person.objects.filter(
        document_until__gte=day, document_until__lte=day + bindings.NEAR
    ).exclude(told)
    due = due.exclude(state__in=[Person.State.UNSEEN, Person.State.CLOSED])
    count = 0
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=pk)
            person.document_reminded = person.document_until
            person.save(update_fields=["document_reminded"])
            count += _tell(person, Kind.DOCUMENT, day=f"{person.document_until:%Y-%m-%d}")
    return count


def _tell(person: Person, kind: str, **words: str) -> bool:
    if not consents.stands(person, Purpose.MESSAGES):
        return False
    return outbox.put(To(person.key, person.phone), kind, GOOD_FOR, **words) is not None
