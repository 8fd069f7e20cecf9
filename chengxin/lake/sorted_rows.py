"""Rows sorted by their first column, in a file in which one key's rows are found at once.

    <name>.arrow   Arrow record batches of a few hundred rows, LZ4
    <name>.keys    the first key of each batch

Whoever asks for a key looks into the list of keys, then opens the one batch or two that hold it.
That takes the same time however long the file is; DuckDB over Parquet looks at the head of every
row group first.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.ipc

from chengxin.lake.engine import Row

BATCH = 512  # rows


def write(path: Path, batches: pa.RecordBatchReader) -> None:
    """`<path>.arrow` and `<path>.keys` of rows that come sorted by their first column, a text."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    first = []
    with pa.ipc.new_file(str(_rows(path)), batches.schema, options=options) as out:
        for batch in batches:
            for start in range(0, batch.num_rows, BATCH):
                part = batch.slice(start, BATCH)
                first.append(part.column(0)[0].as_py())
                out.write_batch(part)
    keys = pa.record_batch({"key": pa.array(first, pa.string())})
    with pa.ipc.new_file(str(_keys(path)), keys.schema) as out:
        out.write_batch(keys)


def link(there: Path, path: Path) -> None:
    """The same file under another name."""
    for part in (_rows, _keys):
        os.link(part(there), part(path))


def is_there(path: Path) -> bool:
    return _rows(path).exists() and _keys(path).exists()


def _rows(path: Path) -> Path:
    return path.with_name(f"{path.name}.arrow")


def _keys(path: Path) -> Path:
    return path.with_name(f"{path.name}.keys")


def dataset(path: Path) -> pa.dataset.Dataset:
    """All rows that `write` has written at `path`, for DuckDB to read."""
    return pa.dataset.dataset(str(_rows(path)), format="ipc")


class SortedRows:
    """What `write` has written at `path`; FileNotFoundError when nothing is there.

    May be asked by several threads at once.
    """

    def __init__(self, path: Path) -> None:
        with pa.ipc.open_file(pa.memory_map(str(_keys(path)))) as keys:
            self._first: list[str] = keys.get_batch(0).column(0).to_pylist()
        # a batch is small: Arrow's threads would take four times as long over it
        alone = pa.ipc.IpcReadOptions(use_threads=False)
        self._file = pa.ipc.open_file(pa.memory_map(str(_rows(path))), options=alone)
        self._one_at_a_time = threading.Lock()
        self._last: tuple[int, pa.RecordBatch] | None = None

    def rows(self, key: str, *, start: int = 0, limit: int | None = None) -> list[Row]:
        """The rows of `key` in the file's order, from the `start`-th on, at most `limit`."""
        found: list[Row] = []
        for part in self._of(key):
            left = None if limit is None else limit - len(found)
            found += part.slice(start, left).to_pylist()
            start = max(0, start - part.num_rows)
            if len(found) == limit:
                break
        return found

    def count(self, key: str) -> int:
        return sum(part.num_rows for part in self._of(key))

    def table(self, key: str, columns: Sequence[str]) -> pa.Table:
        """These columns of all rows of `key`."""
        return self.among([key], columns)

    def among(self, keys: Collection[str], columns: Sequence[str]) -> pa.Table:
        """These columns of all rows of some keys."""
        schema = pa.schema([self._file.schema.field(name) for name in columns])
        parts = [part.select(list(columns)) for key in sorted(keys) for part in self._of(key)]
        return pa.Table.from_batches(parts, schema).combine_chunks()

    def _of(self, key: str) -> Iterator[pa.RecordBatch]:
        # the batch before the first that begins with the key may end with it
        number = max(0, bisect_left(self._first, key) - 1)
        while number < len(self._first) and self._first[number] <= key:
            batch = self._batch(number)
            keys = _Texts(batch.column(0))
            low = bisect_left(keys, key)
            high = bisect_right(keys, key, low)
            if high > low:
                yield batch.slice(low, high - low)
            number += 1

    def _batch(self, number: int) -> pa.RecordBatch:
        with self._one_at_a_time:
            if self._last is None or self._last[0] != number:  # neighbours often lie in one
                self._last = number, self._file.get_batch(number)
            return self._last[1]


class _Texts(Sequence[str]):
    """A column of text as a sequence, for `bisect`."""

    def __init__(self, column: pa.Array) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, place: int) -> str:  # type: ignore[override]
        return str(self._column[place])
