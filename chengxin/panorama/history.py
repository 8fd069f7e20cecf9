"""What the trend and the flow are counted from: one pass over the findings of the period.

Each group says in which slot its findings came and ended, and what was done in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    Value,
)

from chengxin.offices.models import Officer
from chengxin.panorama.asked import Asked, Slot
from chengxin.risk import caselist
from chengxin.risk.models import Directive, Inquiry


class Bucket(Func):
    """Which of the spans that begin at these moments holds a moment; 0 is before the first."""

    function = "width_bucket"
    output_field = IntegerField()


@dataclass(frozen=True)
class Group:
    """So many findings that went the same way in the same slots."""

    came: int  # number of the slot, from 1; 0 before the period
    ended: int | None  # None: stands
    kind: str
    state: str
    ordered: bool
    inquired: bool
    taken: bool
    count: int


def of(officer: Officer, asked: Asked) -> list[Group]:
    """Findings that stood within the period, as the page follows them."""
    slots = asked.slots
    since = caselist.morning(slots[0].first.isoformat())
    asks = Inquiry.objects.values("alert")
    orders = Directive.objects.exclude(alert=None).values("alert")
    rows: Any = (
        asked.followed.within(officer)
        .order_by()
        .filter(Q(closed_at=None) | Q(closed_at__gte=since))
        .annotate(
            came=_bucket("first_seen", slots),
            ended=_bucket("closed_at", slots),
            was_ordered=_whether(Q(pk__in=orders)),
            was_inquired=_whether(Q(pk__in=asks)),
            was_taken=ExpressionWrapper(Q(held_by__isnull=False), output_field=BooleanField()),
        )
        .values_list("came", "ended", "kind", "state", "was_ordered", "was_inquired", "was_taken")
        .annotate(n=Count("pk"))
    )
    return [Group(*row) for row in rows]


def _bucket(name: str, slots: Sequence[Slot]) -> Bucket:
    moments = [caselist.morning(slot.first.isoformat()) for slot in slots]
    end = caselist.morning((slots[-1].last + timedelta(days=1)).isoformat())
    return Bucket(F(name), Value([*moments, end]))


def _whether(condition: Q) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(condition, output_field=BooleanField())
