"""What judged cases say of a threshold: where it might stand, and what would be lost.

The proposed value is the highest that keeps the confirmed ones (or all but the share that the
officer allows to be lost), made as round as it can be with the same ones falling away.  It is only
proposed for a parameter of which the try shows that the value decides by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import Param
from chengxin.risk.models import Alert

LEAST_JUDGED = 10  # cases with an outcome, below which nothing is proposed


@dataclass(frozen=True)
class Judged:
    """What an office made of one finding."""

    alert: int
    subject: str
    value: Decimal
    confirmed: bool


@dataclass(frozen=True)
class Change:
    """What one subject's findings say: their bands and the greatest value."""

    bands: frozenset[str]
    value: Decimal


@dataclass(frozen=True)
class Outcome:
    """Judged cases on which the threshold bears, before and after it is moved."""

    confirmed: int
    explained: int
    confirmed_after: int
    explained_after: int
    lost: list[int]  # alerts that were confirmed and would not be found
    unassessed: int  # judged of other facts than those of the last night


def judged(code: str) -> list[Judged]:
    """The last outcome of each subject: confirmed or explained, with the value of the finding."""
    closed = Alert.objects.filter(
        indicator=code, state__in=(Alert.State.CONFIRMED, Alert.State.EXPLAINED),
        closed_by__isnull=False,
    )  # fmt: skip
    last = closed.order_by("subject", "-closed_at", "-pk").distinct("subject")
    return [
        Judged(pk, subject, value, state == Alert.State.CONFIRMED)
        for pk, subject, value, state in last.values_list("pk", "subject", "value", "state")
    ]


def best(told: Sequence[Judged], before: Decimal, param: Param, lost: Decimal) -> Decimal:
    """The value that most explained ones fall below, and no more confirmed ones than may be lost.

    As round as it can be without another one of those judged falling or staying.
    """
    inside = [one for one in told if one.value >= before]
    if len(inside) < LEAST_JUDGED:
        raise Refusal(
            "too_few_judged",
            _("达到该值的已判案件不足%(least)d件，不足以建议") % {"least": LEAST_JUDGED},
        )
    confirmed = sorted(one.value for one in inside if one.confirmed)
    may_go = int(lost * len(confirmed))
    values = [one.value for one in inside]
    highest = confirmed[may_go] if may_go < len(confirmed) else max(values)
    if param.max is not None:
        highest = min(highest, param.max)
    below = [one.value for one in inside if one.value < highest]
    if not any(one.value < highest and not one.confirmed for one in inside):
        raise Refusal("nothing_to_gain", _("按已判结果，提高该值不能减少误报"))
    # those of the last confirmed ones that fall without an explained one above need not fall
    last = max(one.value for one in inside if one.value < highest and not one.confirmed)
    spared = [value for value in below if value > last]
    return roundest(last, min([highest, *spared]))


def roundest(above: Decimal, highest: Decimal) -> Decimal:
    """The number with the fewest digits that is greater than `above` and at most `highest`."""
    for place in range(highest.adjusted(), -7, -1):
        told = highest.quantize(Decimal(1).scaleb(place), rounding=ROUND_DOWN)
        if told > above:
            return told
    return highest


def decides(
    was: Mapping[str, Change], then: Mapping[str, Change], before: Decimal, after: Decimal
) -> bool | None:
    """Whether the value decides by the parameter: True when findings begin at it, False when they
    end at it, None when the try shows something else, or nothing."""
    low, high = min(before, after), max(before, after)
    touched = {key for key in was.keys() | then.keys() if was.get(key) != then.get(key)}
    values = {key: (was.get(key) or then[key]).value for key in was.keys() | then.keys()}
    if not touched:
        return None
    if touched == {key for key, value in values.items() if low <= value < high}:
        return True
    if touched == {key for key, value in values.items() if low < value <= high}:
        return False
    return None


def expected(
    told: Iterable[Judged], before: Decimal, after: Decimal, rising: bool | None,
    was: Mapping[str, Change], then: Mapping[str, Change],
) -> Outcome:  # fmt: skip
    """What the judged cases say of the change.

    By the value that was judged where the parameter decides by it; else by who is found in the
    last night, of whom not every judged one is.
    """
    counted: Counter[str] = Counter()
    lost = []
    for one in told:
        if rising is None:
            inside, stays = one.subject in was, was.get(one.subject) == then.get(one.subject)
        elif rising:
            inside, stays = one.value >= before, one.value >= after
        else:
            inside, stays = one.value <= before, one.value <= after
        name = "confirmed" if one.confirmed else "explained"
        counted[name if inside else "unassessed"] += 1
        counted[f"{name}_after"] += inside and stays
        if one.confirmed and inside and not stays:
            lost.append(one.alert)
    return Outcome(
        counted["confirmed"], counted["explained"], counted["confirmed_after"],
        counted["explained_after"], sorted(lost), counted["unassessed"],
    )  # fmt: skip
