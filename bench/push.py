"""How soon an open window hears of a directive about the person it serves: p50 and p99 as JSON.

    python -m bench.push [--windows 50] [--orders 200]

As many windows as are asked for are open in one process, each serving somebody; a directive is
imposed on one of them after the other.  Measured from before `directives.impose` to the event on
that window's stream, beside the imposing alone; the browser's own drawing is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
import uuid

from bench.own_database import own_database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--orders", type=int, default=200)
    asked = parser.parse_args()
    with own_database():
        json.dump(measure(asked.windows, asked.orders), sys.stdout)
        sys.stdout.write("\n")


def measure(windows: int, orders: int) -> dict[str, float]:
    from asgiref.sync import sync_to_async
    from django.db import connections

    from chengxin.hall import streams
    from chengxin.hall.models import Business, Hall, Ticket, Window
    from chengxin.offices.models import Office, Officer, OfficerRole, Role
    from chengxin.people.models import Person
    from chengxin.risk import directives

    office = Office.objects.create(
        code="13716220000", name="基准县局", bureau="state", level="county", region="371622"
    )
    officer = Officer.objects.create(username="bench", full_name="基准", office=office)
    second = Officer.objects.create(username="bench2", full_name="复核", office=office)
    for one in (officer, second):
        OfficerRole.objects.create(officer=one, role=Role.RISK)
    hall = Hall.objects.create(code="bench", name="基准厅", office=office)
    served: list[tuple[Window, Person]] = []
    for number in range(1, windows + 1):
        window = Window.objects.create(hall=hall, number=number, serves=Business.PERSONAL)
        person = Person.objects.create(pk=f"p{number:026d}")
        Ticket.objects.create(
            hall=hall, number=f"D{number:03}", person=person, business=Business.PERSONAL,
            state=Ticket.State.SERVING, window=window, officer=officer,
            token=f"{number:064d}", nonce=uuid.uuid4(),
        )  # fmt: skip
        served.append((window, person))
    heard: asyncio.Queue[int] = asyncio.Queue()

    def impose(place: int) -> None:
        directives.impose(
            served[place][1].key,
            directives.Terms({"INV": "block"}, "基准"),
            officer=officer,
            second=second,
        )

    async def listen(place: int, ready: asyncio.Event) -> None:
        async for block in streams.of_window(served[place][0]):
            if "event: ready" in block:
                ready.set()
            if "event: directive" in block:
                heard.put_nowait(place)

    async def run() -> tuple[list[float], list[float]]:
        opened = [asyncio.Event() for _ in served]
        pages = [asyncio.create_task(listen(i, ready)) for i, ready in enumerate(opened)]
        await asyncio.gather(*(ready.wait() for ready in opened))
        imposed, told = [], []
        for order in range(orders):
            place = order % windows
            began = time.perf_counter()
            await sync_to_async(impose)(place)
            imposed.append((time.perf_counter() - began) * 1000)
            assert await asyncio.wait_for(heard.get(), 5) == place
            told.append((time.perf_counter() - began) * 1000)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        await sync_to_async(connections.close_all)()
        return imposed, told

    imposed, told = asyncio.run(run())
    cuts = statistics.quantiles(told, n=100)
    return {
        "windows": windows, "orders": orders,
        "imposed_p50_ms": round(statistics.median(imposed), 1),
        "heard_p50_ms": round(cuts[49], 1), "heard_p99_ms": round(cuts[98], 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
