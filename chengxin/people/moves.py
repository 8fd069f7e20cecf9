"""Which moves an identity and a binding may make: the two whole tables in one place.

Identity 身份状态:

    unseen ─capture▶ captured ─verify▶ verified ─change▶ changed ─review▶ verified
      ▲                 ▲  ▲ thaw         │ expire           │ expire
      └──── erase ──────┤  └── frozen ◀───┼── freeze ────────┘
                        └──── renew ── expired
    any but unseen ─close▶ closed ─reopen▶ captured

Binding of a person to an enterprise in a role 人员绑定:

    propose ▶ pending ─confirm▶ active ─near▶ expiring ─expire▶ expired
                 │ refuse           │ freeze, dispute, end        │ dispute
                 ▼                  ▼                             ▼
              refused        frozen ─thaw▶ active      disputed ─restore▶ active
                                    └───────── end ▶ ended ◀────── end

A step not listed for a state is refused; the database keeps the same tables on every row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentityState(models.TextChoices):
    UNSEEN = "unseen", _("未采集")
    CAPTURED = "captured", _("已采集待验证")
    VERIFIED = "verified", _("已验证")
    EXPIRED = "expired", _("证件到期")
    CHANGED = "changed", _("信息变更待复核")
    FROZEN = "frozen", _("冻结")
    CLOSED = "closed", _("注销或死亡")


class BindingState(models.TextChoices):
    PENDING = "pending", _("待确认")
    ACTIVE = "active", _("有效")
    EXPIRING = "expiring", _("即将到期")
    EXPIRED = "expired", _("已到期")
    ENDED = "ended", _("已解除")
    REFUSED = "refused", _("已驳回")
    FROZEN = "frozen", _("冻结")
    DISPUTED = "disputed", _("争议")


class Author(models.TextChoices):
    """On whose word a move is made."""

    OFFICER = "officer", _("税务人员")
    PERSON = "person", _("本人")
    ENTERPRISE = "enterprise", _("企业")
    SYSTEM = "system", _("系统")


@dataclass(frozen=True)
class Move:
    """From which states a step leads to which; "" is before there was anything."""

    before: tuple[str, ...]
    after: str


@dataclass(frozen=True)
class Table:
    moves: Mapping[str, Move]

    def may(self, step: str, state: str) -> bool:
        """Whether what is in `state` may make `step`."""
        return state in self.moves[step].before

    def legal(self) -> models.Q:
        """The table as a rule that the database keeps on every row of a ledger."""
        rule = models.Q()
        for step, move in self.moves.items():
            rule |= models.Q(step=step, before__in=move.before, after=move.after)
        return rule


_I, _B = IdentityState, BindingState
_SEEN = (_I.CAPTURED, _I.VERIFIED, _I.EXPIRED, _I.CHANGED)

IDENTITY = Table(
    {
        "capture": Move((_I.UNSEEN,), _I.CAPTURED),
        "verify": Move((_I.CAPTURED,), _I.VERIFIED),
        "expire": Move((_I.UNSEEN, _I.CAPTURED, _I.VERIFIED, _I.CHANGED), _I.EXPIRED),
        "renew": Move((_I.EXPIRED,), _I.CAPTURED),
        "change": Move((_I.VERIFIED,), _I.CHANGED),
        "review": Move((_I.CHANGED,), _I.VERIFIED),
        "freeze": Move(_SEEN, _I.FROZEN),
        "thaw": Move((_I.FROZEN,), _I.CAPTURED),
        "close": Move((*_SEEN, _I.FROZEN), _I.CLOSED),
        "reopen": Move((_I.CLOSED,), _I.CAPTURED),
        "erase": Move(_SEEN, _I.UNSEEN),
    }
)

IN_FORCE = (_B.ACTIVE, _B.EXPIRING)  # who is so bound may act
OPEN = (_B.PENDING, *IN_FORCE, _B.FROZEN, _B.DISPUTED)
STOPPED = (_B.FROZEN, _B.DISPUTED)  # nobody acts under it, whatever else says so
COUNTED = (*OPEN, _B.EXPIRED)  # no two of these for the same role on the same day

BINDING = Table(
    {
        "propose": Move(("",), _B.PENDING),
        "confirm": Move((_B.PENDING,), _B.ACTIVE),
        "refuse": Move((_B.PENDING,), _B.REFUSED),
        "near": Move((_B.ACTIVE,), _B.EXPIRING),
        "expire": Move((_B.ACTIVE, _B.EXPIRING), _B.EXPIRED),
        "freeze": Move((_B.ACTIVE, _B.EXPIRING), _B.FROZEN),
        "thaw": Move((_B.FROZEN,), _B.ACTIVE),
        "dispute": Move((_B.ACTIVE, _B.EXPIRING, _B.EXPIRED, _B.FROZEN), _B.DISPUTED),
        "restore": Move((_B.DISPUTED,), _B.ACTIVE),
        "end": Move((_B.ACTIVE, _B.EXPIRING, _B.FROZEN, _B.DISPUTED), _B.ENDED),
    }
)
