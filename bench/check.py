"""How long the counter waits for its answer: `directives.check` in process, p50 and p99 as JSON.

    python -m bench.check [--directives 100000] [--calls 5000]

The database is an embedded PostgreSQL of its own, thrown away afterwards: 100,000 directives in
force on as many persons and enterprises.  Each call asks for one of them and one item, as a window
does; every second person has a directive himself.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from datetime import timedelta

from bench.own_database import own_database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--directives", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=5_000)
    asked = parser.parse_args()
    with own_database():
        json.dump(measure(asked.directives, asked.calls), sys.stdout)
        sys.stdout.write("\n")


def measure(count: int, calls: int) -> dict[str, float]:
    from chengxin.core.items import ITEMS
    from chengxin.risk import directives

    ordered(count)
    dice, items, times = random.Random(1), list(ITEMS), []
    for call in range(calls + 200):
        who = dice.randrange(count)  # half of the persons have none
        began = time.perf_counter()
        directives.check(
            dice.choice(items), f"person:{who:026d}", f"enterprise:{dice.randrange(count):026d}"
        )
        if call >= 200:
            times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {
        "directives": count, "calls": calls,
        "p50_ms": round(cuts[49], 3), "p99_ms": round(cuts[98], 3),
    }  # fmt: skip


def ordered(count: int) -> None:
    """So many directives in force, each on a person or an enterprise of its own."""
    from django.db import connection
    from django.utils.timezone import now

    from chengxin.risk.models import Directive

    levels = [{"INV": "block", "*": "legal_rep"}, {"CERT-NA": "block", "*": "remind"}]
    until = now() + timedelta(days=180)
    kinds = ("person", "enterprise")
    Directive.objects.bulk_create(
        [
            Directive(
                about=f"{kinds[i % 2]}:{i // 2:026d}",
                subject=f"{kinds[i % 2]}:{i // 2:026d}",
                source=Directive.Source.FINDING,
                levels=levels[i % 2],
                reason="基准",
                until=until,
            )
            for i in range(count)
        ],
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE risk_directive")


if __name__ == "__main__":
    main()
