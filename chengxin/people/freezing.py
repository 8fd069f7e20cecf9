"""疑似冒名: who stands there may not be who the card says; nothing goes on until somebody looked.

freeze_all ──▶ identity and bindings frozen ──thaw_all, another officer──▶ verified anew
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people import moves, moving
from chengxin.people.models import IdentityMove, Person
from chengxin.people.moving import Because
from chengxin.trace import record

MAY_THAW = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)


def freeze_all(person: Person, because: Because) -> int:
    """Freeze the identity and every binding in force; the number of bindings."""
    with record.of(
        "person.freeze", about=person.key, officer=because.officer, place=because.place
    ) as trace:
        held = Person.objects.select_for_update().get(pk=person.pk)
        moving.identity(held, "freeze", because)
        bound = list(held.bindings.select_for_update().filter(state__in=moves.IN_FORCE))
        for one in bound:
            moving.binding(one, "freeze", because)
        trace.detail["bindings"] = [one.pk for one in bound]
    person.refresh_from_db(fields=["state"])
    return len(bound)


def thaw_all(person: Person, reason: str, *, officer: Officer) -> None:
    """Somebody other than who froze it looked at it; he is verified anew before anything else."""
    with record.of("person.thaw", about=person.key, officer=officer):
        access.require_role(officer, *MAY_THAW)
        held = Person.objects.select_for_update().get(pk=person.pk)
        frozen = last_freeze(held)
        if frozen is not None and frozen.officer_id == officer.pk:
            raise Refusal("second_officer_needed", _("须由冻结人以外的人员核实后解除"))
        because = Because.of_officer(reason, officer)
        moving.identity(held, "thaw", because)
        for one in held.bindings.select_for_update().filter(state=moves.BindingState.FROZEN):
            moving.binding(one, "thaw", because)
    person.refresh_from_db(fields=["state"])


def frozen() -> QuerySet[Person]:
    return Person.objects.filter(state=Person.State.FROZEN).order_by("pk")


def last_freeze(person: Person) -> IdentityMove | None:
    steps = person.identity_moves.filter(step="freeze").select_related("officer")
    return steps.order_by("-pk").first()
