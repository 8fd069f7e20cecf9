"""The readers at a window: a card's chip instead of what an officer would type; a finger.

ask ──command──▶ the PC of this window ──signed answer──▶ heard
    nobody at the window      ▶ a number for enrolment, served at once
    a number without a name   ▶ it is his now (`hall.local`)
    the person's own card     ▶ his document and its picture are as the chip has them
    another person's card     ▶ refused in words, and nothing is taken down of it

    read_finger (enrol | verify) ──▶ a template for later visits, or the visit's verification
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Verb
from chengxin.devices.signing import Json
from chengxin.hall import devices, identify, ledger, local, moves, visits
from chengxin.hall.models import Device, DeviceCommand, Ticket, Window, WindowReading
from chengxin.offices.models import Officer
from chengxin.people import consents, fingers, identity
from chengxin.people.identity import CardRead
from chengxin.people.models import Purpose
from chengxin.trace import record
from chengxin.trace.tongue import english

SECONDS = 30  # that the reader waits

Use = WindowReading.Use

# Why what was read was not taken; anything else is told as not read.
TROUBLES: dict[str, str | Promise] = {
    "other_card": gettext_lazy("读出的是另一人的证件，请核对号票和持证人"),
    "identity_closed": gettext_lazy("身份已登记注销或死亡，请核实是否冒名"),
    "document_expired": gettext_lazy("证件已过有效期，请换领新证件后办理"),
    "already_named": gettext_lazy("此号已登记持号人"),
    "already_waiting": gettext_lazy("此人今日另有同类号票，请先找号（⇧F3）办理或合并"),
    "daily_limit": gettext_lazy("此人今日取号已达上限"),
    "restricted": gettext_lazy("此人的业务暂不能受理，请查看其限制指令"),
    "consent_needed": gettext_lazy("请先告知并取得本人对指纹信息的单独同意"),
    "finger_unreadable": gettext_lazy("指纹不够清晰或数据不完整，请重新按压"),
    "no_finger": gettext_lazy("本人没有留存指纹，请改用人脸或人工核验"),
    "no_engine": gettext_lazy("未配置指纹比对引擎，请改用人脸或人工核验"),
    "too_many_fingers": gettext_lazy("已采集四枚指纹，请先删除再采集"),
    "window_busy": gettext_lazy("窗口已有人在办理，请办结后再读取"),
}


def reader(window: Window) -> Device | None:
    """The PC that stands at this window and has a card reader, in order or not."""
    found = Device.objects.filter(window=window, locked=False, parts__has_key="card_reader")
    return found.order_by("pk").first()


def read_card(window: Window, *, officer: Officer) -> WindowReading:
    """Let the reader at `window` wait for a card; asked twice, it waits once."""
    with record.of("card.ask", officer=officer, place=window.place) as trace:
        ticket = _here(window)
        trace.about = ticket.about if ticket else ""
        if (before := newest(window)) and before.waits and before.ticket == ticket:
            trace.drop()
            return before
        if ticket is None:
            visits.require_free(window)
        device = reader(window)
        if device is None or not device.can_read:
            raise Refusal("reader_gone", _("本窗口的读卡器不可用，请检查设备，或手工录入证件"))
        return WindowReading.objects.create(
            window=window,
            ticket=ticket,
            officer=officer,
            command=devices.ask(device, Verb.READ_ID, seconds=SECONDS, officer=officer),
        )


def finger_reader(window: Window) -> Device | None:
    """The PC at this window with a fingerprint reader, where the hall offers fingers."""
    if not window.hall.fingers:
        return None
    found = Device.objects.filter(window=window, locked=False, parts__has_key="finger_reader")
    return found.order_by("pk").first()


def read_finger(ticket: Ticket, use: str, *, officer: Officer) -> WindowReading:
    """Let the person at the window press a finger: to be kept, or to be compared."""
    window = ticket.window
    assert window is not None
    about = ticket.holder.key
    with record.of("finger.ask", about=about, officer=officer, place=window.place) as trace:
        trace.detail["use"] = use
        ledger.require_here(ticket)
        device = finger_reader(window)
        if use not in (Use.ENROL, Use.VERIFY) or device is None or not device.alive:
            raise Refusal("reader_gone", _("本窗口没有可用的指纹仪，请改用人脸或人工核验"))
        if not consents.stands(ticket.holder, Purpose.FINGER):
            raise Refusal("consent_needed", _("请先告知并取得本人对指纹信息的单独同意"))
        args: dict[str, Json] = {"what": "fingerprint"}
        return WindowReading.objects.create(
            use=use,
            window=window,
            ticket=ticket,
            officer=officer,
            command=devices.ask(device, Verb.CAPTURE, args, seconds=SECONDS, officer=officer),
        )


def heard(command: DeviceCommand, payload: Mapping[str, Any]) -> None:
    """What the reader gave, for the window that asked; nothing when none did."""
    found = WindowReading.objects.select_related("window__hall", "officer", "ticket__person")
    reading = found.filter(command=command, heard_at=None).first()
    if reading is None:
        return
    try:
        TAKES[Use(reading.use)](reading, payload)
    except Refusal as refusal:  # it has its trace; the page says it
        reading.trouble = refusal.code
    reading.heard_at = now()
    reading.save(update_fields=["trouble", "heard_at", "person", "ticket"])


def newest(window: Window) -> WindowReading | None:
    found = window.readings.select_related("command", "ticket").order_by("-asked_at")
    return found.first()


def shown(window: Window, ticket: Ticket | None) -> WindowReading | None:
    """What the page of this visit tells of the reader: that it waits, or why nothing came."""
    one = newest(window)
    if one is None or one.ticket_id != (ticket.pk if ticket else None):
        return None
    return one if now() - one.asked_at < WindowReading.SHOWN else None


def trouble(reading: WindowReading) -> str:
    """Why nothing was taken, in a sentence; "" while the reader waits or all is well."""
    command = reading.command
    if reading.waits or reading.taken:
        return ""
    if reading.trouble:
        return str(TROUBLES.get(reading.trouble, _("未能读出有效的证件信息，请重新放置证件")))
    if command.code is None:
        return _("未检测到证件，请重新放置后再读")
    return command.words.get("en" if english() else "zh") or _("未能读出，请重试")


def _take_card(reading: WindowReading, payload: Mapping[str, Any]) -> None:
    window, officer = reading.window, reading.officer
    card = CardRead.from_answer(payload)
    with record.of("card.read", officer=officer, place=window.place) as trace:
        trace.about = reading.ticket.about if reading.ticket else ""
        held = _here(window)
        if held != reading.ticket:
            raise Refusal("window_busy", _("读取时窗口前的人员已变，请重新读取"))
        if held is not None and held.person_id and identity.person_id(card) != held.person_id:
            raise Refusal("other_card", _("读出的是另一人的证件，请核对号票和持证人"))
        person = identity.meet(card, place=window.place)
        trace.about, reading.person = person.key, person
        if held is None:
            reading.ticket = visits.enrol_here(window, person, officer=officer)
        elif held.person_id is None:
            local.give_to(held, person, officer=officer)


def _take_finger(reading: WindowReading, payload: Mapping[str, Any]) -> None:
    window, officer, ticket = reading.window, reading.officer, reading.ticket
    try:
        raw = base64.b64decode(payload["template"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        raw = b""
    if ticket is None or _here(window) != ticket:
        raise Refusal("window_busy", _("读取时窗口前的人员已变，请重新读取"))
    if reading.use == Use.ENROL:
        fingers.enrol(ticket.holder, raw, officer=officer, place=window.place)
    else:
        identify.compare_finger(ticket, raw, officer=officer)
    reading.person = ticket.holder


def _here(window: Window) -> Ticket | None:
    found = Ticket.objects.filter(window=window, state__in=moves.HERE)
    return found.select_related("person").first()


TAKES: dict[WindowReading.Use, Callable[[WindowReading, Mapping[str, Any]], None]] = {
    Use.CARD: _take_card,
    Use.ENROL: _take_finger,
    Use.VERIFY: _take_finger,
}
