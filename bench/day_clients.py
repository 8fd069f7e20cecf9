"""What stands and sits in a simulated hall, each a client of its own over HTTP and SSE: kiosks with
their card readers, windows with their officers, displays, and the phones of those who wait."""

from __future__ import annotations

import asyncio
import random
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.clock import Clock
from bench.day_plan import Desk, Visitor
from chengxin.devices import signing
from chengxin.devices.messages import Answer, Code, Command, Hello, Message, Status
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words

BUSINESSES = ("enterprise", "personal", "enrolment")  # in the order of the display
ITEMS = {"enterprise": "file_vat", "personal": "vehicle"}  # one item of each visit
TRIES = 40  # at a kiosk whose reader is gone just then
STATUS = 20  # of the hall's seconds between two words of a device: it is silent after 45
KEEPS = 1.0  # seconds that a line is used again: the server closes what is silent for five
NOBODY = "—"  # on an officer's page instead of a number
GLANCE = 3  # between two looks of an idle officer at the display
GOES_ON = re.compile(r"/items/(\d+)/finish")
NUMBER = re.compile(r'data-testid="current-number">([^<]+)<')
SPOKEN = re.compile(r'data-spoken="(\d+)"')
WAITING = re.compile(r'data-testid="waiting">(\d+)<')
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
    displays: list[Display] = field(default_factory=list)
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


@dataclass
class Kiosk:
    """A kiosk's page, and the agent of its reader on a line of its own."""

    day: Day
    device: str
    key: DeviceKey
    free: asyncio.Queue[Kiosk]
    card: dict[str, Any] | None = None
    page: httpx.AsyncClient = field(init=False)
    agent: httpx.AsyncClient = field(init=False)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.page = browser(self.day, headers={"Accept": "application/json"})
        self.agent = browser(self.day)

    async def stand(self) -> None:
        opened = await self.page.get(f"/kiosk/{self.device}/", headers={"Accept": "text/html"})
        opened.raise_for_status()
        found = TOKEN.search(opened.text)
        self.page.headers["X-CSRFToken"] = found[1] if found else self.page.cookies["csrftoken"]
        await self.say(Hello(self.device, "1", ["card_reader"], True, 0))
        await self.say(Status("card_reader", Code.OK, Words("正常", "In order"), 0))
        self.free.put_nowait(self)
        self.day.stand += 1
        async with beside(self._hear(), self._read(), self._live()):
            while not self.day.closed:
                await asyncio.sleep(0.5)

    async def _live(self) -> None:
        while True:
            await self.day.sleep(STATUS)
            await self.say(Status("card_reader", Code.OK, Words("正常", "In order"), 0))

    async def _hear(self) -> None:
        async for _event in self.day.follow(self.page, f"/kiosk/{self.device}/stream"):
            self.moved.set()

    async def _read(self) -> None:
        """The reader: answers the command to read with the card that lies on it."""
        path = f"/api/devices/{self.device}/commands"
        while not self.day.closed:
            header = self._signed("GET", path, b"")
            async for event in self.day.follow(self.agent, path, headers=header):
                if event.startswith("command "):
                    await self._obey(Command.from_json(event.partition(" ")[2]))

    async def _obey(self, command: Command) -> None:
        if command.verb != "read_id":
            told = Answer(command.id, "done", 0, {})
        elif self.card is None:
            return
        else:
            await self.day.sleep(2)
            told = Answer(command.id, "done", 0, self.card)
        await self.say(told.signed(self.key, self.device, command.nonce))

    async def say(self, message: Message) -> None:
        path, body = f"/api/devices/{self.device}/messages", message.to_json().encode()
        header = self._signed("POST", path, body) | {"Content-Type": "application/json"}
        await self.day.ask("device", self.agent, "POST", path, content=body, headers=header)

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        at = int(self.day.clock.seconds())
        return {
            "Authorization": signing.authorization(self.key, self.device, method, path, body, at=at)
        }

    async def serve(self, visitor: Visitor) -> bool:
        """From the card to the ticket; False when no number came of it."""
        session, self.card = str(uuid.uuid4()), card(visitor)
        try:
            if not await self._post("begin", session, business=visitor.business):
                return False
            for _look in range(60):
                told = await self._state(session)
                if told is None:
                    return False
                if told["state"] == "face":
                    await self.day.sleep(4)
                    await self._post("skip-face", session)
                elif told["state"] == "choose":
                    await self.day.sleep(6)
                    await self._post("take", session, enterprise=visitor.enterprise)
                elif told["state"] == "done":
                    visitor.ticket = told["ticket"]["number"]
                    visitor.token = told["ticket"]["token"]
                    visitor.code = place_code(session)
                    self.day.holders[visitor.ticket] = visitor
                    return True
                else:
                    await self._moved()
            return False
        finally:
            self.card = None
            await self._post("end", session)
            self.free.put_nowait(self)

    async def _moved(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.moved.wait(), 1)
        self.moved.clear()

    async def _state(self, session: str) -> dict[str, Any] | None:
        path = f"/kiosk/{self.device}/state"
        answer = await self.day.ask("kiosk", self.page, "GET", path, params={"session": session})
        told: dict[str, Any] | None = answer.json()["session"] if answer else None
        return told

    async def _post(self, path: str, session: str, **told: Any) -> httpx.Response | None:
        where, body = f"/kiosk/{self.device}/{path}", {"session": session, **told}
        return await self.day.ask(f"kiosk {path}", self.page, "POST", where, json=body)


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


@dataclass
class Window:
    """An officer at his window: sees the display, calls, serves, sends on."""

    day: Day
    pk: int
    desk: Desk
    cookies: dict[str, str]
    dice: random.Random

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
        if any(begin <= day.at < end for begin, end in self.desk.rests):
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


def place_code(session: str) -> str:
    """The code of the phone page, as it is printed small on the ticket."""
    from chengxin.hall import codes

    return codes.place_text(uuid.UUID(session))


def card(visitor: Visitor) -> dict[str, Any]:
    """What the reader gives of his card."""
    number = visitor.number
    return {
        "document_kind": "resident", "name": visitor.name, "name_latin": "", "sex": 1,
        "ethnicity": "01", "nationality": "",
        "birth": f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "address": "山东省阳信县",
        "number": number, "issuer": "阳信县公安局", "valid_from": "2012-05-20",
        "valid_to": None, "photo": "AAAA", "reader_serial": "", "chip_serial": "",
    }  # fmt: skip
