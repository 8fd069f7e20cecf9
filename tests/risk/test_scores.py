"""The ranking that the lists show is the night's, and knows what offices have judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chengxin.lake.engine import DuckDB
from chengxin.risk import judging, scores
from chengxin.risk.models import Alert, RankingRun, RiskScore
from chengxin.trace.models import Trace
from chengxin.warehouse import build
from tests.paper import PaperLake

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, losing, li) -> None:
    """李投资 is the legal representative of 甲木业, by the deliveries."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    registered = {"bureau": "state", "registration_id": "101", "taxpayer_id": losing[0].pk}
    given = {"registration": [registered | {"industry": "2011", "legal_rep_id": li.pk}]}
    engine = DuckDB(threads=1)
    build.build(engine, PaperLake(tmp_path / "lake", given), 1, tmp_path / "warehouse")
    engine.close()


@pytest.fixture
def renew(warehouse):
    return lambda *findings, day=DAY: scores.renew(findings, day=day, lake_version=1)


def test_score_stands_in_the_lists_with_its_parts(renew, finding, li, losing):
    renew(finding("M01", li.key))

    his, its = (RiskScore.objects.get(about=about) for about in (li.key, losing[0].key))
    assert (his.score, his.level, his.kind) == (92, "severe", "person")
    assert (its.own, its.score, its.industry) == (0, its.network, "2011")
    assert its.network > 0
    assert its.parts["network"][0]["through"] == li.key
    assert Trace.objects.get(action="score.renew").detail["written"] == 2


def test_taking_over_the_same_again_writes_nothing(renew, finding, li):
    renew(finding("M01", li.key))
    renew(finding("M01", li.key))

    assert Trace.objects.filter(action="score.renew").latest("pk").detail["written"] == 0


def test_who_fell_out_is_shown_for_one_night(renew, finding, li):
    renew(finding("M01", li.key))
    renew(day=date(2017, 8, 19))
    fallen = RiskScore.objects.get(about=li.key)
    assert (fallen.score, fallen.level, fallen.movement) == (0, "", -92)
    assert list(RiskScore.objects.moved("down").values_list("about", flat=True)) == sorted(
        RiskScore.objects.values_list("about", flat=True)
    )

    renew(day=date(2017, 8, 20))
    assert not RiskScore.objects.exists()


@pytest.mark.parametrize(
    ("judge", "times"),
    [(judging.confirm, 2), (judging.explain, 0), (judging.leave, Decimal("0.5"))],
)
def test_judging_an_alert_changes_the_score(renew, night, suspicion, field, li, judge, times):
    found = suspicion()
    night("A01", *found)
    renew(*found)
    before = RiskScore.objects.get(about=li.key)
    assert not scores.stale(DAY, 1)

    judge(Alert.objects.get(), "约谈后认定", officer=field)
    assert scores.stale(DAY, 1)
    renew(*found)

    after = RiskScore.objects.filter(about=li.key).first()
    assert (after.own if after else 0) == before.own * times
    assert not scores.stale(DAY, 1)
    assert RankingRun.objects.count() == 2


def test_another_version_day_or_scheme_makes_a_ranking_stale(renew, finding, li, tmp_path):
    assert scores.stale(DAY, 1)
    renew(finding("M01", li.key))

    assert not scores.stale(DAY, 1)
    assert scores.stale(DAY, 2)
    assert scores.stale(date(2017, 8, 19), 1)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "ranking.yaml").write_text("least: 2\n")
    assert scores.stale(DAY, 1)


def test_other_facts_than_the_explained_ones_count(renew, night, suspicion, field, li):
    night("A01", *suspicion())
    judging.explain(Alert.objects.get(), "借款购房，有协议", officer=field)

    renew(*suspicion(contract="WQ-2017-0002"))
    assert RiskScore.objects.get(about=li.key).own > 0
