"""An installation with one night behind it, and three officers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chengxin.exchange import deliveries, nights
from chengxin.offices.models import Officer, Role
from chengxin.studio import forms, trials, versions
from chengxin.studio.models import Trial, Version
from tests.indicators.test_builder import OWNER as RECIPE
from tests.studio import county

DAY = date(2017, 8, 18)

CASES = """
as_of: 2017-08-18
columns: [subject_id, acted_on_id, value, band]
cases:
  - case: three of one investor within 60 days
    given:
      affiliation:
        - {person_id: li, enterprise_id: 甲, role: '06'}
        - {person_id: li, enterprise_id: 乙, role: '06'}
        - {person_id: li, enterprise_id: 丙, role: '06'}
      representative_change:
        - {enterprise_id: 甲, changed_on: 2017-06-20}
        - {enterprise_id: 乙, changed_on: 2017-07-20}
        - {enterprise_id: 丙, changed_on: 2017-08-18}
    expect:
      - ['person:li', 'enterprise:丙', 3, hit]
      - ['person:li', 'enterprise:乙', 3, hit]
      - ['person:li', 'enterprise:甲', 3, hit]
  - case: the first change was 60 days ago
    given:
      affiliation:
        - {person_id: li, enterprise_id: 甲, role: '06'}
        - {person_id: li, enterprise_id: 乙, role: '06'}
        - {person_id: li, enterprise_id: 丙, role: '06'}
      representative_change:
        - {enterprise_id: 甲, changed_on: 2017-06-19}
        - {enterprise_id: 乙, changed_on: 2017-07-20}
        - {enterprise_id: 丙, changed_on: 2017-08-18}
    expect: []
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offices) -> Path:
    """OWNER has three enterprises that changed within 60 days; the night of `DAY` is over."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CHENGXIN_HOME", str(folder))
    for path in county.deliver(tmp_path, DAY, {1: 59, 2: 30, 3: 0}):
        deliveries.receive(path)
    nights.run(DAY)
    return folder


@pytest.fixture
def lin(officer) -> Officer:
    """林风控: a second risk officer, who makes indicators."""
    return officer("lin", "林风控", "county", Role.RISK)


@pytest.fixture
def draft(home, lin) -> Version:
    """The issue's example as the builder writes it, with words and cases."""
    version = versions.make("analysis", officer=lin)
    header = forms.with_recipe(version.header, RECIPE) | {
        "title": "同一投资人多户集中变更法定代表人",
        "title_en": "Enterprises of one investor change their legal representative together",
        "basis": "《税务登记管理办法》", "owner": "县局风险管理科",
        "why": "Shells change hands in batches.",
    }  # fmt: skip
    versions.write(
        version, header=header, sql=RECIPE.sql(), officer=lin, told_cases=CASES, recipe=RECIPE
    )
    version.refresh_from_db()
    return version


def tried(version: Version, day: date, *, officer: Officer) -> Trial:
    """A trial that was asked for, and that the worker has carried out."""
    trial = trials.ask(version, day, officer=officer)
    trials.carry_out(trial.pk)
    trial.refresh_from_db()
    return trial


def names(trial: Trial, *, fresh: bool = True) -> list[str]:
    """The keys that it newly finds, or finds no more."""
    found = trial.named.filter(fresh=fresh).order_by("about")
    return list(found.values_list("about", flat=True))


@pytest.fixture
def checked(draft, lin, qian) -> Version:
    tried(draft, DAY, officer=lin)
    versions.submit(draft, officer=lin)
    versions.check(draft, officer=qian)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def live(checked, leader) -> Version:
    """In force, with the last night following it."""
    versions.publish(checked, officer=leader)
    versions.lay_down()
    nights.adopt()
    checked.refresh_from_db()
    return checked
