"""What indicators, bands, evidence and steps of an alert are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import GROUPS
from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import Indicator, indicator
from chengxin.trace import words as traces
from chengxin.trace.tongue import english

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
    "addresses": _("共用地址数"),
    "assessments": _("评估未结案件数"),
    "banned_since": _("最早阻止出境日期"),
    "bans": _("阻止出境件数"),
    "bought_lately": _("近期进项金额"),
    "burst_on": _("集中开票截止日期"),
    "capital": _("实缴出资"),
    "case_nos": _("案件编号"),
    "categories": _("无进项品目编码"),
    "changed_on": _("法定代表人变更日期"),
    "collected": _("任领票人户数"),
    "contract_no": _("网签合同编号"),
    "cycle_amount": _("环开合计金额"),
    "cycle_since": _("环开起始日期"),
    "cycles": _("环开个数"),
    "declared": _("比对期申报销售额"),
    "determined_on": _("非正常认定日期"),
    "direct_code": _("直接判级指标"),
    "document_nos": _("处理决定文书号"),
    "due_on": _("申报期限"),
    "dues": _("逾期凭证数"),
    "entered_on": _("最早列入日期"),
    "enterprise_ids": _("涉及企业"),
    "enterprise_owed": _("所任法定代表人的企业欠税"),
    "enterprises": _("连续亏损企业户数"),
    "fee": _("全年电费"),
    "filed_on": _("最早立案日期"),
    "first_invoice": _("首张发票金额"),
    "found_on": _("认定日期"),
    "founded": _("近期新办户数"),
    "grade_d": _("其中D级企业"),
    "grade_id": _("评级记录号"),
    "graded_on": _("评定日期"),
    "grounds": _("核验异常事项"),
    "group_sales": _("关联户合计销售额"),
    "income": _("近年个人应纳税所得额合计"),
    "inspections": _("稽查未结案件数"),
    "insured": _("参保人数"),
    "issued": _("开具"),
    "item_groups": _("适用事项"),
    "kept": _("任财务负责人、办税人员户数"),
    "large": _("是否较大数额"),
    "large_invoices": _("大额发票"),
    "largest": _("最大单张发票金额"),
    "last_on": _("最近发生日期"),
    "levy_items": _("征收项目"),
    "loans": _("借给关联企业"),
    "long_overdue": _("是否长期欠税"),
    "losing": _("是否连续亏损"),
    "lost": _("其中走逃（失联）企业"),
    "low_price": _("低价转让次数"),
    "market_status": _("市场登记状态"),
    "members": _("关联户数"),
    "near_limit": _("接近标准户数"),
    "near_pieces": _("接近限额发票张数"),
    "non_normal": _("其中非正常户"),
    "notice_nos": _("通知单编号"),
    "noticed_on": _("通知日期"),
    "oldest_due_on": _("最早缴款期限"),
    "oldest_on": _("最早日期"),
    "outlays": _("三年支出合计"),
    "owed": _("本人欠税"),
    "owed_local": _("其中地税欠税"),
    "owed_state": _("其中国税欠税"),
    "own_price": _("购房价款（本人份额）"),
    "paid": _("扣缴申报人数"),
    "phones": _("共用电话数"),
    "pieces_before": _("上月专用发票张数"),
    "plate": _("号牌号码"),
    "price": _("车辆价格"),
    "property": _("其中购置不动产"),
    "published_on": _("最早公布日期"),
    "received": _("取得"),
    "received_tax": _("已抵扣税额"),
    "reconciled": _("汇算应补未补税额"),
    "record_ids": _("记录号"),
    "registered_on": _("登记日期"),
    "registration_ids": _("登记序号"),
    "rep_changes": _("法定代表人变更次数"),
    "represented": _("任法定代表人户数"),
    "revenue": _("企业所得税营业收入"),
    "sales": _("申报销售额"),
    "signed_on": _("购房合同签订日期"),
    "sold": _("销项金额"),
    "sold_lately": _("近期销项金额"),
    "sources": _("支出种类数"),
    "status_on": _("状态日期"),
    "strangers": _("非登记领票人次数"),
    "tax_periods": _("逾期未申报税款所属期数"),
    "undecided": _("尚不能判定次数"),
    "unmatched": _("无进项品目销售额"),
    "unreported": _("未报告处置次数"),
    "until": _("名单截止日期"),
    "unverified": _("未验旧次数"),
    "valid_from": _("名单生效日期"),
    "vehicle": _("其中购置车辆"),
    "very_large": _("是否须报市局"),
    "violation_ids": _("违法行为编号"),
    "violations": _("违法行为数"),
    "vouchers": _("应征凭证序号"),
    "wages_deducted": _("所得税扣除工资"),
    "wages_withheld": _("个人所得税扣缴工资"),
    "watch_ids": _("名单编号"),
    "with_missing": _("发票缺失次数"),
    "year_sales": _("年度增值税销售额"),
    "zero_filing": _("是否连续零申报"),
}
MONEY = {
    "bought_lately",
    "capital",
    "cycle_amount",
    "declared",
    "enterprise_owed",
    "fee",
    "first_invoice",
    "group_sales",
    "income",
    "largest",
    "loans",
    "outlays",
    "owed",
    "owed_local",
    "owed_state",
    "own_price",
    "price",
    "property",
    "received_tax",
    "reconciled",
    "revenue",
    "sales",
    "sold",
    "sold_lately",
    "unmatched",
    "vehicle",
    "wages_deducted",
    "wages_withheld",
    "year_sales",
}
VALUES: dict[str, str | Promise] = {  # what a code of the evidence says
    "active": _("存续"),
    "revoked": _("吊销"),
    "deregistered": _("注销"),
    "withdrawn": _("撤销登记"),
    "moved_out": _("迁出"),
    "card": _("证件状态异常"),
    "mismatch": _("人证不符未解除"),
    "two_halls": _("短时间内在两个办税厅核验"),
    "appeal": _("申诉身份被冒用"),
    "template": _("人像采集已过期"),
}
CODED = {"grounds", "market_status"}
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
    return str(ACTIONS[name]) if name in ACTIONS else traces.action(name)


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


def defaults(code: str) -> dict[str, Any]:
    """The numbers by which an indicator judges where a bureau has set no others."""
    known = _known(code)
    params = known.params.items() if known else ()
    return {name: float(one.default) for name, one in params if isinstance(one.default, Decimal)}


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
        return gettext("不详")
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if name == "item_groups":
        codes = value.split(",") if isinstance(value, str) else value
        return "、".join(dict.fromkeys(_group(code) for code in codes))
    if name in CODED:
        codes = value if isinstance(value, list) else [value]
        return "、".join(str(VALUES.get(code, code)) for code in codes)
    if isinstance(value, list):
        rest = len(value) - MOST
        listed = "、".join(map(str, value[:MOST]))
        return (
            gettext("%(listed)s 等 %(count)d 项") % {"listed": listed, "count": len(value)}
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
    return en if english() else zh
