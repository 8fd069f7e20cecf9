"""经办情况: what each officer did, refused and looked at, and how much was done on each day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from chengxin.offices.models import Officer
from chengxin.oversight import asked, looks
from chengxin.oversight.looks import LOOKS
from chengxin.trace.models import Trace, TraceQuerySet

LET_THROUGH = ("approval.give", "directive.override")
TAKEN = ("dossier.export", "dossier.print", "objection.print", "trace.export")


@dataclass(frozen=True)
class Row:
    """One officer in a period; every figure is a number of lines in the trace."""

    officer: Officer
    lines: int
    served: int  # people whose service he began
    items: int  # items he finished
    refused: int  # attempts of his that were turned away
    approved: int  # approvals at the counter, and directives let pass
    looks: int  # at a person or an enterprise
    ungrounded: int  # of these without a visit or a case
    revealed: int  # whole numbers
    taken: int  # files and prints


@dataclass(frozen=True)
class Bar:
    """A bar that stands on the ground of a picture of 100 by 100, as its SVG says it."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Day:
    """One day of the picture."""

    day: date
    lines: int
    refused: int
    bar: Bar
    refused_bar: Bar


@dataclass(frozen=True)
class Figures:
    rows: list[Row]
    days: list[Day]
    total: int
    most: int  # lines of the busiest day


def of(officer: Officer, since: date, until: date, who: str = "") -> Figures:
    """From `since` to `until`, both included, of what `officer` may see."""
    lines = Trace.objects.filter(asked.of_county(officer), at__date__gte=since, at__date__lte=until)
    if who:
        lines = lines.filter(officer__username=who)
    rows = _rows(officer, lines.exclude(officer=None), since, until, who)
    days = _days(lines, since, until)
    return Figures(
        rows, days, sum(one.lines for one in days), max((one.lines for one in days), default=0)
    )


def _rows(officer: Officer, lines: TraceQuerySet, since: date, until: date, who: str) -> list[Row]:
    def count(**which: object) -> Count:
        return Count("pk", filter=Q(**which))

    counted = (
        lines.order_by()
        .values("officer")
        .annotate(
            lines=Count("pk"),
            served=count(action="ticket.start", outcome="done"),
            items=count(action="item.finish", outcome="done"),
            refused=Count("pk", filter=~Q(outcome="done")),
            approved=count(action__in=LET_THROUGH, outcome="done"),
            looks=count(action__in=LOOKS, outcome="done"),
            revealed=count(action="number.reveal", outcome="done"),
            taken=count(action__in=TAKEN, outcome="done"),
        )
    )
    bare = Counter(
        looks.without_ground(officer, since, until, who)
        .order_by()
        .values_list("officer", flat=True)
    )
    known = Officer.objects.select_related("office").in_bulk([one["officer"] for one in counted])
    rows = []
    for one in counted:
        rows.append(
            Row(
                officer=known[one["officer"]], lines=one["lines"], served=one["served"],
                items=one["items"], refused=one["refused"], approved=one["approved"],
                looks=one["looks"], ungrounded=bare[one["officer"]], revealed=one["revealed"],
                taken=one["taken"],
            )
        )  # fmt: skip
    return sorted(rows, key=lambda one: (-one.ungrounded, -one.lines, one.officer.username))


def _days(lines: TraceQuerySet, since: date, until: date) -> list[Day]:
    counted = (
        lines.order_by()
        .values(day=TruncDate("at"))
        .annotate(lines=Count("pk"), refused=Count("pk", filter=~Q(outcome="done")))
        .values_list("day", "lines", "refused")
    )
    found = {day: (count, refused) for day, count, refused in counted}
    most = max((count for count, _refused in found.values()), default=0) or 1
    length = (until - since).days + 1
    out = []
    for at in range(length):
        day = since + timedelta(days=at)
        count, refused = found.get(day, (0, 0))
        bar = partial(_bar, at=at, of=length, most=most)
        out.append(Day(day, count, refused, bar(count), bar(refused)))
    return out


def _bar(count: int, *, at: int, of: int, most: int) -> Bar:
    height = 100 * count / most
    wide = 100 / of
    return Bar(*(f"{one:.3f}" for one in (at * wide, 100 - height, wide * 0.8, height)))
