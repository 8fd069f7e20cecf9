"""改约时间: who stands at the kiosk books a half hour instead of taking a number now.

    choose ──half_hours──▶ a day, a time ──book──▶ done, with a slip

For everyone whom the kiosk would give a number, and for who has had his numbers of today: the
limit is no reason to send him away without a word of when he may come.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, printing
from chengxin.hall.models import Business, Device, KioskSession

State = KioskSession.State


def half_hours(session: KioskSession) -> list[dict[str, Any]]:
    """The coming days with their free half hours, for the screen; days that are full are left out.

    {"title": "8月21日 星期一", "times": [{"at": "2017-08-21T14:30:00+08:00", "time": "14:30"}]}
    """
    days = []
    for day, found in appointments.offered(session.device.hall):
        times = [
            {"at": one.at.isoformat(), "time": f"{localtime(one.at):%H:%M}"}
            for one in found
            if one.free
        ]
        if times:
            title = date_format(day, _("n月j日 l"))
            days.append({"title": title, "times": times})
    return days


def book(device: Device, session: KioskSession, at: datetime) -> None:
    """Keep the half hour for the person of `session`, once however often it is sent.

    `session` is present and at the choice, or done.
    """
    with transaction.atomic():
        held = KioskSession.objects.select_for_update().get(pk=session.pk)
        if held.state == State.DONE:
            if held.appointment_id is None:
                raise Refusal("wrong_state", _("请按屏幕提示操作"))
            return
        assert session.person is not None
        made = appointments.book(
            device.hall, session.person, Business(session.business), at, place=device.place
        )
        held.appointment, held.state = made, State.DONE
        held.save(update_fields=["appointment", "state"])
    printing.once(device, session.pk, printing.booked_slip(device, made))


def told(session: KioskSession) -> dict[str, Any]:
    """What the screen shows of the booking."""
    booked = session.appointment
    assert booked is not None
    at = localtime(booked.at)
    return {
        "day": date_format(at, _("n月j日 l")),
        "time": f"{at:%H:%M}",
        "link": appointments.link_of(booked.pk),
    }
