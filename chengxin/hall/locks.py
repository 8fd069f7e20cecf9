"""Names that one transaction at a time may hold."""

from __future__ import annotations

from django.db import connection


def one_at_a_time(*names: str) -> None:
    """Let no other transaction hold any of these names until this one ends."""
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
