"""How long windows wait for a visit's page when all open one at once and events come in meanwhile.

    python -m bench.desks [--windows 50] [--seconds 20] [--every 2]

The demo county is served as `chengxin serve --demo` does it.  Each window asks over HTTP for the
desk of the person it serves, with all that may be done for him, his directives and earlier visits,
again and again with some three seconds between; the police file against somebody every few seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.dossier import middle, sign_in
from bench.event import OFFICER, case, prepare, settled
from tools import demo_server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--every", type=float, default=2, help="seconds between two events")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-bench-") as home,
        demo_server.running(Path(home), persons=6_000) as address,
    ):
        key, served = prepare(Path(home), asked.windows)
        settled(Path(home) / "serve.log")
        took, told = asyncio.run(opened(address, key, served, asked.seconds, asked.every))
    json.dump(
        {
            "windows": asked.windows, "events": told,
            "pages_per_s": round(len(took) / asked.seconds),
            "p50_ms": middle(took, 50), "p95_ms": middle(took, 95),
        },
        sys.stdout,
    )  # fmt: skip
    sys.stdout.write("\n")


async def opened(
    address: str, key: str, served: list[tuple[int, str, str]], seconds: float, every: float
) -> tuple[list[float], int]:
    """Milliseconds that each page took, and how many events were told meanwhile."""
    with httpx.Client(base_url=address, timeout=60) as officer:
        sign_in(officer, OFFICER)
        cookies = dict(officer.cookies)
    limits = httpx.Limits(max_connections=len(served) + 5)
    took: list[float] = []
    async with httpx.AsyncClient(
        base_url=address, cookies=cookies, timeout=60, limits=limits
    ) as pages:
        until = time.perf_counter() + seconds

        async def window(pk: int) -> None:
            dice = random.Random(pk)
            await asyncio.sleep(3 * dice.random())
            while (began := time.perf_counter()) < until:
                answer = await pages.get(f"/windows/{pk}/desk")
                answer.raise_for_status()
                took.append((time.perf_counter() - began) * 1000)
                await asyncio.sleep(2 + 2 * dice.random())

        async def police() -> int:
            told = 0
            while time.perf_counter() < until:
                answer = await pages.post(
                    "/api/v1/facts/police_case",
                    json=case(told, *served[told % len(served)][1:]),
                    headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"desk-{told}"},
                )
                answer.raise_for_status()
                told += 1
                await asyncio.sleep(every)
            return told

        async with asyncio.TaskGroup() as all_of_them:
            for pk, _number, _name in served:
                all_of_them.create_task(window(pk))
            telling = all_of_them.create_task(police())
    return took, telling.result()


if __name__ == "__main__":
    main()
