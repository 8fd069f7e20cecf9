"""A night is the offices' trust in the lake: it does not run over one that lost what it held."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.exchange import deliveries, nights
from chengxin.exchange.models import NightRun
from chengxin.risk.models import Directive
from chengxin.sources import all_sources

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)


@pytest.fixture
def restricted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An installation whose last night restricted somebody: the directives in force."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in ("golden_tax_state_registration", "watchlist"):
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))
    nights.run(DAY)
    return list(Directive.objects.in_force().values_list("pk", flat=True))


def test_lake_that_vanished_lifts_no_restriction(restricted):
    assert restricted
    shutil.rmtree(places.lake())

    with pytest.raises(Trouble, match="is at version 0, but a night has already seen version 2"):
        nights.run(DAY)

    assert list(Directive.objects.in_force().values_list("pk", flat=True)) == restricted
    assert NightRun.objects.count() == 1


def test_lake_that_lacks_a_file_lifts_no_restriction(restricted):
    lost = next((places.lake() / "watch").glob("*.parquet"))
    lost.unlink()

    with pytest.raises(Trouble, match="restore"):
        nights.run(DAY)

    assert list(Directive.objects.in_force().values_list("pk", flat=True)) == restricted
