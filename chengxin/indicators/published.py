"""Where the studio's published indicators lie, and which of them are in force.  Beside them lies
every version that a night has asked, so that an old finding can be computed again.

    CHENGXIN_HOME/studio/<version>/<kind>/<name>.sql    a version: written once, never changed
                                   <name>.yaml          the cases that were checked with it
    CHENGXIN_HOME/studio/live.json                      {code: version}, replaced whole

A version is named by the first 12 hex digits of the SHA-256 of its SQL file, as in every finding.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from chengxin.core import places
from chengxin.core.refusal import Trouble

Live = tuple[tuple[str, str], ...]  # code, version


def folder() -> Path:
    return places.studio()


def version_of(text: str) -> str:
    """The name of the version whose file has this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def live() -> Live:
    """What is in force of the studio, by code; nothing where it never published."""
    path = folder() / "live.json"
    try:
        told = path.stat()
    except FileNotFoundError:
        return ()
    return _live(path, told.st_mtime_ns, told.st_ino)


def path(version: str) -> Path | None:
    """The SQL file of a version; None when it was never kept here."""
    return next((folder() / version).glob("*/*.sql"), None)


def keep(text: str, cases: str, *, kind: str, name: str) -> str:
    """Lay down a version with its cases; its name.  One that is there already stays as it is."""
    version = version_of(text)
    home = folder() / version / kind
    home.mkdir(parents=True, exist_ok=True)
    for suffix, content in ((".yaml", cases), (".sql", text)):  # the SQL last: it makes it one
        there = home / f"{name}{suffix}"
        if not there.exists():
            _write(there, content)
    return version


def set_live(versions: Mapping[str, str]) -> None:
    """Let exactly these be in force, from one moment to the next."""
    folder().mkdir(parents=True, exist_ok=True)
    _write(folder() / "live.json", json.dumps(dict(sorted(versions.items())), indent=1) + "\n")


@lru_cache(maxsize=4)
def _live(path: Path, changed: int, inode: int) -> Live:
    try:
        told: dict[str, str] = json.loads(path.read_text("utf-8"))
        return tuple(sorted(told.items()))
    except (OSError, ValueError, AttributeError) as error:
        raise Trouble(f"{path} cannot be read; restore it from its backup.") from error


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with fresh.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
