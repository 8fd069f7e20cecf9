"""A night over hand-written rows of the lake, read by the dossier through the same doors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build, by_subject
from tests.paper import Given, PaperLake


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Given], None]:
    """told({table: rows}): what the lake knows on the night before the test."""
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(places.key_file()))
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))

    def night(rows: Given) -> None:
        engine, lake = DuckDB(), PaperLake(tmp_path / "paper", rows)
        build.build(engine, lake, 1, places.warehouse())
        engine.view(lake, 1)
        by_subject.write(engine, lake, 1, places.warehouse())
        engine.close()

    return night
