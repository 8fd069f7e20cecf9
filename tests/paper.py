"""A lake written on paper: hand-written rows of the lake's tables, where a real one has files.

rows ──PaperLake──▶ Parquet ──engine.view──▶ warehouse.build   (the same doors as the night)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chengxin.lake.tables import TABLES

Row = Mapping[str, Any]
Given = Mapping[str, Sequence[Row]]

DELIVERED = date(2017, 8, 17)


def exact(value: object) -> object:
    """An amount as YAML tells it, as the lake keeps it."""
    return Decimal(str(value)) if isinstance(value, float) else value


class PaperLake:
    """The tables of `given` in `folder`; a column that a row leaves out is null."""

    def __init__(self, folder: Path, given: Given, version: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, list[str]] = {}
        self._version = version
        for name, rows in given.items():
            table = TABLES[name]
            if unknown := {column for row in rows for column in row} - set(table.types):
                raise ValueError(f"{name} has no column {sorted(unknown)}")
            path = folder / f"{name}.parquet"
            told = [
                {"source": "paper", "delivered_on": DELIVERED}
                | {column: exact(value) for column, value in row.items()}
                for row in rows
            ]
            pq.write_table(pa.Table.from_pylist(told, schema=table.schema), path)
            self._files[name] = [str(path)]

    def version(self) -> int:
        return self._version

    def files(self, table: str, version: int | None = None) -> list[str]:
        return self._files.get(table, [])
