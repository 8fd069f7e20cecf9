"""A card reader that answers byte for byte, as domain facts 9.2 give the bytes.

It stands on a real pseudo-terminal: the driver opens `reader.path` as it would open a serial
port.  A card is put and lifted by method; troubles are scripted, one for each coming answer.
"""

from __future__ import annotations

import os
import select
import threading
import tty
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from chengxin.devices.card_reader import (
    BASE_LENGTHS,
    FIND,
    FOUND,
    NO_CARD,
    NOT_ON_CARD,
    OK,
    READ_BASE,
    READ_NEWEST_ADDRESS,
    SELECT,
    SERIAL_NUMBER,
    STATUS,
    FrameBuffer,
    frame,
)
from chengxin.devices.simulator.cards import SimulatedCard
from chengxin.devices.simulator.plug import Plugged

SELECT_FAILED = 0x81
READ_FAILED = 0x41
SELF_TEST_FAILED = 0x60
UNKNOWN_COMMAND = 0x21
SAM_SERIAL = bytes.fromhex("05030000201708180000000100000001")


class Disturbance(StrEnum):
    """What can happen to one answer on its way."""

    NOISE = "noise"  # garbage in front of it
    FLIPPED = "flipped"  # one bit of it wrong
    HALF = "half"  # only its first half arrives
    PIECES = "pieces"  # it arrives in small pieces
    SILENT = "silent"  # it does not arrive
    LIFTED = "lifted"  # the card is taken away before it


class SimulatedCardReader(Plugged):
    """Stands ready when made; `close` it, or use it in a `with`."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.broken = False  # the security module fails its self-test
        self.on_line: Callable[[bytes], bytes] | None = None  # what the line does to every answer
        self._card: SimulatedCard | None = None
        self._selected = self._was_read = False
        self._coming: deque[Disturbance] = deque()
        self._changing = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="simulated reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Pull the plug."""
        if self._thread.is_alive():
            os.write(self._wake_write, b"x")
            self._thread.join()
            for handle in (self._master, self._slave, self._wake_read, self._wake_write):
                os.close(handle)

    def put(self, card: SimulatedCard) -> None:
        """Lay a card on the reader, in place of one that lies there."""
        with self._changing:
            self._card, self._selected, self._was_read = card, False, False

    def lift(self) -> None:
        with self._changing:
            self._card, self._selected, self._was_read = None, False, False

    def disturb(self, *coming: Disturbance) -> None:
        """What happens to the next answers, one each."""
        with self._changing:
            self._coming.extend(coming)

    def answer(self, body: bytes) -> bytes:
        """The frame with which the reader answers a request's command and parameter."""
        if self.broken and body != SERIAL_NUMBER:
            return _says(SELF_TEST_FAILED)
        if body == STATUS:
            return _says(OK)
        if body == SERIAL_NUMBER:
            return _says(OK, SAM_SERIAL)
        if body == FIND:
            return self._find()
        if body == SELECT:
            return self._select()
        if body == READ_BASE:
            return self._read_base()
        if body == READ_NEWEST_ADDRESS:
            return self._read_newest_address()
        return _says(UNKNOWN_COMMAND)

    def _find(self) -> bytes:
        if self._card is None or self._was_read:
            return _says(NO_CARD)
        return _says(FOUND, bytes(4))

    def _select(self) -> bytes:
        if self._card is None:
            return _says(SELECT_FAILED)
        self._selected = True
        return _says(OK, bytes.fromhex(self._card.chip_serial))

    def _read_base(self) -> bytes:
        if self._card is None or not self._selected:
            return _says(READ_FAILED)
        self._was_read = True
        return _says(OK, BASE_LENGTHS + self._card.text_block() + self._card.photo_block())

    def _read_newest_address(self) -> bytes:
        if self._card is None or not self._selected:
            return _says(READ_FAILED)
        added = self._card.address_block()
        return _says(OK, added) if added else _says(NOT_ON_CARD)

    def _serve(self) -> None:
        frames = FrameBuffer()
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [])
            if self._wake_read in ready:
                return
            frames.add(os.read(self._master, 4096))
            while (body := frames.next()) is not None:
                self._send(body)

    def _send(self, body: bytes) -> None:
        with self._changing:
            trouble = self._coming.popleft() if self._coming else None
            if trouble is Disturbance.LIFTED:
                self._card, self._selected, self._was_read = None, False, False
            answer = self.answer(body)
        match trouble:
            case Disturbance.NOISE:
                answer = bytes.fromhex("00FFAAAAAA9669FFFFAA") + answer
            case Disturbance.FLIPPED:
                middle = len(answer) // 2
                answer = answer[:middle] + bytes([answer[middle] ^ 4]) + answer[middle + 1 :]
            case Disturbance.HALF:
                answer = answer[: len(answer) // 2]
            case Disturbance.SILENT:
                answer = b""
        if self.on_line:
            answer = self.on_line(answer)
        piece = 7 if trouble is Disturbance.PIECES else 512
        for start in range(0, len(answer), piece):
            os.write(self._master, answer[start : start + piece])


def _says(status: int, data: bytes = b"") -> bytes:
    return frame(bytes([0, 0, status]) + data)
