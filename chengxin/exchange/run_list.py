"""运行记录: what ran, over which data, by which indicators, and what the audit said of it.

A night asks everyone, and some subjects once more by themselves; what follows it between two
nights asks only whom something changed for.  Each of them leaves a record, and these pages read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from chengxin.exchange.models import NightRun
from chengxin.offices.models import Role
from chengxin.risk import words

READS = (Role.DATA,)
A_PAGE = 50
TABS = {"nights": _("夜间运行"), "followed": _("只算变动"), "different": _("抽查不一致")}
_ASKED: dict[str, dict[str, bool | int]] = {
    "nights": {"followed": False},
    "followed": {"followed": True},
    "different": {"audited__gt": 0},
}


@dataclass(frozen=True)
class Listed:
    """One tab of the runs, the newest first."""

    tab: str
    tabs: list[tuple[str, str, int]]  # value, words, how many
    page: Page[NightRun]


@dataclass(frozen=True)
class Row:
    """One indicator of a run."""

    code: str
    title: str
    version: str
    found: int | None  # None in a record that did not count yet
    changed: bool  # the run before had another version of it, or none


@dataclass(frozen=True)
class Shown:
    """One run with its indicators."""

    run: NightRun
    rows: list[Row]

    @property
    def again(self) -> str:
        """The command that gives what it found, to the same bytes; "" when a later run over the
        same data asked by other indicators and is given instead."""
        day, version = self.run.day, self.run.lake_version
        since = NightRun.objects.filter(day=day, lake_version=version, pk__gt=self.run.pk)
        if since.exclude(indicators=self.run.indicators).exists():
            return ""
        return f"chengxin scan --lake-version {version} --as-of {day} --undecided --json"


def of(tab: str, page: str) -> Listed:
    tab = tab if tab in TABS else "nights"
    found = {name: NightRun.objects.filter(**asked) for name, asked in _ASKED.items()}
    found["different"] = found["different"].exclude(different=[])
    tabs = [(name, str(title), found[name].count()) for name, title in TABS.items()]
    return Listed(tab, tabs, Paginator(found[tab].order_by("-pk"), A_PAGE).get_page(page))


def one(pk: int) -> Shown | None:
    """The run of this key; None when there is none."""
    run = NightRun.objects.filter(pk=pk).first()
    if run is None:
        return None
    before = NightRun.objects.filter(pk__lt=pk).order_by("-pk").first()
    then = before.indicators if before else run.indicators
    rows = [
        Row(
            code,
            words.indicator_title(code),
            version,
            run.counts.get(code, 0) if run.counts or not run.findings else None,
            version != then.get(code),
        )
        for code, version in sorted(run.indicators.items())
    ]
    return Shown(run, rows)
