"""How soon an open window hears of a fact that another office tells: p50 and p99 as JSON.

    python -m bench.event [--windows 50] [--pause 2]

The demo county is served as `chengxin serve --demo` does it: web process, worker, devices and the
embedded PostgreSQL.  As many windows as are asked for are open over HTTP, each serving a legal
representative; the police file against one of them after the other by `POST /api/v1/facts`.
Measured from before the post to the `directive` on that window's stream: by then the fact is in the
lake, the affected were scanned, and the directive stands.  The browser's own drawing is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx

from bench.dossier import middle, sign_in
from tools import demo_server

OFFICER = "zhao"  # of the windows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--windows", type=int, default=50)
    parser.add_argument("--pause", type=float, default=2, help="seconds between two events")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-bench-") as home,
        demo_server.running(Path(home), persons=6_000) as address,
    ):
        key, served = prepare(Path(home), asked.windows)
        settled(Path(home) / "serve.log")
        took = asyncio.run(told(address, key, served, asked.pause))
    answered, heard = zip(*took, strict=True)
    json.dump(
        {
            "windows": asked.windows, "events": len(took),
            "answered_p50_ms": middle(answered, 50), "answered_p99_ms": middle(answered, 99),
            "heard_p50_ms": middle(heard, 50), "heard_p99_ms": middle(heard, 99),
        },
        sys.stdout,
    )  # fmt: skip
    sys.stdout.write("\n")


def settled(log: Path) -> None:
    """Wait until the worker has rehearsed: a bureau's first event does not come with its start."""
    from chengxin.exchange.tasks import READY

    until = time.monotonic() + 120
    while READY not in log.read_text("utf-8"):
        if time.monotonic() > until:
            raise TimeoutError("the worker never was ready")
        time.sleep(0.5)


def prepare(home: Path, windows: int) -> tuple[str, list[tuple[int, str, str]]]:
    """A client's key, and (window, number, name) of so many legal representatives being served."""
    os.environ["CHENGXIN_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "chengxin.web.settings"
    from chengxin.web import database

    database.ensure()
    import django

    django.setup()
    from chengxin.exchange import clients
    from chengxin.hall.models import Business, Hall, Ticket, Window
    from chengxin.offices.models import Officer
    from chengxin.people.models import Affiliation, Person
    from chengxin.risk.models import Directive

    key = clients.add("bench", owner="基准测试", speaks_as=["police_case"])
    hall, officer = Hall.objects.earliest("pk"), Officer.objects.get(username=OFFICER)
    heads = Affiliation.objects.filter(role="01", until=None).values("person_id")
    filed = set(Directive.objects.filter(indicator="M01").values_list("about", flat=True))
    free = [  # another case of somebody who has one orders nothing new
        person
        for person in Person.objects.filter(pk__in=heads, document_kind="resident").order_by("pk")
        if person.key not in filed
    ]
    served = []
    for place, person in enumerate(free[:windows]):
        window = Window.objects.create(hall=hall, number=100 + place, serves=Business.PERSONAL)
        Ticket.objects.create(
            hall=hall, number=f"D{place:03}", person=person, business=Business.PERSONAL,
            state=Ticket.State.SERVING, window=window, officer=officer,
            token=f"{place:064d}", nonce=uuid.uuid4(),
        )  # fmt: skip
        served.append((window.pk, person.number, person.name))
    return key, served


async def told(
    address: str, key: str, served: list[tuple[int, str, str]], pause: float
) -> list[tuple[float, float]]:
    """Milliseconds until (the answer, the window's word) of each event."""
    with httpx.Client(base_url=address, timeout=60) as officer:
        sign_in(officer, OFFICER)
        cookies = dict(officer.cookies)
    heard: asyncio.Queue[int] = asyncio.Queue()
    limits = httpx.Limits(max_connections=len(served) + 5)
    async with httpx.AsyncClient(
        base_url=address, cookies=cookies, timeout=None, limits=limits
    ) as pages:
        opened = [asyncio.Event() for _ in served]

        async def listen(place: int) -> None:
            async with pages.stream("GET", f"/windows/{served[place][0]}/stream") as stream:
                stream.raise_for_status()
                async for line in stream.aiter_lines():
                    if line == "event: ready":
                        opened[place].set()
                    if line == "event: directive":
                        heard.put_nowait(place)

        took = []
        async with asyncio.TaskGroup() as windows:
            listening = [windows.create_task(listen(place)) for place in range(len(served))]
            await asyncio.wait_for(asyncio.gather(*(one.wait() for one in opened)), 60)
            for place in range(len(served)):
                began = time.perf_counter()
                answer = await pages.post(
                    "/api/v1/facts/police_case",
                    json=case(place, *served[place][1:]),
                    headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"bench-{place}"},
                )
                answer.raise_for_status()
                answered = time.perf_counter() - began
                while await asyncio.wait_for(heard.get(), 60) != place:
                    pass
                took.append((answered * 1000, (time.perf_counter() - began) * 1000))
                await asyncio.sleep(pause)
                while not heard.empty():
                    heard.get_nowait()
            for one in listening:
                one.cancel()
    return took


def case(event: int, number: str, name: str) -> dict[str, str | None]:
    return {
        "案件编号": f"A9371622{event:09}",
        "主体类型": "自然人",
        "证件号码": number,
        "姓名或名称": name,
        "罪名条款": "205",
        "立案单位": "阳信县公安局经济犯罪侦查大队",
        "立案日期": "2017-08-01",
        "案件状态": "立案",
        "终结日期": None,
    }


if __name__ == "__main__":
    main()
