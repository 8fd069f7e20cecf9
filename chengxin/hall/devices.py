"""The devices of a hall: who they are, what they are asked, what they answer.

    invite ──code──▶ enrol      once: the agent's public key comes into the register
    ask ──command──▶ agent ──answer──▶ answer
                     agent ──status──▶ status, every 15 seconds

The agent dials out and keeps one stream open; a command is a row, and the trace of asking tells
the stream of it.  A row not answered in time is sent again when the agent comes back.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin import devices as program
from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.devices import messages, signing
from chengxin.devices.messages import Code, Verb
from chengxin.devices.signing import Json
from chengxin.hall import appointments, codes
from chengxin.hall.models import Device, DeviceCommand, DeviceEnrolment, Hall, Window
from chengxin.offices.models import Officer
from chengxin.trace import record

INVITATION = timedelta(days=1)


def add(
    hall: Hall, device_id: str, title: str, *, officer: Officer, self_service: bool = False
) -> Device:
    """A PC that is to stand in `hall`; nothing can speak as it before it is enrolled.  With
    `self_service` people see their own data at it (自助办税终端)."""
    with record.of("device.add", officer=officer, place=hall.place) as trace:
        trace.detail["device"] = device_id
        if Device.objects.filter(pk=device_id).exists():
            raise Refusal("device_known", _("此设备编号已有，请另取一个"))
        return Device.objects.create(
            pk=device_id, hall=hall, title=title, self_service=self_service
        )


def invite(device: Device, *, officer: Officer | None = None) -> str:
    """A one-time code with which an agent may register itself as `device`; good for a day."""
    with record.of("device.invite", officer=officer, place=device.place):
        code = secrets.token_urlsafe(18)
        DeviceEnrolment.objects.create(
            device=device, token=digest(code.encode()), until=now() + INVITATION
        )
    return code


def enrol(code: str, public_key: str) -> Device:
    """Register the public key (Ed25519, base64url) of the agent that holds a one-time code.

    The same key with the same code again is the agent that lost the answer: nothing changes.
    """
    with record.of("device.enrol") as trace:
        invitation = (
            DeviceEnrolment.objects.select_for_update(of=["self"])
            .select_related("device")
            .filter(token=digest(code.encode()))
            .first()
        )
        if invitation is None:
            raise Refusal("code_unknown", _("登记码无效，请向系统管理员索取新的登记码"))
        device = invitation.device
        trace.place = device.place
        if invitation.used_at and secrets.compare_digest(device.public_key, public_key):
            trace.drop()
            return device
        if invitation.used_at or invitation.until < now():
            raise Refusal("code_used", _("登记码已用过或已过期，请向系统管理员索取新的登记码"))
        if not signing.is_public_key(public_key):
            raise Refusal("bad_key", _("设备公钥格式不符"))
        device.public_key = public_key
        device.save(update_fields=["public_key"])
        invitation.used_at = now()
        invitation.save(update_fields=["used_at"])
    return device


def ask(
    device: Device,
    verb: Verb,
    args: dict[str, Json] | None = None,
    *,
    seconds: int = 60,
    officer: Officer | None = None,
    id: UUID | None = None,
) -> DeviceCommand:
    """Ask `device` to do `verb` within so many seconds; its open stream hears of it at once.

    Whoever must be able to ask once only gives the command's id.
    """
    with record.of("device.ask", officer=officer, place=device.place) as trace:
        if device.locked:
            raise locked()
        command = DeviceCommand.objects.create(
            id=id or uuid4(),
            device=device,
            verb=verb,
            args=args or {},
            nonce=secrets.token_urlsafe(24),
            deadline=now() + timedelta(seconds=seconds),
        )
        trace.detail.update(verb=verb, command=str(command.pk))
    return command


def answer(device: Device, told: messages.Answer) -> DeviceCommand | None:
    """Take the answer to a command, once; None when it was taken before (a line was lost).

    Refuses what this device was not asked, what it did not sign over the command's nonce, and
    what comes after the deadline.
    """
    with record.of("device.answer", place=device.place) as trace:
        trace.detail.update(command=told.command_id, code=told.code)
        command = (
            DeviceCommand.objects.select_for_update()
            .filter(device=device, pk=_uuid(told.command_id))
            .first()
        )
        if command is None:
            raise Refusal("command_unknown", _("设备没有收到过此指令"))
        if not told.is_from(device.public_key, device.pk, command.nonce):
            raise Refusal("device_signature", _("设备签名不符，请重新登记设备公钥"))
        if command.answered_at is not None:
            trace.drop()
            return None
        if command.deadline < now():
            raise Refusal("too_late", _("设备应答超时，请重新操作"))
        command.answered_at, command.code = now(), told.code
        command.words = _words(told.payload) if told.kind == "error" else {}
        command.save(update_fields=["answered_at", "code", "words"])
        trace.detail["verb"] = command.verb
    return command


def hello(device: Device, told: messages.Hello) -> None:
    """The agent has started: nothing that stood beside it before counts any more."""
    with record.of("device.hello", place=device.place) as trace:
        trace.detail.update(version=told.version, simulated=told.simulated)
        Device.objects.filter(pk=device.pk).update(
            seen_at=now(), parts={"agent": _agent_stands(told.version)}
        )
        if told.simulated:
            ask(device, Verb.DISCOVER)


def status(device: Device, told: messages.Status) -> None:
    """Note how one part stands; a trace only when that changed or the agent was silent before."""
    with record.of("device.status", place=device.place) as trace:
        held = Device.objects.select_for_update().get(pk=device.pk)
        before, was_alive = held.parts.get(told.device, {}).get("code"), held.alive
        held.parts[told.device] = {"code": told.code, "zh": told.words.zh, "en": told.words.en}
        held.seen_at = now()
        held.save(update_fields=["parts", "seen_at"])
        trace.detail.update(part=told.device, code=told.code)
        if was_alive and _well(before) == _well(told.code):
            trace.drop()


def keep_props(device: Device, told: Mapping[str, Json]) -> None:
    """What a simulated station said it has: the names of its cards and drawn faces."""
    with transaction.atomic():
        held = Device.objects.select_for_update().get(pk=device.pk)
        for name in ("cards", "faces", "troubles", "camera_troubles"):
            listed = told.get(name)
            held.props[name] = [str(one) for one in listed] if isinstance(listed, list) else []
        held.save(update_fields=["props"])


def keep_printed(device: Device, told: Mapping[str, Json]) -> None:
    """Demo: the last ticket of a simulated printer as a picture, and how many it printed."""
    if "picture" not in told:
        return  # a real printer
    with transaction.atomic():
        held = Device.objects.select_for_update().get(pk=device.pk)
        held.props |= {"picture": told["picture"], "tickets": told["tickets"]}
        held.save(update_fields=["props"])


def simulate(device: Device, act: str, name: str) -> None:
    """Demo: put a card on the simulated reader, lift it, or stand somebody before the camera."""
    with transaction.atomic():
        held = Device.objects.select_for_update().select_related("hall").get(pk=device.pk)
        match act:
            case "put_card" if name in held.props.get("cards", []):
                args: dict[str, Json] = {"act": act, "card": name}
                held.props["card"] = name
            case "lift_card":
                args = {"act": act}
                held.props.pop("card", None)
            case "choose_face" if name in held.props.get("faces", []):
                args = {"act": act, "face": name}
                held.props["face"] = name
            case "trouble_printer" if name in held.props.get("troubles", []):
                args = {"act": act, "trouble": name}
                held.props["trouble"] = name
            case "trouble_camera" if name in held.props.get("camera_troubles", []):
                args = {"act": act, "trouble": name}
                held.props["camera_trouble"] = name
            case _:
                raise Refusal("not_on_the_table", _("演示台上没有这件道具"))
        ask(held, Verb.SIMULATE, args, seconds=15)
        held.save(update_fields=["props"])


def lock(device: Device, *, locked: bool, officer: Officer) -> None:
    """Take a device out of use, or into it again."""
    with record.of("device.lock", officer=officer, place=device.place) as trace:
        trace.detail["locked"] = locked
        device.locked = locked
        device.save(update_fields=["locked"])


def place_at(device: Device, window: Window | None, *, officer: Officer) -> None:
    """At which window its officer works; None: at none, as a kiosk."""
    with record.of("device.place", officer=officer, place=device.place) as trace:
        if window is not None and window.hall_id != device.hall_id:
            raise Refusal("window_unknown", _("本厅没有这个窗口"))
        trace.detail["window"] = window.number if window else None
        device.window = window
        device.save(update_fields=["window"])


def offer_fingers(hall: Hall, *, offered: bool, officer: Officer) -> None:
    """Let the hall offer a finger beside the face, or no more; what is kept stays until it ends."""
    with record.of("hall.fingers", officer=officer, place=hall.place) as trace:
        trace.detail["offered"] = offered
        hall.fingers = offered
        hall.save(update_fields=["fingers"])


def locked() -> Refusal:
    return Refusal("device_locked", _("此设备已停用，请到咨询台"))


def public_key_of(device_id: str) -> str | None:
    """For `signing.authenticate`: the key of an enrolled device that is in use."""
    found = Device.objects.filter(pk=device_id, locked=False).exclude(public_key="")
    return found.values_list("public_key", flat=True).first()


def pending(device: Device) -> list[messages.Command]:
    """What the device is still to do, oldest first; marks what is sent for the first time."""
    commands = list(device.commands.pending())
    fresh = [command.pk for command in commands if command.sent_at is None]
    if fresh:
        DeviceCommand.objects.filter(pk__in=fresh).update(sent_at=now())
    return [as_message(command) for command in commands]


def as_message(command: DeviceCommand) -> messages.Command:
    return messages.Command(
        id=str(command.pk),
        verb=Verb(command.verb),
        args=_whole(Verb(command.verb), command.args),
        deadline=int(command.deadline.timestamp()),
        nonce=command.nonce,
    )


def _whole(verb: Verb, args: dict[str, Any]) -> dict[str, Json]:
    """The arguments as the device needs them: a ticket's code stands nowhere but on its paper."""
    match (verb, args):
        case (Verb.PRINT, {"job": str(job), "slip": {"booking": int(booking)}}):
            slip = {name: told for name, told in args["slip"].items() if name != "booking"}
            return {"job": job, "slip": slip | {"link": appointments.link_of(booking)}}
        case (Verb.PRINT, {"job": str(job), "slip": dict(slip)}):
            code = codes.qr_text(UUID(args.get("of", job)))
            return {"job": job, "slip": slip | {"code": code}}
    return args


def _agent_stands(version: str) -> dict[str, Json]:
    """The agent as one more part of its PC: an old one goes on working, and is to be renewed."""
    if version == program.VERSION:
        return {"code": Code.OK, "zh": f"程序版本 {version}", "en": f"Program version {version}"}
    return {
        "code": Code.WARNING,
        "zh": f"程序版本 {version}，与服务器的 {program.VERSION} 不同，请更新",
        "en": f"Program version {version}; the server has {program.VERSION}: update it.",
    }


def _well(code: int | None) -> bool:
    return code in (Code.OK, Code.WARNING, Code.BUSY)


def _words(payload: dict[str, Json]) -> dict[str, str]:
    told = payload.get("words")
    if not isinstance(told, dict):
        return {}
    return {tongue: str(told.get(tongue, ""))[:200] for tongue in ("zh", "en")}


def _uuid(text: str) -> UUID:
    """The id in `text`; the nil id, which no command has, when there is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
