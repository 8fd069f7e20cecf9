"""Traces as they happen, for open pages.

A trigger on the trace table notifies PostgreSQL's channel `trace`; one connection of this process
listens and hands each event to the pages that asked for it.  A page that falls behind is told to
load itself anew rather than to wait for a queue that grows.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import psycopg
from django.db import connection

KEEP_ALIVE = 15.0  # seconds between comment lines, so that proxies keep the line open
QUEUE = 200


@dataclass(frozen=True)
class Event:
    """One trace that was just written, without its detail: {pk, action, outcome, about, place}."""

    pk: int
    action: str
    outcome: str
    about: str
    place: str


Interest = Callable[[Event], bool]


class Listener:
    """One LISTEN connection of this process and the open pages behind it."""

    def __init__(self) -> None:
        self._pages: dict[asyncio.Queue[Event | None], Interest] = {}
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def events(self, interest: Interest) -> AsyncIterator[Event | None]:
        """Events that `interest` wants; None when nothing came for `KEEP_ALIVE` seconds.

        The first is a None, given once PostgreSQL is listened to: whoever asks for his state then
        misses nothing.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE)
        self._pages[queue] = interest
        if self._task is None or self._task.done():
            self._listening = asyncio.Event()
            self._task = asyncio.create_task(self._listen())
        try:
            await asyncio.wait_for(self._listening.wait(), KEEP_ALIVE)
            yield None
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            del self._pages[queue]

    def end(self) -> None:
        """The server stops: every open page's stream ends by itself."""
        if self._task is not None:
            self._task.cancel()
        self._listening.set()  # who still waits for the first word ends too
        self._close_all()

    async def _listen(self) -> None:
        while self._pages:
            try:
                params = connection.get_connection_params()
                async with await psycopg.AsyncConnection.connect(
                    **{k: v for k, v in params.items() if k in _CONNECT}, autocommit=True
                ) as line:
                    await line.execute("LISTEN trace")
                    self._listening.set()
                    async for notice in line.notifies():
                        self._deliver(Event(**json.loads(notice.payload)))
            except psycopg.OperationalError:
                self._listening.clear()
                self._close_all()  # the browser's EventSource opens the page's stream again
                await asyncio.sleep(1)

    def _deliver(self, event: Event) -> None:
        for queue, interest in list(self._pages.items()):
            if interest(event):
                try:
                    queue.put_nowait(event)
                except asyncio.QueueFull:
                    self._close(queue)

    def _close(self, queue: asyncio.Queue[Event | None]) -> None:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _close_all(self) -> None:
        for queue in list(self._pages):
            self._close(queue)


_CONNECT = {"dbname", "user", "password", "host", "port"}
listener = Listener()


async def lines(interest: Interest) -> AsyncIterator[str]:
    """The body of a server-sent-event response: one `event:` per trace, its JSON as data.

    The first event is `ready`: what happened before it, the page must ask for.
    """
    yield "retry: 1000\n\n"
    ready = False
    async for event in listener.events(interest):
        if event is None:
            yield ": still here\n\n" if ready else "event: ready\ndata: null\n\n"
            ready = True
        else:
            yield f"id: {event.pk}\nevent: {event.action}\ndata: {json.dumps(vars(event))}\n\n"
