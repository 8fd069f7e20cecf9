"""The ways to a printer: a serial line, TCP port 9100, or a device file such as /dev/usb/lp0."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from typing import Protocol

import serial

from chengxin.core.refusal import Trouble
from chengxin.devices.words import DeviceUnavailable, Words

BAUD = 115_200
TCP_PORT = 9100
WRITE_SECONDS = 5.0  # a printer that takes nothing for so long is gone
FILE_BYTES_A_SECOND = 20_000  # what USB printers take at the least


class Wire(Protocol):
    """Bytes there and back.  Both raise DeviceUnavailable when the printer is gone."""

    bytes_a_second: int

    def write(self, sent: bytes) -> None: ...

    def read(self, seconds: float) -> bytes:
        """What has come, as soon as something has; b"" when nothing comes in so many seconds."""
        ...

    def close(self) -> None: ...


def dial(port: str, baud: int = BAUD) -> Wire:
    """The line that `port` names: "tcp:10.0.0.5", "tcp:10.0.0.5:9100", "file:/dev/usb/lp0", or a
    serial port such as /dev/ttyUSB1 and COM4."""
    kind, _colon, where = port.partition(":")
    try:
        if kind == "tcp" and where:
            return TcpWire(where)
        if kind == "file" and where:
            return FileWire(where)
        return SerialWire(port, baud)
    except (serial.SerialException, OSError) as error:
        raise DeviceUnavailable(
            Words(
                f"连不上打印机 {port}，请检查电源和连线",
                f"The printer at {port} cannot be reached; check its power and cable.",
            )
        ) from error
    except ValueError as error:
        raise Trouble(f"{port!r} is no printer port: {error}.") from error


class SerialWire:
    def __init__(self, port: str, baud: int) -> None:
        # dsrdtr off: a pseudo-terminal and many USB adapters have no such wires
        self._line = serial.Serial(port, baud, timeout=0, write_timeout=WRITE_SECONDS)
        self.bytes_a_second = baud // 10

    def write(self, sent: bytes) -> None:
        # piece by piece: the time to write is that of a piece, not of a long picture at 9600 baud
        try:
            for start in range(0, len(sent), 1024):
                self._line.write(sent[start : start + 1024])
        except (serial.SerialException, OSError) as error:
            raise gone() from error

    def read(self, seconds: float) -> bytes:
        try:
            self._line.timeout = seconds
            first: bytes = self._line.read(1)
            self._line.timeout = 0
            return first + self._line.read(256) if first else b""
        except (serial.SerialException, OSError) as error:
            raise gone() from error

    def close(self) -> None:
        self._line.close()


class TcpWire:
    bytes_a_second = 100_000

    def __init__(self, where: str) -> None:
        host, _colon, port = where.partition(":")
        address = (host, int(port) if port else TCP_PORT)
        self._line = socket.create_connection(address, timeout=WRITE_SECONDS)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, sent: bytes) -> None:
        self._line.settimeout(WRITE_SECONDS)
        try:
            self._line.sendall(sent)
        except OSError as error:
            raise gone() from error

    def read(self, seconds: float) -> bytes:
        self._line.settimeout(max(seconds, 0.001))
        try:
            received = self._line.recv(256)
        except TimeoutError:
            return b""
        except OSError as error:
            raise gone() from error
        if not received:
            raise gone()
        return received

    def close(self) -> None:
        self._line.close()


class FileWire:
    bytes_a_second = FILE_BYTES_A_SECOND

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def write(self, sent: bytes) -> None:
        until = time.monotonic() + WRITE_SECONDS
        while sent:
            try:
                taken = os.write(self._handle, sent)
            except BlockingIOError:
                taken = 0
            except OSError as error:
                raise gone() from error
            sent = sent[taken:]
            if taken:
                until = time.monotonic() + WRITE_SECONDS
            elif time.monotonic() > until:
                raise gone()
            else:
                select.select([], [self._handle], [], 0.1)

    def read(self, seconds: float) -> bytes:
        try:
            ready, _, _ = select.select([self._handle], [], [], seconds)
            return os.read(self._handle, 256) if ready else b""
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return b""
            raise gone() from error

    def close(self) -> None:
        os.close(self._handle)


def gone() -> DeviceUnavailable:
    return DeviceUnavailable(
        Words("打印机已断开，请检查电源和连线", "The printer was unplugged; check power and cable.")
    )
