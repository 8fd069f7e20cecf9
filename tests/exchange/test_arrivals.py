"""How a source stands: refused, late, of unusual size, never heard of, or in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.exchange import arrivals
from chengxin.exchange.arrivals import State
from chengxin.exchange.models import Delivery, NightRun
from chengxin.offices.models import Role
from chengxin.sources import all_sources

pytestmark = pytest.mark.django_db
DAY = date(2017, 8, 18)
DAILY, CHANGES = "golden_tax_state_ledger", "watchlist"


def came(source: str, on: date, rows: int = 100, state: str = "stored", **more: object) -> Delivery:
    return Delivery.objects.create(
        source=source, file_name=f"{source}.{on:%Y%m%d}.csv", state=state, delivered_on=on,
        rows=rows, **more,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def night() -> NightRun:
    return NightRun.objects.create(day=DAY, lake_version=7, findings=3, audited=100)


def standing(name: str = DAILY) -> arrivals.Standing:
    [one] = [one for one in arrivals.board().standings if one.source.name == name]
    assert arrivals.of_source(name)[0].state == one.state
    return one


def test_source_that_never_delivered_says_so():
    assert standing().state == State.NEVER


def test_daily_source_is_in_time_on_its_last_day_and_late_the_day_after():
    grace = all_sources()[DAILY].freshness
    assert grace.every == "day"
    on_the_last_day = DAY - timedelta(1 + grace.grace_days)

    came(DAILY, on_the_last_day)
    assert (standing().state, standing().due) == (State.IN_TIME, DAY)

    Delivery.objects.update(delivered_on=on_the_last_day - timedelta(1))
    assert (standing().state, standing().days_late) == (State.LATE, 1)


def test_source_that_delivers_when_something_changed_is_never_late():
    came(CHANGES, DAY - timedelta(900))

    assert (standing(CHANGES).state, standing(CHANGES).due) == (State.IN_TIME, None)


def test_days_that_passed_since_the_night_count(night):
    came(DAILY, DAY)
    assert standing().state == State.IN_TIME

    NightRun.objects.update(finished_at=now() - timedelta(days=30))

    assert arrivals.board().day == DAY + timedelta(30)
    assert standing().state == State.LATE


def test_without_a_night_today_counts():
    NightRun.objects.all().delete()

    assert arrivals.board().day == localdate()


def test_refusal_stands_until_something_is_taken_and_outweighs_all_else():
    came(DAILY, DAY - timedelta(99))
    came(DAILY, DAY, 0, "refused", reason="new column")
    assert (standing().state, standing().refused.reason) == (State.REFUSED, "new column")

    came(DAILY, DAY)
    assert standing().state == State.IN_TIME


@pytest.mark.parametrize(
    ("before", "last", "unusual"),
    [
        ([100, 100, 100], 50, False),
        ([100, 100, 100], 49, True),
        ([100, 100, 100], 200, False),
        ([100, 100, 100], 201, True),
        ([100, 100, 9000], 100, False),  # one outlier is not what is usual
        ([100, 100], 1, False),  # too few to know
        ([9, 9, 9], 0, False),  # too small to tell
        ([20, 20, 20], 0, True),
    ],
)
def test_half_or_twice_the_usual_rows_is_still_usual(before, last, unusual):
    for n, rows in enumerate(before):
        came(DAILY, DAY - timedelta(9 - n), rows)
    came(DAILY, DAY, last)

    assert (standing().state == State.UNUSUAL) is unusual


def test_only_the_ten_deliveries_before_say_what_is_usual():
    for n in range(12):
        came(DAILY, DAY - timedelta(20 - n), 1000)
    for _ in range(10):
        came(DAILY, DAY - timedelta(8), 100)
    came(DAILY, DAY, 100)

    assert standing().usual == 100


def test_those_in_trouble_stand_first():
    for name in all_sources():
        came(name, DAY)
    came("vehicle_registration", DAY, 0, "refused", reason="cut off")
    came(DAILY, DAY - timedelta(40))

    first, second, *_ = [one.source.name for one in arrivals.board().standings]

    assert (first, second) == ("vehicle_registration", DAILY)


class TestPages:
    @pytest.fixture
    def feng(self, client, officer):
        client.force_login(officer("feng", "冯数据", "county", Role.DATA))
        return client

    def test_data_keeper_sees_sources_and_the_night(self, feng):
        came(DAILY, DAY, 4321)
        shown = feng.get("/deliveries/").content.decode()

        assert "4321" in shown
        assert "逾期未到" in shown
        assert 'data-testid="night"' in shown
        assert "全部一致" in shown

    def test_one_source_shows_reasons_and_rejected_rows(self, feng):
        came(DAILY, DAY, rejected=1, rejects=[{"line": 8, "reason": "YBTSE“x”不是数"}])
        came(DAILY, DAY, 0, "refused", reason="new column 'A'")
        shown = feng.get(f"/deliveries/{DAILY}/").content.decode()

        assert "第 8 行：YBTSE“x”不是数" in shown
        assert "new column &#x27;A&#x27;" in shown

    def test_refusal_speaks_the_language_of_the_page(self, feng):
        came(DAILY, DAY, 0, "refused", reason="new column A", reason_zh="新增列“A”")

        assert "新增列“A”" in feng.get(f"/deliveries/{DAILY}/").content.decode()
        feng.cookies["django_language"] = "en"
        shown = feng.get(f"/deliveries/{DAILY}/").content.decode()
        assert "new column A" in shown
        assert "新增列" not in shown

    def test_source_that_nobody_described_is_not_found(self, feng):
        assert feng.get("/deliveries/nothing/").status_code == 404

    def test_other_officers_have_no_business_there(self, client, qian):
        client.force_login(qian)

        assert client.get("/deliveries/").status_code == 403

    def test_english_page_has_no_chinese_of_ours(self, feng):
        came(DAILY, DAY)
        feng.cookies["django_language"] = "en"
        shown = feng.get("/deliveries/").content.decode()

        assert "Deliveries" in shown
        assert "逾期未到" not in shown
