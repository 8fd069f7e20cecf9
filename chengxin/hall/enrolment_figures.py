"""采集统计、核实统计, for the page of the halls of an office and for the board and files of one hall.

| | |
|---|---|
| 完成采集 enrolled | enrolments brought to their end (`Enrolment`), by way, window and officer |
| 采集人像 faces | faces newly kept to compare later ones with, wherever the person stood; each picture once |
| 采集未成 turned away | faces that were to be kept and were not: the comparison failed, or an officer was needed |
| 登记证件 registered | documents read from a chip, or typed by two officers |
| 核验 verified | checks by face or by hand (`Verification`), each by how it came out |
| 双人核实 two officers | of these, by hand with a second officer |

Faces and documents are counted from the traces: a picture is deleted when its time is over, and
what was done that day stays what it was.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _

from chengxin.hall import days
from chengxin.hall.models import Hall
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people.models import Enrolment, Verification
from chengxin.trace.models import Trace

FACE = ("person.enrol", "person.verify")  # steps that may keep a face
DOCUMENT = ("person.meet", "person.take_down")


@dataclass(frozen=True)
class Identities:
    """Counts of some halls over a span of days."""

    enrolled: int
    ways: list[tuple[str, int]]  # in words, also those that nobody took
    places: list[tuple[str, int]]  # a window and how many it enrolled
    officers: list[tuple[str, int]]
    faces: int
    turned_away: int
    registered: int
    bands: list[tuple[str, int]]  # in words, also those that nobody has
    two_officers: int

    @property
    def verified(self) -> int:
        return sum(count for _band, count in self.bands)


def of(halls: Iterable[Hall], first: date, last: date) -> Identities:
    """What was enrolled and verified at the places of `halls`, both days included."""
    here = Q(pk__in=[])
    for hall in halls:
        here |= Q(place=hall.place) | Q(place__startswith=f"{hall.place}/")
    begins, ends = days.span(first, last)
    here &= Q(at__gte=begins, at__lt=ends)
    enrolled = Enrolment.objects.filter(here)
    checks = Verification.objects.filter(here)
    traces = Trace.objects.filter(here)
    done = traces.filter(outcome="done")
    kept = done.filter(action__in=FACE, detail__has_key="portrait").order_by()
    return Identities(
        enrolled=enrolled.count(),
        ways=_titled(enrolled, "way", Enrolment.Way),
        places=_grouped(enrolled, "place"),
        officers=_grouped(enrolled, "officer__full_name"),
        faces=kept.values("detail__portrait").distinct().count(),
        turned_away=traces.filter(action="person.enrol").exclude(outcome="done").count(),
        registered=done.filter(action__in=DOCUMENT).count(),
        bands=_titled(checks, "band", Verification.Band),
        two_officers=checks.exclude(second_officer=None).count(),
    )


def seen_by(officer: Officer, first: date, last: date) -> Identities:
    """The same over the halls of the officer's offices."""
    return of(Hall.objects.filter(office__in=access.offices_of(officer)), first, last)


def _grouped(found: QuerySet[Enrolment], field: str) -> list[tuple[str, int]]:
    counted = found.order_by().values_list(field).annotate(count=Count("pk"))
    return [(value or _("本人自助"), count) for value, count in counted.order_by("-count", field)]


def _titled(
    found: QuerySet[Enrolment] | QuerySet[Verification], field: str, titles: type[TextChoices]
) -> list[tuple[str, int]]:
    """Every value with its title, also those that nobody has."""
    counted = dict(found.order_by().values_list(field).annotate(count=Count("pk")))
    return [(str(one.label), counted.get(one.value, 0)) for one in titles]
