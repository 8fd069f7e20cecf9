"""A night: from a lake version to findings on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chengxin import nightly
from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import Indicator, all_indicators
from chengxin.indicators.scan import Finding, scan
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


class TestKilled:
    def test_night_goes_on_where_it_stood(
        self, lake: PaperLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = night(lake, tmp_path / "whole")
        asked: list[str] = []

        def dying(indicators: list[Indicator], *told: Any, **more: Any) -> list[Finding]:
            if "subjects" not in more:
                asked.append(indicators[0].code)
            if indicators[0].code == "M07" and len(asked) < len(all_indicators()):
                raise KeyboardInterrupt
            return scan(indicators, *told, **more)

        monkeypatch.setattr(nightly, "scan", dying)
        with pytest.raises(KeyboardInterrupt):
            night(lake, tmp_path / "killed")
        done = asked.copy()
        monkeypatch.setattr(nightly, "scan", scan)
        again = night(lake, tmp_path / "killed")

        assert again.resumed == len(done) - 1
        assert [one.to_json() for one in again.findings] == [
            one.to_json() for one in whole.findings
        ]
        assert sorted(path.name for path in again.folder.iterdir()) == [
            "findings.jsonl",
            "run.json",
        ]

    def test_what_other_settings_found_is_not_taken(
        self, lake: PaperLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dying(*told: Any, **more: Any) -> nightly.Audit:
            raise KeyboardInterrupt

        monkeypatch.setattr(nightly, "audited", dying)
        with pytest.raises(KeyboardInterrupt):
            night(lake, tmp_path)
        monkeypatch.undo()

        other = nightly.run(
            DuckDB(threads=1), lake, DAY, 12, warehouse=tmp_path / "warehouse",
            nights=tmp_path / "nights", overrides={"M01": {"crimes": ["201"]}},
        )  # fmt: skip

        assert other.resumed == 0
        assert [one.indicator for one in other.findings] == ["M09"]


class TestAudit:
    def test_every_night_asks_some_subjects_once_more(
        self, lake: PaperLake, tmp_path: Path
    ) -> None:
        record = json.loads((night(lake, tmp_path).folder / "run.json").read_text("utf-8"))

        assert record["audit"] == {"asked": 2, "different": []}  # 李 and his works

    def test_finding_that_the_subject_alone_does_not_have_is_told(
        self, lake: PaperLake, tmp_path: Path
    ) -> None:
        engine = DuckDB(threads=1)
        found = nightly.run(
            engine, lake, DAY, 12, warehouse=tmp_path / "warehouse", nights=tmp_path / "nights"
        ).findings

        missing = nightly.audited(engine, found[1:], DAY, 12)
        another = replace(found[-1], band="owing_2m")
        wrong = nightly.audited(engine, [*found[:-1], another], DAY, 12)

        assert missing.different == ["person:pli"]
        assert wrong.different == ["enterprise:甲"]


class TestFollow:
    """Between two nights."""

    def later(self, tmp_path: Path, **tables: list[dict[str, Any]]) -> PaperLake:
        return PaperLake(tmp_path / "later", GIVEN | tables, version=13)

    def both(self, lake: PaperLake, later: PaperLake) -> Any:
        class Both:
            def version(self) -> int:
                return 13

            def files(self, table: str, version: int | None = None) -> list[str]:
                return (lake if version == 12 else later).files(table)

        return Both()

    def test_findings_are_those_of_a_whole_night(self, lake: PaperLake, tmp_path: Path) -> None:
        paid = GIVEN["tax_due"][0] | {"paid_on": DAY}
        later = self.later(tmp_path, tax_due=[paid])
        folder = night(lake, tmp_path).folder

        followed = nightly.follow(
            DuckDB(threads=1), self.both(lake, later), folder, 13, warehouse=tmp_path / "warehouse"
        )

        record = json.loads((folder / "run.json").read_text("utf-8"))
        assert record["lake_version"] == 12  # until it has been handed over
        nightly.keep(followed, folder, 13)
        whole = nightly.run(
            DuckDB(threads=1), later, DAY, 13, warehouse=tmp_path / "w", nights=tmp_path / "n"
        )
        lines = (folder / "findings.jsonl").read_text("utf-8")
        assert lines == (whole.folder / "findings.jsonl").read_text("utf-8")
        assert "M09" not in lines
        assert "enterprise:甲" in followed.subjects
        record = json.loads((folder / "run.json").read_text("utf-8"))
        assert record["lake_version"] == 13
        assert record["findings"] == {"M01 filed": 2}

    def test_other_settings_need_a_whole_night(self, lake: PaperLake, tmp_path: Path) -> None:
        folder = night(lake, tmp_path).folder
        both = self.both(lake, self.later(tmp_path))

        with pytest.raises(Trouble, match="run it again"):
            nightly.follow(
                DuckDB(threads=1), both, folder, 13, warehouse=tmp_path / "warehouse",
                overrides={"M09": {"report_from": 60000}},
            )  # fmt: skip

    def test_without_the_last_nights_record_nothing_is_followed(
        self, lake: PaperLake, tmp_path: Path
    ) -> None:
        with pytest.raises(Trouble, match="run a night"):
            nightly.follow(
                DuckDB(threads=1), lake, tmp_path / "nowhere", 13, warehouse=tmp_path / "warehouse"
            )


def test_finding_is_read_back_to_the_same_bytes(lake: PaperLake, tmp_path: Path) -> None:
    found = night(lake, tmp_path)

    kept = nightly.read(found.folder / "findings.jsonl")

    assert [one.to_json() for one in kept] == [one.to_json() for one in found.findings]
