"""A number on paper: asked of the kiosk's printer once, and told to the person whatever happens.

    take ─▶ once ══ print ══▶ device ─▶ printed
                                ├─▶ failed: nothing was sent to the printer; `again` may ask anew
                                └─▶ unclear: nobody knows; never a second ticket, the counter helps

The number is the person's from the moment it was given; paper is only a note of it.  The device
keeps its own list of what it printed, so that even a second command for the same job prints once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Code, Verb
from chengxin.hall import devices
from chengxin.hall.models import Appointment, Device, DeviceCommand, Ticket
from chengxin.offices.models import Officer
from chengxin.trace import record
from chengxin.trace.tongue import english

SECONDS = 45  # for the printer; the person stands before it
TRIES = 3  # of a job whose ticket was certainly not printed

# codes after which nothing at all was sent to the printer
NOTHING_SENT = {
    Code.DEVICE, Code.TOO_BUSY, Code.NO_PAPER, Code.COVER_OPEN, Code.TIMEOUT, Code.CANCELLED,
    Code.BAD_COMMAND,
}  # fmt: skip


def once(device: Device, job: UUID, slip: dict[str, Any]) -> None:
    """Ask for the paper of `job` the first time it is seen; a device without printer does nothing.

    `slip` is `number_slip` or `booked_slip`.
    """
    if not device.prints:
        return
    with transaction.atomic():
        Device.objects.select_for_update().get(pk=device.pk)  # two requests of one swipe
        if not _asked(device, job):
            _ask(device, job, slip)


def again(device: Device, job: UUID) -> None:
    """The person asks once more, when the ticket was certainly not printed."""
    with transaction.atomic():
        Device.objects.select_for_update().get(pk=device.pk)
        asked = _asked(device, job)
        if not asked or _state(asked[-1]) != "failed" or len(asked) >= TRIES:
            raise Refusal("not_again", _("此号票不能在本机再次打印，请到咨询台"))
        _ask(device, job, asked[-1].args["slip"])


def copy(device: Device, ticket: Ticket, shown: Mapping[str, Any], *, officer: Officer) -> None:
    """补打: the counter prints another paper of a number whose own did not come out."""
    with record.of("ticket.copy", officer=officer, place=device.place) as trace:
        trace.about, trace.detail["ticket"] = ticket.holder.key, ticket.number
        if not device.prints:
            raise Refusal("no_printer", _("此设备没有可用的号票打印机，请另选一台"))
        slip = number_slip(device, shown) | {"copy": True}
        args: dict[str, Any] = {"job": str(uuid4()), "of": str(ticket.nonce), "slip": slip}
        devices.ask(device, Verb.PRINT, args, seconds=SECONDS, officer=officer)


def told(device: Device, job: UUID) -> dict[str, Any]:
    """For the screen: {"state": none, printing, printed, failed or unclear, "words", "again"}."""
    asked = _asked(device, job)
    if not asked:
        return {"state": "none", "words": "", "again": False}
    last = asked[-1]
    state = _state(last)
    return {
        "state": state,
        "words": last.words.get("en" if english() else "zh", "") if state != "printed" else "",
        "again": state == "failed" and len(asked) < TRIES,
    }


def number_slip(device: Device, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The slip of a number but for its code, which is kept nowhere (devices.as_message adds it);
    `shown` is what the screen shows of the ticket."""
    kept = ("number", "business", "ahead", "windows", "taken_at", "identified")
    slip = {name: shown[name] for name in kept}
    return slip | {"hall": device.hall.title, "english": english(), "copy": False}


def booked_slip(device: Device, booked: Appointment) -> dict[str, Any]:
    """The slip of a booking but for the address of its page, which is kept nowhere either."""
    at = localtime(booked.at)
    return {
        "hall": device.hall.title, "business": booked.get_business_display(),
        "day": f"{at:%F}", "time": f"{at:%H:%M}", "english": english(), "booking": booked.pk,
    }  # fmt: skip


def _ask(device: Device, job: UUID, slip: dict[str, Any]) -> None:
    number = len(_asked(device, job)) + 1
    devices.ask(
        device,
        Verb.PRINT,
        {"job": str(job), "slip": slip},
        seconds=SECONDS,
        id=_command_id(job, number),
    )


def _asked(device: Device, job: UUID) -> list[DeviceCommand]:
    """The commands to print this job, in their order."""
    ids = [_command_id(job, number) for number in range(1, TRIES + 1)]
    found = device.commands.in_bulk(ids)
    return [found[one] for one in ids if one in found]


def _command_id(job: UUID, number: int) -> UUID:
    return uuid5(job, f"print {number}")


def _state(command: DeviceCommand) -> str:
    if command.code is None:
        if command.deadline > now():
            return "printing"
        return "failed" if command.sent_at is None else "unclear"  # a device that is gone
    if command.code in (Code.OK, Code.WARNING):
        return "printed"
    return "failed" if command.code in NOTHING_SENT else "unclear"
