"""What an ESC/POS printer makes of the bytes: tickets, to be read as text or looked at.

Reads the commands by their definition, not by `printing.escpos`: a test of that module must not
agree with it by copying.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import segno

from chengxin.devices.printing.as_picture import drawn, qr_svg

ESC, FS, GS = 0x1B, 0x1C, 0x1D


class Unknown(Exception):
    """A command that this printer does not have."""


@dataclass
class Ticket:
    """What stands on one piece of paper: parts as slip.typ draws them."""

    parts: list[dict[str, object]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # of the QR codes that the printer drew

    @property
    def text(self) -> str:
        """The lines of text, from top to bottom."""
        return "\n".join(str(part["text"]) for part in self.parts if part["kind"] == "line")

    def picture(self, dots: int) -> bytes:
        """A PNG of the paper, one pixel a dot."""
        return drawn(self.parts, dots)


class Paper:
    """The printer's hand: `print` takes bytes in their turn and gives the answers that fall due."""

    def __init__(self, dots: int) -> None:
        self.dots = dots
        self.tickets: list[Ticket] = []  # cut off
        self.hanging = Ticket()  # begun, not yet cut
        self._reset()
        self._qr = b""
        self._module = 3

    def _reset(self) -> None:
        self._line = b""
        self._chinese = False
        self._big, self._bold, self._where = 1, False, "left"

    def print(self, waiting: bytearray) -> bool | None:
        """Do the first command of `waiting` and take it away; None when it is not all there yet.

        True when the host asked for the paper's status in its turn (GS r 1).
        """
        taken, act = self._command(waiting)
        if taken == 0:
            return None
        del waiting[:taken]
        return bool(act())

    def _command(self, waiting: bytearray) -> tuple[int, Callable[[], object]]:
        first = waiting[0]
        if first == 0x0A:
            return 1, self._end_line
        if first not in (ESC, FS, GS):
            return 1, lambda: self._letter(first)
        if len(waiting) < 2:
            return 0, _nothing
        match (first, waiting[1]):
            case (0x1B, 0x40):
                return 2, self._reset
            case (0x1C, 0x26):
                return 2, lambda: self._set(_chinese=True)
            case (0x1C, 0x2E):
                return 2, lambda: self._set(_chinese=False)
        if len(waiting) < 3:
            return 0, _nothing
        n = waiting[2]
        match (first, waiting[1]):
            case (0x1B, 0x61):
                return 3, lambda: self._set(_where=["left", "center", "right"][n])
            case (0x1B, 0x45):
                return 3, lambda: self._set(_bold=bool(n & 1))
            case (0x1B, 0x64):
                return 3, lambda: self._feed(n)
            case (0x1D, 0x21):
                return 3, lambda: self._set(_big=(n & 7) + 1)
            case (0x1D, 0x72):
                return 3, lambda: True
            case (0x1D, 0x56):
                return (4, self._cut) if len(waiting) >= 4 else (0, _nothing)
            case (0x1D, 0x28):
                return self._code(waiting)
            case (0x1D, 0x76):
                return self._picture(waiting)
        raise Unknown(waiting[:3].hex(" "))

    def _letter(self, byte: int) -> None:
        self._line += bytes([byte])

    def _end_line(self) -> None:
        if self._line:
            text = self._line.decode("gb18030" if self._chinese else "cp437", "replace")
            self._line = b""
            self._put(kind="line", text=text, big=self._big, bold=self._bold, align=self._where)

    def _feed(self, lines: int) -> None:
        self._end_line()
        if self.hanging.parts:
            self._put(kind="feed", lines=lines)

    def _put(self, **part: object) -> None:
        self.hanging.parts.append(part)

    def _set(self, **how: object) -> None:
        vars(self).update(how)

    def _cut(self) -> None:
        self._end_line()
        if self.hanging.parts:
            self.tickets.append(self.hanging)
        self.hanging = Ticket()

    def _code(self, waiting: bytearray) -> tuple[int, Callable[[], object]]:
        """GS ( k: set up a QR code, keep its text, print it."""
        if len(waiting) < 5:
            return 0, _nothing
        length = int.from_bytes(waiting[3:5], "little")
        if len(waiting) < 5 + length:
            return 0, _nothing
        kind, function, told = waiting[5], waiting[6], bytes(waiting[7 : 5 + length])
        if kind != 0x31:
            raise Unknown(waiting[:7].hex(" "))
        return 5 + length, lambda: self._code_step(function, told)

    def _code_step(self, function: int, told: bytes) -> None:
        match function:
            case 0x43:
                self._module = told[0]
            case 0x50:
                self._qr = told[1:]
            case 0x51:
                text = self._qr.decode()
                modules = segno.make(text, error="m", micro=False).symbol_size(border=0)[0]
                wide = modules * self._module / self.dots
                self._put(kind="svg", svg=qr_svg(text, border=0), wide=wide)
                self.hanging.codes.append(text)

    def _picture(self, waiting: bytearray) -> tuple[int, Callable[[], object]]:
        """GS v 0: rows of dots."""
        if len(waiting) < 8:
            return 0, _nothing
        across, rows = struct.unpack("<HH", waiting[4:8])
        end = 8 + across * rows
        if len(waiting) < end:
            return 0, _nothing
        dots = bytes(waiting[8:end])
        return end, lambda: self._put_picture(across, rows, dots)

    def _put_picture(self, across: int, rows: int, dots: bytes) -> None:
        white_on_black = bytes(byte ^ 0xFF for byte in dots)
        lines = [white_on_black[at : at + across] for at in range(0, len(dots), across)]
        png = list(_png(across * 8, rows, lines))
        self._put(kind="png", bytes=png, dots=across * 8, align=self._where)


def _nothing() -> None:
    pass


def _png(wide: int, high: int, rows: list[bytes]) -> bytes:
    """A PNG of one bit a pixel; 1 is white."""

    def chunk(name: bytes, told: bytes) -> bytes:
        check = zlib.crc32(name + told)
        return struct.pack(">I", len(told)) + name + told + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
