"""How the hall's pages write traces, groups of items and windows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import Group, Item
from chengxin.core.papers import Paper, named
from chengxin.hall import figure_files
from chengxin.risk.directives import Decision
from chengxin.trace import words
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

DECISIONS = {
    Decision.ALLOWED: _("可办理"),
    Decision.REMIND: _("提示"),
    Decision.APPROVAL: _("须审批"),
    Decision.LEGAL_REP: _("须法人到场"),
    Decision.LEGAL_REP_APPROVAL: _("法人到场并审批"),
    Decision.REFUSED: _("不予办理"),
}

REAL_NAME = {
    "required": _("须实名核验"),
    "legal_rep": _("须实名；受监控的须法人本人"),
    "bound": _("企业办税人员即可"),
    "own": _("本人办理"),
    "none": _("不要求实名"),
}

register = template.Library()


@register.filter
def group_title(group: Group) -> str:
    return group.title_en if english() else group.title


@register.filter
def decision_title(decision: str) -> str:
    """不予办理 for refused: what the counter does with an item."""
    return str(DECISIONS[Decision(decision)])


@register.filter
def real_name_rule(item: Item) -> str:
    """Who may do it, in short words; what no law lets a counter refuse says so."""
    rule = str(REAL_NAME[item.real_name])
    return f"{rule} · {gettext('不得拒办')}" if item.never_refused else rule


@register.filter
def papers(found: Iterable[Paper]) -> str:
    """营业执照、购销合同; "" for nothing."""
    return named(found, in_english=english())


@register.filter
def took(time: timedelta) -> str:
    """A span as an officer says it: whole minutes, or less than one."""
    minutes = round(time.total_seconds()) // 60
    if not minutes:
        return gettext("不到 1 分钟")
    return ngettext("%(count)d 分钟", "%(count)d 分钟", minutes) % {"count": minutes}


@register.filter
def trace_action(trace: Trace) -> str:
    return words.action(trace.action)


@register.filter
def trace_outcome(trace: Trace) -> str:
    return words.outcome(trace.outcome)


@register.filter
def in_minutes(seconds: float | None) -> str:
    """12.4 for 744 seconds; a dash where there is nothing to tell of."""
    return figure_files.minutes(seconds)


@register.filter
def share(part: float | None) -> str:
    """4.6%, likewise."""
    return figure_files.percent(part)
