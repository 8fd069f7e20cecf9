"""Open the system: the web server, its worker, and in the demo a hall PC with simulated devices."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from django.core.management import call_command

from chengxin.core.refusal import Trouble
from chengxin.trace.stream import listener
from chengxin.web import database, environment

PATIENCE = 5.0  # seconds that a process gets to end by itself


def migrate() -> None:
    database.check()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def port() -> int:
    """The PORT to listen on; `Trouble` when another program holds it."""
    number = environment.env_int("PORT", 8000, low=1, high=65535)
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host(), number))
        except OSError as error:
            raise Trouble(
                f"Port {number} cannot be opened ({error.strerror}); "
                f"end the program that holds it, or choose another: PORT={number + 1}."
            ) from error
    return number


def free_port() -> int:
    """A port of this machine that nobody holds now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def host() -> str:
    return environment.env_text("CHENGXIN_BIND", "127.0.0.1")


def run(number: int, *, beside: list[list[str]]) -> None:
    """Serve until Ctrl-C; `beside` are the arguments of the chengxin processes to run along."""
    config = uvicorn.Config(
        "chengxin.web.asgi:application",
        host=host(),
        port=number,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )
    with _companions(beside):
        _Server(config).run()


class _Server(uvicorn.Server):
    """A web server whose open streams do not hold up its end."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        listener.end()
        await super().shutdown(sockets)


def end_with_parent() -> None:
    """For a companion: end when the process that started it is gone, even if it was killed."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):  # not by sys.stdin: its lock would outlive the end
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


@contextmanager
def _companions(beside: list[list[str]]) -> Iterator[None]:
    started = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "chengxin", *words, "--companion"],
            stdin=subprocess.PIPE,  # it closes when this process ends, however it ends
            start_new_session=True,
        )
        for words in beside
    ]
    try:
        yield
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
