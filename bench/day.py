"""A simulated day: a hall of forty windows, 1,500 numbers, faster than life; the findings as JSON.

    python -m bench.day [--windows 40] [--tickets 1500] [--hours 8] [--factor 10] [--kiosks 6]

A server process of its own, with an embedded PostgreSQL, and real clients of it over HTTP and SSE
(`bench.day_clients`): kiosks with signed card readers, officers who look at the display, call, scan
the code, serve, park, send on and call people who left; displays; phones that look, give up and
bring back.  Server and clients live by one clock that runs `--factor` times faster than the
machine's (`bench.clock` says what that does to the figures).  At the end it is asked:

- of each number: was it given once, and did it come to exactly one end;
- of each call: did one officer see it, and every display;
- of each estimate that was shown: was the wait in its range;
- of the figures of waits and services: does a slow recount of the traces say the same.

It ends with an error when a number was lost, served or called twice, or a figure does not agree.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import day_plan
from bench.clock import Clock
from bench.dossier import middle
from bench.own_database import own_database
from tools import demo_server

HALL, OPENS = "bench", (8, 30)
DISPLAYS = 2
PLUGGING = 180.0  # of the machine's seconds, at most, until everything stands
PATIENCE = 3 * 3600  # of the hall's seconds after the last arrival
TIMED = ("call-next", "scan", "kiosk take", "finish", "display", "phone")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--windows", type=int, default=40)
    parser.add_argument("--tickets", type=int, default=1_500)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--factor", type=float, default=10)
    parser.add_argument("--part", type=float, default=1, help="of a usual service's length")
    parser.add_argument("--kiosks", type=int, default=6)
    parser.add_argument("--seed", type=int, default=20170818)
    asked = parser.parse_args()
    clock = Clock.starting(asked.factor, *OPENS)
    clock.tell()
    with own_database():
        people = day_plan.visitors(asked.tickets, asked.hours, asked.seed, asked.part)
        desks = day_plan.desks(asked.windows, asked.seed)
        places = prepare(people, desks, asked.kiosks)
        clock = Clock.starting(asked.factor, *OPENS)  # making them took a while
        clock.tell()
        load = os.getloadavg()[0]
        with serving(Path(os.environ["CHENGXIN_HOME"])) as address:
            began = time.monotonic()
            day = asyncio.run(lived(clock, address, people, desks, places))
            took = time.monotonic() - began
        told, wrong = findings(day)
    load = max(load, os.getloadavg()[0])
    told |= {"factor": asked.factor, "seconds": round(took), "load": round(load, 1)}
    json.dump(told | {"wrong": wrong}, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.exit(bool(wrong))


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of the hall's server."""
    port = demo_server.free_port()
    log = home / "serve.log"
    with log.open("a") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.day_serve"],
            env=os.environ | {"PORT": str(port)},
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        demo_server.wait_for(address, server, log)
        yield address
    finally:
        demo_server.stop(server)


def prepare(
    people: list[day_plan.Visitor], desks: list[day_plan.Desk], kiosks: int
) -> dict[str, Any]:
    """The county's hall, its officers signed in, its devices with their keys, and all who come."""
    from django.test import Client

    from chengxin.core.keys import Keys
    from chengxin.devices.signing import DeviceKey
    from chengxin.hall.models import Device, Hall, Window
    from chengxin.offices.models import Jurisdiction, Office, Officer, OfficerRole, Role
    from chengxin.people.models import Affiliation, Enterprise, Person

    offices = [
        Office.objects.create(
            code=f"{line}3716220000", name=f"基准县{name}", bureau=bureau, level="county",
            region="371622",
        )
        for line, name, bureau in (("1", "国税局", "state"), ("2", "地税局", "local"))
    ]  # fmt: skip
    hall = Hall.objects.create(code=HALL, name="基准厅", office=offices[0])
    found: dict[str, Any] = {"windows": [], "kiosks": []}
    for desk in desks:
        window = Window.objects.create(hall=hall, number=desk.number, serves=desk.serves)
        officer = Officer.objects.create(
            username=f"w{desk.number}",
            full_name=f"窗口{desk.number}",
            office=offices[desk.number % 2],
        )
        OfficerRole.objects.create(officer=officer, role=Role.WINDOW)
        client = Client()
        client.force_login(officer)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        found["windows"].append((window.pk, desk, cookies))
    for number in range(1, kiosks + 1):
        key = DeviceKey.generate()
        device = Device.objects.create(
            pk=f"kiosk-{number}", hall=hall, title=f"{number}号", public_key=key.public
        )
        found["kiosks"].append((device.pk, key))
    keys = Keys.load()
    persons = [
        Person(
            pk=keys.person_id(one.number), name=one.name, number=one.number,
            name_token=keys.token("name", one.name), state=Person.State.VERIFIED,
        )
        for one in people
    ]  # fmt: skip
    Person.objects.bulk_create(persons)
    firms = [Enterprise(pk=one.enterprise, credit_code=one.enterprise, name=f"{one.name}公司")
             for one in people if one.enterprise]  # fmt: skip
    Enterprise.objects.bulk_create(firms)
    Affiliation.objects.bulk_create(
        Affiliation(person=person, enterprise_id=one.enterprise, role="03")
        for one, person in zip(people, persons, strict=True)
        if one.enterprise
    )
    subjects = [one.key for one in (*persons, *firms)]
    Jurisdiction.objects.bulk_create(
        Jurisdiction(about=about, office=offices[0]) for about in subjects
    )
    return found


async def lived(
    clock: Clock,
    address: str,
    people: list[day_plan.Visitor],
    desks: list[day_plan.Desk],
    places: dict[str, Any],
) -> Any:
    """The day from the opening of the door until nobody waits any more."""
    from bench import day_clients

    day = day_clients.Day(clock, address, people)
    free: asyncio.Queue[day_clients.Kiosk] = asyncio.Queue()
    kiosks = [day_clients.Kiosk(day, device, key, free) for device, key in places["kiosks"]]
    displays = [day_clients.Display(day, HALL) for _ in range(DISPLAYS)]
    windows = [
        day_clients.Window(day, pk, desk, cookies, random.Random(pk))
        for pk, desk, cookies in places["windows"]
    ]
    day.displays = displays
    standing = [
        asyncio.create_task(one)
        for one in (
            *(kiosk.stand() for kiosk in kiosks),
            *(display.hang() for display in displays),
            *(window.work() for window in windows),
        )
    ]
    watched = asyncio.gather(*standing)
    until = time.monotonic() + PLUGGING
    while day.stand < len(standing) and not watched.done() and time.monotonic() < until:
        await asyncio.sleep(0.1)
    await day.phone.get(f"/kiosk/{places['kiosks'][0][0]}/")  # gives it the cookie of its forms
    day.opens = clock.since().total_seconds()  # the door
    visits = asyncio.gather(*(day_clients.visit(day, one, free) for one in people))
    await asyncio.wait((visits, watched), return_when=asyncio.FIRST_COMPLETED)
    if not visits.done():
        await watched  # somebody's client broke: say which
    await visits
    until = day.at + PATIENCE
    while await still_open() and day.at < until:
        await day.sleep(20)
    await asyncio.sleep(2)  # the last word reaches the displays
    day.closed = True
    await asyncio.wait_for(watched, 60)
    return day


async def still_open() -> int:
    from asgiref.sync import sync_to_async
    from django.db import connections

    from chengxin.hall.models import Ticket

    @sync_to_async
    def count() -> int:
        found = Ticket.objects.open().count()
        connections.close_all()
        return found

    return await count()


def findings(day: Any) -> tuple[dict[str, Any], list[str]]:
    """What came of it, and what is wrong."""
    from django.utils.timezone import localdate

    from bench import recount
    from chengxin.hall import figures, promises
    from chengxin.hall.models import Hall, Ticket, TicketMove
    from chengxin.trace.models import Trace

    hall = Hall.objects.get()
    wrong: list[str] = []
    given = list(Ticket.objects.order_by("pk"))
    wrong += [*day.broken, *lost(day, given)]
    calls = Counter(
        TicketMove.objects.filter(step="call").values_list("ticket__number", "window__number")
    )
    gone = TicketMove.objects.filter(step="abandon", before="called")  # before the page came
    unseen = [one for one in calls - Counter(day.calls) if one[0] not in names(gone)]
    if unseen or Counter(day.calls) - calls:
        wrong.append(f"calls: {unseen} no officer saw, {Counter(day.calls) - calls} nobody made")
    finishes = Counter(
        TicketMove.objects.filter(step="finish").values_list("ticket__number", "window__number")
    )
    if finishes != Counter(day.finishes):
        wrong.append(f"finishes: {finishes - Counter(day.finishes)}")
    made = set(TicketMove.objects.filter(step__in=("call", "recall")).values_list("pk", flat=True))
    left = Ticket.objects.filter(moves__step__in=("abandon", "miss", "transfer"))
    over = set(TicketMove.objects.filter(ticket__in=left).values_list("pk", flat=True))  # at once
    for display in day.displays:
        missing = made - set(display.said) - over
        if missing or not made.issuperset(display.said):
            wrong.append(f"a display left {len(missing)} calls out: {sorted(missing)[:5]}")
        if len(set(display.said)) != len(display.said):
            wrong.append("a display spoke a call twice")
    told = figures.day(hall, localdate())
    traces = Trace.objects.order_by("pk").select_related("officer")
    counted = recount.visits(traces.filter(place__startswith=hall.place))
    within = 0.25 * day.clock.factor  # an operation's own time, in the hall's
    wrong += recount.differences(told.total, counted.values(), within)
    said = promises.count(hall, localdate())
    held = said["kept"] + said["early"] + said["late"]
    return {
        "tickets": len(given), "windows": len(told.by_window), "calls": sum(calls.values()),
        "finished": told.total.finished, "abandoned": told.total.abandoned,
        "sent_on": told.total.transfers, "missed": told.total.misses,
        "wait_mean_min": minutes(told.total.wait_mean),
        "wait_p90_min": minutes(told.total.wait_p90),
        "wait_longest_min": minutes(told.total.wait_longest),
        "service_mean_min": minutes(told.total.service_mean),
        "promises": said, "in_range": round(said["kept"] / held, 3) if held else None,
        "recounted": recount.summed(counted.values()),
        "events_heard": day.events, "refused": day.refused,
        "ms_p95": {
            kind: middle(day.took[kind], 95) for kind in TIMED if len(day.took.get(kind, [])) > 1
        },
    }, wrong  # fmt: skip


def lost(day: Any, given: list[Any]) -> list[str]:
    """Numbers that nobody holds, holders without a number, and ends that are none."""
    wrong = []
    numbers = {ticket.number for ticket in given}
    if len(numbers) != len(given) or numbers != set(day.holders):
        wrong.append(f"numbers given and held differ: {sorted(numbers ^ set(day.holders))[:5]}")
    without = [one.name for one in day.visitors if not one.ticket]
    if without:
        wrong.append(f"{len(without)} came and got no number")
    ends = ("finished", "abandoned", "merged", "missed")
    open_ones = [ticket.number for ticket in given if ticket.state not in ends]
    if open_ones:
        wrong.append(f"{len(open_ones)} numbers came to no end: {open_ones[:5]}")
    for ticket in given:
        visitor = day.holders.get(ticket.number)
        served = int(ticket.state == "finished")
        if visitor is not None and visitor.finished != served:
            wrong.append(f"{ticket.number} is {ticket.state}, served {visitor.finished} times")
    return wrong


def names(moves: Any) -> set[str]:
    return set(moves.values_list("ticket__number", flat=True))


def minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


if __name__ == "__main__":
    main()
