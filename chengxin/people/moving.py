"""The one place where an identity or a binding changes its state: the step is checked against
`people.moves`, the row is saved, and the ledger gets its line, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people import moves
from chengxin.people.models import Binding, BindingMove, IdentityMove, Person
from chengxin.people.moves import Author


@dataclass(frozen=True)
class Because:
    """On whose word, why and where: an officer's when one is named."""

    reason: str
    author: Author = Author.SYSTEM
    officer: Officer | None = None
    place: str = ""

    @classmethod
    def of_officer(cls, reason: str, officer: Officer, place: str = "") -> Because:
        return cls(reason, Author.OFFICER, officer, place)

    @property
    def told(self) -> dict[str, Any]:
        if not self.reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        return {
            "author": self.author,
            "officer": self.officer,
            "reason": self.reason.strip()[:400],
            "place": self.place,
        }


def identity(person: Person, step: str, because: Because) -> None:
    """Make `step` with the identity of `person`, whose row the caller holds."""
    before = person.state
    if not moves.IDENTITY.may(step, before):
        raise wrong_state(person)
    person.state = moves.IDENTITY.moves[step].after
    person.save(update_fields=["state"])
    IdentityMove.objects.create(
        person=person, step=step, before=before, after=person.state, **because.told
    )


def wrong_state(person: Person) -> Refusal:
    told = {"state": person.get_state_display()}
    return Refusal("wrong_state", _("身份状态当前为“%(state)s”，不能办理此项") % told)


def binding(bound: Binding, step: str, because: Because, **changed: Any) -> None:
    """Make `step` with a binding whose row the caller holds; `changed` are fields that change
    too.  A binding that was never saved is proposed."""
    before = bound.state
    if not moves.BINDING.may(step, before):
        told = {"state": bound.get_state_display()}
        raise Refusal("wrong_state", _("绑定当前为“%(state)s”，不能办理此项") % told)
    bound.state = moves.BINDING.moves[step].after
    for name, value in changed.items():
        setattr(bound, name, value)
    bound.save(update_fields=["state", *changed] if bound.pk else None)
    BindingMove.objects.create(
        binding=bound, step=step, before=before, after=bound.state, **because.told
    )
