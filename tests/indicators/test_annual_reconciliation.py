"""M10's reconciliation begins after the day of the other random counties: here are later days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chengxin.indicators.catalogue import indicator
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build
from tests.indicators.counties import county
from tests.indicators.references import REFERENCES, County
from tests.paper import PaperLake

COUNTIES = 12
DAYS = (date(2020, 6, 30), date(2020, 7, 1), date(2021, 7, 1), date(2022, 2, 1))


def test_reconciled_tax_counts_as_its_reference_says(tmp_path: Path) -> None:
    differ = [seed for seed in range(COUNTIES) if _begins_to_count(seed, tmp_path / str(seed))]
    assert len(differ) > COUNTIES / 4  # else nothing was reconciled


def _begins_to_count(seed: int, folder: Path) -> bool:
    """Compare both on every day; whether 1 July made a difference."""
    rows, engine = county(seed), DuckDB(threads=1)
    build.build(engine, PaperLake(folder / "lake", rows), 1, folder / "warehouse")
    found = {}
    for day in DAYS:
        got = scan([indicator("M10")], engine, day, 1)
        found[day] = {(one.subject, one.acted_on, one.band, float(one.value)) for one in got}
        expected = REFERENCES["M10"](County(rows), day)
        assert found[day] == {(*keys, float(value)) for *keys, value in expected}, (seed, day)
    return found[DAYS[0]] != found[DAYS[1]]
