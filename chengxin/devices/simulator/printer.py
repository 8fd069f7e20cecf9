"""A ticket printer that answers byte for byte, on a pseudo-terminal or as a printer on TCP.

The driver opens `printer.port` as it would a real one.  What a person does to it (take the paper
out, open the cover) is set with `stand`; what happens to its answers is scripted with `disturb`.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import tty
from collections import deque
from enum import StrEnum

from chengxin.devices.printing.slip import DOTS
from chengxin.devices.simulator.paper import Paper
from chengxin.devices.simulator.plug import Plugged

FORGET = bytes.fromhex("1014080103140106 0208")
FORGOTTEN = bytes.fromhex("372500")


class Trouble(StrEnum):
    """How the printer stands."""

    NONE = "none"
    PAPER_OUT = "paper_out"
    NEAR_END = "near_end"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OFFLINE = "offline"
    RUNS_OUT = "runs_out"  # in the middle of the next ticket


class Disturbance(StrEnum):
    """What can happen to one answer on its way."""

    HALF = "half"  # only its low half arrives
    NOISE = "noise"  # garbage in front of it
    SILENT = "silent"  # it does not arrive


# answers to DLE EOT 1 to 4, by trouble; what is not named is in order
ANSWERS = {
    Trouble.PAPER_OUT: {1: 0x1A, 2: 0x32, 4: 0x7E},
    Trouble.NEAR_END: {4: 0x1E},
    Trouble.COVER_OPEN: {1: 0x1A, 2: 0x16},
    Trouble.CUTTER: {1: 0x1A, 2: 0x52, 3: 0x1A},
    Trouble.OFFLINE: {1: 0x1A},
}
IN_ORDER = 0x12
STOPS = {Trouble.PAPER_OUT, Trouble.COVER_OPEN, Trouble.CUTTER, Trouble.OFFLINE}
BEFORE_THE_END = 4  # parts of a ticket that a roll that runs out still takes


class SimulatedPrinter(Plugged):
    """Stands ready when made; `close` it, or use it in a `with`.

    `bytes_a_second` makes it slow; `tcp` puts it on a port of this machine.
    """

    def __init__(
        self, paper: int = 58, *, tcp: bool = False, bytes_a_second: int | None = None
    ) -> None:
        self.paper = Paper(DOTS[paper])
        self.speed = bytes_a_second
        self.received = b""  # everything, for tests of single bytes
        self._stands = Trouble.NONE
        self._coming: deque[Disturbance] = deque()
        self._changing = threading.Lock()
        self._front = bytearray()  # not yet looked through for questions to be answered at once
        self._buffer = bytearray()  # waits to be printed
        self._door: socket.socket | None = None
        self._line = -1
        self._slave = -1
        if tcp:
            self._door = socket.create_server(("127.0.0.1", 0))
            self.port = f"tcp:127.0.0.1:{self._door.getsockname()[1]}"
        else:
            self._line, self._slave = os.openpty()
            tty.setraw(self._line)
            tty.setraw(self._slave)
            self.port = os.ttyname(self._slave)
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="simulated printer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Pull the plug: what was not printed is lost."""
        if not self._thread.is_alive():
            return
        os.write(self._wake_write, b"x")
        self._thread.join()
        for handle in (self._line, self._slave, self._wake_read, self._wake_write):
            if handle >= 0:
                os.close(handle)
        if self._door:
            self._door.close()

    @property
    def stands(self) -> Trouble:
        return self._stands

    def stand(self, trouble: Trouble) -> None:
        """Take the paper out, open the cover …; NONE puts everything right again."""
        with self._changing:
            self._stands = trouble

    def disturb(self, *coming: Disturbance) -> None:
        """What happens to the next answers, one each."""
        with self._changing:
            self._coming.extend(coming)

    def switch_off_and_on(self) -> None:
        """What waited to be printed is forgotten; half a ticket stays hanging out."""
        with self._changing:
            self._buffer.clear()
            self._front.clear()

    def _serve(self) -> None:
        while True:
            door = self._door.fileno() if self._door else -1
            handles = [one for one in (self._wake_read, self._line, door) if one >= 0]
            ready, _, _ = select.select(handles, [], [], 0.005 if self._buffer else 0.5)
            if self._wake_read in ready:
                return
            if door in ready:
                self._let_in()
            elif self._line in ready:
                self._take()
            with self._changing:
                self._print_some()

    def _let_in(self) -> None:
        assert self._door is not None
        if self._line >= 0:
            os.close(self._line)  # a network printer talks to one host at a time
        self._line = self._door.accept()[0].detach()

    def _take(self) -> None:
        try:
            came = os.read(self._line, 4096)
        except OSError:
            came = b""
        if not came and self._door:
            os.close(self._line)
            self._line = -1
            return
        with self._changing:
            self.received += came
            self._front += came
            self._answer_at_once()

    def _answer_at_once(self) -> None:
        """DLE EOT n and DLE DC4 8 are done when they come in; the rest waits for its turn."""
        while self._front:
            if self._front.startswith(b"\x10\x04") and len(self._front) >= 3:
                n = self._front[2]
                del self._front[:3]
                self._say(bytes([ANSWERS.get(self._stands, {}).get(n, IN_ORDER)]))
            elif self._front.startswith(FORGET):
                del self._front[: len(FORGET)]
                self._buffer.clear()
                self.paper.hanging.parts.append({"kind": "cut"})
                self._say(FORGOTTEN)
            elif FORGET.startswith(self._front) or self._front == b"\x10\x04":
                return  # the rest of it is on the way
            else:
                self._buffer.append(self._front.pop(0))

    def _print_some(self) -> None:
        until = None if self.speed is None else len(self._buffer) - max(1, self.speed // 200)
        while self._buffer and self._stands not in STOPS:
            asked = self.paper.print(self._buffer)
            if asked is None:
                return
            if asked:
                self._say(b"\x03" if self._stands is Trouble.NEAR_END else b"\0")
            taken = len(self.paper.hanging.parts)
            if self._stands is Trouble.RUNS_OUT and taken >= BEFORE_THE_END:
                self._stands = Trouble.PAPER_OUT
            if until is not None and len(self._buffer) <= until:
                time.sleep(0.005)
                return

    def _say(self, answer: bytes) -> None:
        match self._coming.popleft() if self._coming else None:
            case Disturbance.HALF:
                answer = bytes([answer[0] & 0x0F | 0x40])
            case Disturbance.NOISE:
                answer = bytes.fromhex("FF8055") + answer
            case Disturbance.SILENT:
                return
        if self._line >= 0:
            os.write(self._line, answer)
