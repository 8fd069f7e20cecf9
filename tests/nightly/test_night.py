"""A night: from a lake version to findings on disk."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chengxin import nightly
from chengxin.indicators.catalogue import all_indicators
from chengxin.lake.engine import DuckDB
from tests.paper import PaperLake

DAY = date(2017, 8, 18)
GIVEN = {
    "registration": [
        {"bureau": "state", "registration_id": "101", "taxpayer_id": "甲", "legal_rep_id": "pli"},
        {"bureau": "local", "registration_id": "102", "taxpayer_id": "甲", "legal_rep_id": "pli"},
    ],
    "tax_due": [
        {
            "bureau": "local",
            "voucher": "v1",
            "kind": "tax",
            "registration_id": "102",
            "due_on": date(2017, 7, 17),
            "amount": Decimal("800.00"),
        }
    ],
    "police_case": [
        {
            "case_no": "甲1",
            "subject_kind": "person",
            "subject": "pli",
            "crime": "205",
            "filed_on": date(2017, 8, 17),
        }
    ],
}


@pytest.fixture
def lake(tmp_path: Path) -> PaperLake:
    return PaperLake(tmp_path / "lake", GIVEN, version=12)


def night(lake: PaperLake, folder: Path, day: date = DAY) -> nightly.Night:
    return nightly.run(
        DuckDB(threads=1), lake, day, 12, warehouse=folder / "warehouse", nights=folder / "nights"
    )


def test_finds_and_keeps_what_it_found(lake: PaperLake, tmp_path: Path) -> None:
    found = night(lake, tmp_path)

    assert [(one.indicator, one.subject, one.acted_on) for one in found.findings] == [
        ("M01", "person:pli", "enterprise:甲"),
        ("M01", "person:pli", "person:pli"),
        ("M09", "enterprise:甲", "enterprise:甲"),
    ]
    kept = (found.folder / "findings.jsonl").read_text("utf-8").splitlines()
    assert kept == [one.to_json() for one in found.findings]


def test_records_what_ran(lake: PaperLake, tmp_path: Path) -> None:
    found = night(lake, tmp_path)

    record = json.loads((found.folder / "run.json").read_text("utf-8"))
    assert (record["day"], record["lake_version"]) == ("2017-08-18", 12)
    assert record["indicators"] == {one.code: one.version for one in all_indicators()}
    assert record["findings"] == {"M01 filed": 2, "M09 owing": 1}


def test_a_second_night_of_the_day_gives_the_same_bytes(lake: PaperLake, tmp_path: Path) -> None:
    first = (night(lake, tmp_path).folder / "findings.jsonl").read_bytes()
    second = (night(lake, tmp_path).folder / "findings.jsonl").read_bytes()

    assert first == second


def test_another_day_is_another_night(lake: PaperLake, tmp_path: Path) -> None:
    earlier = night(lake, tmp_path, date(2017, 8, 16))
    later = night(lake, tmp_path)

    assert [one.indicator for one in earlier.findings] == ["M09"]
    assert earlier.folder != later.folder


def test_a_county_that_sent_nothing_has_no_findings(tmp_path: Path) -> None:
    found = night(PaperLake(tmp_path / "lake", {}, version=12), tmp_path)

    assert found.findings == []
    assert (found.folder / "findings.jsonl").read_text("utf-8") == ""
