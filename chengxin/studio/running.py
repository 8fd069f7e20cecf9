"""Who carries out what was asked of the worker: a lock of PostgreSQL that ends with its process.

So a page can tell what goes on from what a killed worker left behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held(room: int, pk: int) -> Iterator[bool]:
    """Whether this process is the one that carries out `pk`; so until it ends, or is killed.

    Each kind of work has its `room`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [room, pk])
        [mine] = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [room, pk])


def left(room: int, running: set[int]) -> set[int]:
    """Of those that are said to be running, the ones that nobody carries out."""
    if not running:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [room],
        )
        return running - {pk for [pk] in cursor.fetchall()}
