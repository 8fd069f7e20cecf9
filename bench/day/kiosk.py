"""A kiosk of the simulated hall: its page, and the agent of its card reader beside it."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.day.plan import Visitor
from bench.day.world import TOKEN, Day, beside, browser
from chengxin.devices import signing
from chengxin.devices.messages import Answer, Code, Command, Hello, Message, Status
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words

STATUS = 20  # of the hall's seconds between two words of a device: it is silent after 45


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
