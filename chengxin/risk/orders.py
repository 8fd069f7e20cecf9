"""What a directive orders, in words of the page's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.items import GROUPS, ITEMS
from chengxin.trace.tongue import english

EFFECT_TITLES = {
    Effect.BLOCK: _("不予办理"),
    Effect.LEGAL_REP: _("须法定代表人到场核实"),
    Effect.APPROVAL: _("须科所长审批"),
    Effect.REMIND: _("提示"),
}


@dataclass(frozen=True)
class Order:
    """One effect and the items or groups it reaches, in words."""

    effect: Effect
    title: str
    reaches: list[str]


def orders_of(levels: dict[str, str]) -> list[Order]:
    """`levels` (item, group or `*` → effect) in words of the page's language, strictest first."""
    return [
        Order(effect, str(EFFECT_TITLES[effect]), reached)
        for effect in STRICTEST_FIRST
        if (reached := [title_of(name) for name, level in levels.items() if level == effect])
    ]


def title_of(name: str) -> str:
    """An item, a group or `*` in words of the page's language."""
    if name == "*":
        return str(_("其他各项业务"))
    named = ITEMS.get(name) or GROUPS[name]
    return named.title_en if english() else named.title
