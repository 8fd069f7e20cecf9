"""What the hall's pages and devices are told as it happens (trace.stream).

A page in the hall learns only that something changed, and asks for what it may show; an officer's
window also learns about whom.  A device's stream carries its commands themselves.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from asgiref.sync import sync_to_async

from chengxin.hall import devices
from chengxin.hall.models import Device, Hall, KioskSession, Screen, Ticket, Window
from chengxin.people.models import Person
from chengxin.trace.stream import Event, Interest, listener

QUEUE_MOVES = {
    "ticket.take", "ticket.take_local", "ticket.name",
    "ticket.precall", "ticket.release", "ticket.call", "ticket.recall",
    "ticket.scan", "ticket.start", "ticket.miss", "ticket.return", "ticket.park", "ticket.resume",
    "ticket.transfer", "ticket.merge", "ticket.abandon", "ticket.prioritise", "ticket.finish",
    "window.come", "window.pause", "window.resume", "window.go",
}  # fmt: skip
ALARMS = {"alarm.call", "alarm.answer", "alarm.end"}
KIOSK_STEPS = {"kiosk.read", "device.answer", "device.status", "device.hello", "device.lock"}
# the counter obeys anew
ORDERS = {"directive.impose", "directive.lift", "directive.release", "directive.ease"}
READY = "event: ready\ndata: null\n\n"
STILL_HERE = ": still here\n\n"


async def commands(device: Device) -> AsyncGenerator[str, None]:
    """The device's commands, each once on this line; those not answered come again on the next."""
    sent: set[str] = set()
    yield "retry: 1000\n\n"
    ours = {"device.ask", "device.lock"}
    async for event in listener.events(lambda e: e.place == device.place and e.action in ours):
        if event is None:
            yield STILL_HERE
        elif event.action == "device.lock":
            return  # dials again, and is let in when it may
        for command in await sync_to_async(devices.pending)(device):
            if command.id not in sent:
                sent.add(command.id)
                yield f"event: command\ndata: {command.to_json()}\n\n"


async def changes(interest: Interest, name: str = "changed") -> AsyncGenerator[str, None]:
    """`ready` once, then `name` whenever something of interest happened; nothing about whom."""
    yield "retry: 1000\n\n"
    ready = False
    async for event in listener.events(interest):
        if event is not None:
            yield f"id: {event.pk}\nevent: {name}\ndata: null\n\n"
        else:
            yield STILL_HERE if ready else READY
            ready = True


async def of_kiosk(device: Device) -> AsyncGenerator[str, None]:
    """Steps of the person before this kiosk, how its devices stand, and what the back office
    orders about the person or his enterprises."""
    about = await _before(device)
    yield "retry: 1000\n\n"
    ready = False

    def interest(event: Event) -> bool:
        own = event.place == device.place and event.action in KIOSK_STEPS
        return own or (event.action in ORDERS and event.about in about)

    async for event in listener.events(interest):
        if not ready or (event and event.place == device.place):
            _become(about, await _before(device))  # what was ordered till now, the page asks for
        if event is not None:
            yield f"id: {event.pk}\nevent: changed\ndata: null\n\n"
        else:
            yield STILL_HERE if ready else READY
            ready = True


def of_hall(hall: Hall) -> AsyncGenerator[str, None]:
    """Whatever moves the hall's queue."""
    return changes(lambda e: e.action in QUEUE_MOVES and _in_hall(e, hall.pk))


def of_alarms(halls: Iterable[str]) -> AsyncGenerator[str, None]:
    """`alarm` when somebody in one of `halls` calls for help, or the call is answered or over."""
    mine = list(halls)
    return changes(
        lambda e: e.action in ALARMS and any(_in_hall(e, hall) for hall in mine), "alarm"
    )


def of_screen(screen: Screen) -> AsyncGenerator[str, None]:
    """For the citizen's screen: that something moved at its window; nothing about whom."""
    places = {screen.window.place, screen.place}
    rooms = ("ticket.", "item.", "evaluation.", "screen.")
    return changes(lambda e: e.place in places and e.action.startswith(rooms))


async def of_window(window: Window) -> AsyncGenerator[str, None]:
    """For one window: `queue` when the hall's queue moves, `person` when something was done here,
    `directive` when the back office orders something about the person or his enterprises, `alarm`
    when somebody in the hall calls for help."""
    about = await _present(window)
    yield "retry: 1000\n\n"
    ready = False

    def interest(event: Event) -> bool:
        return _word(event, window, about) is not None

    async for event in listener.events(interest):
        if event is None:
            if not ready:
                _become(about, await _present(window))
            yield STILL_HERE if ready else READY
            ready = True
            continue
        word = _word(event, window, about)
        if event.place == window.place:
            _become(about, await _present(window))
        if word:
            yield f"id: {event.pk}\nevent: {word}\ndata: null\n\n"


def _become(about: set[str], others: set[str]) -> None:
    """At once: while it was asked who is there, those before went on being heard of."""
    about.clear()
    about.update(others)


def _word(event: Event, window: Window, about: Iterable[str]) -> str | None:
    if event.action in ORDERS and event.about in about:
        return "directive"
    if event.action in ALARMS and _in_hall(event, window.hall_id):
        return "alarm"
    if event.place == window.place and event.outcome == "done":
        return "person" if event.action not in ("number.reveal", "person.see") else None
    if event.action in QUEUE_MOVES and _in_hall(event, window.hall_id):
        return "queue"
    return None


def _in_hall(event: Event, hall: str) -> bool:
    place = f"hall:{hall}"
    return event.place == place or event.place.startswith(f"{place}/")


@sync_to_async
def _present(window: Window) -> set[str]:
    """The keys of the person at the window and of his enterprises."""
    here = (Ticket.State.CALLED, Ticket.State.SERVING)
    ticket = Ticket.objects.filter(window=window, state__in=here).select_related("person").first()
    return _keys(ticket.person if ticket else None)


@sync_to_async
def _before(device: Device) -> set[str]:
    """The keys of the person before the kiosk and of his enterprises."""
    standing = device.sessions.filter(state__in=KioskSession.OPEN, person__isnull=False)
    session = standing.select_related("person").order_by("-until").first()
    return _keys(session.person if session else None)


def _keys(person: Person | None) -> set[str]:
    if person is None:
        return set()
    bound = person.affiliations.values_list("enterprise_id", flat=True)
    return {person.key, *(f"enterprise:{pk}" for pk in bound)}
