"""The face engine in a process of its own: half a gigabyte and one core that no page waits behind.

    request threads ──compare──▶ at most 4 wait ──▶ face_process ──▶ Comparison

The process is started at the first comparison, does one at a time, and is replaced when it dies
or hangs, or when another engine or calibration is put in force.  Too many waiting, a comparison
that takes too long and missing models are all DeviceUnavailable: the person is sent to an
officer, nobody is accepted.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from chengxin.core import places
from chengxin.devices.comparison import Channel, Comparison, Listed, QualityReport, Suggested
from chengxin.devices.liveness import Step, Watched
from chengxin.devices.words import DeviceUnavailable, Words

WAITING = 4  # comparisons that may wait; at about 0.3 s each nobody waits long
START_SECONDS = 30.0
WORK_SECONDS = 10.0

BUSY = Words("人脸比对正忙，请稍候再试", "Face comparison is busy; try again in a moment.")
GONE = Words(
    "人脸比对暂不可用，请到窗口人工核实", "Face comparison does not work now; an officer decides."
)


class FaceWorker:
    """One engine process, shared by all threads of a server.  `close` ends it."""

    def __init__(
        self,
        *,
        command: tuple[str, ...] = (sys.executable, "-m", "chengxin.devices.face_process"),
        start_seconds: float = START_SECONDS,
        work_seconds: float = WORK_SECONDS,
    ) -> None:
        self._command = command
        self._start_seconds = start_seconds
        self._work_seconds = work_seconds
        self._room = threading.Semaphore(1 + WAITING)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._described: tuple[int, ...] = ()

    def compare(
        self, live_jpeg: bytes, reference_jpeg: bytes, channel: Channel | str
    ) -> Comparison:
        """Compare a live picture with a reference; DeviceUnavailable when it cannot."""
        answer = self._ask(("compare", live_jpeg, reference_jpeg, Channel(channel)))
        assert isinstance(answer, Comparison)
        return answer

    def describe(self, jpeg: bytes, channel: Channel | str) -> tuple[str, bytes | None]:
        """The engine's name and the picture's template as the net gives it, for keeping."""
        answer = self._ask(("describe", jpeg, Channel(channel)))
        assert isinstance(answer, tuple)
        return answer

    def look(self, live_jpeg: bytes) -> QualityReport:
        """Whether a live picture is good enough to compare, and what the person should do."""
        answer = self._ask(("look", live_jpeg))
        assert isinstance(answer, QualityReport)
        return answer

    def watch(self, shots: Sequence[tuple[int, bytes]], steps: Sequence[Step]) -> Watched:
        """Whether the steps were done in these pictures; see `liveness_frames.watch`."""
        answer = self._ask(("watch", tuple(shots), tuple(steps)))
        assert isinstance(answer, Watched)
        return answer

    def suggest(self, live_jpeg: bytes, listed: Sequence[Listed], top: int) -> Suggested:
        """Who of a list looks like this face; see `face_suggest.suggest`."""
        answer = self._ask(("suggest", live_jpeg, tuple(listed), top))
        assert isinstance(answer, Suggested)
        return answer

    def close(self) -> None:
        with self._turn:
            self._end()

    def _ask(self, request: tuple[object, ...]) -> object:
        if not self._room.acquire(blocking=False):
            raise DeviceUnavailable(BUSY, code=103)
        try:
            if not self._turn.acquire(timeout=self._start_seconds + self._work_seconds):
                raise DeviceUnavailable(BUSY, code=103)
            try:
                return self._answered(request)
            finally:
                self._turn.release()
        finally:
            self._room.release()

    def _answered(self, request: tuple[object, ...]) -> object:
        """A process that died since the last comparison is replaced, once."""
        for last in (False, True):
            try:
                process = self._started()
                _send(process, request)
                return self._received(process, self._work_seconds)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                was_new = self._process is None or last
                self._end()
                if was_new or isinstance(error, TimeoutError):
                    raise DeviceUnavailable(GONE) from error
        raise AssertionError("not reached")

    def _started(self) -> subprocess.Popen[bytes]:
        described = _described()
        alive = self._process is not None and self._process.poll() is None
        if self._process is None or not alive or described != self._described:
            self._end()
            self._described = described
            self._process = subprocess.Popen(  # noqa: S603 (our own command)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
            self._received(self._process, self._start_seconds)
        return self._process

    def _received(self, process: subprocess.Popen[bytes], seconds: float) -> object:
        """What the process says; TimeoutError, EOFError, or the trouble that it tells."""
        assert process.stdout is not None
        until = time.monotonic() + seconds
        length = int.from_bytes(_read(process.stdout.fileno(), 4, until))
        kind, answer = pickle.loads(_read(process.stdout.fileno(), length, until))  # noqa: S301
        if kind == "unavailable":
            self._end()
            raise DeviceUnavailable(answer)
        if kind == "failed":
            raise RuntimeError(f"the face process failed: {answer}")
        return answer

    def _end(self) -> None:
        if process := self._process:
            self._process = None
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):  # what nobody read any more
                        pipe.close()


def compare(live_jpeg: bytes, reference_jpeg: bytes, channel: Channel | str) -> Comparison:
    """Compare with this server's worker; see `FaceWorker.compare`."""
    return shared().compare(live_jpeg, reference_jpeg, channel)


def describe(jpeg: bytes, channel: Channel | str) -> tuple[str, bytes | None]:
    """Describe with this server's worker; see `FaceWorker.describe`."""
    return shared().describe(jpeg, channel)


def look(live_jpeg: bytes) -> QualityReport:
    """Judge a live picture with this server's worker; see `FaceWorker.look`."""
    return shared().look(live_jpeg)


def watch(shots: Sequence[tuple[int, bytes]], steps: Sequence[Step]) -> Watched:
    """Judge the steps with this server's worker; see `FaceWorker.watch`."""
    return shared().watch(shots, steps)


def suggest(live_jpeg: bytes, listed: Sequence[Listed], top: int) -> Suggested:
    """Search a list with this server's worker; see `FaceWorker.suggest`."""
    return shared().suggest(live_jpeg, listed, top)


@functools.cache
def shared() -> FaceWorker:
    """The one worker of this server process, ended with it."""
    worker = FaceWorker()
    atexit.register(worker.close)
    return worker


def _described() -> tuple[int, ...]:
    """Changes when another engine or calibration is put in force: the next comparison uses it."""
    return tuple(
        path.stat().st_mtime_ns if path.exists() else 0
        for path in (places.face_engine(), places.face_calibration())
    )


def _send(process: subprocess.Popen[bytes], request: object) -> None:
    assert process.stdin is not None
    raw = pickle.dumps(request)
    process.stdin.write(len(raw).to_bytes(4) + raw)
    process.stdin.flush()


def _read(handle: int, length: int, until: float) -> bytes:
    got = bytearray()
    while len(got) < length:
        ready, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError("the face process does not answer")
        part = os.read(handle, length - len(got))
        if not part:
            raise EOFError("the face process ended")
        got += part
    return bytes(got)
