"""A delivery written on paper, for the lake alone; run as a program, one that may be killed.

python -m tests.lake.paper ROOT POINT PARQUET…    takes each delivery, dies at POINT
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chengxin.lake import commit, store
from chengxin.lake.engine import DuckDB
from chengxin.lake.tables import TABLES

LEDGER = "golden_tax_state_ledger"
WATCHLIST = "watchlist"
TABLE_OF = {LEDGER: "tax_due", WATCHLIST: "watch", "golden_tax_local_ledger": "tax_due"}

Row = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    source: str
    table: str
    delivery_id: str
    delivered_on: date
    rows: Path
    count: int
    everything: bool
    beside: tuple[Paper, ...] = ()


def paper(folder: Path, day: int, rows: Sequence[Row], source: str = LEDGER) -> Paper:
    """What `source` sent on that day of August 2017: `rows`, other columns null."""
    content = json.dumps(rows, default=str, sort_keys=True)
    told = Paper(
        source=source,
        table=TABLE_OF[source],
        delivery_id=hashlib.sha256(content.encode()).hexdigest()[:16],
        delivered_on=date(2017, 8, day),
        rows=folder / f"{source}-{day:02d}-{hashlib.sha256(content.encode()).hexdigest()[:6]}.rows",
        count=len(rows),
        everything=source == WATCHLIST,
    )
    origin = {
        "source": source, "delivery_id": told.delivery_id, "delivered_on": told.delivered_on
    }  # fmt: skip
    lines = [{"bureau": "state", **row, **origin, "line": n} for n, row in enumerate(rows, 2)]
    schema = TABLES[told.table].schema
    pq.write_table(pa.Table.from_pylist(lines, schema=schema), told.rows)
    return told


def due(voucher: str, amount: int) -> Row:
    return {"voucher": voucher, "kind": "tax", "amount": amount}


def stored(lake: store.Lake, table: str = "tax_due", version: int | None = None) -> list[Row]:
    """The rows of a table as a reader sees them."""
    engine = DuckDB()
    try:
        engine.view(lake, version)
        return engine.run(f'SELECT * FROM "{table}" ORDER BY ALL')
    finally:
        engine.close()


def amounts(lake: store.Lake, version: int | None = None) -> dict[str, int]:
    """voucher -> amount, each row once."""
    told = [(row["voucher"], int(row["amount"])) for row in stored(lake, version=version)]
    assert len(told) == len(dict(told)), "a key stands there twice"
    return dict(told)


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(step: Any) -> Any:
    def stepped(*args: Any, **named: Any) -> None:
        step(*args, **named)
        _die()

    return stepped


def _rig(point: str) -> None:
    """Let this process die there."""
    match point:
        case "files half written":
            commit.Change._add = _die  # type: ignore[method-assign]
        case "before the commit":
            commit.Change.commit = _die  # type: ignore[method-assign]
        case "after the commit":
            commit.Change.commit = _after(commit.Change.commit)  # type: ignore[method-assign]
        case "before publishing":
            store.Lake._publish = _die  # type: ignore[method-assign]
        case "record written, not named":
            Path.rename = _die  # type: ignore[method-assign,assignment]
        case "after publishing":
            store.Lake._publish = _after(store.Lake._publish)  # type: ignore[method-assign]
        case "nowhere":
            pass
        case _:
            raise ValueError(point)


if __name__ == "__main__":
    _rig(sys.argv[2])
    lake = store.Lake(Path(sys.argv[1]))
    for name in sys.argv[3:]:
        read = pq.read_table(name)
        first = read.slice(0, 1).to_pylist()[0]
        lake.take(
            Paper(
                first["source"],
                TABLE_OF[first["source"]],
                first["delivery_id"],
                first["delivered_on"],
                Path(name),
                read.num_rows,
                first["source"] == WATCHLIST,
            )
        )
