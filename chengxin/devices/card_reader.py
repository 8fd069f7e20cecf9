"""The identity card reader on a serial line: frames of the SAM_V module, and a card read whole.

    find (寻卡) ─▶ select (选卡) ─▶ read text and photo ─▶ read the newest address ─▶ Card

    request  AA AA AA 96 69 | length | command parameter | check
    answer   AA AA AA 96 69 | length | SW1 SW2 SW3 | data | check

Length is big-endian and counts what follows it; the check is the XOR of every byte from the
length on (GA 467; domain facts 9.2, 9.3).  That check misses one random disturbance in 256, so
the driver also demands the status and length that each command must have, and where the line has
shown noise during a read it believes the card only after a second, equal read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import Protocol

import serial

from chengxin.devices import id_card
from chengxin.devices.id_card import PHOTO_BYTES, TEXT_BYTES, Card
from chengxin.devices.words import CardUnreadable, DeviceUnavailable, Words

PREAMBLE = bytes.fromhex("AAAAAA9669")
BAUD = 115_200
LONGEST = 0x090A  # text, photo and two fingerprints
TRIES = 3  # times a command is sent before the line counts as broken
POLL_SECONDS = 0.3  # the reader wants this long between two looks for a card

OK = 0x90
NOT_ON_CARD = 0x91
FOUND = 0x9F
NO_CARD = 0x80

STATUS = bytes.fromhex("11FF")
SERIAL_NUMBER = bytes.fromhex("12FF")
FIND = bytes.fromhex("2001")
SELECT = bytes.fromhex("2002")
READ_BASE = bytes.fromhex("3001")
READ_NEWEST_ADDRESS = bytes.fromhex("3003")

BASE_LENGTHS = TEXT_BYTES.to_bytes(2) + PHOTO_BYTES.to_bytes(2)
ADDRESS_BYTES = 70

# SW3: what the reader says of a card, of itself, and of what reached it over the line.
CARD_TROUBLES = {0x31, 0x32, 0x33, 0x37, 0x3F, 0x40, 0x41, 0x47, 0x80, 0x81}
LINE_TROUBLES = {0x10, 0x11, 0x21, 0x24}
MEANINGS: dict[int, Words] = {
    0x10: Words("数据校验错误", "checksum error"),
    0x11: Words("数据长度错误", "length error"),
    0x21: Words("命令错误", "command error"),
    0x23: Words("越权操作", "unauthorised operation"),
    0x24: Words("无法识别的错误", "unrecognised error"),
    0x31: Words("证件认证安全模块失败", "the card did not accept the security module"),
    0x32: Words("安全模块认证证件失败", "the security module did not accept the card"),
    0x33: Words("信息验证失败", "information verification failed"),
    0x37: Words("指纹信息验证错误", "fingerprint verification error"),
    0x3F: Words("信息长度错误", "information length error"),
    0x40: Words("无法识别的证件类型", "unrecognised card type"),
    0x41: Words("读证件失败", "card read failed"),
    0x47: Words("取随机数失败", "random number failure"),
    0x60: Words("安全模块自检失败", "the security module failed its self-test"),
    0x66: Words("安全模块未授权", "the security module is not authorised"),
    0x80: Words("寻找证件失败", "no card found"),
    0x81: Words("选取证件失败", "card selection failed"),
}


class PhotoDecoder(Protocol):
    """Turns a chip's 1,024 bytes of WLT coding into a JPEG of 102 by 126 pixels.

    The makers' libraries are licensed to a machine, so the decoder is a port; None where the
    machine has none or the picture cannot be decoded.
    """

    def __call__(self, photo: bytes) -> bytes | None: ...


def no_decoder(photo: bytes) -> bytes | None:
    return None


@dataclass(frozen=True)
class Reply:
    status: int  # SW3
    data: bytes


def frame(body: bytes) -> bytes:
    """`body` (command and parameter, or statuses and data) as it goes over the line."""
    counted = (len(body) + 1).to_bytes(2) + body
    return PREAMBLE + counted + bytes([_xor(counted)])


class FrameBuffer:
    """Bytes as they come in; `next` takes whole frames out and steps over what is none.

    `noise` counts the bytes that belonged to no frame.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.noise = 0

    def add(self, received: bytes) -> None:
        self._bytes += received

    def clear(self) -> None:
        """Give up what has come so far: a frame that never ended was noise."""
        self.noise += len(self._bytes)
        self._bytes.clear()

    def next(self) -> bytes | None:
        """The body of the next frame whose check is right; None until one is complete."""
        start = 0
        while (start := self._bytes.find(PREAMBLE, start)) >= 0:
            head = start + len(PREAMBLE)
            length = int.from_bytes(self._bytes[head : head + 2])
            end = head + 2 + length
            if len(self._bytes) < head + 2:
                return None
            if 3 <= length <= LONGEST and len(self._bytes) >= end:
                if _xor(self._bytes[head : end - 1]) == self._bytes[end - 1]:
                    body = bytes(self._bytes[head + 2 : end - 1])
                    self.noise += start
                    del self._bytes[:end]
                    return body
                self.noise += 1
            start += 1
        return None


class CardReader:
    """One reader.  Not for two threads at once.

    `patience` multiplies every waiting time: 1 for a real reader.
    """

    def __init__(
        self, port: str, decoder: PhotoDecoder = no_decoder, *, patience: float = 1.0
    ) -> None:
        self._decoder = decoder
        self._patience = patience
        self._frames = FrameBuffer()
        try:
            self._line = serial.Serial(port, BAUD, timeout=0.02, write_timeout=2)
        except (serial.SerialException, ValueError, OSError) as error:
            raise DeviceUnavailable(
                Words(
                    f"打不开读卡器端口 {port}，请检查连线",
                    f"The card reader's port {port} cannot be opened; check cable and port name.",
                )
            ) from error

    def close(self) -> None:
        self._line.close()

    def selftest(self) -> None:
        """DeviceUnavailable when the reader's security module cannot take commands."""
        reply = self._ask(STATUS, _is(OK, 0), seconds=1)
        if reply.status != OK:
            raise _failed(reply.status)

    def serial_number(self) -> str:
        """The security module's 16 bytes as hexadecimal."""
        reply = self._ask(SERIAL_NUMBER, _is(OK, 16), seconds=1)
        if reply.status != OK:
            raise _failed(reply.status)
        return reply.data.hex()

    def find(self) -> bool:
        """Whether a card lies there that was not read yet.

        A card that was read once is found again only after it was lifted.
        """
        reply = self._ask(FIND, _is(FOUND, 4), seconds=1)
        if reply.status not in (FOUND, NO_CARD):
            raise _failed(reply.status)
        return reply.status == FOUND

    def wait(self, seconds: float, stop: Event) -> bool:
        """Look for a card until one lies there, the time is over or `stop` is set."""
        until = time.monotonic() + seconds
        while not stop.is_set() and time.monotonic() < until:
            if self.find():
                return True
            stop.wait(POLL_SECONDS * self._patience)
        return False

    def read(self) -> Card:
        """The card that `find` has found: CardUnreadable says what the person should do."""
        self._frames.noise = 0
        chip = self._card(SELECT, _is(OK, 8), seconds=1).data
        base = self._base()
        card = id_card.parse(base[:TEXT_BYTES])
        if newest := self._newest_address():
            card = card.with_address(newest)
        if self._frames.noise and (self._base() != base or self._newest_address() != newest):
            raise CardUnreadable(id_card.AGAIN)
        photo = base[TEXT_BYTES:]
        return replace(
            card,
            photo=photo,
            photo_jpeg=self._decoder(photo),
            chip_serial=chip.hex() if any(chip) else "",
        )

    def _base(self) -> bytes:
        """256 bytes of text and 1,024 of photo."""
        wanted = len(BASE_LENGTHS) + TEXT_BYTES + PHOTO_BYTES
        data = self._card(READ_BASE, _is(OK, wanted), seconds=3).data
        if not data.startswith(BASE_LENGTHS):
            raise CardUnreadable(id_card.AGAIN)
        return data[len(BASE_LENGTHS) :]

    def _newest_address(self) -> str:
        """The address added after the card was made (追加住址); "" when there is none."""
        wanted = _is(OK, ADDRESS_BYTES)
        reply = self._card(READ_NEWEST_ADDRESS, wanted, seconds=1)
        return "" if reply.status == NOT_ON_CARD else id_card.text(reply.data)

    def _card(self, command: bytes, good: Callable[[Reply], bool], *, seconds: float) -> Reply:
        reply = self._ask(command, good, seconds=seconds)
        if reply.status in CARD_TROUBLES:
            raise CardUnreadable(id_card.AGAIN)
        if reply.status not in (OK, NOT_ON_CARD):
            raise _failed(reply.status)
        return reply

    def _ask(self, command: bytes, good: Callable[[Reply], bool], *, seconds: float) -> Reply:
        """The reader's reply to `command`: a good one, or one that says why not.

        A reply that the reader calls a transmission error, that is late, broken or belongs to
        another command is not believed; the command is sent again.
        """
        heard = False
        try:
            for _ in range(TRIES):
                self._line.reset_input_buffer()
                self._frames.clear()
                self._line.write(frame(command))
                until = time.monotonic() + seconds * self._patience
                while (reply := self._reply(until)) is not None:
                    heard = True
                    if good(reply) or _says_why_not(reply, command):
                        return reply
                    self._frames.noise += 1
        except (serial.SerialException, OSError) as error:
            raise DeviceUnavailable(
                Words(
                    "读卡器已断开，请检查连线",
                    "The card reader was unplugged; check its cable.",
                )
            ) from error
        if heard or self._frames.noise:
            raise DeviceUnavailable(
                Words(
                    "与读卡器通讯受干扰，请检查连线",
                    "The line to the card reader is disturbed; check its cable.",
                )
            )
        raise DeviceUnavailable(
            Words(
                "读卡器无应答，请检查电源和连线",
                "The card reader does not answer; check its power and cable.",
            )
        )

    def _reply(self, until: float) -> Reply | None:
        """The next whole frame as a reply; None when the time is over."""
        while True:
            while (body := self._frames.next()) is not None:
                if len(body) >= 3 and body[:2] == b"\0\0":
                    return Reply(body[2], body[3:])
                self._frames.noise += 1
            if time.monotonic() >= until:
                return None
            self._frames.add(self._line.read(max(1, self._line.in_waiting)))


def _is(status: int, length: int) -> Callable[[Reply], bool]:
    return lambda reply: reply.status == status and len(reply.data) == length


def _says_why_not(reply: Reply, command: bytes) -> bool:
    """Whether this is a refusal of `command`, and not of an earlier one that came late."""
    if reply.data or reply.status in LINE_TROUBLES:
        return False
    if reply.status == NO_CARD:
        return command in (FIND, SELECT)
    if reply.status == 0x81:
        return command == SELECT
    if reply.status == NOT_ON_CARD:
        return command == READ_NEWEST_ADDRESS
    if reply.status in CARD_TROUBLES:
        return command in (SELECT, READ_BASE, READ_NEWEST_ADDRESS)
    return reply.status in MEANINGS


def _failed(status: int) -> DeviceUnavailable:
    meaning = MEANINGS.get(status, Words("未知状态", "unknown status"))
    return DeviceUnavailable(
        Words(
            f"读卡器故障：{meaning.zh}（{status:02X}），请重新上电或更换",
            f"The card reader failed: {meaning.en} ({status:02X}); power it off and on, "
            "or change it.",
        ),
        code=101 if status in (0x60, 0x66) else 100,
    )


def _xor(counted: bytes | bytearray) -> int:
    check = 0
    for byte in counted:
        check ^= byte
    return check
