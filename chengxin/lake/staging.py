"""Private folders for what is on its way into the lake.

A delivery's numbers and names lie here in clear for as long as its reading lives: mode 0700,
gone when it is closed.  A process that was killed leaves its folder behind; the next one that
needs a folder removes it, because the lock on it has fallen.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chengxin.core import places


class Staging:
    """One private folder, held until `close`."""

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or places.home() / "staging"
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(parent / "lock"):
            for left in parent.iterdir():
                _sweep(left)
            self.folder = parent / secrets.token_hex(8)
            self.folder.mkdir(mode=0o700)
            held = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(held, fcntl.LOCK_EX)
        self._finalizer = weakref.finalize(self, _remove, self.folder, held)

    def close(self) -> None:
        self._finalizer()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else, thread or process, holds `path` while the block runs."""
    held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _sweep(folder: Path) -> None:
    if not folder.is_dir():
        return
    try:
        held = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:  # its owner has just tidied it away
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
    else:
        _remove(folder, held)


def _remove(folder: Path, held: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(held)
