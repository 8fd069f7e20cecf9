"""What indicators, bands, evidence and steps of an alert are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import GROUPS
from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import Indicator, indicator

ACTIONS: dict[str, str | Promise] = {
    "alert.clear": _("预警解除"),
    "alert.confirm": _("预警认定属实"),
    "alert.explain": _("预警已说明"),
    "alert.leave": _("预警无法认定"),
    "alert.open": _("发现预警"),
    "alert.refresh": _("预警情况变化"),
    "alert.release": _("批准解除"),
    "alert.see": _("查看预警"),
    "directive.await_release": _("待解除指令"),
    "directive.impose": _("下达限制指令"),
    "directive.lift": _("解除限制指令"),
    "directive.release": _("批准解除指令"),
}
EVIDENCE: dict[str, str | Promise] = {  # column of an indicator's SELECT
    "assessments": _("评估未结案件数"),
    "case_nos": _("案件编号"),
    "contract_no": _("网签合同编号"),
    "determined_on": _("非正常认定日期"),
    "dues": _("逾期凭证数"),
    "enterprises": _("连续亏损企业户数"),
    "filed_on": _("最早立案日期"),
    "income": _("近年个人应纳税所得额合计"),
    "inspections": _("稽查未结案件数"),
    "item_groups": _("适用事项"),
    "long_overdue": _("是否长期欠税"),
    "oldest_due_on": _("最早缴款期限"),
    "owed_local": _("其中地税欠税"),
    "owed_state": _("其中国税欠税"),
    "own_price": _("购房价款（本人份额）"),
    "registration_ids": _("登记序号"),
    "signed_on": _("购房合同签订日期"),
    "until": _("名单截止日期"),
    "valid_from": _("名单生效日期"),
    "vouchers": _("应征凭证序号"),
    "watch_ids": _("名单编号"),
}
MONEY = {"income", "owed_local", "owed_state", "own_price"}
MOST = 8  # entries of a list that are shown
UNITS: dict[str, str | Promise] = {
    "yuan": _("元"),
    "point": _("分"),
    "case": _("件"),
    "entry": _("条"),
    "registration": _("户"),
    "enterprise": _("户"),
    "year": _("年"),
    "month": _("个月"),
    "day": _("天"),
    "times": _("倍"),
    "permille": "‰",
}


@dataclass(frozen=True)
class Fact:
    """One line of the evidence, as an officer reads it."""

    title: str
    text: str
    numeric: bool = False


def action(name: str) -> str:
    return str(ACTIONS.get(name, name))


def indicator_title(code: str) -> str:
    known = _known(code)
    return code if known is None else _in_tongue(known.title, known.title_en)


def band_title(code: str, band: str) -> str:
    known = _known(code)
    if known is None or band not in known.bands:
        return band
    return _in_tongue(known.bands[band].title, known.bands[band].title_en)


def basis(code: str) -> str:
    """The legal ground, as the catalogue quotes it."""
    known = _known(code)
    return known.basis if known else ""


def clears(code: str) -> str:
    """What ends the finding."""
    known = _known(code)
    return _in_tongue(known.clears.zh, known.clears.en) if known else ""


def measure(code: str, value: Decimal) -> Fact | None:
    """The indicator's value with its unit: 欠税金额 52,340.00 元."""
    known = _known(code)
    if known is None:
        return None
    title = _in_tongue(known.value.title, known.value.title_en)
    return Fact(title, _amount(value, known.value.unit), numeric=True)


def facts(told: Mapping[str, Any]) -> list[Fact]:
    """The evidence of one finding line by line."""
    return [
        Fact(str(EVIDENCE.get(name, name)), _written(name, value), isinstance(value, int | float))
        for name, value in told.items()
    ]


def thresholds(code: str, params: Mapping[str, Any]) -> list[Fact]:
    """The limits that the scan used, as it used them."""
    known = _known(code)
    found = []
    for name, value in params.items():
        param = known.params.get(name) if known else None
        title = _in_tongue(param.title, param.title_en) if param else name
        number = isinstance(value, int | float)
        if param and param.unit == "fraction":
            text = f"{Decimal(str(value)):.0%}"
        elif number:
            text = _amount(Decimal(str(value)), param.unit if param else "")
        else:
            text = _written("item_groups" if name.endswith("groups") else name, value)
        found.append(Fact(title, text, number))
    return found


def _known(code: str) -> Indicator | None:
    try:
        return indicator(code)
    except Trouble:  # an alert outlives its indicator
        return None


def _written(name: str, value: Any) -> str:
    if value is None:
        return say("不详")
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if name == "item_groups":
        codes = value.split(",") if isinstance(value, str) else value
        return "、".join(dict.fromkeys(_group(code) for code in codes))
    if isinstance(value, list):
        rest = len(value) - MOST
        listed = "、".join(map(str, value[:MOST]))
        return (
            say("%(listed)s 等 %(count)d 项") % {"listed": listed, "count": len(value)}
            if (rest > 0)
            else listed
        )
    if name in MONEY:
        return _amount(Decimal(str(value)), "yuan")
    return str(value)


def _amount(value: Decimal, unit: str) -> str:
    number = f"{value:,.2f}" if unit == "yuan" else f"{value.normalize():,f}"
    return f"{number} {UNITS.get(unit, unit)}".strip()


def _group(code: str) -> str:
    group = GROUPS.get(code.strip())
    return _in_tongue(group.title, group.title_en) if group else code


def _in_tongue(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh
