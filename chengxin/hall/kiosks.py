"""One person before one kiosk, from the card to the ticket.

    begin ──card──▶ read_card ──face──▶ compare (three tries) ──▶ choices ──▶ take ──▶ end
                                            └── skip_face, third failure: 待人工核验    └─▶ printing

The page makes the session's id and sends it with everything, so what a lost line sent twice is
done once.  A session shows nothing of its person to anyone who does not know its id, and ends by
itself.  Nothing here says why somebody is restricted: a kiosk is a public screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS
from chengxin.core.refusal import Refusal
from chengxin.devices import messages
from chengxin.devices.messages import Code, Verb
from chengxin.devices.words import DeviceUnavailable
from chengxin.hall import (
    captures,
    codes,
    devices,
    identify,
    kiosk_booking,
    matters,
    printing,
    promises,
    readings,
    visits,
)
from chengxin.hall.models import Business, Device, DeviceCommand, Hall, KioskSession, Ticket
from chengxin.offices.models import Officer
from chengxin.people import identity
from chengxin.people.models import Enterprise, Verification
from chengxin.trace import record
from chengxin.trace.tongue import english, listed

STEP = timedelta(seconds=90)  # for one step; the page asks after a minute whether someone is there
READING = 60  # seconds that the reader waits for a card

State = KioskSession.State


def begin(device: Device, session_id: UUID, business: Business | None) -> KioskSession:
    """Somebody chose a business, or (None) his own pages: ask the reader for a card.  Who stood
    here before is gone."""
    with record.of("kiosk.begin", place=device.place) as trace:
        trace.detail["business"] = business or ""
        Device.objects.select_for_update().get(pk=device.pk)
        if session := KioskSession.objects.filter(pk=session_id, device=device).first():
            trace.drop()
            return session
        if device.locked:
            raise devices.locked()
        if not device.can_read:
            raise Refusal("reader_gone", _("读卡器暂不可用，请到咨询台取号"))
        _end_others(device)
        return KioskSession.objects.create(
            id=session_id,
            device=device,
            business=business or "",
            reading=devices.ask(device, Verb.READ_ID, seconds=READING),
            until=now() + STEP,
        )


def read_again(device: Device, session_id: UUID) -> KioskSession:
    """The card was not put or not read in time: ask the reader once more."""
    with transaction.atomic():
        session = _present(device, session_id, State.CARD)
        if session.reading and session.reading.code is None and not session.trouble:
            return session  # it still waits
        session.reading = devices.ask(device, Verb.READ_ID, seconds=READING)
        session.trouble = ""
        session.save(update_fields=["reading", "trouble"])
    return session


def hear(device: Device, told: messages.Answer) -> None:
    """An answer of the device's agent; a card that was read goes to the session that asked."""
    command = devices.answer(device, told)
    if command is None or told.kind == "error":
        return
    if command.verb == Verb.DISCOVER:
        devices.keep_props(device, told.payload)
    if command.verb == Verb.PRINT:
        devices.keep_printed(device, told.payload)
    if command.verb == Verb.CAPTURE and captures.keep(command, told.payload) is None:
        readings.heard(command, told.payload)
    if command.verb == Verb.READ_ID:
        waiting = command.sessions.select_related("device__hall")
        session = waiting.filter(state=State.CARD, until__gt=now()).first()
        if session is not None:
            read_card(session, told.payload)
        else:
            readings.heard(command, told.payload)


def read_card(session: KioskSession, payload: Mapping[str, Any]) -> None:
    """Know the person of the card (people.identity.meet) and go on to the face."""
    place = session.device.place
    try:
        person = identity.meet(identity.CardRead.from_answer(payload), place=place)
    except Refusal as refusal:  # it has its trace; the page says it and asks for another card
        with record.of("kiosk.read", place=place) as trace:
            trace.outcome = session.trouble = refusal.code
            session.save(update_fields=["trouble"])
        return
    with record.of("kiosk.read", about=person.key, place=place):
        held = KioskSession.objects.select_for_update().get(pk=session.pk)
        if held.state == State.CARD:
            held.person, held.state, held.until = person, State.FACE, now() + STEP
            held.save(update_fields=["person", "state", "until"])


def compare(device: Device, session_id: UUID, live_jpeg: bytes) -> KioskSession:
    """One live picture: accepted, left to an officer, or one of three tries gone.

    Refuses `face_advice` in words for a picture that is no good; that costs no try.
    """
    session = _present(device, session_id, State.FACE)
    assert session.person is not None
    try:
        made = identity.verify(session.person, live_jpeg, place=device.place)
    except DeviceUnavailable as trouble:
        raise identify.no_engine(trouble) from trouble
    with transaction.atomic():
        session = _present(device, session_id, State.FACE)
        session.verification = made
        session.tries += made.band == Verification.Band.REJECT
        if made.band != Verification.Band.REJECT or not session.tries_left:
            session.state = State.CHOOSE
        session.save(update_fields=["verification", "tries", "state"])
    return session


def skip_face(device: Device, session_id: UUID) -> KioskSession:
    """No camera, or the person does not want his face compared: an officer will look at him."""
    with transaction.atomic():
        session = _present(device, session_id, State.FACE)
        assert session.person is not None
        with record.of("kiosk.skip_face", about=session.person.key, place=device.place):
            session.state = State.CHOOSE
            session.save(update_fields=["state"])
    return session


def take(
    device: Device, session_id: UUID, enterprise_id: str | None, items: Sequence[str] = ()
) -> visits.Taken:
    """Give the number for the items chosen; the session's id is the nonce, so the same session has
    one ticket."""
    with transaction.atomic():
        session = _present(device, session_id, State.CHOOSE, State.DONE)
        person = session.person
        assert person is not None
        if not session.business:
            raise Refusal("wrong_state", _("请按屏幕提示操作"))
    enterprise = None
    if enterprise_id:
        enterprise = Enterprise.objects.filter(pk=enterprise_id).first()
        if enterprise is None:
            raise Refusal("not_bound", _("此人不是该企业的法定代表人、财务负责人或办税人员"))
    taken = visits.take_ticket(
        device.hall,
        person,
        Business(session.business),
        enterprise=enterprise,
        verification=session.verification,
        nonce=session.pk,
        items=matters.planned(Business(session.business), list(items)),
    )
    KioskSession.objects.filter(pk=session.pk, state=State.CHOOSE).update(state=State.DONE)
    print_number(device, session.pk)
    return taken


def print_number(device: Device, nonce: UUID) -> None:
    """The slip of the number that was given for `nonce`, once."""
    slip = printing.number_slip(device, ticket_told(device.hall, nonce))
    printing.once(device, nonce, slip)


def half_hours(device: Device, session_id: UUID) -> list[dict[str, Any]]:
    """When the person before this kiosk may come instead (改约时间)."""
    return kiosk_booking.half_hours(_present(device, session_id, State.CHOOSE))


def book(device: Device, session_id: UUID, at: datetime) -> None:
    """He comes at another time, and gets a slip of it instead of a number."""
    session = _present(device, session_id, State.CHOOSE, State.DONE)
    kiosk_booking.book(device, session, at)


def print_again(device: Device, session_id: UUID) -> KioskSession:
    """The ticket did not come out for certain, and the person asks once more."""
    session = _present(device, session_id, State.DONE)
    printing.again(device, session.pk)
    return session


def print_copy(device: Device, number: str, *, officer: Officer) -> None:
    """补打 at `device`: of a number of today that a kiosk gave and that still waits."""
    waiting = Ticket.objects.today(device.hall).filter(state=Ticket.State.WAITING)
    ticket = waiting.select_related("person").filter(number=number.strip().upper()).first()
    session = KioskSession.objects.filter(pk=ticket.nonce).first() if ticket else None
    if ticket is None or session is None:
        raise Refusal("number_unknown", _("本厅今日没有此等候号码"))
    printing.copy(device, ticket, ticket_told(ticket.hall, session.pk), officer=officer)


def end(device: Device, session_id: UUID) -> None:
    """Back to the start: forget who stood here."""
    with transaction.atomic():
        for session in KioskSession.objects.select_for_update().filter(
            pk=session_id, device=device, state__in=KioskSession.OPEN
        ):
            _end(session)


def identified(device: Device, session_id: UUID) -> KioskSession:
    """The session of a self-service terminal that has come past the face, with its person."""
    with transaction.atomic():
        session = _present(device, session_id, State.CHOOSE)
        if session.business or not device.self_service:
            raise Refusal("wrong_state", _("请按屏幕提示操作"))
    return session


def stay(device: Device, session_id: UUID) -> KioskSession:
    """我还需要时间: the person is still there."""
    with transaction.atomic():
        return _present(device, session_id, *KioskSession.OPEN)


def told(device: Device, session_id: UUID | None, chosen: str | None = None) -> dict[str, Any]:
    """All that the page may show now, as JSON; without an open session nothing of any person.

    `chosen` is the id of the enterprise whose items it asks for, "" of himself.
    """
    # asked once: its beginning may be on the way, and come between two questions
    found = KioskSession.objects.select_related("person", "verification", "reading", "appointment")
    session = found.filter(pk=session_id, device=device).first() if session_id else None
    is_open = session is not None and session.is_open
    return {
        "device": {
            "locked": device.locked,
            "reader": device.can_read,
            "printer": _printer_trouble(device),
            "face": device.props.get("face", "") if settings.DEMO else "",
        },
        "waiting": Ticket.objects.waiting_by_business(device.hall),
        "session": _session_told(session, chosen) if session and is_open else None,
        "over": session is not None and not is_open,  # one that nobody has begun yet is not over
    }


def windows_for(hall: Hall, business: str) -> list[int]:
    """The numbers of the windows that serve `business`."""
    return [
        window.number
        for window in hall.windows.order_by("number")
        if business in window.serves.split(",")
    ]


def _session_told(session: KioskSession, chosen: str | None) -> dict[str, Any]:
    person, reading = session.person, session.reading
    shown: dict[str, Any] = {
        "id": str(session.pk),
        "state": session.state,
        "business": session.business,
        "business_title": session.get_business_display(),
        "seconds": max(0, int((session.until - now()).total_seconds())),
        "tries_left": session.tries_left,
        "name": person.public_name if person else "",
        "known": bool(person and person.portraits.filter(enrolled=True).exists()),
        "identified": _accepted(session.verification),
        "trouble": _card_trouble(session, reading),
    }
    if session.state == State.CHOOSE and session.business:
        shown |= _choices_told(session, chosen)
        shown["booking"] = session.device.hall.slots > 0
    if session.state == State.DONE and session.appointment:
        link = (booked := kiosk_booking.told(session))["link"]
        shown["booked"] = booked | {"qr": _picture(link) if link else ""}
        shown["paper"] = printing.told(session.device, session.pk)
    elif session.state == State.DONE:
        shown["ticket"] = ticket_told(session.device.hall, session.pk)
        shown["paper"] = printing.told(session.device, session.pk)
    return shown


def _choices_told(session: KioskSession, chosen: str | None) -> dict[str, Any]:
    """For whom a number may be taken; and, when one is chosen or there is only one, for what."""
    person, business = session.person, Business(session.business)
    found = matters.choices(person, business)
    shown: dict[str, Any] = {"choices": [matters.told(choice) for choice in found]}
    ids = [choice.enterprise.pk if choice.enterprise else "" for choice in found]
    one = chosen if chosen in ids else ids[0] if len(ids) == 1 else None
    if one is not None and person is not None:
        enterprise = found[ids.index(one)].enterprise
        identified = _accepted(session.verification)
        matter = matters.of(
            session.device.hall, person, business, enterprise, identified=identified
        )
        shown["matter"] = {"enterprise": one, **matters.matter_told(matter)}
    return shown


def ticket_told(hall: Hall, nonce: UUID) -> dict[str, Any]:
    """What screen and paper say of the number that was given for `nonce`."""
    ticket = Ticket.objects.select_related("verification").get(nonce=nonce)
    token = codes.qr_text(nonce)
    promise = ticket.promises.order_by("pk").first()
    link = place_link(nonce)
    return {
        "wait": promises.words(promise) if promise else "",
        "place": _picture(link) if link else "",
        "number": ticket.number,
        "items": listed(matters.title(ITEMS[code]) for code in ticket.planned),
        "business": ticket.get_business_display(),
        "priority": ticket.get_priority_display() if ticket.priority else "",
        "ahead": ticket.ahead,
        "windows": listed(map(str, windows_for(hall, ticket.business))),
        "taken_at": localtime(ticket.taken_at).strftime("%Y-%m-%d %H:%M"),
        "identified": ticket.identified,
        "token": token,
        "qr": _picture(token),
    }


def _printer_trouble(device: Device) -> str:
    """Why no ticket can be printed here now, in a sentence; "" when one can, or none ever could."""
    stands = device.parts.get("printer", {})
    if stands.get("code") != Code.FAULT:
        return ""
    return str(stands.get("en" if english() else "zh", ""))


def place_link(nonce: UUID) -> str:
    """The address of the phone page; "" while the hall is reached from no phone."""
    if not settings.PUBLIC_URL:
        return ""
    return settings.PUBLIC_URL.rstrip("/") + reverse("place", args=[codes.place_text(nonce)])


def _picture(text: str) -> str:
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2, scale=8)


def _card_trouble(session: KioskSession, reading: DeviceCommand | None) -> str:
    """Why no card is known yet, in a sentence; "" while the reader waits or all is well."""
    if session.state != State.CARD:
        return ""
    if session.trouble == "document_expired":
        return _("证件已过有效期，请换领新证件，或到咨询台由工作人员协助")
    if session.trouble == "identity_closed":
        return _("此证件不能在此取号，请到咨询台由工作人员协助")
    if session.trouble:
        return _("未能读出有效的证件信息，请重新放置证件")
    if reading is None or (reading.code is None and reading.deadline > now()):
        return ""
    if reading.code is None:
        return _("未检测到证件，请重新放置")
    return reading.words.get("en" if english() else "zh") or _("未能读出证件，请拿起证件后重新放上")


def _accepted(verification: Verification | None) -> bool:
    return verification is not None and verification.band == Verification.Band.ACCEPT


def _present(device: Device, session_id: UUID, *states: str) -> KioskSession:
    """The open session, its time begun anew; Refusal when it is over or at another step."""
    if device.locked:
        raise devices.locked()
    with transaction.atomic():
        session = (
            KioskSession.objects.select_for_update(of=["self"])
            .select_related("person", "verification", "reading")
            .filter(pk=session_id, device=device, state__in=KioskSession.OPEN, until__gt=now())
            .first()
        )
        if session is None:
            raise Refusal("session_over", _("操作已超时，请重新开始"))
        if session.state not in states:
            raise Refusal("wrong_state", _("请按屏幕提示操作"))
        session.until = now() + STEP
        session.save(update_fields=["until"])
    return session


def _end_others(device: Device) -> None:
    for session in KioskSession.objects.select_for_update().filter(
        device=device, state__in=KioskSession.OPEN
    ):
        _end(session)


def _end(session: KioskSession) -> None:
    session.state = State.ENDED
    session.save(update_fields=["state"])
    reading = session.reading
    if reading and reading.answered_at is None and reading.deadline > now():
        devices.ask(session.device, Verb.CANCEL, {"command_id": str(reading.pk)}, seconds=15)
