"""Estimates that were shown, each kept with what happened; and what is learnt from them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.hall import estimates
from chengxin.hall.models import Hall, Promise, Ticket

SAME = timedelta(minutes=1)  # a phone that looks again so soon is shown the same
ENOUGH = 30  # kept promises before the range is learnt from them
LEARNT = 900  # of the newest
ALIKE = 120  # of these, those whose expected wait was most like the one to be told
WITHOUT = (0.4, 1.7)  # the range, as parts of the expected wait, before that
EDGES = (6, 94)  # per cent between which four of five waits surely lie
AT_LEAST = (0.78, 1.25)  # never narrower: the waits of one rush are all off the same way
ENDS = ("kept", "early", "late", "unknown", "left", "open")
FLOOR = 60.0  # seconds added to both when they are compared: nobody is off by parts of nothing


def make(ticket: Ticket, *, on_phone: bool = False) -> Promise:
    """Say how long `ticket` will wait, and keep what was said."""
    last = ticket.promises.filter(on_phone=on_phone, at__gt=now() - SAME).order_by("-pk").first()
    if last is not None:
        return last
    wait = estimates.expected(ticket)
    low, high = (None, None) if wait is None else spread(wait, alike(wait, past(ticket.hall)))
    return Promise.objects.create(
        ticket=ticket, on_phone=on_phone, ahead=ticket.ahead, expected=wait, low=low, high=high
    )


def spread(wait: float, ratios: Sequence[float]) -> tuple[int, int]:
    """Minutes from–to around an expected wait, as far apart as such numbers were off before.

    What one rush taught is sure of itself, for its waits were all off alike: the range is never
    narrower than two rushes differ.
    """
    parts = WITHOUT
    if len(ratios) >= ENOUGH:
        cuts = statistics.quantiles(ratios, n=100)
        parts = (
            min(cuts[EDGES[0] - 1], AT_LEAST[0]),
            max(cuts[EDGES[1] - 1], AT_LEAST[1]),
        )
    low, high = (max(0.0, (wait + FLOOR) * part - FLOOR) for part in parts)
    return math.floor(low / 60), max(1, math.ceil(high / 60))


def alike(wait: float, past: Sequence[tuple[float, float]]) -> list[float]:
    """Real over expected waits of those promises that are most like one of `wait` seconds.

    Short waits are off by other parts than long ones, and a quiet morning has told of hundreds of
    short ones when the first rush begins.
    """
    size = math.log(wait + FLOOR)
    near = sorted(past, key=lambda told: abs(math.log(told[0] + FLOOR) - size))
    return [ratio for _expected, ratio in near[:ALIKE]]


def past(hall: Hall) -> list[tuple[float, float]]:
    """Expected wait, and real over expected, of the newest promises that ended by a call."""
    ended = Promise.objects.filter(ticket__hall=hall, outcome="call", expected__isnull=False)
    told = ended.order_by("-pk").values_list("at", "ended_at", "expected")[:LEARNT]
    return [
        (wait, ((end - at).total_seconds() + FLOOR) / (wait + FLOOR))
        for at, end, wait in told
        if end is not None and wait is not None
    ]


def count(hall: Hall, day: date) -> dict[str, int]:
    """Of the promises of one day: how many were kept, broken either way, unknown, or not tried."""
    told = dict.fromkeys(ENDS, 0)
    for one in Promise.objects.filter(ticket__hall=hall, ticket__day=day):
        told[end_of(one)] += 1
    return told


def words(promise: Promise) -> str:
    """As it is shown beside 预计等候: 5–10 分钟, or 无法预计."""
    if promise.low is None or promise.high is None:
        return in_words(None)
    return in_words((promise.low, promise.high))


def in_words(span: tuple[int, int] | None) -> str:
    """The same for minutes from–to, or for nothing known."""
    if span is None:
        return _("无法预计")
    return _("%(low)s–%(high)s 分钟") % {"low": span[0], "high": span[1]}


def end_of(one: Promise) -> str:
    """How a promise ended, in a word of `ENDS`: "left" is who was never called."""
    if one.low is None:
        return "unknown"
    if one.waited is None:
        return "left" if one.outcome else "open"
    if one.kept:
        return "kept"
    return "early" if one.waited < timedelta(minutes=one.low) else "late"
