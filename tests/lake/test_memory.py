"""Tables larger than the memory that one DuckDB may take are built all the same, or it is said."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from chengxin.core.refusal import Trouble
from chengxin.lake.engine import DuckDB, literal
from chengxin.lake.tables import TABLES
from chengxin.warehouse import build, by_subject
from tests.paper import PaperLake

ROWS, FIRMS = 2_000_000, 1_000
LITTLE, MEGABYTES = "128MB", 128


@pytest.fixture
def dues(tmp_path: Path) -> PaperLake:
    """A lake with so many dues, of a thousand enterprises."""
    lake = PaperLake(tmp_path / "lake", {"tax_due": [{"bureau": "state"}], "registration": []})
    engine = DuckDB()
    filled = {
        "voucher": "n || '-0000-4000-8000-000000000000'",
        "bureau": "'state'",
        "registration_id": "'1' || lpad(CAST(n % 1000 AS VARCHAR), 19, '0')",
        "kind": "'tax'",
        "due_on": "DATE '2017-01-15'",
        "amount": "1 + n % 1000",
        "source": "'paper'",
        "delivered_on": "DATE '2017-08-17'",
    }
    columns = ", ".join(
        f"CAST({filled.get(name, 'NULL')} AS {kind}) AS {name}"
        for name, kind in TABLES["tax_due"].types.items()
    )
    number = {
        "registration_id": "'1' || lpad(CAST(n AS VARCHAR), 19, '0')",
        "bureau": "'state'",
        "credit_code": "'9' || lpad(CAST(n AS VARCHAR), 17, '0')",
        "source": "'paper'",
        "delivered_on": "DATE '2017-08-17'",
    }
    registered = ", ".join(
        f"CAST({number.get(name, 'NULL')} AS {kind}) AS {name}"
        for name, kind in TABLES["registration"].types.items()
    )
    for table, told, rows in (("tax_due", columns, ROWS), ("registration", registered, FIRMS)):
        [file] = lake.files(table)
        engine.run(f"COPY (SELECT {told} FROM range({rows}) AS r(n)) TO {literal(file)}")
    engine.close()
    return lake


def peak(lake: PaperLake, folder: Path, memory: str) -> int:
    """Build the warehouse and sort by subject; bytes by which this process grew at most."""
    engine = DuckDB(memory=memory, threads=2)
    engine.run("SELECT 1 AS ready")
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the peak counts from here
    home = build.build(engine, lake, 1, folder)
    engine.view(lake, 1)
    by_subject.write(engine, lake, 1, folder)
    build.bind(engine, home)
    [told] = engine.run(
        "SELECT count(*) AS n, count(DISTINCT enterprise_id) AS of FROM arrears_item"
    )
    engine.close()
    assert told == {"n": ROWS, "of": FIRMS}
    return _memory("VmHWM") - before


def _memory(name: str) -> int:
    """A figure of this process, in bytes."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(kilobytes) << 10


def peak_elsewhere(lake: PaperLake, folder: Path, memory: str) -> int:
    """The same in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(peak, lake, folder, memory).result()


@pytest.mark.county
def test_warehouse_of_tables_larger_than_memory_is_built_within_it(dues: PaperLake, tmp_path: Path):
    engine = DuckDB()
    texts = ("voucher", "registration_id", "bureau", "kind", "source")
    length = " + ".join(f"sum(octet_length(encode({name})))" for name in texts)
    engine.view(dues, 1)
    [size] = engine.run(f"SELECT {length} AS bytes FROM tax_due")
    engine.close()
    assert size["bytes"] > MEGABYTES << 20

    little = peak_elsewhere(dues, tmp_path / "little", LITTLE)
    much = peak_elsewhere(dues, tmp_path / "much", "4GB")

    assert little < much / 2


def test_too_little_memory_is_one_sentence_with_its_cure():
    engine = DuckDB(memory="12MB", threads=2)
    rows = "SELECT n, md5(n::VARCHAR) AS m FROM range(3000000) AS r(n)"

    with pytest.raises(Trouble, match=r"allow more by CHENGXIN_MEMORY, now .*CHENGXIN_THREADS"):
        engine.keep("sorted", f"SELECT list(m ORDER BY m) FROM ({rows})")

    assert engine.run("SELECT 1 AS one") == [{"one": 1}]
    engine.close()
