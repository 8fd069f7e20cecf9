"""Run one SELECT of the studio over a built warehouse, where it can harm nobody.

    SQL ──fences──▶ a process of its own, without settings, secrets or network ──▶ rows
                    time, memory, rows and bytes are limited; one at a time on a machine

Whoever asks for too much is stopped and told so in plain words; nobody else notices.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from chengxin.core import places
from chengxin.core.tongues import Words
from chengxin.indicators import cases, cell, fences
from chengxin.indicators.cases import Bench
from chengxin.indicators.catalogue import Indicator, Value
from chengxin.indicators.scan import Finding, findings, select
from chengxin.lake.engine import Row
from chengxin.warehouse.build import models

_MISSING = re.compile(r'column "?([^"\s]+)"? (?:not found|that could not be bound)', re.IGNORECASE)
_HEAD = 10_000  # bytes in which the line before the rows ends
_LOOKS = 0.3  # seconds between two looks whether the answer is still wanted
PATIENCE = 60.0  # seconds that a run waits for the one before it
_ABSENT = re.compile(r'does not have a column named "([^"]+)"')


class Stopped(Exception):
    """The SQL was refused before it ran, or stopped while it did; `code` says by what.

    refused: it says what it may not; time, memory, rows: a limit; wrong: it does not run; busy: a
    try of somebody else has not ended; ended: whoever asked wants it no more.
    """

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.en)
        self.code, self.words = code, words


@dataclass(frozen=True)
class Limits:
    """How much one SELECT may take."""

    seconds: float = 60
    memory: int = 2048  # MiB
    rows: int = 200_000
    bytes: int = 128 << 20
    threads: int = 2


OF_A_CASE = Limits(seconds=20, memory=512, rows=1_000, bytes=4 << 20, threads=1)


def _wanted() -> bool:
    return True


@dataclass(frozen=True)
class Sandbox:
    """The published tables of one lake version, whose warehouse is built in the folder `home`.

    While it runs, `wanted` is asked again and again whether to go on.  In each `lane` of a machine
    one runs at a time: a case of a few rows waits for no try over everyone.
    """

    home: Path
    limits: Limits = Limits()
    wanted: Callable[[], bool] = _wanted
    lane: str = "sandbox"

    def ask(self, sql: str) -> list[Row]:
        """The rows of a SELECT without parameters; `Stopped` when it says or takes too much."""
        if faults := fences.faults(sql, set(models())):
            raise Stopped("refused", faults[0])
        return self.run(sql)

    def found(
        self, indicator: Indicator, as_of: date, settings: dict[str, Value], lake_version: int
    ) -> list[Finding]:
        """What an indicator finds over everyone, as the scan of the night gives it."""
        rows = self.ask(select(indicator, "duckdb", as_of, settings))
        return findings(indicator, rows, settings, as_of, lake_version)

    def check(self, sql: str) -> None:
        """`Stopped` when the SQL would not run: a column that is not there, types that do not fit.

        Nothing is read but the forms of the tables.
        """
        if faults := fences.faults(sql, set(models())):
            raise Stopped("refused", faults[0])
        self.run(f"SELECT * FROM ({sql}) AS asked WHERE false")  # noqa: S608 (fenced)

    def run(self, sql: str) -> list[Row]:
        """As `ask`, without the fences: what holds when something gets over them."""
        [rows] = self.run_all([(self.home, sql)])
        return rows

    def run_all(self, asked: Iterable[tuple[Path, str]]) -> Iterator[list[Row]]:
        """The rows of each SELECT over the warehouse in its folder: one process, the limits of time
        and memory for each."""
        runs = [{"tables": _tables(home, sql), "sql": sql} for home, sql in asked]
        told = {
            "runs": runs,
            "memory": self.limits.memory,
            "threads": self.limits.threads,
            "rows": self.limits.rows,
            "bytes": self.limits.bytes,
            "seconds": self.limits.seconds,
        }
        seconds = self.limits.seconds * len(runs) + 5
        with _alone(self.lane, PATIENCE, self._go_on):
            answer = memoryview(self._answer(json.dumps(told).encode(), seconds))
        for _run in runs:
            head = bytes(answer[:_HEAD]).partition(b"\n")[0]
            try:
                said = json.loads(head)
            except ValueError:
                raise self._too_slow() from None
            if "wrong" in said:
                raise self._stopped(said["wrong"], said["told"])
            start, end = len(head) + 1, len(head) + 1 + said["ok"]
            if len(answer) < end:
                raise self._too_slow()
            yield pa.ipc.open_stream(answer[start:end]).read_all().to_pylist()
            answer = answer[end:]

    def _answer(self, asked: bytes, seconds: float) -> bytes:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", cell.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        until = time.monotonic() + seconds
        told: bytes | None = asked
        try:
            while True:
                try:
                    answer, _ = process.communicate(told, timeout=_LOOKS)
                    return answer
                except subprocess.TimeoutExpired:
                    told = None  # it has it
                    self._go_on()
                    if time.monotonic() > until:
                        raise self._too_slow() from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _go_on(self) -> None:
        if not self.wanted():
            raise Stopped("ended", Words(zh="已停止", en="Stopped"))

    def _too_slow(self) -> Stopped:
        return Stopped(
            "time",
            Words(
                zh=f"运行超过 {self.limits.seconds:g} 秒，已停止；"
                "请检查连接条件，避免把大表两两相乘",
                en=f"Stopped after {self.limits.seconds:g} seconds; look at the conditions of the "
                "joins: large tables may not be multiplied",
            ),
        )

    def _stopped(self, wrong: str, told: str) -> Stopped:
        said = told.splitlines()[0]
        if "Out of Memory" in said or wrong == "OutOfMemoryException":
            return Stopped(
                "memory",
                Words(
                    zh=f"需要的内存超过 {self.limits.memory} MB，已停止；请先筛选、再连接",
                    en=f"It needs more memory than {self.limits.memory} MB and was stopped; choose "
                    "rows first, join then",
                ),
            )
        if wrong == "TooMuch":
            return Stopped(
                "rows",
                Words(
                    zh=f"结果超过 {self.limits.rows} 行或 {self.limits.bytes >> 20} MB，"
                    "已停止；请收紧条件",
                    en=f"The result has more than {self.limits.rows} rows or "
                    f"{self.limits.bytes >> 20} MB and was stopped; make the conditions tighter",
                ),
            )
        if column := _MISSING.search(said) or _ABSENT.search(said):
            return Stopped(
                "wrong",
                Words(zh=f"没有名为 {column[1]} 的列", en=f"There is no column {column[1]}"),
            )
        return Stopped(
            "wrong", Words(zh=f"SQL 不能运行（{said}）", en=f"The SQL does not run ({said})")
        )


def finds(
    indicator: Indicator, listed: Iterable[dict[str, Any]], bench: Bench
) -> list[list[list[object]]]:
    """What `cases.finds` gives of each case, by the SQL of an officer: run here, over their rows.

    Else a few rows, joined with themselves a dozen times, would hold up who asks.
    """
    told, asked = list(listed), []
    with tempfile.TemporaryDirectory() as folder:
        for n, case in enumerate(told):
            home = Path(folder) / str(n)
            home.mkdir()
            for name in cases.lay(indicator, case, bench):
                bench.engine.write(home / f"{name}.parquet", f'SELECT * FROM "{name}"')  # noqa: S608
            settings = indicator.settings(case.get("overrides", {}))
            sql = select(indicator, "duckdb", case["as_of"], settings)
            if faults := fences.faults(sql, set(models())):
                raise Stopped("refused", faults[0])
            asked.append((home, sql, settings))
        cell = Sandbox(Path(folder), OF_A_CASE, lane="cases")
        rows = list(cell.run_all((home, sql) for home, sql, _settings in asked))
    return [
        cases.as_told(case, findings(indicator, found, settings, case["as_of"], 1))
        for case, found, (_home, _sql, settings) in zip(told, rows, asked, strict=True)
    ]


def _tables(home: Path, sql: str) -> dict[str, list[str]]:
    """The files of every table that the SQL may name."""
    return {name: files for name in models() if name in sql and (files := _files(home, name))}


def _files(home: Path, name: str) -> list[str]:
    path = home / f"{name}.parquet"
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return [str(one) for one in files if one.exists()]


@contextmanager
def _alone(lane: str, seconds: float, go_on: Callable[[], None]) -> Iterator[None]:
    """One run at a time in a lane of this machine; `Stopped` for who waited so long in vain."""
    folder = places.home() / "staging"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(folder / f"{lane}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + seconds
    try:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Stopped(
                        "busy",
                        Words(
                            zh="别人的试运行还没有结束，请稍后再试",
                            en="Somebody else's try has not ended; try again later",
                        ),
                    ) from None
                go_on()
                time.sleep(0.05)
        yield
    finally:
        os.close(held)
