"""How the hall's pages write traces, groups of items and windows."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from chengxin.core.items import Group
from chengxin.hall import trace_words
from chengxin.trace.models import Trace

register = template.Library()


@register.filter
def group_title(group: Group) -> str:
    return group.title_en if (get_language() or "").startswith("en") else group.title


@register.filter
def trace_action(trace: Trace) -> str:
    return trace_words.action(trace.action)


@register.filter
def trace_outcome(trace: Trace) -> str:
    return trace_words.outcome(trace.outcome)


@register.filter
def window_number(trace: Trace) -> str:
    """3 for hall:yangxin/window:3; the place itself when it is no window."""
    before, found, number = trace.place.partition("/window:")
    return number if found else before
