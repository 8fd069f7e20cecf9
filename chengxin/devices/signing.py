"""How a device proves that it is itself: one Ed25519 key per device, used by agent and server.

The agent keeps the private key in a file on the hall PC; the server keeps the public key, as the
text `DeviceKey.public`.  Two things are signed: every request (`authorization`, checked by
`authenticate`) and every answer to a command, over canonical JSON that holds the server's nonce
(`messages.Answer`), so that neither a page nor a user's script can forge a read of a chip.

    Authorization: Device <device_id>.<unix seconds>.<signature>
    signature = base64url(Ed25519("<device_id>.<unix seconds>.<METHOD>.<path>.<body>"))
    where <body> is the SHA-256 of the request's body, as hexadecimal
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chengxin.core.refusal import Refusal, Trouble

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

CLOCK_SECONDS = 120  # how far the clocks of hall PC and server may differ
_DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_HEADER = re.compile(r"Device ([a-z0-9][a-z0-9-]{1,62})\.(\d{1,12})\.([A-Za-z0-9_-]{86})")


@dataclass(frozen=True)
class DeviceKey:
    """The private key of one device."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> DeviceKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> DeviceKey:
        """The key in `path`, a new one when the file is not there; `Trouble` when it is no key."""
        if not path.exists():
            key = cls.generate()
            _write_privately(path, key.text + "\n")
            return key
        try:
            raw = _unbase64(path.read_text(encoding="ascii").strip())
            return cls(Ed25519PrivateKey.from_private_bytes(raw))
        except (OSError, ValueError) as error:
            raise Trouble(
                f"{path} does not hold a device key; remove it, start the agent again and "
                "register the new public key in the back office."
            ) from error

    @property
    def text(self) -> str:
        """The private key as it stands in the file: 43 characters of base64url."""
        return _base64(self.private.private_bytes_raw())

    @property
    def public(self) -> str:
        """The public key for the server's register of devices: 43 characters of base64url."""
        return _base64(self.private.public_key().public_bytes_raw())

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, message: bytes) -> str:
        """86 characters of base64url."""
        return _base64(self.private.sign(message))


def sign(key: DeviceKey, value: Json) -> str:
    """The signature of `key` over the canonical JSON of `value`."""
    return key.sign(canonical(value))


def verify(public: str, value: Json, signature: str) -> bool:
    """Whether `signature` was made over `value` by the key whose public part is `public`."""
    return _verified(public, canonical(value), signature)


def canonical(value: Json) -> bytes:
    """`value` as the one sequence of bytes that stands for it: keys sorted, no spaces, UTF-8.

    Only null, booleans, whole numbers, text, lists and objects: a fraction has no one way to be
    written and raises ValueError.
    """
    _no_fractions(value)
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def is_device_id(text: str) -> bool:
    """2 to 63 small letters, digits and hyphens, not beginning with a hyphen."""
    return bool(_DEVICE_ID.fullmatch(text))


def is_public_key(text: str) -> bool:
    """Whether `text` is a public key as `DeviceKey.public` writes it."""
    try:
        Ed25519PublicKey.from_public_bytes(_unbase64(text))
    except ValueError:
        return False
    return True


def fingerprint(public: str) -> str:
    """A public key in twelve signs that two people can compare: "3f9a-11c0-77de"."""
    digest = hashlib.sha256(public.encode()).hexdigest()
    return "-".join(digest[start : start + 4] for start in (0, 4, 8))


def authorization(
    key: DeviceKey, device_id: str, method: str, path: str, body: bytes, *, at: int
) -> str:
    """The value of the Authorization header for one request made at `at` (unix seconds).

    `path` is the path with its query string, as it stands in the request line.
    """
    return f"Device {device_id}.{at}.{key.sign(_request(device_id, at, method, path, body))}"


def authenticate(
    header: str,
    method: str,
    path: str,
    body: bytes,
    *,
    now: int,
    public_key_of: Callable[[str], str | None],
) -> str:
    """The id of the device that made this request, or a Refusal.

    `public_key_of` gives the registered public key of a device id, None for one that is unknown
    or switched off.  A request may be repeated within CLOCK_SECONDS, so what it does must be
    harmless the second time: an answer is taken once per command.
    """
    match = _HEADER.fullmatch(header)
    if match is None:
        raise Refusal("device_unknown", "设备未签名，请检查设备代理")
    device_id, at, signature = match[1], int(match[2]), match[3]
    public = public_key_of(device_id)
    if public is None:
        raise Refusal("device_unknown", "设备未登记或已停用")
    if not _verified(public, _request(device_id, at, method, path, body), signature):
        raise Refusal("device_signature", "设备签名不符，请重新登记设备公钥")
    if abs(now - at) > CLOCK_SECONDS:
        raise Refusal("device_clock", "设备时钟与服务器相差过大，请校准设备时间")
    return device_id


def _request(device_id: str, at: int, method: str, path: str, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"{device_id}.{at}.{method.upper()}.{path}.{digest}".encode()


def _verified(public: str, message: bytes, signature: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(_unbase64(public))
        key.verify(_unbase64(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _no_fractions(value: Json) -> None:
    if isinstance(value, float):
        raise ValueError("signed JSON holds whole numbers only")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("keys of signed JSON are text")
            _no_fractions(item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _no_fractions(item)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    """ValueError when `text` is not base64url or not written the one way `_base64` writes it."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _base64(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def _write_privately(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise Trouble(
            f"The device key {path} cannot be written ({error.strerror}); name a file in a folder "
            "that this user may write."
        ) from error
