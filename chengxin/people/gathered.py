"""What the newest night gathered (归集), for pages of the day: the warehouse, read by SQL.

One connection for each version of the warehouse, used by one thread at a time.
"""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from functools import lru_cache

from chengxin.core import places
from chengxin.lake.engine import DuckDB, Row, render
from chengxin.warehouse import build

MEMORY = "512MB"  # a dossier reads few rows, found by their sorted subject

_one_at_a_time = threading.Lock()


def newest() -> int | None:
    """The lake version that the newest warehouse was built for; None before the first night."""
    return build.newest(places.warehouse())


def rows(sql: str, **params: str | date) -> list[Row]:
    """The rows that the newest warehouse gives; none where no night has run yet."""
    version = newest()
    if version is None:
        return []
    with _one_at_a_time:
        engine = _opened(str(places.warehouse()), version)
        return engine.run(render(sql, engine.dialect, params))


def percent(share: Decimal | None) -> str:
    """35%; 12.5%; nothing where the share is not known."""
    return "" if share is None else f"{(share * 100).normalize():f}%"


@lru_cache(maxsize=1)
def _opened(_folder: str, version: int) -> DuckDB:
    engine = DuckDB(memory=MEMORY, threads=1)
    build.bind(engine, places.warehouse() / str(version))
    return engine
