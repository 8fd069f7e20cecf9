"""How long many windows wait for "may he?" when all ask at once and events come in meanwhile.

    python -m bench.load [--clients 16] [--seconds 15] [--events 10] [--persons 200000]

Each client is a window: it asks for all items of a person and an enterprise, as the opening of a
visit does, then the next.  So many events a second come in: here a directive is imposed, with its
trace and its word to the windows.  Beside it what somebody would build instead of directives: the
same question put to the facts themselves, normalised tables in the same PostgreSQL with an index
for each part of it (`load.sql`, `load_ask.sql`), while police cases come in.  That answers eight
hard indicators; directives stand for all.  First one, then the other, each alone.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.check import ordered
from bench.dossier import middle
from bench.own_database import own_database

HERE = Path(__file__).parent
DAY = "2017-08-18"

Ask = Callable[[int, int], object]  # person, enterprise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--events", type=float, default=10, help="a second")
    parser.add_argument("--persons", type=int, default=200_000)
    asked = parser.parse_args()
    with own_database():
        told = {
            "clients": asked.clients, "events_per_s": asked.events, "persons": asked.persons,
            "directives": _directives(asked), "joins": _joins(asked),
        }  # fmt: skip
        json.dump(told, sys.stdout)
        sys.stdout.write("\n")


def _directives(asked: argparse.Namespace) -> dict[str, float]:
    from django.db import connections

    from chengxin.core.items import ITEMS
    from chengxin.offices.models import Office, Officer, OfficerRole, Role
    from chengxin.risk import directives

    ordered(asked.persons // 2)
    office = Office.objects.create(
        code="13716220000", name="基准县局", bureau="state", level="county", region="371622"
    )
    officers = [
        Officer.objects.create(username=f"bench{n}", full_name="基准", office=office)
        for n in range(2)
    ]
    for one in officers:
        OfficerRole.objects.create(officer=one, role=Role.RISK)
    items = list(ITEMS)

    def opened() -> tuple[Ask, Callable[[], None]]:
        def ask(person: int, enterprise: int) -> object:
            return directives.check_all(
                f"person:{person:026d}", f"enterprise:{enterprise:026d}", items
            )

        return ask, connections.close_all

    def event(number: int) -> None:
        directives.impose(
            f"person:{number:026d}",
            directives.Terms({"INV": "block"}, "基准"),
            officer=officers[0],
            second=officers[1],
        )

    return together(asked, asked.persons // 2, opened, event)


def _joins(asked: argparse.Namespace) -> dict[str, float]:
    import os

    import psycopg

    from chengxin.core.items import ITEMS

    enterprises = asked.persons * 3 // 10
    line = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    script = (HERE / "load.sql").read_text("utf-8")
    script = script.replace(":persons", str(asked.persons))
    line.execute(script.replace(":enterprises", str(enterprises)))
    with line.cursor() as cursor:
        told = [(code, item.groups[0]) for code, item in ITEMS.items()]
        cursor.executemany("INSERT INTO facts.item VALUES (%s, %s)", told)
    line.execute("VACUUM ANALYZE")
    question = (HERE / "load_ask.sql").read_text("utf-8")

    def opened() -> tuple[Ask, Callable[[], None]]:
        own = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        own.prepare_threshold = 1  # planned once, as a good program does

        def ask(person: int, enterprise: int) -> object:
            asking = {"person": person, "enterprise": enterprise, "day": DAY}
            return own.execute(question, asking).fetchall()

        return ask, own.close

    def event(number: int) -> None:
        line.execute(
            "INSERT INTO facts.police_case VALUES (%s, 'person', %s, '205', NULL)",
            [10_000_000 + number, number],
        )

    return together(asked, enterprises, opened, event)


def together(
    asked: argparse.Namespace,
    enterprises: int,
    opened: Callable[[], tuple[Ask, Callable[[], None]]],
    event: Callable[[int], None],
) -> dict[str, float]:
    """All clients at once, each asking one question after the other, until the time is over."""
    took: list[float] = []
    begun = threading.Barrier(asked.clients + 1)
    until = 0.0

    def window(seed: int) -> None:
        dice, own = random.Random(seed), list[float]()
        ask, close = opened()
        for _warm in range(20):
            ask(dice.randrange(asked.persons), dice.randrange(enterprises))
        begun.wait()
        while (began := time.perf_counter()) < until:
            ask(dice.randrange(asked.persons), dice.randrange(enterprises))
            own.append((time.perf_counter() - began) * 1000)
        took.extend(own)
        close()

    windows = [threading.Thread(target=window, args=[seed]) for seed in range(asked.clients)]
    for one in windows:
        one.start()
    until = time.perf_counter() + 120  # nobody asks before all are there
    while begun.n_waiting < asked.clients:
        time.sleep(0.01)
    until = time.perf_counter() + asked.seconds
    begun.wait()
    events = 0
    while time.perf_counter() < until:
        time.sleep(1 / asked.events)
        event(events)
        events += 1
    for one in windows:
        one.join()
    return {
        "asked_per_s": round(len(took) / asked.seconds), "events": events,
        "p50_ms": middle(took, 50), "p95_ms": middle(took, 95), "p99_ms": middle(took, 99),
    }  # fmt: skip


if __name__ == "__main__":
    main()
