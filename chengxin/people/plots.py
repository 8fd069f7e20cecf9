"""What a person would rather look at than read: columns, a calendar of returns, shares as a bar.

Every plot stands over the rows it is made from; it adds nothing that they do not say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from chengxin.core.calendar import filing_due
from chengxin.lake.engine import Row
from chengxin.lake.tables import TABLES, Column, Kind, Table
from chengxin.people import gathered, values
from chengxin.warehouse import by_subject

PERIODS = 24  # columns of a plot: two years of months
SERIES = 3  # kinds of columns beside each other
RETURNS = 600  # returns read for the calendar: a year of what the busiest taxpayer files
MONTHS = 12  # of the calendar
ADDED = (Kind.MONEY, Kind.INTEGER, Kind.QUANTITY)  # what is summed up by period


@dataclass(frozen=True)
class Plot:
    """Columns by period; `told` is what people/plots.js draws."""

    name: str
    title: str
    told: dict[str, Any]


@dataclass(frozen=True)
class Mark:
    """One month of the calendar of returns."""

    state: str  # "" nothing is due | ok | late | missing
    text: str  # in words, for everyone
    due: date | None = None

    @property
    def sign(self) -> str:
        signs = {"ok": "✓", "late": gettext("迟"), "missing": gettext("缺")}
        return signs.get(self.state, "")


@dataclass(frozen=True)
class Filings:
    """申报日历: the last twelve months, one line for each levy item."""

    months: list[str]
    lines: list[tuple[str, list[Mark]]]

    @property
    def troubles(self) -> int:
        return sum(mark.state in ("late", "missing") for _item, line in self.lines for mark in line)


@dataclass(frozen=True)
class Share:
    """One investor's part of the bar, in hundredths of its width."""

    name: str
    words: str
    left: str
    width: str
    tone: int


def by_period(table: Table, about: str) -> Plot | None:
    """A table's amounts by year or month, when it has them and there are three periods at least.

    A table that both bureaus send has no such plot: they may tell of one fact twice.
    """
    day = by_subject.day_of(table)
    numbers = [one for one in table.columns.values() if one.kind in ADDED]
    if day is None or not numbers or "bureau" in table.columns:
        return None
    yearly = table.columns[day].kind is Kind.YEAR
    if not yearly and not day.startswith(("period", "month")):
        return None
    drawn = [one for one in numbers if one.kind is numbers[0].kind][:SERIES]
    rows = gathered.sums(table.name, about, [one.name for one in drawn], PERIODS)
    if len(rows) < 3:
        return None
    told = _told(
        [_label(row["day"], yearly) for row in rows],
        {values.title(one): [row[one.name] for row in rows] for one in drawn},
    )
    return Plot(f"plot-{table.name}", _titled(values.title(table), _unit(table, drawn[0])), told)


def arrears(rows: list[Row], today: date) -> Plot | None:
    """Unpaid tax (yuan) at the end of each of the last months; None when it was never any."""
    ends = [_month(today, -back) - timedelta(days=1) for back in range(PERIODS - 1, -1, -1)]
    owed = [
        sum(
            (
                row["amount"]
                for row in rows
                if row["kind"] == "tax"
                and row["due_on"] < end
                and (row["paid_on"] is None or row["paid_on"] > end)
            ),
            Decimal(),
        )
        for end in ends
    ]
    if not any(owed):
        return None
    told = _told([end.isoformat()[:7] for end in ends], {gettext("月末欠税"): owed})
    return Plot("plot-arrears", _titled(gettext("欠税变化"), gettext("元")), told)


def cit_years(rows: list[Row]) -> Plot | None:
    if not rows:
        return None
    titles = {
        "revenue": gettext("营业收入"),
        "profit": gettext("利润总额"),
        "taxable_income": gettext("应纳税所得额"),
    }
    told = _told(
        [str(row["tax_year"]) for row in rows],
        {title: [row[name] for row in rows] for name, title in titles.items()},
    )
    return Plot("plot-cit-years", _titled(gettext("企业所得税年度申报"), gettext("元")), told)


def filings(about: str, today: date, *, closed: bool) -> Filings | None:
    """Which returns came in time in the last twelve months; None when none is known.

    The day by which one was due is the ledger's for the same period and levy item, else the law's.
    A period is missing when the same levy item was filed at this rhythm before; a `closed`
    taxpayer owes no more.  The rhythm is that of the newest period: who went over from months to
    quarters misses no month.
    """
    rows = [
        row
        for row in gathered.about("filing", about, limit=RETURNS)
        if not row["voided"] and row["period_from"] and row["period_until"]
    ]
    if not rows:
        return None
    due_days = {
        (row["bureau"], row["levy_item"], row["period_until"]): row["due_on"]
        for row in gathered.about("tax_due", about, limit=RETURNS)
        if row["due_on"] and row["kind"] == "tax"
    }
    today = min(today, max(row["delivered_on"] for row in rows) + timedelta(days=1))
    ends = [_month(today, -back) - timedelta(days=1) for back in range(MONTHS - 1, -1, -1)]
    items: dict[tuple[str, str, bool], list[Row]] = defaultdict(list)
    for row in rows:
        yearly = _months(row["period_from"], row["period_until"]) == 12
        items[(row["levy_item"] or "", row["bureau"] or "", yearly)].append(row)
    lines = []
    for (item, bureau, _yearly), filed in sorted(items.items()):
        marks = _line(item, bureau, filed, ends, due_days, today, closed)
        if any(mark.state for mark in marks):
            title = f"{values.code('levy_item', item)} · {values.code('bureau', bureau)}"
            lines.append((title, marks))
    return Filings([end.isoformat()[2:7] for end in ends], lines) if lines else None


def shares(parts: Iterable[tuple[str, Decimal | None]]) -> list[Share]:
    """The investors side by side, the largest first; together more than all is drawn as all."""
    known = sorted(((name, share) for name, share in parts if share), key=lambda one: -one[1])
    whole = max(Decimal(1), sum((share for _name, share in known), Decimal()))
    drawn, left = [], Decimal()
    for place, (name, share) in enumerate(known):
        width = share / whole * 100
        drawn.append(Share(name, gathered.percent(share), f"{left:.3f}", f"{width:.3f}", place % 6))
        left += width
    return drawn


def _line(
    item: str,
    bureau: str,
    filed: list[Row],
    ends: list[date],
    due_days: dict[tuple[str, str, date], date],
    today: date,
    closed: bool,
) -> list[Mark]:
    newest = max(filed, key=lambda row: (row["period_until"], row["period_from"]))
    rhythm = _months(newest["period_from"], newest["period_until"])
    by_end: dict[date, Row] = {}
    for row in sorted(filed, key=lambda row: row["filed_on"] or date.max, reverse=True):
        by_end[row["period_until"]] = row  # of several the first that was filed
    last = newest["period_until"]
    first = min(
        row["period_until"]
        for row in filed
        if _months(row["period_from"], row["period_until"]) == rhythm
    )
    marks = []
    for end in ends:
        row = by_end.get(end, {})
        start = row.get("period_from") or _month(end, 1 - rhythm)
        due = due_days.get((bureau, item, end)) or filing_due(start, end)
        month = end.isoformat()[:7]
        if row.get("filed_on"):
            state = "ok" if row["filed_on"] <= due else "late"
            words = {"ok": gettext("按期"), "late": gettext("逾期")}[state]
            text = gettext("%(month)s %(state)s，期限 %(due)s，申报 %(filed)s") % {
                "month": month, "state": words, "due": due, "filed": row["filed_on"],
            }  # fmt: skip
            marks.append(Mark(state, text, due))
        elif _expected(end, rhythm, first) and due < today and not (closed and end > last):
            text = gettext("%(month)s 未见申报，期限 %(due)s") % {"month": month, "due": due}
            marks.append(Mark("missing", text, due))
        else:
            marks.append(Mark("", gettext("%(month)s 无须申报或未到期") % {"month": month}))
    return marks


def _expected(end: date, rhythm: int, first: date) -> bool:
    apart = (end.year - first.year) * 12 + end.month - first.month
    return end >= first and apart % rhythm == 0


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _month(day: date, more: int) -> date:
    """The first day of the month that many months after that of `day`."""
    month = day.year * 12 + day.month - 1 + more
    return date(month // 12, month % 12 + 1, 1)


def _unit(table: Table, column: Column) -> str:
    """In which unit the columns of a plot are; nothing where each row has its own."""
    if column.kind is Kind.MONEY:
        return gettext("元")
    told = column.kind is Kind.QUANTITY and column.unit not in table.columns
    return column.unit if told else ""


def _titled(title: str, unit: str) -> str:
    return gettext("%(title)s（%(unit)s）") % {"title": title, "unit": unit} if unit else title


def _label(day: date, yearly: bool) -> str:
    return str(day.year) if yearly else day.isoformat()[:7]


def _told(periods: list[str], series: dict[str, list[Any]]) -> dict[str, Any]:
    """Periods and one list of numbers for each series; nothing known is null."""
    return {
        "years": periods,
        "series": [
            {"name": name, "values": [None if one is None else float(one) for one in numbers]}
            for name, numbers in series.items()
        ],
    }


def of_tables(about: str, tables: Iterable[str]) -> list[Plot]:
    """The plots of those of a subject's tables that have one."""
    found = (by_period(TABLES[name], about) for name in tables)
    return [plot for plot in found if plot]
