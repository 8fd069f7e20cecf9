"""The bytes of ESC/POS that a ticket needs, and what a printer's status bytes say.

Two kinds of question.  `DLE EOT n` is answered at once, even when the printer stands still with
data in its buffer: that is how it stands.  `GS r 1` is answered in its turn, after everything sent
before it was printed: that is how it is known that a ticket came out.  Their answers can be told
apart: bit 4 is set in the first and clear in the second, bits 7 and 0 are clear in the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chengxin.devices.messages import Code
from chengxin.devices.words import Words

LEFT, CENTRE = 0, 1

RESET = b"\x1b@"
CHINESE = b"\x1c&"  # bytes from 0x81 on are one half of a Chinese character
CUT = b"\x1dV\x42\x00"  # feed to the knife, then cut
HOW_IS_THE_PAPER = b"\x1dr\x01"  # answered after all that went before it was printed
FORGET = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # clear what waits in the buffers, at once

PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER = 1, 2, 3, 4  # n of DLE EOT
AT_ONCE = re.compile(rb"\x10([\x04\x05\x14])")
BAND_ROWS = 128  # a picture goes in bands: small printers keep little


def how_stands(n: int) -> bytes:
    return bytes([0x10, 0x04, n])


def align(where: int) -> bytes:
    return bytes([0x1B, 0x61, where])


def bold(on: bool) -> bytes:
    return bytes([0x1B, 0x45, on])


def size(wide: int, high: int) -> bytes:
    """Characters so many times as wide and high, 1 to 8."""
    return bytes([0x1D, 0x21, (wide - 1) << 4 | (high - 1)])


def feed(lines: int) -> bytes:
    return bytes([0x1B, 0x64, lines])


def qr(data: bytes, module: int) -> bytes:
    """A QR code of level M, its modules so many dots wide, drawn by the printer itself."""

    def told(function: int, told: bytes) -> bytes:
        body = bytes([0x31, function]) + told
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return (
        told(0x41, b"2\0")  # model 2
        + told(0x43, bytes([module]))
        + told(0x45, b"1")  # level M
        + told(0x50, b"0" + data)
        + told(0x51, b"0")  # print it
    )


def picture(rows: list[bytes]) -> bytes:
    """A black and white picture: each row's dots from the left, eight a byte, black is 1.

    Dots that read like a command to be done at once (DLE EOT, ENQ, DC4) get one dot more: a printer
    would take them for it, or out of the picture.
    """
    sent = b""
    for start in range(0, len(rows), BAND_ROWS):
        band = rows[start : start + BAND_ROWS]
        head = len(band[0]).to_bytes(2, "little") + len(band).to_bytes(2, "little")
        sent += b"\x1dv0\0" + head + AT_ONCE.sub(b"\x18\\1", b"".join(band))
    return sent


def is_standing(byte: int, n: int) -> bool:
    """Whether `byte` can be the answer to DLE EOT `n`: fixed bits right, twin sensors agreeing."""
    if byte & 0b1001_0011 != 0b0001_0010:
        return False
    return n != PAPER or (_twins(byte, 2) and _twins(byte, 5))


def is_turn(byte: int) -> bool:
    """Whether `byte` can be the answer to `HOW_IS_THE_PAPER`."""
    return not byte & 0b1001_0000 and _twins(byte, 0) and _twins(byte, 2)


def ran_out(turn: int) -> bool:
    """Whether the answer to `HOW_IS_THE_PAPER` says that no paper is there."""
    return bool(turn & 0b1100)


def _twins(byte: int, low: int) -> bool:
    return byte >> low & 3 in (0, 3)


@dataclass(frozen=True)
class Stands:
    """How the printer said it stands."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter: bool = False
    hot: bool = False
    broken: bool = False
    offline: bool = False

    @classmethod
    def from_answers(cls, told: dict[int, int]) -> Stands:
        """From the answers to DLE EOT, by n; a cause that was not asked for is none."""
        causes, errors, paper = (told.get(n, 0) for n in (OFFLINE_CAUSE, ERROR_CAUSE, PAPER))
        return cls(
            paper_out=bool(paper & 0x60 or causes & 0x20),
            near_end=bool(paper & 0x0C),
            cover_open=bool(causes & 0x04),
            cutter=bool(errors & 0x08),
            hot=bool(errors & 0x40),
            broken=bool(errors & 0x24 or (causes & 0x40 and not errors & 0x48)),
            offline=bool(told.get(PRINTER, 0) & 0x08),
        )

    @property
    def trouble(self) -> tuple[Code, Words] | None:
        """Why nothing can be printed now, the cause that a person can cure first."""
        if self.cover_open:
            return Code.COVER_OPEN, Words("打印机上盖未关好", "The printer's cover is open.")
        if self.paper_out:
            return Code.NO_PAPER, Words("打印机缺纸，请更换纸卷", "The printer is out of paper.")
        if self.cutter:
            words = Words("打印机切刀卡住，请清理后重新上电", "The printer's cutter is stuck.")
            return Code.DEVICE, words
        if self.hot:
            return Code.DEVICE, Words("打印头过热，请稍候", "The print head is too hot; wait.")
        if self.broken:
            words = Words(
                "打印机故障，请重新上电或更换", "The printer failed; power it off and on."
            )
            return Code.DEVICE, words
        if self.offline:
            return Code.DEVICE, Words("打印机脱机，请检查", "The printer is offline; look at it.")
        return None
