"""The figures of a hall as a workbook or as CSV; officer, time and the trace's number stand in it.

Nobody but the officers is named in them.  Whoever takes one leaves a trace.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengxin.hall import figures
from chengxin.hall.enrolment_figures import Identities
from chengxin.hall.figures import Desks, Figures, Tickets
from chengxin.hall.models import Hall
from chengxin.offices.models import Officer
from chengxin.people import export
from chengxin.people.export import Paper, Part
from chengxin.trace import record
from chengxin.trace.models import Trace

FORMS = ("xlsx", "csv")
BOM = "\ufeff"  # by which a spreadsheet knows that the file is UTF-8


def make(hall: Hall, first: date, last: date, form: str, *, officer: Officer) -> tuple[bytes, str]:
    """(the file, its name) of the figures from the first to the last day."""
    with record.of("figures.export", officer=officer, place=hall.place) as trace:
        trace.detail |= {"first": first.isoformat(), "last": last.isoformat(), "form": form}
        told = figures.of(hall, first, last)
    paper = Paper(
        f"{hall.title} {span(first, last)}", _facts(told), _groups(told), mark(trace, officer)
    )
    name = f"hall-{hall.pk}-{first}-{last}.{form}"
    return (export.xlsx(paper) if form == "xlsx" else _csv(paper)), name


def mark(trace: Trace, officer: Officer) -> str:
    """Officer, time and number of the trace, on one line."""
    return _("%(name)s %(number)s · %(time)s · 痕迹 %(trace)s") % {
        "name": officer.full_name, "number": officer.username,
        "time": f"{localtime(trace.at):%Y-%m-%d %H:%M}", "trace": trace.pk,
    }  # fmt: skip


def span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} – {last}"


def minutes(seconds: float | None) -> str:
    """12.4; a dash where there is nothing to tell of."""
    return "—" if seconds is None else f"{seconds / 60:.1f}"


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


def tickets_table(title: str, lines: Sequence[Tickets]) -> Part:
    columns: list[tuple[str, Callable[[Tickets], str]]] = [
        (title, lambda one: one.title or _("合计")),
        (_("取号量"), lambda one: str(one.taken)),
        (_("办结量"), lambda one: str(one.finished)),
        (_("弃号率"), lambda one: percent(one.abandoned_share)),
        (_("平均等候（分）"), lambda one: minutes(one.wait_mean)),
        (_("等候中位（分）"), lambda one: minutes(one.wait_median)),
        (_("九成等候不超过（分）"), lambda one: minutes(one.wait_p90)),
        (_("最长等候（分）"), lambda one: minutes(one.wait_longest)),
        (_("等候超时率"), lambda one: percent(one.too_long_share)),
        (_("平均办理（分）"), lambda one: minutes(one.service_mean)),
        (_("九成办理不超过（分）"), lambda one: minutes(one.service_p90)),
        (_("叫号次数"), lambda one: str(one.calls)),
        (_("过号次数"), lambda one: str(one.misses)),
        (_("转移次数"), lambda one: str(one.transfers)),
        (_("预计等候兑现率"), lambda one: percent(one.kept_share)),
    ]
    return _table(title, columns, lines)


def desks_table(title: str, lines: Sequence[Desks]) -> Part:
    columns: list[tuple[str, Callable[[Desks], str]]] = [
        (title, lambda one: one.title),
        (_("叫号次数"), lambda one: str(one.calls)),
        (_("首次叫号"), lambda one: str(one.called)),
        (_("接待人次"), lambda one: str(one.served)),
        (_("办结量"), lambda one: str(one.finished)),
        (_("过号次数"), lambda one: str(one.misses)),
        (_("平均等候（分）"), lambda one: minutes(one.wait_mean)),
        (_("平均办理（分）"), lambda one: minutes(one.service_mean)),
        (_("办理中位（分）"), lambda one: minutes(one.service_median)),
        (_("九成办理不超过（分）"), lambda one: minutes(one.service_p90)),
        (_("窗口利用率"), lambda one: percent(one.busy_share)),
    ]
    return _table(title, columns, lines)


def identities_table(told: Identities) -> Part:
    """采集统计、核实统计."""
    rows = [
        [_("完成采集（人次）"), str(told.enrolled)],
        *([title, str(count)] for title, count in told.ways),
        [_("采集人像"), str(told.faces)],
        [_("采集未成"), str(told.turned_away)],
        [_("登记证件"), str(told.registered)],
        [_("核验（次）"), str(told.verified)],
        *([title, str(count)] for title, count in told.bands),
        [_("其中双人核实"), str(told.two_officers)],
    ]
    return Part(_("采集与核实"), [_("项目"), _("次数")], rows, numbers=[1])


def grades_table(told: figures.Grades) -> Part:
    """好差评."""
    rows = [
        [_("请评价"), str(told.asked)],
        [_("已评价"), str(told.given)],
        [_("好评率"), percent(told.share)],
    ]
    return Part(_("好差评"), [_("项目"), _("次数")], rows, numbers=[1])


def tables(told: Figures) -> list[Part]:
    """Every table of the page and of the files, in their order."""
    found = [tickets_table(_("业务"), [told.total, *told.by_business])]
    if told.first != told.last:
        found.append(tickets_table(_("日期"), told.by_day))
    return [
        *found,
        tickets_table(_("时段"), told.by_half_hour),
        desks_table(_("窗口"), told.by_window),
        desks_table(_("人员"), told.by_officer),
        desks_table(_("机关"), told.by_bureau),
        identities_table(told.identities),
        grades_table(told.grades),
    ]


def _facts(told: Figures) -> list[tuple[str, str]]:
    total = told.total
    return [
        (_("大厅"), told.hall.title),
        (_("期间"), span(told.first, told.last)),
        (_("取号量"), str(total.taken)),
        (_("平均等候（分）"), minutes(total.wait_mean)),
        (_("平均办理（分）"), minutes(total.service_mean)),
        (_("弃号率"), percent(total.abandoned_share)),
        (_("预计等候兑现率"), percent(total.kept_share)),
    ]


def _groups(told: Figures) -> list[tuple[str, list[Part]]]:
    return [(part.title, [part]) for part in tables(told)]


def _table(title: str, columns: Sequence[tuple[str, Callable[[Any], str]]], lines: Any) -> Part:
    heads = [head for head, _cell in columns]
    rows = [[cell(line) for _head, cell in columns] for line in lines]
    told = _("按%(title)s") % {"title": title}
    return Part(told, heads, rows, numbers=list(range(1, len(columns))))


def _csv(paper: Paper) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([paper.mark])
    sheet.writerows(paper.facts)
    for title, parts in paper.groups:
        for part in parts:
            sheet.writerows([[], [title], part.heads, *part.rows])
    return (BOM + out.getvalue()).encode()
