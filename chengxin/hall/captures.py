"""纸质资料采集: a sheet under the document camera of a hall PC, kept sealed with the visit.

    ask ──command──▶ the PC's camera ──signed answer──▶ keep (checked, sealed) ─▶ open | discard

What comes back is believed only as far as it was signed by the PC that was asked, is what its
hash says, and is a picture of a bounded size.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS
from chengxin.core.papers import PAPERS, Again, Of
from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Verb
from chengxin.hall import devices, held_papers, items
from chengxin.hall.models import Device, DeviceCommand, Hall, PaperCapture, Ticket
from chengxin.offices.models import Officer
from chengxin.people.models import Enterprise
from chengxin.trace import record
from chengxin.trace.tongue import english

SECONDS = 30
MOST_BYTES = 1_600_000
STARTS = {"jpeg": b"\xff\xd8\xff", "pdf": b"%PDF-"}
MOST = 40  # sheets of one visit


@dataclass(frozen=True)
class Sheet:
    """What lies under the camera: a title of core.papers for an item, or a title of its own."""

    title: str = ""  # asked for where there is no code
    code: str = ""
    item: str = ""
    enterprise: Enterprise | None = None  # for which the item is done
    until: date | None = None  # the last day that stands on it

    @property
    def owner(self) -> Enterprise | None:
        """Whose paper it is; None: the person's own."""
        own = self.code in PAPERS and PAPERS[self.code].of == Of.PERSON
        return None if own else self.enterprise

    @property
    def named(self) -> str:
        return PAPERS[self.code].title if self.code in PAPERS else self.title.strip()[:60]


def cameras(hall: Hall) -> QuerySet[Device]:
    """The hall's PCs beside which a document camera stands, in order or not."""
    return hall.devices.filter(locked=False, parts__has_key="document_camera").order_by("pk")


def ask(
    ticket: Ticket, device: Device, sheet: Sheet, *, officer: Officer, format: str = "jpeg"
) -> PaperCapture:
    """Let `device` take the sheet that lies there now."""
    place = ticket.place
    with record.of("paper.ask", about=ticket.holder.key, officer=officer, place=place) as trace:
        if format not in STARTS or not sheet.named or sheet.item not in ("", *ITEMS):
            raise Refusal("title_needed", _("请选择资料，或填写资料名称"))
        if sheet.enterprise is not None:
            items.require_bound(ticket.holder, sheet.enterprise)
        if device.hall_id != ticket.hall_id or not cameras(ticket.hall).filter(pk=device.pk):
            raise Refusal("camera_unknown", _("本厅没有这台高拍仪"))
        if not device.alive:
            raise Refusal("camera_gone", _("高拍仪所在电脑不在线，请检查设备程序"))
        if ticket.papers.filter(discarded_at=None).count() >= MOST:
            raise Refusal("too_many_papers", _("本次办理采集的资料过多，请先核对"))
        args = {"what": "document", "format": format}
        command = devices.ask(device, Verb.CAPTURE, {**args}, seconds=SECONDS, officer=officer)
        made = PaperCapture.objects.create(
            ticket=ticket,
            person=ticket.holder,
            command=command,
            title=sheet.named,
            code=sheet.code,
            item=sheet.item,
            enterprise=sheet.owner,
            until=_last(sheet, ticket),
            registered=held_papers.registered(sheet.owner) if sheet.owner else "",
            officer=officer,
        )
        trace.detail.update(paper=str(made.pk), device=device.pk, title=made.title)
        trace.detail.update(item=made.item, enterprise=made.enterprise_id)
    return made


def keep(command: DeviceCommand, payload: Mapping[str, Any]) -> PaperCapture | None:
    """Take the picture that a device answered with; None when no visit asked for it."""
    asked = PaperCapture.objects.filter(command=command).select_related("person").first()
    if asked is None:
        return None
    place = command.device.place
    with record.of("paper.take", about=asked.person.key, place=place) as trace:
        trace.detail["paper"] = str(asked.pk)
        content, kind = _checked(payload)
        held = PaperCapture.objects.select_for_update().get(pk=asked.pk)
        held.taken_at, held.content, held.format = now(), content, kind
        held.sha256 = hashlib.sha256(content).hexdigest()
        held.width, held.height = int(payload["width"]), int(payload["height"])
        held.straightened = payload["straightened"] is True
        held.save()
        trace.detail.update(sha256=held.sha256, bytes=len(content))
    return held


def opened(capture: PaperCapture, *, officer: Officer, place: str) -> bytes:
    """The picture, for an officer to look at; the look leaves a trace."""
    if capture.content is None:
        raise Refusal("paper_gone", _("此份资料没有影像，或已作废"))
    record.seen(
        "paper.see", about=capture.person.key, officer=officer, place=place, paper=str(capture.pk)
    )
    return bytes(capture.content)


def discard(capture: PaperCapture, *, officer: Officer, place: str) -> PaperCapture:
    """The wrong sheet lay there: its picture is deleted, that there was one stays."""
    about = capture.person.key
    with record.of("paper.discard", about=about, officer=officer, place=place) as trace:
        trace.detail["paper"] = str(capture.pk)
        held = PaperCapture.objects.select_for_update(of=["self"]).get(pk=capture.pk)
        if held.discarded_at is not None:
            trace.drop()
            return held
        held.content, held.discarded_at = None, now()
        held.save(update_fields=["content", "discarded_at"])
    return held


def trouble(capture: PaperCapture) -> str:
    """Why no picture came, in a sentence; "" when one did or still may."""
    command = capture.command
    if capture.taken_at or capture.waits:
        return ""
    if command.code is None:
        return _("高拍仪没有应答，请检查后重拍")
    said = command.words.get("en" if english() else "zh", "")
    return said or _("未能采集，请重拍")


def _last(sheet: Sheet, ticket: Ticket) -> date | None:
    """The last day on the sheet: as told, or of the person's own document as its chip said."""
    if sheet.until is not None and sheet.until < localdate():
        raise Refusal("document_expired", _("资料的有效期已过，请换领后再采集"))
    own = sheet.code in PAPERS and sheet.owner is None
    if sheet.until is None and own and PAPERS[sheet.code].again == Again.DOCUMENT:
        return ticket.holder.document_until
    return sheet.until


def _checked(payload: Mapping[str, Any]) -> tuple[bytes, str]:
    try:
        kind = str(payload["format"])
        content = base64.b64decode(payload["document"], validate=True)
        whole = hashlib.sha256(content).hexdigest() == payload["sha256"]
        sized = type(payload["width"]) is int and type(payload["height"]) is int
        known = "straightened" in payload
    except (KeyError, TypeError, ValueError, binascii.Error):
        whole = sized = known = False
        content, kind = b"", ""
    begins = STARTS.get(kind)
    fits = 0 < len(content) <= MOST_BYTES
    if not (whole and sized and known and begins and content.startswith(begins) and fits):
        raise Refusal("paper_unreadable", _("收到的资料影像不完整，请重拍"))
    return content, kind
