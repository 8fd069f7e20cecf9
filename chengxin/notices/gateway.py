"""The SMS gateway as a port: a bureau's provider speaks this over HTTPS, or an adapter does for it.

    POST {url}/messages            {"id", "phone", "text"}  →  202 {"receipt": "…"}
    GET  {url}/receipts/{receipt}                           →  200 {"state": "waiting|delivered|failed"}

The same id twice is one message.  400 and 422 say that it will never be sent; anything else that
is no success is tried again.  `devices.simulator.sms` answers the same.
"""  # noqa: E501

from __future__ import annotations

from typing import Protocol

import httpx
from django.conf import settings

from chengxin.core.refusal import Trouble

SECONDS = 10.0
NEVER = (400, 422)


class NotSent(Exception):
    """It was not taken; `again` says whether a later try may help."""

    def __init__(self, *, again: bool) -> None:
        super().__init__("try again" if again else "never")
        self.again = again


class Gateway(Protocol):
    def send(self, message_id: str, phone: str, text: str) -> str:
        """Hand one message over; its receipt.  NotSent when it was not taken."""
        ...

    def state(self, receipt: str) -> str:
        """waiting, delivered or failed.  NotSent when nobody can say now."""
        ...


class HttpGateway:
    """A provider behind an address and a key."""

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url, timeout=SECONDS, headers=headers, trust_env=False)

    def send(self, message_id: str, phone: str, text: str) -> str:
        told = {"id": message_id, "phone": phone, "text": text}
        receipt = self._asked("POST", "/messages", told).get("receipt")
        if not isinstance(receipt, str) or not 0 < len(receipt) <= 80:
            raise NotSent(again=True)
        return receipt

    def state(self, receipt: str) -> str:
        state = self._asked("GET", f"/receipts/{receipt}").get("state")
        return state if state in ("delivered", "failed") else "waiting"

    def _asked(
        self, method: str, path: str, told: dict[str, str] | None = None
    ) -> dict[str, object]:
        try:
            answer = self._client.request(method, path, json=told)
            if answer.status_code in NEVER:
                raise NotSent(again=False)
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:  # no word of it in a log: it has a phone
            raise NotSent(again=True) from error
        return said if isinstance(said, dict) else {}


def in_use() -> Gateway:
    """The bureau's gateway; `Trouble` where none is set."""
    if not settings.SMS_URL:
        raise Trouble("There is no SMS gateway; set CHENGXIN_SMS_URL and CHENGXIN_SMS_KEY.")
    return HttpGateway(settings.SMS_URL, settings.SMS_KEY)


def is_there() -> bool:
    return bool(settings.SMS_URL)
