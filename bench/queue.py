"""Call next with 200 windows pressing at once: nobody called twice, p50 and p95 as JSON.

    python -m bench.queue [--calls 20000] [--windows 200] [--hurried 4000]

Every window is a thread, in as many processes as there are cores, which share connections as the
web server's requests do.  First a hall in a great hurry: every window presses `visits.call_next`
again after about `--pause` seconds (a visit takes minutes).  Then nobody pauses at all, our way
beside two naive ones: the whole queue under one lock, and FOR UPDATE without SKIP LOCKED.  Last
`--calls` calls at full speed (1,000,000 in the full run), of which no ticket may be called twice:
counted from what the windows got, and again from the time ledger.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from bench.own_database import own_database

WAITING = 400  # tickets that always wait: the queue of a hall that is full
POOL = 40  # connections of one process, as the web server keeps them
WAYS = ("skip locked", "one lock", "no skip")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--windows", type=int, default=200)
    parser.add_argument("--hurried", type=int, default=4_000, help="calls of each way beside it")
    parser.add_argument("--pause", type=float, default=4.0)
    asked = parser.parse_args()
    with own_database():
        os.environ["CHENGXIN_POOL"] = str(POOL)  # for the processes of the windows
        _prepare(asked.windows)
        told: dict[str, Any] = {"windows": asked.windows}
        told["busy"] = measure("skip locked", asked.windows, asked.hurried, asked.pause)
        for way in WAYS:
            told[f"no pause, {way}"] = measure(way, asked.windows, asked.hurried, 0)
        told["all"] = measure("skip locked", asked.windows, asked.calls, 0)
        told["in_ledger"] = recount()
        json.dump(told, sys.stdout)
        sys.stdout.write("\n")


def measure(way: str, windows: int, calls: int, pause: float) -> dict[str, float]:
    """`calls` calls from `windows` windows, each about `pause` seconds after its last one."""
    _refill(calls + WAITING)
    context, parts = multiprocessing.get_context("spawn"), os.cpu_count() or 1
    answers: Any = context.Queue()
    gate = context.Barrier(parts)
    shares = [
        (way, range(1 + n, windows + 1, parts), calls // parts, pause, gate, answers)
        for n in range(parts)
    ]
    processes = [context.Process(target=_windows, args=share) for share in shares]
    for one in processes:
        one.start()
    got = [answers.get() for _ in processes]
    for one in processes:
        one.join()
    called = [ticket for part in got for ticket in part["called"]]
    cuts = statistics.quantiles([ms for part in got for ms in part["took"]], n=100)
    seconds = max(part["ended"] for part in got) - min(part["began"] for part in got)
    return {
        "calls": len(called),
        "called_twice": len(called) - len(set(called)),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "calls_a_second": round(len(called) / seconds),
    }


def recount() -> dict[str, int]:
    """Calls and tickets that the time ledger tells of, over all that was measured."""
    from chengxin.hall.models import TicketMove

    calls = TicketMove.objects.filter(step="call")
    tickets = calls.values("ticket").distinct().count()
    return {"calls": calls.count(), "called_twice": calls.count() - tickets}


def _windows(way: str, numbers: range, calls: int, pause: float, gate: Any, answers: Any) -> None:
    """One process with a thread for each of its windows."""
    import django

    django.setup()
    from django.db import connection

    from chengxin.hall import ledger, visits
    from chengxin.hall.models import Window
    from chengxin.offices.models import Officer

    visits.next_for = _picks(way)
    officer = Officer.objects.get(username="bench")
    windows = list(Window.objects.filter(number__in=numbers).select_related("hall"))
    left = iter(range(calls))
    lock = threading.Lock()
    called: list[int] = []
    took: list[float] = []

    def one_more() -> bool:
        with lock:
            return next(left, None) is not None

    def serve(window: Window) -> None:
        time.sleep(random.random() * pause)
        while one_more():
            began = time.perf_counter()
            ticket = visits.call_next(window, officer=officer)
            connection.close()
            took.append((time.perf_counter() - began) * 1000)
            assert ticket is not None
            called.append(ticket.pk)
            ledger.move(ticket, "abandon", officer=officer)  # the window is free again
            connection.close()  # as at the end of a request
            time.sleep(random.uniform(0.5, 1.5) * pause)

    gate.wait()
    began = time.time()
    threads = [threading.Thread(target=serve, args=[window]) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put({"called": called, "took": took, "began": began, "ended": time.time()})


def _picks(way: str) -> Callable[[Any], Any]:
    """How the next ticket is found and kept: the system's own way, or a naive one."""
    from chengxin.hall import visits
    from chengxin.hall.locks import one_at_a_time
    from chengxin.hall.models import Ticket

    def no_skip(window: Any) -> Any:
        while True:
            first = Ticket.objects.queue_of(window).values_list("pk", flat=True).first()
            if first is None:
                return None
            waiting = Ticket.objects.filter(pk=first, state=Ticket.State.WAITING)
            found = waiting.select_for_update().first()
            if found is not None:
                return found

    def one_lock(window: Any) -> Any:
        one_at_a_time(f"queue of {window.hall_id}")
        return Ticket.objects.queue_of(window).first()

    return {"skip locked": visits.next_for, "one lock": one_lock, "no skip": no_skip}[way]


def _prepare(windows: int) -> None:
    """A hall with its windows, and one officer."""
    from chengxin.hall.models import Hall, Window
    from chengxin.offices.models import Office, Officer

    office = Office.objects.create(
        code="13716220000", name="基准县局", bureau="state", level="county", region="371622"
    )
    Officer.objects.create(username="bench", full_name="基准", office=office)
    hall = Hall.objects.create(code="bench", name="基准厅", office=office)
    Window.objects.bulk_create(
        Window(hall=hall, number=number, serves="personal") for number in range(1, windows + 1)
    )


def _refill(waiting: int) -> None:
    """So many who wait, each somebody else; who waited before is gone."""
    import uuid

    from django.db import connection

    from chengxin.hall.models import Business, Hall, Ticket
    from chengxin.people.models import Person

    Ticket.objects.filter(state=Ticket.State.WAITING).update(state=Ticket.State.ABANDONED)
    hall, already = Hall.objects.get(), Ticket.objects.count()
    for begin in range(already, already + waiting, 10_000):
        nths = range(begin, min(begin + 10_000, already + waiting))
        people = Person.objects.bulk_create(Person(pk=f"p{nth:026d}") for nth in nths)
        Ticket.objects.bulk_create(
            Ticket(
                hall=hall, number=f"{nth:06X}", person=person,
                business=Business.PERSONAL, token=f"{nth:064d}", nonce=uuid.uuid4(), seq=nth,
                turn=nth * 1000,
            )
            for nth, person in zip(nths, people, strict=True)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE hall_ticket")


if __name__ == "__main__":
    main()
