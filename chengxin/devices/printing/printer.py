"""The ticket printer: how it stands, and one ticket printed once.

    print ─▶ printed before? ─▶ ready? ─▶ note the job ─▶ send ─▶ wait for its turn ─▶ printed
                                  └── no: not a byte was sent, it may be tried again
                                                                 └── no answer: unclear, never again

A ticket counts as printed when the printer answers what stood behind it in the same line
(`escpos.HOW_IS_THE_PAPER`).  Where that answer does not come, nobody knows, and nothing is printed
a second time: two tickets of one number are worse than one that the counter prints.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import cycle

import structlog

from chengxin.core.refusal import Trouble
from chengxin.devices.messages import Code
from chengxin.devices.printing import escpos
from chengxin.devices.printing.as_picture import as_picture
from chengxin.devices.printing.as_text import as_text, can_be_text
from chengxin.devices.printing.escpos import ERROR_CAUSE, OFFLINE_CAUSE, PAPER, PRINTER, Stands
from chengxin.devices.printing.jobs import Job, Jobs
from chengxin.devices.printing.lines import BAUD, Wire, dial
from chengxin.devices.printing.slip import DOTS, AnySlip
from chengxin.devices.words import DeviceUnavailable, Words

TRIES = 3  # times a question is asked before the printer counts as silent
ANSWER_SECONDS = 0.5  # DLE EOT is answered within milliseconds
PRINT_SECONDS = 12.0  # for a ticket and its cut, besides the time on the line
LOOK_SECONDS = 0.5  # while the ticket is not out yet: how often the printer is looked at

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PrinterSettings:
    """How this printer is reached and what it can do."""

    port: str  # lines.dial
    paper: int = 58  # mm
    chinese_font: bool = True  # has GB18030 characters; else the slip is sent as a picture
    draws_qr: bool = True
    baud: int = BAUD

    def __post_init__(self) -> None:
        if self.paper not in DOTS:
            raise ValueError(f"paper is {' or '.join(map(str, DOTS))} mm wide, not {self.paper}")


class PrintFailed(Exception):
    """No ticket for certain, or (Code.PRINT_UNCLEAR) perhaps one.  `words` are for the person."""

    def __init__(self, code: Code, words: Words) -> None:
        super().__init__(words.en)
        self.code = code
        self.words = words


class TicketPrinter:
    """One printer.  Not for two threads at once.

    `patience` multiplies every waiting time: 1 for a real printer.
    """

    def __init__(
        self, settings: PrinterSettings, jobs: Jobs | None = None, *, patience: float = 1.0
    ) -> None:
        self._settings = settings
        self._jobs = jobs or Jobs()
        self._patience = patience
        self._wire: Wire | None = None

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def stands(self) -> Stands:
        """Ask the printer how it stands; DeviceUnavailable when it is gone or silent."""
        try:
            wire = self._dialled()
            asked = (PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER)
            return Stands.from_answers({n: self._ask(wire, n) for n in asked})
        except DeviceUnavailable:
            self.close()
            raise

    def print(self, job: str, slip: AnySlip) -> Stands:
        """Print one ticket once; how the printer stands after it.

        The same job again prints nothing: it returns when the ticket came out, and PrintFailed
        with PRINT_UNCLEAR when nobody knows.
        """
        known = self._jobs.get(job)
        if known is Job.PRINTED:
            return self._stands_or_not()
        if known is Job.BEGUN:
            raise self._unclear()
        try:
            stands = self.stands()
        except DeviceUnavailable as silent:
            raise PrintFailed(Code.DEVICE, silent.words) from silent
        if trouble := stands.trouble:
            raise PrintFailed(*trouble)
        sent = self._bytes_of(slip)
        self._jobs.note(job, Job.BEGUN)
        if not self._comes_out(sent):
            raise self._unclear()
        try:
            self._jobs.note(job, Job.PRINTED)
        except Trouble as trouble:  # it is out all the same; after a restart it will be unclear
            log.warning("ticket not noted", reason=str(trouble))
        return stands

    def _stands_or_not(self) -> Stands:
        try:
            return self.stands()
        except DeviceUnavailable:
            return Stands()

    def _bytes_of(self, slip: AnySlip) -> bytes:
        settings = self._settings
        if settings.chinese_font and can_be_text(slip, settings.paper):
            return as_text(slip, settings.paper, draws_qr=settings.draws_qr)
        try:
            return as_picture(slip, settings.paper)
        except DeviceUnavailable as no_font:
            raise PrintFailed(Code.DEVICE, no_font.words) from no_font

    def _comes_out(self, sent: bytes) -> bool:
        """Send a ticket and wait until the printer has printed it; False when that is not known."""
        wire = self._wire
        assert wire is not None
        try:
            self._hear(wire)  # nothing of before may be taken for the answer
            wire.write(sent + escpos.HOW_IS_THE_PAPER)
            until = time.monotonic() + len(sent) / wire.bytes_a_second
            until += PRINT_SECONDS * self._patience
            told: dict[int, int] = {}
            for n in cycle((PAPER, OFFLINE_CAUSE, ERROR_CAUSE)):
                for byte in wire.read(LOOK_SECONDS * self._patience):
                    if escpos.is_turn(byte):
                        return not escpos.ran_out(byte)
                    for asked in told:
                        if escpos.is_standing(byte, asked):
                            told[asked] = byte
                if Stands.from_answers(told).trouble or time.monotonic() > until:
                    break
                told = {n: 0}
                wire.write(escpos.how_stands(n))
            wire.write(escpos.FORGET)  # half a ticket must not come out before the next person
            wire.read(ANSWER_SECONDS * self._patience)  # it says when it has forgotten
        except DeviceUnavailable as lost:
            log.warning("printer lost in a ticket", reason=str(lost))
        self.close()
        return False

    def _unclear(self) -> PrintFailed:
        """Nobody knows whether the ticket came out; with what the printer says now."""
        try:
            trouble = self.stands().trouble
        except DeviceUnavailable as silent:
            trouble = (Code.DEVICE, silent.words)
        zh, en = (f"{trouble[1].zh}；", f"{trouble[1].en} ") if trouble else ("", "")
        return PrintFailed(
            Code.PRINT_UNCLEAR,
            Words(
                f"{zh}号票可能未打完，请看出票口",
                f"{en}The ticket may not have come out; look at the slot.",
            ),
        )

    def _dialled(self) -> Wire:
        if self._wire is None:
            self._wire = dial(self._settings.port, self._settings.baud)
        return self._wire

    def _ask(self, wire: Wire, n: int) -> int:
        """The answer to DLE EOT `n`; bytes that cannot be one are passed over."""
        heard = False
        for _ in range(TRIES):
            self._hear(wire)
            wire.write(escpos.how_stands(n))
            until = time.monotonic() + ANSWER_SECONDS * self._patience
            while (left := until - time.monotonic()) > 0:
                for byte in wire.read(left):
                    heard = True
                    if escpos.is_standing(byte, n):
                        return byte
        if heard:
            words = Words(
                "与打印机通讯受干扰，请检查连线",
                "The line to the printer is disturbed; check its cable.",
            )
        else:
            words = Words(
                "打印机无应答，请检查电源和连线",
                "The printer does not answer; check its power and cable.",
            )
        raise DeviceUnavailable(words)

    def _hear(self, wire: Wire) -> None:
        """Pass over what came unasked or late."""
        while wire.read(0):
            pass
