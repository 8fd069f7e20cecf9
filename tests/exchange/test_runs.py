"""Every run leaves a record that a data keeper can read, with what its audit said."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from chengxin.core import places
from chengxin.exchange import deliveries, nights, run_list
from chengxin.exchange.models import NightRun
from chengxin.indicators.catalogue import all_indicators
from chengxin.offices.models import Role
from chengxin.sources import all_sources
from tests.conftest import number
from tests.exchange.test_nights import police

pytestmark = pytest.mark.django_db

DAY = date(2017, 8, 18)
OLD, NEW = {"M09": "aaaaaaaaaaaa", "M15": "bbbbbbbbbbbb"}, {"M09": "cccccccccccc", "A01": "d" * 12}


@pytest.fixture
def feng(client, officer):
    client.force_login(officer("feng", "冯数据", "county", Role.DATA))
    return client


def ran(**told: object) -> NightRun:
    return NightRun.objects.create(**({"day": DAY, "lake_version": 7, "indicators": OLD} | told))


def shown(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_night_and_what_followed_it_are_recorded_with_versions_and_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    for name in ("golden_tax_state_registration", "watchlist"):
        sample = all_sources()[name].sample
        deliveries.receive(Path(shutil.copy(sample, tmp_path / f"{name}.20170818{sample.suffix}")))

    night = nights.run(DAY)
    police(tmp_path, number("37230119650101123"), "20170819")
    followed = nights.follow()

    assert night.indicators == {one.code: one.version for one in all_indicators()}
    assert (night.lake_version, followed.lake_version) == (2, 3)
    assert night.counts["M15"] > 0
    assert "M01" not in night.counts
    assert followed.counts == night.counts | {"M01": followed.findings - night.findings}
    assert sum(night.counts.values()) == night.findings
    assert night.seconds > 0
    assert night.audited > 0
    kept = (places.nights() / f"{DAY}" / "findings.jsonl").read_text("utf-8").splitlines()
    assert len(kept) == sum(followed.counts.values())


def test_nights_are_listed_the_newest_first_apart_from_what_followed(feng):
    first, event = ran(), ran(lake_version=8, followed=True)
    second = ran(lake_version=9, audited=100)

    page = shown(feng, "/runs/")

    assert page.index(f"/runs/{second.pk}/") < page.index(f"/runs/{first.pk}/")
    assert f"/runs/{event.pk}/" not in page
    assert f"/runs/{event.pk}/" in shown(feng, "/runs/?tab=followed")


def test_audit_that_disagreed_is_listed_and_names_whom(feng):
    ran(audited=100)
    wrong = ran(audited=100, different=["enterprise:91371622MA3C5K7XX0"])

    assert [run.pk for run in run_list.of("different", "").page] == [wrong.pk]
    page = shown(feng, f"/runs/{wrong.pk}/")
    assert "enterprise:91371622MA3C5K7XX0" in page
    assert "1 个不一致" in page


def test_audit_of_the_last_night_stays_on_the_board_when_events_follow(feng):
    ran(audited=100, different=["person:pli"])
    ran(lake_version=8, followed=True)

    page = shown(feng, "/deliveries/")

    assert "只算变动" in page
    assert "1 个不一致" in page


def test_one_run_shows_versions_what_changed_and_how_to_compute_it_again(feng):
    ran()
    run = ran(lake_version=8, indicators=NEW, findings=5, counts={"M09": 5})

    rows = {row.code: (row.version, row.found, row.changed) for row in run_list.one(run.pk).rows}
    assert rows == {"M09": ("c" * 12, 5, True), "A01": ("d" * 12, 0, True)}
    page = shown(feng, f"/runs/{run.pk}/")
    assert "chengxin scan --lake-version 8 --as-of 2017-08-18" in page
    assert "企业欠税" in page


def test_run_whose_data_was_asked_again_by_other_indicators_promises_nothing(feng):
    first, second = ran(), ran(indicators=NEW, followed=True)

    assert run_list.one(first.pk).again == ""
    assert run_list.one(second.pk).again
    assert "chengxin scan" not in shown(feng, f"/runs/{first.pk}/")


def test_record_without_counts_does_not_say_nought():
    run = ran(findings=5)
    assert {row.found for row in run_list.one(run.pk).rows} == {None}


def test_many_runs_come_in_pages(feng):
    runs = [ran() for _ in range(run_list.A_PAGE + 1)]

    assert f"/runs/{runs[0].pk}/" not in shown(feng, "/runs/")
    assert f"/runs/{runs[0].pk}/" in shown(feng, "/runs/?page=2")


def test_run_that_never_was_is_not_found(feng):
    assert feng.get("/runs/1/").status_code == 404


@pytest.mark.parametrize("path", ["/runs/", "/runs/{}/"])
def test_other_officers_have_no_business_there(client, qian, path):
    client.force_login(qian)
    assert client.get(path.format(ran().pk)).status_code == 403


def test_english_pages_have_no_chinese_of_ours(feng):
    run = ran(audited=100, different=["person:pli"])
    feng.cookies["django_language"] = "en"

    for path in ("/runs/", f"/runs/{run.pk}/", "/runs/?tab=followed"):
        page = shown(feng, path)
        assert "Run records" in page
        assert "运行" not in page
        assert "抽查" not in page
