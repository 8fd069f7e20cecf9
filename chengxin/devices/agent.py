"""The device agent on a hall PC: it dials out, so that no page ever speaks to a local port.

    agent ══ GET  /api/devices/<id>/commands ══▶ server     stays open; commands come as events
    agent ── POST /api/devices/<id>/messages ──▶ server     hello, status, event, answer

A line that breaks is dialled again with growing pauses.  The server sends a command again until
it has the answer; the agent does it once and repeats the answer.  Every request is signed with
the device's key, every answer also over the command's nonce (`signing`, `messages`).
"""

from __future__ import annotations

import functools
import ipaddress
import queue
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx
import structlog

from chengxin import devices
from chengxin.core.refusal import Trouble
from chengxin.devices import signing
from chengxin.devices.messages import Answer, Code, Command, Event, Hello, Message, Status, Verb
from chengxin.devices.signing import DeviceKey, Json
from chengxin.devices.station import Failed, Standing, Station
from chengxin.devices.words import CardUnreadable, DeviceUnavailable, Words

STATUS_SECONDS = 15
SILENCE_SECONDS = 45  # the server sends a comment at least every 15 seconds
LONGEST_PAUSE = 30.0
GRACE_SECONDS = 60  # how long after its deadline an answer may still be asked for
QUEUE = 8

log = structlog.get_logger(__name__)


@dataclass
class _Task:
    """A command that came in, and what has become of it."""

    command: Command
    stop: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Agent:
    """One device's agent.  `run` returns when `stop` was called.

    Four threads: the stream of commands, the one that uses reader and camera, the one that
    prints, and the pulse that tells how they stand.
    """

    def __init__(
        self,
        server: str,
        device_id: str,
        key: DeviceKey,
        station: Station,
        *,
        client: httpx.Client | None = None,
        pause: float = 0.5,
    ) -> None:
        if not signing.is_device_id(device_id):
            raise Trouble(
                f"{device_id!r} is no device id; use 2 to 63 small letters, digits and hyphens."
            )
        self._id = device_id
        self._key = key
        self._station = station
        self._client = client or client_of(server)
        self._first_pause = pause
        self._paths = f"/api/devices/{device_id}"
        self._ahead = 0.0  # seconds that the server's clock is ahead of ours
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._tasks: OrderedDict[str, _Task] = OrderedDict()
        self._waiting: queue.Queue[_Task | None] = queue.Queue(QUEUE)
        self._to_print: queue.Queue[_Task | None] = queue.Queue(QUEUE)
        self._told: dict[str, Standing] = {}

    def run(self) -> None:
        others = [
            threading.Thread(target=self._use_devices, name="devices", daemon=True),
            threading.Thread(target=self._print, name="printer", daemon=True),
            threading.Thread(target=self._pulse, name="pulse", daemon=True),
        ]
        for thread in others:
            thread.start()
        pause = self._first_pause
        while not self._stopping.is_set():
            self._connected.clear()
            try:
                self._listen()
            except (httpx.HTTPError, httpx.StreamError, Trouble) as error:
                log.warning("line lost", server=str(self._client.base_url), reason=str(error))
            pause = self._first_pause if self._connected.is_set() else min(pause * 2, LONGEST_PAUSE)
            self._stopping.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 (spreads the load)
        for thread in others:
            thread.join(timeout=5)
        self._station.close()
        self._client.close()

    def stop(self) -> None:
        """Let `run` return soon; a command that runs is cancelled."""
        self._stopping.set()
        for task in list(self._tasks.values()):
            task.stop.set()

    def _listen(self) -> None:
        """Take commands from one stream until it ends."""
        request = self._signed("GET", "commands", b"")
        request.headers["Accept"] = "text/event-stream"
        response = self._client.send(request, stream=True)
        try:
            self._set_clock(response)
            if response.status_code != httpx.codes.OK:
                raise Trouble(_why_turned_away(response.status_code, self._id))
            self._connected.set()
            self._told.clear()
            self._post(
                Hello(
                    self._id,
                    devices.VERSION,
                    self._station.devices(),
                    self._station.is_simulated,
                    self._now(),
                )
            )
            for name, data in events(response.iter_lines()):
                if self._stopping.is_set():
                    return
                if name == "command":
                    self._take(data)
        finally:
            response.close()

    def _take(self, data: str) -> None:
        """Begin what the server asks, or repeat the answer."""
        try:
            command = Command.from_json(data)
        except ValueError as error:
            log.warning("not a command", reason=str(error))
            return
        self._forget_old()
        if known := self._tasks.get(command.id):
            if known.answer:
                self._send(known.answer, command.deadline)
            return
        task = self._tasks[command.id] = _Task(command)
        if command.verb is Verb.CANCEL:
            if other := self._tasks.get(str(command.args["command_id"])):
                other.stop.set()
            self._end(task, "done", Code.OK, {})
            return
        try:
            self._finish(task, lambda: self._station.answer_at_once(command))
            if command.verb is Verb.SIMULATE and self._to_print.empty():
                self._to_print.put_nowait(None)  # somebody may have taken the paper out
            if task.answer is None:
                prints = command.verb is Verb.PRINT
                (self._to_print if prints else self._waiting).put_nowait(task)
        except queue.Full:
            self._fail(task, Code.TOO_BUSY, Words("设备正忙，请稍候", "The device is busy."))

    def _use_devices(self) -> None:
        self._work(self._waiting, self._station.check, self._do)

    def _print(self) -> None:
        self._work(
            self._to_print,
            self._station.check_printer,
            lambda task, _seconds: self._station.print(task.command),
        )

    def _work(
        self,
        waiting: queue.Queue[_Task | None],
        check: Callable[[], None],
        do: Callable[[_Task, float], dict[str, Json]],
    ) -> None:
        """Do the commands that use a device, one after another; between them, check the device."""
        check()
        while not self._stopping.is_set():
            try:
                task = waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            if task is None:
                check()
            elif task.stop.is_set():
                self._fail(task, Code.CANCELLED, Words("已取消", "Cancelled."))
            elif (seconds := task.command.deadline - self._now()) <= 0:
                self._fail(
                    task, Code.TIMEOUT, Words("操作超时，请重试", "Time is over; try again.")
                )
            else:
                self._finish(task, functools.partial(do, task, seconds))

    def _do(self, task: _Task, seconds: float) -> dict[str, Json]:
        seq = 0

        def tell(kind: str) -> None:
            nonlocal seq
            seq += 1
            self._try_to_post(Event(task.command.id, seq, kind, {}))

        return self._station.do(task.command, seconds, task.stop, tell)

    def _finish(self, task: _Task, work: Callable[[], dict[str, Json] | None]) -> None:
        """Do `work` and send how it ended; a payload of None ends nothing yet."""
        try:
            payload = work()
        except (DeviceUnavailable, CardUnreadable, Failed) as trouble:
            self._fail(task, Code(trouble.code), trouble.words)
        except Trouble as trouble:
            self._fail(task, Code.DEVICE, Words("设备配置有误，请联系管理员", str(trouble)))
        except Exception:
            log.exception("command failed", verb=task.command.verb)
            self._fail(task, Code.INTERNAL, Words("设备代理出错", "The device agent failed."))
        else:
            if payload is not None:
                self._end(task, "done", Code.OK, payload)

    def _fail(self, task: _Task, code: Code, words: Words) -> None:
        payload: dict[str, Json] = {
            "reason": code.name.lower(),
            "words": {"zh": words.zh, "en": words.en},
        }
        self._end(task, "error", code, payload)

    def _end(
        self, task: _Task, kind: Literal["done", "error"], code: Code, payload: dict[str, Json]
    ) -> None:
        command = task.command
        answer = Answer(command.id, kind, code, payload)
        task.answer = answer.signed(self._key, self._id, command.nonce)
        log.info("answered", verb=command.verb, code=int(code))
        self._send(task.answer, command.deadline)

    def _send(self, answer: Answer, deadline: int) -> None:
        """Post an answer until the server has it or nobody waits for it any more."""
        pause = self._first_pause
        while not self._try_to_post(answer):
            if self._now() > deadline + GRACE_SECONDS or self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)

    def _pulse(self) -> None:
        """Tell how the devices stand, every 15 seconds and at every change."""
        last = -float(STATUS_SECONDS)
        while not self._stopping.wait(0.2):
            if not self._connected.is_set():
                continue
            due = time.monotonic() - last >= STATUS_SECONDS
            for waiting in (self._waiting, self._to_print) if due else ():
                if waiting.empty():
                    waiting.put(None)
            for device, standing in self._station.standings():
                if due or self._told.get(device) != standing:
                    self._told[device] = standing
                    self._try_to_post(Status(device, standing.code, standing.words, self._now()))
            if due:
                last = time.monotonic()

    def _try_to_post(self, message: Message) -> bool:
        """Whether the server has the message; one that it refuses is not sent again."""
        try:
            self._post(message)
        except (httpx.HTTPError, Trouble) as error:
            log.warning("message not delivered", message=message.message, reason=str(error))
            return False
        return True

    def _post(self, message: Message) -> None:
        response = self._client.send(self._signed("POST", "messages", message.to_json().encode()))
        self._set_clock(response)
        if response.status_code in (401, 403, 404, 429) or response.is_server_error:
            raise Trouble(_why_turned_away(response.status_code, self._id))
        if response.is_error:
            log.warning("message refused", message=message.message, status=response.status_code)

    def _signed(self, method: str, leaf: str, body: bytes) -> httpx.Request:
        headers = {"Content-Type": "application/json"} if body else {}
        request = self._client.build_request(
            method, f"{self._paths}/{leaf}", content=body, headers=headers
        )
        path = request.url.raw_path.decode()
        request.headers["Authorization"] = signing.authorization(
            self._key, self._id, method, path, body, at=self._now()
        )
        return request

    def _set_clock(self, response: httpx.Response) -> None:
        """Go by the server's clock: a hall PC's own is often wrong."""
        try:
            date = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            return
        self._ahead = date.timestamp() - time.time()

    def _now(self) -> int:
        return int(time.time() + self._ahead)

    def _forget_old(self) -> None:
        now = self._now()
        for id_, task in list(self._tasks.items()):
            if task.answer and now > task.command.deadline + GRACE_SECONDS:
                del self._tasks[id_]


def events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name and data of each server-sent event; comments and other fields are passed over."""
    name, data = "message", list[str]()
    for line in lines:
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))


def client_of(server: str) -> httpx.Client:
    try:
        url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise Trouble(f"--server {server!r} is no address: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Trouble(f"--server {server!r} must begin with http:// or https:// and name a host.")
    return httpx.Client(
        base_url=url,
        timeout=httpx.Timeout(10, read=SILENCE_SECONDS),
        trust_env=not _is_loopback(url.host),  # a proxy does not lead to this machine
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why_turned_away(status: int, device_id: str) -> str:
    if status in (401, 403):
        return (
            f"The server does not accept the key of {device_id} ({status}); register its public "
            "key in the back office."
        )
    if status == httpx.codes.NOT_FOUND:
        return f"The server does not know the device {device_id}; register it in the back office."
    return f"The server answered {status}; it is tried again."
