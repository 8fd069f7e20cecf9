"""On random counties the SQL finds what the slow references find, and one subject as everyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from chengxin.indicators import scope
from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build, by_key
from tests.indicators.counties import DAY, county
from tests.indicators.references import REFERENCES, County
from tests.paper import PaperLake

COUNTIES = 40
A_PENNY_OF_A_POINT = 0.006  # scores are rounded to two decimals


class World:
    """One random county, read by both."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rows = county(seed)
        self.engine = DuckDB(threads=1)
        lake = PaperLake(folder / f"lake-{seed}", self.rows)
        self.warehouse = build.build(self.engine, lake, 1, folder / f"warehouse-{seed}")
        self.findings = self.scan()

    def scan(self, subject: str | None = None) -> list[Finding]:
        return scan(all_indicators(), self.engine, DAY, 1, subject=subject)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[World]]:
    folder = tmp_path_factory.mktemp("counties")
    return [World(seed, folder) for seed in range(COUNTIES)]


def test_every_indicator_has_a_reference() -> None:
    assert set(REFERENCES) == {one.code for one in all_indicators()}


def test_registrations_are_one_enterprise_where_the_reference_says_so(worlds: list[World]) -> None:
    for world in worlds:
        rows = world.engine.run("SELECT * FROM registration_enterprise")
        got = {(row["bureau"], row["registration_id"]): row["enterprise_id"] for row in rows}
        assert got == County(world.rows).homes


@pytest.mark.parametrize("code", sorted(REFERENCES))
def test_indicator_finds_what_its_reference_finds(code: str, worlds: list[World]) -> None:
    for seed, world in enumerate(worlds):
        expected = {
            (subject, acted_on, band): float(value)
            for subject, acted_on, band, value in REFERENCES[code](County(world.rows), DAY)
        }
        got = {
            (one.subject, one.acted_on, one.band): float(one.value)
            for one in world.findings
            if one.indicator == code
        }
        assert got == pytest.approx(expected, rel=0, abs=A_PENNY_OF_A_POINT), f"county {seed}"


def test_random_counties_have_every_band(worlds: list[World]) -> None:
    """Else the comparison above compares nothing with nothing."""
    found = Counter((one.indicator, one.band) for world in worlds for one in world.findings)
    bands = {(one.code, band) for one in all_indicators() for band in one.bands}
    assert bands - set(found) == set()


def test_one_subject_has_the_findings_that_everyone_has(worlds: list[World]) -> None:
    for world in worlds[:15]:
        subjects = {one.subject for one in world.findings} | {
            one.acted_on for one in world.findings
        }
        for subject in sorted(subjects | {"person:p0", "enterprise:nobody"}):
            of_all = [one for one in world.findings if one.subject == subject]
            assert world.scan(subject) == of_all, subject


def test_one_subject_has_them_from_rows_sorted_by_key(worlds: list[World]) -> None:
    for world in worlds[15:30]:
        by_key.write(world.engine, world.warehouse)
        files = by_key.of(world.engine)
        assert files is not None
        assert files.rows(build.HOLDS, "key", {"enterprise:nobody"}, ["key"]) is not None

        for subject in sorted({one.subject for one in world.findings} | {"person:p0"}):
            of_all = [one for one in world.findings if one.subject == subject]
            assert world.scan(subject) == of_all, subject


def test_some_subjects_have_the_findings_that_everyone_has(worlds: list[World]) -> None:
    for seed, world in enumerate(worlds):
        subjects = sorted({one.subject for one in world.findings})
        some = set(Random(seed).sample(subjects, len(subjects) // 2)) | {"person:nobody"}
        of_all = [one for one in world.findings if one.subject in some]
        got = scan(all_indicators(), world.engine, DAY, 1, subjects=some)
        assert got == of_all, f"county {seed}"


def test_many_subjects_are_laid_beside_the_query(
    worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope, "FEW", 0)
    for world in worlds[:10]:
        subjects = {one.subject for one in world.findings}
        assert scan(all_indicators(), world.engine, DAY, 1, subjects=subjects) == world.findings


def test_grain_of_every_table_is_what_its_header_says(worlds: list[World]) -> None:
    for world in worlds:
        for model in build.models().values():
            grain = ", ".join(model.grain)
            [row] = world.engine.run(
                f"SELECT COUNT(*) AS rows, (SELECT COUNT(*) FROM "
                f"(SELECT DISTINCT {grain} FROM {model.name})) AS grains FROM {model.name}"
            )
            assert row["rows"] == row["grains"], model.name
