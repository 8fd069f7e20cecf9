"""停送审批: a run that would restrict too many waits here for a named officer.

    waiting ──release──▶ all that are held are imposed at once
       └──────refuse───▶ none is, as long as the very facts stand

He reads by name who would be restricted, and says why he lets it pass or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Office, Officer
from chengxin.risk import alerts, directives, limits, words
from chengxin.risk.inbox import A_PAGE, Known, Subject
from chengxin.risk.models import Alert, Directive, Stop, Stopped
from chengxin.trace import record


def release(stop: Stop, grounds: str, *, officer: Officer) -> int:
    """It is right that so many are restricted: impose all that are held; the number of them."""
    with record.of("stop.release", officer=officer, place=f"stop:{stop.pk}") as trace:
        alerts.one_night_at_a_time()
        held = _decided(stop, Stop.State.RELEASED, grounds, officer)
        rows = list(held.held.order_by("pk"))
        opened = {
            (alert.indicator, alert.subject): alert
            for alert in Alert.objects.open().filter(
                indicator=held.indicator, subject__in=[row.subject for row in rows]
            )
        }
        wanted = [row for row in rows if (row.indicator, row.subject) in opened]
        before = Directive.objects.select_for_update(of=("self",)).filter(
            lifted_at=None,
            indicator=held.indicator,
            alert__kind=Alert.Kind.MONITORING,
            subject__in=[row.subject for row in wanted],
        )
        reaches = {(row.subject, row.about) for row in wanted}
        directives.lift_all(
            [one for one in before if (one.subject, one.about) in reaches], alerts.REPLACED
        )
        orders = [
            alerts.directive_of(row.told, opened[(row.indicator, row.subject)]) for row in wanted
        ]
        directives.impose_all(orders, officer=officer)
        trace.detail |= {"stop": held.pk, "indicator": held.indicator, "count": len(orders)}
        trace.detail["note"] = held.grounds
    return len(orders)


def refuse(stop: Stop, grounds: str, *, officer: Officer) -> None:
    """So many must not be restricted: none of them is, until a fact changes or comes anew."""
    with record.of("stop.refuse", officer=officer, place=f"stop:{stop.pk}") as trace:
        alerts.one_night_at_a_time()
        held = _decided(stop, Stop.State.REFUSED, grounds, officer)
        trace.detail |= {"stop": held.pk, "indicator": held.indicator, "count": held.held.count()}
        trace.detail["note"] = held.grounds


def _decided(stop: Stop, state: Stop.State, grounds: str, officer: Officer) -> Stop:
    held = Stop.objects.select_for_update().get(pk=stop.pk)
    access.require_role(officer, *directives.MAY_LIFT)
    if not visible(officer).filter(pk=held.pk).exists():
        raise access.not_yours()
    if not held.is_waiting:
        told = {"state": held.get_state_display()}
        raise Refusal("already_decided", _("该停送当前为“%(state)s”") % told)
    if not grounds.strip():
        raise Refusal("grounds_needed", _("请填写依据"))
    held.state, held.grounds = state, grounds.strip()[:1000]
    held.decided_by, held.decided_at = officer, now()
    held.save(update_fields=["state", "grounds", "decided_by", "decided_at"])
    return held


def visible(officer: Officer) -> QuerySet[Stop]:
    """Stops of counties that are wholly the officer's; nobody's subjects are the city's."""
    if officer.office is None or officer.office.level == Office.Level.BRANCH:
        return Stop.objects.none()
    own = Q(region__startswith=officer.office.region)
    if officer.office.level in (Office.Level.CITY, Office.Level.PROVINCE):
        own |= Q(region="")
    return Stop.objects.filter(own)


def waiting(officer: Officer) -> int:
    return visible(officer).filter(state=Stop.State.WAITING).count()


@dataclass(frozen=True)
class Shown:
    """One stop as a page shows it."""

    stop: Stop
    officer: Officer
    page: Page[Stopped] | None = None

    @property
    def indicator(self) -> str:
        return f"{self.stop.indicator} {words.indicator_title(self.stop.indicator)}"

    @cached_property
    def county(self) -> str:
        return limits.county(self.stop.region)

    @cached_property
    def count(self) -> int:
        return self.stop.held.count()

    @cached_property
    def rows(self) -> list[tuple[Stopped, Subject, Subject]]:
        """What is held, whom it would restrict, whose fact it is."""
        found = list(self.page or [])
        known = Known.of(key for row in found for key in (row.about, row.subject))
        return [(row, known.subject(row.about), known.subject(row.subject)) for row in found]

    @property
    def can_decide(self) -> bool:
        return self.stop.is_waiting and self.officer.holds(*directives.MAY_LIFT)


def listed(officer: Officer) -> list[Shown]:
    """The waiting first, then the latest decided."""
    found = visible(officer).select_related("decided_by")
    some = [*found.filter(state=Stop.State.WAITING).order_by("pk")]
    some += found.exclude(state=Stop.State.WAITING).order_by("-decided_at")[:A_PAGE]
    return [Shown(stop, officer) for stop in some]


def one(officer: Officer, pk: int, page: str) -> Shown:
    """The stop with a page of those whom it holds back, when the county is the officer's."""
    found = visible(officer).filter(pk=pk).select_related("decided_by").first()
    if found is None:
        with record.of("access.ask", officer=officer, place=f"stop:{pk}"):
            raise access.not_yours()
    return Shown(found, officer, Paginator(found.held.order_by("pk"), 100).get_page(page))
