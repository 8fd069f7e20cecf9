"""An officer of the simulated hall at his window, from his first look at the display on."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass

import httpx

from bench.day.plan import Desk, Visitor
from bench.day.world import TOKEN, Day, beside, browser

ITEMS = {"enterprise": "file_vat", "personal": "vehicle"}  # one item of each visit
NOBODY = "—"  # on an officer's page instead of a number
GLANCE = 3  # between two looks of an idle officer at the display
GOES_ON = re.compile(r"/items/(\d+)/finish")
NUMBER = re.compile(r'data-testid="current-number">([^<]+)<')


@dataclass
class Window:
    """An officer at his window: sees the display, calls, serves, sends on."""

    day: Day
    pk: int
    desk: Desk
    cookies: dict[str, str]
    dice: random.Random
    paused: bool = False

    async def work(self) -> None:
        day = self.day
        async with browser(day, cookies=self.cookies) as self.page:
            opened = await self.page.get(f"/windows/{self.pk}/")
            opened.raise_for_status()
            found = TOKEN.search(opened.text)
            assert found
            self.page.headers["X-CSRFToken"] = found[1]
            day.stand += 1
            async with beside(self._hear()):
                while not day.closed:
                    await self._next()

    async def _hear(self) -> None:
        async for _event in self.day.follow(self.page, f"/windows/{self.pk}/stream"):
            pass

    async def _next(self) -> None:
        day = self.day
        rests = any(begin <= day.at < end for begin, end in self.desk.rests)
        if rests != self.paused and await self._do("pause" if rests else "resume", reason="lunch"):
            self.paused = rests
        elif rests:
            await day.sleep(30)
        elif day.back:
            visitor = day.back.pop(0)
            if await self._do("scan", token=visitor.token):
                await self._serve(visitor, visitor.service / 2)
            else:
                visitor.gone = True
        elif self._sees_somebody():
            await day.sleep(self.dice.uniform(1, 6))
            day.pressing += 1
            answer = await self._do("call-next")
            day.pressing -= 1
            shown = NUMBER.search(answer.text) if answer else None
            if shown and shown[1] != NOBODY:
                await self._called(await self._holder(shown[1]))
            else:
                await day.sleep(GLANCE)
        else:
            await day.sleep(GLANCE * self.dice.uniform(0.5, 1.5))

    def _sees_somebody(self) -> bool:
        """More wait for this window, by the display, than colleagues are about to call."""
        waiting = sum(self.day.waiting.get(one, 0) for one in self.desk.serves.split(","))
        return waiting > 0 and self.day.pressing <= waiting

    async def _holder(self, number: str) -> Visitor:
        """Who has this number; his ticket may still be coming out of the kiosk."""
        while number not in self.day.holders:
            await asyncio.sleep(0.05)
        return self.day.holders[number]

    async def _called(self, visitor: Visitor) -> None:
        day = self.day
        day.calls.append((visitor.ticket, self.desk.number))
        visitor.called += 1
        if visitor.gone or (visitor.away and visitor.called == 1):
            await day.sleep(25)
            await self._do("recall")
            await day.sleep(25)
            await self._do("miss")
            return
        await day.sleep(visitor.walk)
        if await self._do("scan", token=visitor.token):
            await self._serve(visitor, visitor.service)

    async def _serve(self, visitor: Visitor, seconds: float) -> None:
        """One visit, or its first half: who was parked or sent on comes again."""
        day, began = self.day, None
        if visitor.business == "enrolment":
            await self._do("by-hand", reason="证件原件核对一致")
        elif visitor.business == "personal" or visitor.enterprise:
            bound = visitor.enterprise if visitor.business == "enterprise" else ""
            told = {"item": ITEMS[visitor.business], "enterprise": bound or "-"}
            answer = await self._do("items", **told, chosen=bound)
            began = GOES_ON.search(answer.text) if answer else None
        await day.sleep(seconds / 2 if visitor.parked or visitor.sent_on else seconds)
        if began:
            await self._do(f"items/{began[1]}/finish")
        if visitor.parked:
            visitor.parked = False
            await self._do("park")
            asyncio.get_running_loop().create_task(self._comes_back(visitor))
        elif visitor.sent_on:
            if await self._do("transfer", to=f"business:{visitor.sent_on}"):
                visitor.business, visitor.sent_on = visitor.sent_on, ""
                return
            visitor.sent_on = ""
            await self._finish(visitor)
        else:
            await self._finish(visitor)

    async def _finish(self, visitor: Visitor) -> None:
        if await self._do("finish"):
            visitor.finished += 1
            self.day.finishes.append((visitor.ticket, self.desk.number))

    async def _comes_back(self, visitor: Visitor) -> None:
        await self.day.sleep(self.dice.uniform(120, 500))
        self.day.back.append(visitor)

    async def _do(self, path: str, **told: str) -> httpx.Response | None:
        kind = "items/finish" if path.startswith("items/") else path
        where = f"/windows/{self.pk}/{path}"
        return await self.day.ask(kind, self.page, "POST", where, data=told)
