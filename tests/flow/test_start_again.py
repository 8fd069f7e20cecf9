"""A stop or a crash leaves a system that starts again with its data."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tools import demo_server

pytestmark = pytest.mark.county


def processes_of(home: Path) -> list[psutil.Process]:
    """Everything that works for this home: server, worker, device agent, PostgreSQL."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "environ"]):
        told = process.info
        words = " ".join(told["cmdline"] or [])
        if str(home) in words or (told["environ"] or {}).get("CHENGXIN_HOME") == str(home):
            found.append(process)
    return [process for process in found if process.pid != os.getpid()]


def gone(home: Path, *commands: str) -> bool:
    """Whether all processes of this home (those of `commands`, if any) end within ten seconds."""
    for _ in range(50):
        told = [" ".join(process.info["cmdline"] or []) for process in processes_of(home)]
        if not [words for words in told if not commands or any(c in words for c in commands)]:
            return True
        time.sleep(0.2)
    return False


def traces(home: Path) -> int:
    with psycopg.connect(f"postgresql://postgres@/postgres?host={home / 'postgres'}") as database:
        row = database.execute("SELECT count(*) FROM trace_trace").fetchone()
        assert row
        return int(row[0])


def deliveries(home: Path) -> dict[str, int]:
    """When each file of the demo county was written."""
    return {p.name: p.stat().st_mtime_ns for p in (home / "demo" / "deliveries").iterdir()}


def test_everything_killed_at_once_starts_again_with_its_data(tmp_path):
    home, port = tmp_path / "home", demo_server.free_port()
    url = f"http://127.0.0.1:{port}"
    server = demo_server.start(home, port, persons=6_000)
    try:
        demo_server.wait_for(url, server, home / "serve.log")
        before = traces(home)
        assert before > 20
        server.send_signal(signal.SIGKILL)
        server.wait(10)
        assert gone(home, "worker", "device"), "they end with the server that started them"
        for process in processes_of(home):
            process.send_signal(signal.SIGKILL)

        delivered = deliveries(home)
        server = demo_server.start(home, port, persons=6_000)
        demo_server.wait_for(url, server, home / "serve.log")
        assert traces(home) >= before
        assert deliveries(home) == delivered  # it did not build the county anew
    finally:
        demo_server.stop(server)

    assert gone(home), "a stop leaves nothing running"
    log = (home / "serve.log").read_text()
    assert "Fatal Python error" not in log
    assert [line for line in log.splitlines() if '"level": "error"' in line] == []
    assert re.search(r"(?<!\d)\d{17}[\dX](?!\d)", log) is None  # no identity number in the logs
