"""A back-test looks at each day with the data that its own night saw, while that is kept."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chengxin import nightly
from chengxin.core.refusal import Trouble
from chengxin.indicators.backtest import Side
from chengxin.indicators.catalogue import indicator
from chengxin.lake.engine import DuckDB
from tests.indicators.test_follow import TwoVersions

JUNE, JULY = date(2017, 6, 30), date(2017, 7, 31)
FIRM = {"bureau": "local", "registration_id": "102", "taxpayer_id": "甲", "legal_rep_id": "pli"}
OWED = {
    "bureau": "local", "voucher": "v1", "kind": "tax", "registration_id": "102",
    "due_on": date(2017, 5, 15), "amount": Decimal(800),
}  # fmt: skip


def told(nights: Path, day: date, version: int) -> None:
    (nights / day.isoformat()).mkdir(parents=True)
    record = {"day": day.isoformat(), "lake_version": version}
    (nights / day.isoformat() / "run.json").write_text(json.dumps(record), "utf-8")


def hits(folder: Path, kept: set[int]) -> list[tuple[int, int, int]]:
    """Lake version, hits as it is and changed, at the ends of June and July."""
    lake = TwoVersions(
        folder, {"registration": [FIRM], "tax_due": [OWED]},
        {"registration": [FIRM], "tax_due": []},
    )  # fmt: skip
    one = indicator("M09")
    side = Side(one, one.settings({}))
    points = nightly.backtest(
        DuckDB(threads=1), lake, side, side, [JUNE, JULY], warehouse=folder / "warehouse",
        nights=folder / "nights", kept=kept,
    )  # fmt: skip
    assert [point.day for point in points] == [JUNE, JULY]
    return [(point.lake_version, len(point.before), len(point.after)) for point in points]


def test_each_day_is_seen_with_the_data_of_its_own_night(tmp_path: Path) -> None:
    """The arrears of version 1 are not in version 2."""
    told(tmp_path / "nights", JUNE, 1)
    told(tmp_path / "nights", JULY, 2)
    assert hits(tmp_path, {1, 2}) == [(1, 1, 1), (2, 0, 0)]


def test_data_that_is_kept_no_more_is_that_of_the_last_night(tmp_path: Path) -> None:
    told(tmp_path / "nights", JUNE, 1)
    told(tmp_path / "nights", JULY, 2)
    assert hits(tmp_path, {2}) == [(2, 0, 0), (2, 0, 0)]


def test_day_before_the_first_night_is_seen_with_the_data_of_the_last(tmp_path: Path) -> None:
    told(tmp_path / "nights", JULY, 1)
    assert hits(tmp_path, {1, 2}) == [(1, 1, 1), (1, 1, 1)]


def test_without_a_night_there_is_nothing_to_test_on(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="No night has run yet"):
        hits(tmp_path, {1, 2})
