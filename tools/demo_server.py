"""`chengxin serve --demo` on a free port of this machine, for browser tests and screenshots."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 300.0  # seconds for the county, its night and the first page


class DidNotOpen(Exception):
    """The server ended or never answered; the message holds the end of its log."""


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def start(home: Path, port: int, *, persons: int) -> subprocess.Popen[bytes]:
    settings = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
        "PORT": str(port),
        "CHENGXIN_HOME": str(home),
        "CHENGXIN_DEMO_PERSONS": str(persons),
    }
    home.mkdir(parents=True, exist_ok=True)
    with (home / "serve.log").open("a") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "chengxin", "serve", "--demo"],
            cwd=ROOT,
            env=settings,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return server


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310 (loopback)
                return
        except OSError:
            time.sleep(0.2)
    raise DidNotOpen(log.read_text()[-4000:])


def stop(server: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does; by force when it does not end."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


@contextmanager
def running(home: Path, *, persons: int = 6_000) -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start(home, port, persons=persons)
    try:
        wait_for(url, server, home / "serve.log")
        yield url
    finally:
        stop(server)
