"""The scheme's numbers are for every band, within their limits, and a bureau may set its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengxin.core.refusal import Trouble
from chengxin.ranking import scheme
from chengxin.risk.models import RiskScore
from tests.ranking.world import finding, ranked


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this bureau sets its numbers."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    (tmp_path / "local").mkdir()
    return tmp_path / "local" / "ranking.yaml"


def test_every_indicator_and_band_is_weighed() -> None:
    assert scheme.load().problems() == []


def test_levels_are_those_of_the_lists() -> None:
    codes = [one.code for one in scheme.load().levels]
    assert codes == [code for code in RiskScore.Level.values if code]


def test_bureau_sets_its_own_number(own: Path, tmp_path: Path) -> None:
    before = scheme.load().version
    own.write_text("indicators: {M16: {bands: {overdue: 25}}}\n")

    found = ranked(tmp_path / "nights", [finding("M16", "enterprise:a", "overdue")])
    assert (found["enterprise:a"]["score"], found["enterprise:a"]["level"]) == (25, "low")
    assert scheme.load().indicators["M16"].bands["stopped"] == 58
    assert scheme.load().version != before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("network: {damping: 0.95}", "the network's damping is 0.95, not 0 to 0.9"),
        ("network: {speed: 2}", "nobody knows its key speed"),
        ("indicators: {M16: {bands: {late: 5}}}", "its bands are"),
        ("indicators: {M99: {bands: {a: 5}}}", "M99, which is no indicator"),
        ("indicators: {M16: {cap: much}}", "not of the form"),
        ("limits: {cap: {max: 900}}", "limits are the program's"),
        ("wieghts: {}", "nobody knows its key wieghts"),
        ("levels: []", "levels must be severe"),
        ("- M16", "no list of names and values"),
        ("indicators: {M16", "is not YAML"),
    ],
)
def test_number_that_may_not_be_stops_with_the_file_named(own: Path, text: str, said: str) -> None:
    own.write_text(text)

    with pytest.raises(Trouble, match=said) as trouble:
        scheme.load()
    assert "ranking.yaml" in str(trouble.value)
