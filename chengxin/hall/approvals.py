"""Who signs on the spot with his own work number and password: who approves, who looked too.

Guesses at anybody's password are counted together; after five that number waits half an hour.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall.models import Window
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk import directives
from chengxin.trace import record
from chengxin.trace.models import Trace

WRONG_PASSWORDS = 5  # of one approver within half an hour (等保)


def approver(work_number: str, password: str, *, officer: Officer, window: Window) -> Officer:
    """The section head who approves on the spot (D3): another officer of this county, by his own
    work number and password; five wrong passwords lock that number out for half an hour."""
    with record.of("approval.give", officer=officer, place=window.place) as trace:
        head = _signed(work_number, password, trace)
        if head.pk == officer.pk or not head.holds(*directives.MAY_APPROVE):
            raise Refusal("approval_needed", _("审批须由经办人以外的科所长或局领导办理"))
        if not _works_here(head, window):
            raise Refusal("approval_needed", _("审批人不属于本县区局"))
    return head


def colleague(work_number: str, password: str, *, officer: Officer, window: Window) -> Officer:
    """Who looks at the person too (双人核实): as `approver`, but any other officer who serves or
    leads here will do."""
    with record.of("approval.give", officer=officer, place=window.place) as trace:
        second = _signed(work_number, password, trace)
        if second.pk == officer.pk or not second.holds(Role.WINDOW, *directives.MAY_APPROVE):
            raise Refusal(
                "second_officer_needed",
                _("双人核实须由经办人以外的窗口人员、科所长或局领导共同核对"),
            )
        if not _works_here(second, window):
            raise Refusal("second_officer_needed", _("第二核验人不属于本县区局"))
    return second


def taking_over(work_number: str, password: str, *, officer: Officer, window: Window) -> Officer:
    """Who takes the window over from `officer` (接班人): another officer who serves here."""
    with record.of("approval.give", officer=officer, place=window.place) as trace:
        taking = _signed(work_number, password, trace)
        if taking.pk == officer.pk or not taking.holds(Role.WINDOW):
            raise Refusal("second_officer_needed", _("接班人须为交班人以外的窗口人员"))
        if not _works_here(taking, window):
            raise Refusal("second_officer_needed", _("接班人不属于本县区局"))
    return taking


def _signed(work_number: str, password: str, trace: Trace) -> Officer:
    """Who puts his own number and password in; guesses at anybody's are counted together."""
    trace.detail["approver"] = work_number[:30]
    since = now() - timedelta(minutes=30)
    wrong = Trace.objects.filter(
        action="approval.give",
        outcome="wrong_password",
        at__gt=since,
        detail__approver=work_number[:30],
    )
    if wrong.count() >= WRONG_PASSWORDS:
        raise Refusal("locked_out", _("密码错误次数过多，请半小时后再试"))
    found = Officer.objects.filter(username=work_number, is_active=True).first()
    if found is None or not found.check_password(password):
        raise Refusal("wrong_password", _("工号或密码不正确"))
    return found


def _works_here(officer: Officer, window: Window) -> bool:
    return access.offices_of(officer).filter(pk=window.hall.office_id).exists()
