"""A screen above the simulated hall, which reads and speaks every call."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from bench.day.world import Day, beside, browser

BUSINESSES = ("enterprise", "personal", "enrolment")  # in the order of the display
SPOKEN = re.compile(r'data-spoken="(\d+)"')
WAITING = re.compile(r'data-testid="waiting">(\d+)<')


@dataclass
class Display:
    """A screen above the hall: asks anew whenever its stream says so, and reads all calls."""

    day: Day
    hall: str
    said: list[int] = field(default_factory=list)  # the calls that it spoke, in that order
    known: set[int] = field(default_factory=set)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)

    async def hang(self) -> None:
        async with browser(self.day) as page, beside(self._hear(page)):
            self.day.stand += 1
            while not self.day.closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.dirty.wait(), 2)
                self.dirty.clear()
                path = f"/display/{self.hall}/calls"
                answer = await self.day.ask("display", page, "GET", path)
                if answer is not None:
                    told = map(int, SPOKEN.findall(answer.text))
                    self.said += [call for call in told if call not in self.known]
                    self.known.update(self.said[-100:])
                    counts = map(int, WAITING.findall(answer.text))
                    self.day.waiting = dict(zip(BUSINESSES, counts, strict=False))

    async def _hear(self, page: httpx.AsyncClient) -> None:
        async for _event in self.day.follow(page, f"/display/{self.hall}/stream"):
            self.dirty.set()
