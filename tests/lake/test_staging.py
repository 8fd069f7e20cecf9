"""Private folders on the way into the lake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chengxin.lake import staging
from chengxin.lake.staging import Staging


def test_folder_of_a_killed_process_is_removed_and_one_in_use_stays(tmp_path: Path) -> None:
    left = tmp_path / "0123456789abcdef"
    left.mkdir()
    (left / "delivery.csv").write_text("姓名")
    mine = Staging(tmp_path)

    other = Staging(tmp_path)

    assert not left.exists()
    assert mine.folder.is_dir()
    assert other.folder.is_dir()
    mine.close()
    assert not mine.folder.exists()


def test_folder_that_its_owner_tidies_away_meanwhile_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = tmp_path / "0123456789abcdef"
    going.mkdir()
    real = staging._sweep

    def sweep(folder: Path) -> None:
        was_there = folder.is_dir()
        shutil.rmtree(going, ignore_errors=True)
        monkeypatch.setattr(Path, "is_dir", lambda _path: was_there)  # seen a moment ago
        real(folder)
        monkeypatch.undo()

    monkeypatch.setattr(staging, "_sweep", sweep)

    assert Staging(tmp_path).folder.exists()
