"""Traces that leave the screen: a workbook with the watermark of who took it and what for."""

from __future__ import annotations

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.oversight import asked, lines
from chengxin.oversight.asked import Asked
from chengxin.oversight.lines import Line
from chengxin.people import export
from chengxin.people.dossier import Purpose
from chengxin.people.export import Paper, Part
from chengxin.trace import record, words

MOST = 5_000  # lines of one workbook; it says when there are more


def make(officer: Officer, search: Asked, purpose: str) -> tuple[bytes, str]:
    """(the workbook, its name) of the lines that `officer` asked for, the newest first."""
    found = asked.found(officer, search)
    with record.of("trace.export", about=search.about, officer=officer) as trace:
        if purpose not in Purpose.values:
            raise Refusal("purpose_needed", _("请先选择导出或打印的用途"))
        count = found.count()
        trace.detail |= {"purpose": purpose, "lines": min(count, MOST), "asked": search.names}
    shown = lines.of(found.select_related("officer").latest_first()[:MOST])
    heads = [
        _("编号"), _("时间"), _("动作"), _("对象"), _("内容"), _("经办人员"), _("工号"), _("地点"),
        _("结果"), _("原因或用途"),
    ]  # fmt: skip
    rows = [_row(one) for one in shown]
    note = _("共 %(count)s 条，本表只列最近 %(most)s 条") if count > MOST else _("共 %(count)s 条")
    part = Part(_("办税痕迹"), heads, rows, note % {"count": count, "most": MOST})
    facts = [(_("查询条件"), "、".join(search.names) or _("全部")), (_("条数"), str(len(rows)))]
    mark = export.mark(trace, officer, purpose)
    made = export.xlsx(Paper(_("办税痕迹"), facts, [(_("痕迹记录"), [part])], mark))
    return made, f"traces-{trace.pk}.xlsx"


def _row(one: Line) -> list[str]:
    by = one.trace.officer
    where = (one.hall.title if one.hall else "", words.place(one.trace.place))
    return [
        str(one.trace.pk), f"{localtime(one.trace.at):%Y-%m-%d %H:%M:%S}", one.action, one.whom,
        one.detail, export.actor(one.trace), by.username if by else "",
        " ".join(filter(None, where)), one.outcome, one.reason,
    ]  # fmt: skip
