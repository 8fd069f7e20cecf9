"""How the hall's pages write traces, groups of items and windows."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import Group
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

register = template.Library()


@register.filter
def group_title(group: Group) -> str:
    return group.title_en if english() else group.title


@register.filter
def decision_title(decision: str) -> str:
    """不予办理 for refused: what the counter does with an item."""
    return str(DECISIONS[Decision(decision)])


@register.filter
def trace_action(trace: Trace) -> str:
    return words.action(trace.action)


@register.filter
def trace_outcome(trace: Trace) -> str:
    return words.outcome(trace.outcome)
