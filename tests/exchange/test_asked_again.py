"""An old finding is computed again to the same bytes, whatever was decided since."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.exchange import deliveries, nights
from chengxin.exchange.models import NightRun
from chengxin.indicators import catalogue, published
from chengxin.indicators.catalogue import Indicator, cases_of, indicator
from chengxin.sources import all_sources

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the night found; somebody is under key monitoring."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in ("golden_tax_state_registration", "watchlist"):
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))
    nights.run(DAY)
    kept = (places.nights() / f"{DAY}" / "findings.jsonl").read_text("utf-8").splitlines()
    assert any('"indicator":"M15"' in line for line in kept)
    return kept


def again(version: int | None, **more: object) -> list[str]:
    return [one.to_json() for one in nights.look(as_of=DAY, lake_version=version, **more)]


def change(code: str, text: str, instead: str) -> str:
    """Another version of this indicator is in force from now on; its name."""
    told = indicator(code)
    assert text in told.text
    version = published.keep(
        told.text.replace(text, instead, 1), cases_of(told), kind=told.kind, name=told.name
    )
    published.set_live({code: version})
    return version


def test_night_is_asked_again_by_the_indicators_that_it_had(night):
    new = change("M15", "列入重点监控", "已列入重点监控")

    assert again(2) == night
    now = again(2, in_force=True)
    assert now != night
    assert all(f'"version":"{new}"' in line for line in now if '"indicator":"M15"' in line)
    assert again(None) == now


def test_one_indicator_by_code_or_name_is_the_one_of_that_night(night):
    change("M15", "列入重点监控", "已列入重点监控")
    old = [line for line in night if '"indicator":"M15"' in line]

    assert again(2, code="M15") == old
    assert again(2, code="key_watch") == old


def test_what_a_later_program_changed_is_still_asked_as_it_was(night, monkeypatch):
    """The night kept the files that it asked: an update of the program takes none away."""
    told = indicator("M15")
    other = Indicator.of(
        told.text.replace("列入重点监控", "已列入重点监控"), name=told.name, kind=told.kind
    )
    updated = tuple(other if one.code == other.code else one for one in catalogue.own_indicators())
    monkeypatch.setattr(catalogue, "own_indicators", lambda: updated)
    monkeypatch.setattr(catalogue, "all_indicators", lambda: updated)

    assert again(2) == night


def test_version_that_is_nowhere_any_more_is_one_sentence_and_not_another_answer(night):
    [run] = NightRun.objects.all()
    run.indicators |= {"M15": "0123456789ab"}
    run.save()

    with pytest.raises(Trouble, match="Version 0123456789ab of indicator M15"):
        again(2)

    assert again(2, in_force=True) == night


def test_indicator_that_the_night_did_not_have_is_one_sentence(night):
    [run] = NightRun.objects.all()
    del run.indicators["M15"]
    run.save()

    with pytest.raises(Trouble, match="no indicator M15 in that run"):
        again(2, code="M15")


def test_lake_version_that_no_night_saw_is_asked_by_the_indicators_of_now(night):
    assert again(1, code="M15") == again(1, code="M15", in_force=True)
