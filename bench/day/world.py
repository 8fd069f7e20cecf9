"""What all clients of a simulated hall share: its clock, who is there, how its server is asked."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.clock import Clock
from bench.day.plan import Visitor

KEEPS = 1.0  # seconds that a line is used again: the server closes what is silent for five
TOKEN = re.compile(r'"X-CSRFToken": ?"([^"]+)"')


@dataclass
class Day:
    """What all clients share: the clock, who is there, and what each of them saw."""

    clock: Clock
    address: str
    visitors: list[Visitor]
    opens: float = 0.0  # of the hall's seconds after the clock began
    stand: int = 0  # clients that are plugged in and ready
    pressing: int = 0  # officers who call somebody at this moment
    closed: bool = False
    waiting: dict[str, int] = field(default_factory=dict)  # as the display says it
    holders: dict[str, Visitor] = field(default_factory=dict)  # number → who has it
    back: list[Visitor] = field(default_factory=list)  # parked, and ready to go on
    calls: list[tuple[str, int]] = field(default_factory=list)  # (number, window) as officers saw
    finishes: list[tuple[str, int]] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # answers that were none
    took: dict[str, list[float]] = field(default_factory=dict)  # kind → milliseconds
    events: int = 0  # that came over all streams
    spoken: list[list[int]] = field(default_factory=list)  # the calls of each display, in order
    phone: httpx.AsyncClient = field(init=False)  # one for all: it shows what a code shows

    def __post_init__(self) -> None:
        self.phone = browser(self)

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    @property
    def at(self) -> float:
        """Seconds of the hall since it opened."""
        return self.clock.since().total_seconds() - self.opens

    async def ask(
        self, kind: str, client: httpx.AsyncClient, method: str, path: str, **how: Any
    ) -> httpx.Response | None:
        """The answer, timed; None when the rules say no, or (noted) when something broke."""
        began = time.perf_counter()
        try:
            answer = await client.request(method, path, **how)
        except httpx.TransportError as error:
            self.broken.append(f"{kind}: {error!r}")
            return None
        self.took.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
        if answer.status_code == 409:
            code = re.search(r'data-code="(\w+)"|"code": ?"(\w+)"', answer.text)
            name = f"{kind}: {(code[1] or code[2]) if code else 'refused'}"
            self.refused[name] = self.refused.get(name, 0) + 1
            return None
        if answer.status_code >= 400:
            self.broken.append(f"{kind}: {answer.status_code}")
            return None
        return answer

    async def follow(self, client: httpx.AsyncClient, path: str, **how: Any) -> AsyncIterator[str]:
        """The names of a stream's events and their data, one after the other, for ever."""
        while not self.closed:
            with suppress(httpx.TransportError):
                async with client.stream("GET", path, timeout=None, **how) as stream:
                    stream.raise_for_status()
                    name = ""
                    async for line in stream.aiter_lines():
                        if line.startswith("event: "):
                            name = line[7:]
                        elif line.startswith("data: "):
                            self.events += 1
                            yield f"{name} {line[6:]}"
            await asyncio.sleep(0.2)


def browser(day: Day, **how: Any) -> httpx.AsyncClient:
    limits = httpx.Limits(keepalive_expiry=KEEPS)
    return httpx.AsyncClient(base_url=day.address, timeout=60, limits=limits, **how)


@asynccontextmanager
async def beside(*tasks: Any) -> AsyncIterator[None]:
    """Run these while the block runs."""
    running = [asyncio.create_task(one) for one in tasks]
    try:
        yield
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
