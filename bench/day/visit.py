"""One who comes to the simulated hall, from the door to the door, his phone in his hand."""

from __future__ import annotations

import asyncio
import re

import httpx

from bench.day.kiosk import Kiosk
from bench.day.plan import Visitor
from bench.day.world import Day

TRIES = 40  # at a kiosk whose reader is gone just then


async def visit(day: Day, visitor: Visitor, kiosks: asyncio.Queue[Kiosk]) -> None:
    """One person from the door to the door; his phone in his hand."""
    await day.sleep(visitor.comes - day.at)
    for _try in range(TRIES):
        if await (await kiosks.get()).serve(visitor):
            break
        await day.sleep(15)
    else:
        return
    came, asked = day.at, day.at
    while not (visitor.called or visitor.gone or day.closed):
        await day.sleep(5)
        if day.at - came > visitor.patience and not visitor.called:
            visitor.gone = True
            if visitor.by_phone:
                await _by_phone(day, visitor, "abandon")
        elif visitor.looks and day.at - asked > visitor.looks:
            asked = day.at
            await day.ask("phone", day.phone, "GET", f"/q/{visitor.code}/?part")
    if visitor.away and visitor.called and not visitor.gone:
        await day.sleep(240)
        if await _by_phone(day, visitor, "return") is None:
            visitor.gone = True


async def _by_phone(day: Day, visitor: Visitor, step: str) -> httpx.Response | None:
    phone = day.phone
    page = await day.ask("phone", phone, "GET", f"/q/{visitor.code}/")
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text) if page else None
    if not found:
        return None
    told = {"csrfmiddlewaretoken": found[1]}
    path = f"/q/{visitor.code}/{step}"
    return await day.ask(step, phone, "POST", path, data=told, follow_redirects=True)
