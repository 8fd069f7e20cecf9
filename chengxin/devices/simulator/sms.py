"""An SMS gateway that sends nothing: it keeps what it was given, and shows it on a page.

It answers as `notices.gateway` says, over real HTTP on this machine, and can be made to suffer:
down (503), slow, refusing (422), never delivering.
"""

from __future__ import annotations

import html
import json
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

LATEST = 20  # messages on its page
PAGE = (
    '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>模拟短信 · SMS</title>'
    '<meta http-equiv="refresh" content="3"></head><body><h1>模拟短信 · simulated SMS</h1>'
    "<ol>{}</ol></body></html>"
)


class Trouble(StrEnum):
    NONE = "none"
    DOWN = "down"  # answers 503
    REFUSES = "refuses"  # answers 422: never
    LOSES = "loses"  # takes it, and the receipt says failed


@dataclass(frozen=True)
class Sent:
    id: str
    phone: str
    text: str


@dataclass
class SimulatedGateway:
    """`with SimulatedGateway() as gateway:` listens on a free port of this machine."""

    key: str = ""
    port: int = 0
    trouble: Trouble = Trouble.NONE
    sent: list[Sent] = field(default_factory=list)
    asked: int = 0  # how often a message was handed over, counted with repeats

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="sms", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, told: Any) -> tuple[int, dict[str, str]]:
        """One message handed over: status and answer."""
        self.asked += 1
        if self.trouble is Trouble.DOWN:
            return 503, {}
        words = [told.get(name) for name in ("id", "phone", "text")] if told else []
        if self.trouble is Trouble.REFUSES or not words or not all(words):
            return 422, {}
        message = Sent(*map(str, words))
        if message not in self.sent:
            self.sent.append(message)
        return 202, {"receipt": f"sim-{message.id}"}

    def receipt(self, receipt: str) -> tuple[int, dict[str, str]]:
        if self.trouble is Trouble.DOWN:
            return 503, {}
        known = any(receipt == f"sim-{one.id}" for one in self.sent)
        state = "failed" if self.trouble is Trouble.LOSES else "delivered"
        return (200, {"state": state}) if known else (404, {})

    def page(self) -> str:
        rows = [
            f"<li><b>{html.escape(one.phone)}</b> <span>{html.escape(one.text)}</span></li>"
            for one in reversed(self.sent[-LATEST:])
        ]
        return PAGE.format("".join(rows))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/":
                    self._say(200, gateway.page(), "text/html; charset=utf-8")
                elif not self._known():
                    self._say(401, "{}")
                elif self.path.startswith("/receipts/"):
                    status, told = gateway.receipt(self.path.removeprefix("/receipts/"))
                    self._say(status, json.dumps(told))
                else:
                    self._say(404, "{}")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if not self._known() or self.path != "/messages":
                    return self._say(401, "{}")
                try:
                    told = json.loads(body)
                except ValueError:
                    return self._say(400, "{}")
                status, answer = gateway.take(told)
                return self._say(status, json.dumps(answer))

            def _known(self) -> bool:
                said = self.headers.get("Authorization", "")
                return not gateway.key or said == f"Bearer {gateway.key}"

            def _say(self, status: int, text: str, kind: str = "application/json") -> None:
                raw = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a line would name a phone's receipt."""

        return Door
