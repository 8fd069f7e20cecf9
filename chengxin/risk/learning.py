"""指标成效: what became of an indicator's alerts, and how far it can be trusted.

Precision is what was confirmed among what was confirmed or explained: an inconclusive case says
nothing of the indicator and is counted beside it.  Its interval is Wilson's (1927) at 95 per cent,
which holds for few cases too.  Hard facts are not judged and have no precision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Aggregate, Case, Count, DurationField, F, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.indicators.catalogue import all_indicators
from chengxin.offices.models import Office, Officer
from chengxin.risk import caselist, controls, industries, passing, words
from chengxin.risk.caselist import STAGES, Asked
from chengxin.risk.controls import Sample
from chengxin.risk.models import AlertQuerySet
from chengxin.risk.passing import Passing
from chengxin.risk.shares import wilson, written

COUNTED = ("open", "confirmed", "explained", "inconclusive", "cleared")


class By(models.TextChoices):
    """What the lines of the table are."""

    INDICATOR = "indicator", _("按指标")
    BUREAU = "bureau", _("按国税、地税")
    SECTION = "section", _("按行业")


SPANS: dict[str, str | Promise] = {"": _("全部"), "365": _("近一年"), "90": _("近三个月")}


class Median(Aggregate):
    """The middle one, or half-way between the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Learned:
    """The outcomes of one indicator, bureau or section."""

    asked: Asked
    code: str
    title: str
    counts: dict[str, int]  # hits and COUNTED
    median: timedelta | None  # from opening to closing by an officer
    counter: Passing  # what windows did with its directives
    control: Sample | None = None  # of an indicator: the newest sample of whom it did not hit

    @property
    def precision(self) -> float | None:
        told = self.counts["confirmed"] + self.counts["explained"]
        return self.counts["confirmed"] / told if told else None

    @property
    def interval(self) -> tuple[float, float] | None:
        confirmed, explained = self.counts["confirmed"], self.counts["explained"]
        return wilson(confirmed, confirmed + explained) if confirmed + explained else None

    @property
    def percent(self) -> str:
        return "—" if self.precision is None else f"{self.precision:.0%}"

    @property
    def between(self) -> str:
        return written(self.interval)

    @property
    def passed(self) -> str:
        """The share that a section head let pass."""
        told = self.counter
        return f"{told.passed / told.met:.0%}" if told.met else "—"

    @property
    def passed_between(self) -> str:
        told = self.counter
        return written(wilson(told.passed, told.met)) if told.met else ""

    @property
    def days(self) -> str:
        """Days to close, the median of them."""
        return "—" if self.median is None else f"{self.median / timedelta(days=1):.1f}"

    @property
    def numbers(self) -> list[tuple[str, int, str]]:
        """(name, count, address of its list): all hits, then each outcome."""
        hits = [("hits", self.counts["hits"], self.asked.query)]
        return hits + [
            (name, self.counts[name], self.asked.with_(stage=name).query) for name in COUNTED
        ]


@dataclass(frozen=True)
class Learning:
    """The table, by what, among which."""

    by: By
    asked: Asked
    rows: list[Learned]
    total: Learned

    @property
    def columns(self) -> list[str]:
        return [gettext("未办结"), *(str(STAGES[name][0]) for name in COUNTED[1:])]


def of(officer: Officer, by: By, asked: Asked) -> Learning:
    """Outcomes within what `officer` may see; `asked` chooses indicator, bureau, section, span."""
    asked = Asked(
        indicator=asked.indicator, bureau=asked.bureau, section=asked.section, opened=asked.opened
    )
    found = asked.within(officer)
    if by is By.BUREAU:
        rows = [
            _learned(one.within(officer), one, one.bureau, str(Office.Bureau(one.bureau).label))
            for one in _bureaus(asked)
        ]
    elif by is By.SECTION:
        rows = _grouped(found.annotate(by=_section()), asked, "section", caselist.section_title)
    else:
        rows = _grouped(found.annotate(by=F("indicator")), asked, "indicator", _indicator)
        samples = controls.newest(officer)
        rows = [replace(row, control=samples.get(row.code)) for row in rows]
    rows = [row for row in rows if row.counts["hits"]]
    return Learning(by, asked, rows, _learned(found, asked, "", ""))


def choices() -> dict[str, list[tuple[str, str]]]:
    """What the page lets one choose from."""
    return {
        "indicator": [(one.code, _indicator(one.code)) for one in all_indicators()],
        "bureau": [(str(value), str(label)) for value, label in Office.Bureau.choices],
        "section": [(one, str(told[2])) for one, told in industries.SECTIONS.items()],
        "opened": [(days, str(title)) for days, title in SPANS.items()],
    }


def _bureaus(asked: Asked) -> Iterable[Asked]:
    """A case that was sent to both bureaus counts with each."""
    wanted = [asked.bureau] if asked.bureau else Office.Bureau.values
    return [replace(asked, bureau=str(one)) for one in wanted]


def _counted() -> dict[str, Any]:
    judged = STAGES["closed"][1] & Q(closed_by__isnull=False)
    return {
        "hits": Count("pk"),
        **{name: Count("pk", filter=STAGES[name][1]) for name in COUNTED},
        "median": Median(F("closed_at") - F("first_seen"), filter=judged),
    }


def _learned(found: AlertQuerySet, asked: Asked, code: str, title: str) -> Learned:
    told = found.aggregate(**_counted())
    met = passing.of(found.annotate(by=Value(code))).get(code, Passing())
    return Learned(asked, code, title, _ints(told), told["median"], met)


def _grouped(found: Any, asked: Asked, name: str, title: Any) -> list[Learned]:
    """One line for each value of `by`, with which the alerts `found` are annotated."""
    told = found.order_by().values("by").annotate(**_counted()).order_by("by")
    met = passing.of(found)
    return [
        Learned(
            replace(asked, **{name: one["by"]}), one["by"], title(one["by"]), _ints(one),
            one["median"], met.get(one["by"], Passing()),
        )
        for one in told
    ]  # fmt: skip


def _ints(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("hits", *COUNTED)}


def _section() -> Case:
    """The section of the classification of industries; "?" where it is not known."""
    whens = [When(industries.within(one), then=Value(one)) for one in industries.SECTIONS]
    return Case(*whens, default=Value("?"), output_field=models.CharField())


def _indicator(code: str) -> str:
    return words.indicator_title(code)
