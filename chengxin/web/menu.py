"""The left menu: for each officer the rooms that his roles open."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengxin.offices.models import Officer, Role


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    title: str | Promise
    route: str
    roles: tuple[str, ...]


ENTRIES = (
    Entry(_("窗口工作台"), "windows", (Role.WINDOW,)),
    Entry(
        _("大厅看板"),
        "hall-boards",
        (Role.HALL_MANAGER, Role.SECTION_HEAD, Role.LEADER, Role.AUDITOR),
    ),
    Entry(_("预警核实"), "alerts", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("限制指令"), "directives", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("异议答复"), "objections", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("冒名申诉"), "disputes", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("风险全景"), "panorama", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("核实看板"), "board", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("指标成效"), "outcomes", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("风险排序"), "ranking", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("监控与失信名单"), "lists", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("指标定制"), "studio", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(
        _("个人档案"),
        "dossier-search",
        (Role.WINDOW, Role.FIELD, Role.RISK, Role.CREDIT, Role.SECTION_HEAD, Role.LEADER),
    ),
    Entry(_("身份认定"), "identities", (Role.DATA,)),
    Entry(_("疑似重复身份"), "likenesses", (Role.DATA, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("冻结身份"), "frozen", (Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("注销与死亡"), "closings", (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)),
    Entry(_("个人信息申请"), "rights", (Role.DATA, Role.SECTION_HEAD, Role.LEADER)),
    Entry(
        _("采集与核实统计"),
        "enrolment-figures",
        (Role.HALL_MANAGER, Role.DATA, Role.SECTION_HEAD, Role.LEADER),
    ),
    Entry(_("数据交付"), "deliveries", (Role.DATA,)),
    Entry(_("运行记录"), "runs", (Role.DATA,)),
    Entry(_("大厅值守"), "duty", (Role.HALL_MANAGER,)),
    Entry(_("大厅设置"), "hall-settings", (Role.HALL_MANAGER,)),
    Entry(_("厅内设备"), "hall-devices", (Role.HALL_MANAGER, Role.ADMIN)),
    Entry(_("办税痕迹"), "traces", (Role.AUDITOR, Role.HALL_MANAGER)),
)


def of(officer: Officer) -> list[Entry]:
    held = {held.role for held in officer.roles.all()}
    return [entry for entry in ENTRIES if held.intersection(entry.roles)]
