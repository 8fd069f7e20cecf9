"""The installation's secret: tokens that stand for numbers, and sealing of what must be read again.

One random secret of 32 bytes lies in CHENGXIN_KEY_FILE, outside the database.  From it come two
keys (HKDF-SHA256): one for tokens (HMAC-SHA256: same text, same token, no way back), one for
sealing (AES-256-GCM).  Who loses the file loses every name and number; `docs/operations.md` says
how to keep it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chengxin.core import places
from chengxin.core.refusal import Trouble

BLOCK = 64  # bytes of one SHA-256 block, for HMAC's two pads
NONCE = 12


class Keys:
    """Tokens and sealing under one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._tokens = _derived(secret, b"chengxin tokens 1")
        self._sealing = AESGCM(_derived(secret, b"chengxin sealing 1"))
        padded = self._tokens.ljust(BLOCK, b"\0")
        # An SQL engine computes the same HMAC as sha256(opad || unhex(sha256(ipad || message))).
        self.ipad = bytes(byte ^ 0x36 for byte in padded)
        self.opad = bytes(byte ^ 0x5C for byte in padded)

    @classmethod
    def load(cls, path: Path | None = None) -> Keys:
        """This installation's keys; a new secret is made at first start."""
        return _load(path or places.key_file())

    def token(self, kind: str, text: str) -> str:
        """26 characters that stand for `text` among things of one `kind`."""
        digest = hmac.digest(self._tokens, f"{kind}:{text}".encode(), "sha256")[:16]
        return base64.b32encode(digest).decode().rstrip("=").lower()

    def mark(self, kind: str, text: str) -> int:
        """A token of 64 bits, for an index that is checked afterwards: two texts may share one."""
        digest = hmac.digest(self._tokens, f"{kind}:{text}".encode(), "sha256")[:8]
        return int.from_bytes(digest, "big", signed=True)

    def person_id(self, number: str) -> str:
        """The id of the person with this number, as `identifiers.normal_number` writes it."""
        return "p" + self.token("person", number)

    def phone_token(self, phone: str) -> str:
        return self.token("phone", phone)

    def address_token(self, address: str) -> str:
        return self.token("address", address)

    def seal(self, text: str | bytes) -> bytes:
        """`text`, readable only with this key; never twice the same bytes."""
        plain = text.encode() if isinstance(text, str) else text
        nonce = os.urandom(NONCE)
        return nonce + self._sealing.encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes:
        """What `seal` was given; `Trouble` when another key sealed it or a byte was changed."""
        try:
            return self._sealing.decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except InvalidTag as error:
            raise Trouble(
                "A sealed value does not open with this key; set CHENGXIN_KEY_FILE to the key "
                "file that belongs to this database."
            ) from error


@cache
def _load(path: Path) -> Keys:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32) + "\n", "ascii")
        try:
            os.link(fresh, path)  # fails when another process was first: then that key counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise Trouble(f"The key file {path} cannot be read; restore it from its copy.") from error
    if len(secret) != 32:
        raise Trouble(f"The key file {path} does not hold 32 bytes; restore it from its copy.")
    return Keys(secret)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def digest(data: bytes) -> str:
    """SHA-256 in hex, of what need not be secret."""
    return hashlib.sha256(data).hexdigest()
