"""数据交付: how each source stands, as its data keeper asks: is it in time, whole and as usual?

A source that promised a delivery for yesterday and one that sent a tenth of its usual rows are
both suspicious; a refused delivery that nothing followed is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.db.models import F, QuerySet, TextChoices, Window
from django.db.models.functions import RowNumber
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from chengxin.exchange.models import Delivery, NightRun
from chengxin.hall import checks
from chengxin.offices.models import Role
from chengxin.people import identity_facts, judgements, values
from chengxin.risk import list_facts
from chengxin.sources import Source, all_sources
from chengxin.sources.source import Rhythm

READS = (Role.DATA,)
# what the system itself writes: nobody to ask
OWN = {judgements.SOURCE, identity_facts.SOURCE, checks.SOURCE, *list_facts.SOURCES}
COMPARED = 10  # deliveries before the last one, whose median is the usual count of rows
FEW = 3  # with fewer of them nothing is usual yet
SMALL = 20  # rows; below, twice as many or half as many means nothing
TWICE = 2
LISTED = 60  # deliveries on the page of one source


class State(TextChoices):
    """How a source stands, the worst first."""

    REFUSED = "refused", _("退回未补")
    LATE = "late", _("逾期未到")
    UNUSUAL = "unusual", _("行数异常")
    NEVER = "never", _("尚未交付")
    IN_TIME = "in_time", _("正常")


_ORDER = list(State)
_TONES = {State.REFUSED: "danger", State.LATE: "danger", State.UNUSUAL: "warn", State.IN_TIME: "ok"}
_RHYTHMS = {
    Rhythm.DAY: _("每日"),
    Rhythm.WEEK: _("每周"),
    Rhythm.MONTH: _("每月"),
    Rhythm.QUARTER: _("每季"),
    Rhythm.YEAR: _("每年"),
    Rhythm.CHANGE: _("有变动时"),
}


@dataclass(frozen=True)
class Standing:
    """One source on `day`."""

    source: Source
    day: date
    last: Delivery | None  # the last that was taken
    refused: Delivery | None  # turned away after it
    usual: int | None  # rows; None while too few deliveries came

    @property
    def title(self) -> str:
        return values.title(self.source)

    @property
    def table(self) -> str:
        return values.title(self.source.lake_table)

    @property
    def rhythm(self) -> str:
        return str(_RHYTHMS[self.source.freshness.every])

    @property
    def due(self) -> date | None:
        """The last day on which the next delivery is in time; None where none was promised."""
        if self.last is None or self.last.delivered_on is None:
            return None
        return self.source.freshness.due_after(self.last.delivered_on)

    @property
    def days_late(self) -> int:
        return max(0, (self.day - self.due).days) if self.due else 0

    @property
    def unusual(self) -> bool:
        """Whether the last delivery has less than half or more than twice the usual rows."""
        if self.last is None or self.usual is None:
            return False
        fewer, more = sorted((self.last.rows, self.usual))
        return more >= SMALL and more > TWICE * fewer

    @property
    def state(self) -> State:
        if self.refused is not None:
            return State.REFUSED
        if self.days_late:
            return State.LATE
        if self.unusual:
            return State.UNUSUAL
        return State.NEVER if self.last is None else State.IN_TIME

    @property
    def tone(self) -> str:
        """Of the tag that says the state."""
        return _TONES.get(self.state, "")


@dataclass(frozen=True)
class Board:
    """All sources, those in trouble first, the last run and the last audit."""

    day: date
    standings: list[Standing]
    night: NightRun | None
    audited: NightRun | None  # the last run that asked subjects once more: what follows asks none

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Each state's words, and how many sources stand so."""
        states = [one.state for one in self.standings]
        return [(str(state.label), states.count(state)) for state in State]


def today() -> date:
    """Today, as the data counts it: the last night's day, and the days that passed since it ran."""
    night = NightRun.objects.order_by("-finished_at").first()
    if night is None:
        return localdate()
    return night.day + (localdate() - localdate(night.finished_at))


def board() -> Board:
    night = NightRun.objects.order_by("-finished_at").first()
    day = today()
    recent: dict[str, list[Delivery]] = {}
    for delivery in _newest(COMPARED + 1):
        recent.setdefault(delivery.source, []).append(delivery)
    standings = [
        standing(source, recent.get(name, []), day)
        for name, source in all_sources().items()
        if name not in OWN
    ]
    standings.sort(key=lambda one: (_ORDER.index(one.state), -one.days_late, one.source.title))
    audited = NightRun.objects.filter(audited__gt=0).order_by("-pk").first()
    return Board(day, standings, night, audited)


def standing(source: Source, recent: Iterable[Delivery], day: date) -> Standing:
    """From a source's latest deliveries, in any order."""
    newest = sorted(recent, key=lambda one: one.pk, reverse=True)
    taken = [one for one in newest if one.state != Delivery.State.REFUSED]
    last = taken[0] if taken else None
    turned_away = next((one for one in newest if one.state == Delivery.State.REFUSED), None)
    if turned_away is not None and last is not None and turned_away.pk < last.pk:
        turned_away = None
    before = [one.rows for one in taken[1 : COMPARED + 1]]
    usual = round(median(before)) if len(before) >= FEW else None
    return Standing(source, day, last, turned_away, usual)


def of_source(name: str) -> tuple[Standing, list[Delivery]]:
    """One source and what came from it, the newest first; KeyError where nobody described it."""
    source = all_sources()[name]
    listed = list(_in_files().filter(source=name).order_by("-pk")[:LISTED])
    day = today()
    return standing(source, listed, day), listed


def _newest(count: int) -> QuerySet[Delivery]:
    """So many of each source and each state."""
    by_source = Window(RowNumber(), partition_by=[F("source"), F("state")], order_by=F("pk").desc())
    return _in_files().defer("rejects").annotate(place=by_source).filter(place__lte=count)


def _in_files() -> QuerySet[Delivery]:
    """What came as a delivery: an event of a few rows is neither late nor small."""
    return Delivery.objects.filter(events=None)
