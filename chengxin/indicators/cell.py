"""The process in which SQL of the studio runs: it sees the files of some tables and nothing else.

`sandbox` starts it with an empty environment.  It reads one JSON object from its input, `{runs:
[{tables: {name: [file]}, sql}], memory, threads, rows, bytes, seconds}`, and writes for each run
one line of JSON, `{"ok": bytes}` or `{"wrong": kind, "told": sentence}`, and behind an "ok" the
rows as an Arrow stream of so many bytes.  What goes wrong ends it.

Limits, from the outside in: the time of each run (this process ends itself), the address space
and the written files (the kernel), DuckDB's memory without a disk to go on on, the rows and bytes
of the result.
DuckDB opens no file but those named, loads no extension, and its settings are locked.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from typing import Any

import duckdb
import pyarrow as pa

BATCH = 10_000
LONGEST = 2_000  # characters of a sentence
BESIDE = 3 << 30  # bytes of address space for the program itself


def main() -> None:
    asked = json.load(sys.stdin)
    _limit(asked)
    try:
        for run in asked["runs"]:
            ends = threading.Timer(asked["seconds"], os._exit, [9])  # though nobody waits any more
            ends.daemon = True
            ends.start()
            _give(_run(asked | run))
            ends.cancel()
    except duckdb.Error as error:
        _tell({"wrong": type(error).__name__, "told": str(error)[:LONGEST]})
    except _TooMuch as error:
        _tell({"wrong": "TooMuch", "told": str(error)[:LONGEST]})
    except (MemoryError, pa.ArrowException) as error:
        _tell({"wrong": "OutOfMemoryException", "told": str(error)[:LONGEST]})
    sys.stdout.flush()
    os._exit(0)  # a query that still spins in a thread holds nobody up


class _TooMuch(Exception):
    """More rows or bytes than a result may have."""


def _limit(asked: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file grows by a byte
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    space = asked["memory"] * (1 << 20) + BESIDE
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


def _run(asked: dict[str, Any]) -> pa.Table:
    connection = duckdb.connect(
        config={
            "memory_limit": f"{asked['memory']}MB",
            "threads": asked["threads"],
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    for name, files in asked["tables"].items():
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        connection.execute(f'CREATE VIEW "{name}" AS FROM read_parquet([{listed}])')
    seen = [file for files in asked["tables"].values() for file in files]
    connection.execute("SET allowed_paths = ?", [seen])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    statements = connection.extract_statements(asked["sql"])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise duckdb.PermissionException("one SELECT only")
    reader = connection.sql(asked["sql"]).to_arrow_reader(BATCH)  # piece by piece
    batches, rows, size = [], 0, 0
    for batch in reader:
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows > asked["rows"] or size > asked["bytes"]:
            raise _TooMuch(str(rows))
        batches.append(batch)
    return pa.Table.from_batches(batches, reader.schema)


def _give(table: pa.Table) -> None:
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as out:
        out.write_table(table)
    rows = stream.getvalue()
    _tell({"ok": rows.size})
    sys.stdout.buffer.write(rows)


def _tell(told: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    main()
