"""采集统计、核实统计: how many were enrolled and verified, in which way, where and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, TextChoices

from chengxin.hall.models import Hall
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people.models import Enrolment, Portrait, Verification


@dataclass(frozen=True)
class Figures:
    """Counts of a span of days, in the halls of the officer's offices."""

    enrolled: int
    ways: list[tuple[str, int]]
    places: list[tuple[str, int]]  # a window and how many it enrolled
    officers: list[tuple[str, int]]
    faces: int  # pictures enrolled, at kiosks too
    verified: int
    bands: list[tuple[str, int]]
    two_officers: int


def of(officer: Officer, first: date, last: date) -> Figures:
    halls = Hall.objects.filter(office__in=access.offices_of(officer))
    here = Q(pk__in=[])
    for hall in halls:
        here |= Q(place__startswith=f"{hall.place}/")
    span = Q(at__date__gte=first, at__date__lte=last)
    enrolled = Enrolment.objects.filter(here & span)
    made = Verification.objects.filter(here & span)
    taken = Q(taken_at__date__gte=first, taken_at__date__lte=last)
    return Figures(
        enrolled=enrolled.count(),
        ways=_counted(enrolled, "way", Enrolment.Way),
        places=_grouped(enrolled, "place"),
        officers=_grouped(enrolled, "officer__full_name"),
        faces=Portrait.objects.filter(here & taken, enrolled=True).count(),
        verified=made.count(),
        bands=_counted(made, "band", Verification.Band),
        two_officers=made.exclude(second_officer=None).count(),
    )


def _grouped(found: QuerySet[Enrolment], field: str) -> list[tuple[str, int]]:
    counted = found.order_by().values_list(field).annotate(count=Count("pk"))
    return [(str(value), count) for value, count in counted.order_by("-count", field)]


def _counted(
    found: QuerySet[Enrolment] | QuerySet[Verification], field: str, titles: type[TextChoices]
) -> list[tuple[str, int]]:
    """Every value with its title, also those that nobody has."""
    counted = dict(found.order_by().values_list(field).annotate(count=Count("pk")))
    return [(str(one.label), counted.get(one.value, 0)) for one in titles]
