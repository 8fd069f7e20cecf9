"""A simulated day: a hall of forty windows, 1,500 numbers, faster than life; the findings as JSON.

    python -m bench.day [--windows 40] [--tickets 1500] [--hours 8] [--factor 10] [--kiosks 6]

A server process of its own, with an embedded PostgreSQL, and real clients of it over HTTP and SSE
(the modules beside this one): kiosks with signed card readers, officers who look at the display,
call, scan the code, serve, park, send on and call people who left; displays; phones that look, give
up and bring back.  Server and clients live by one clock that runs `--factor` times faster than the
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.clock import Clock
from bench.day import findings, hall, plan
from bench.day.display import Display
from bench.day.kiosk import Kiosk
from bench.day.plan import Desk, Visitor
from bench.day.visit import visit
from bench.day.window import Window
from bench.day.world import Day
from bench.own_database import own_database
from tools import demo_server

OPENS = (8, 30)
DISPLAYS = 2
PLUGGING = 180.0  # of the machine's seconds, at most, until everything stands
PATIENCE = 3 * 3600  # of the hall's seconds after the last arrival


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
        people = plan.visitors(asked.tickets, asked.hours, asked.seed, asked.part)
        desks = plan.desks(asked.windows, asked.seed)
        places = hall.prepare(people, desks, asked.kiosks)
        clock = Clock.starting(asked.factor, *OPENS)  # making them took a while
        clock.tell()
        load = os.getloadavg()[0]
        with serving(Path(os.environ["CHENGXIN_HOME"])) as address:
            began = time.monotonic()
            day = asyncio.run(lived(clock, address, people, desks, places))
            took = time.monotonic() - began
        told, wrong = findings.of(day)
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
            [sys.executable, "-m", "bench.day.serve"],
            env=os.environ | {"PORT": str(port)},
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        demo_server.wait_for(address, server, log)
        yield address
    finally:
        demo_server.stop(server)


async def lived(
    clock: Clock,
    address: str,
    people: list[Visitor],
    desks: list[Desk],
    places: dict[str, Any],
) -> Day:
    """The day from the opening of the door until nobody waits any more."""
    day = Day(clock, address, people)
    free: asyncio.Queue[Kiosk] = asyncio.Queue()
    kiosks = [Kiosk(day, device, key, free) for device, key in places["kiosks"]]
    displays = [Display(day, hall.CODE) for _ in range(DISPLAYS)]
    windows = [
        Window(day, pk, desk, cookies, random.Random(pk)) for pk, desk, cookies in places["windows"]
    ]
    day.spoken = [display.said for display in displays]
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
    visits = asyncio.gather(*(visit(day, one, free) for one in people))
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


if __name__ == "__main__":
    main()
