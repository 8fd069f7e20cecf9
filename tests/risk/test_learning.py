"""What became of an indicator's alerts, and how far its precision is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from chengxin.risk import board, caselist, cases, inquiries, judging, learning, shares
from chengxin.risk.caselist import Asked
from chengxin.risk.learning import By
from chengxin.risk.models import Alert

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(enterprise):
    """Six makers and traders of Yangxin, the last one managed by the local bureau."""
    made = [
        enterprise(
            f"91371622MA3F1Q2W{n}A", f"阳信县第{n}厂",
            branch="local_branch" if n == 5 else "branch",
        )
        for n in range(6)
    ]  # fmt: skip
    for number, firm in enumerate(made):
        firm.industry = "1310" if number < 4 else "5175"
        firm.save()
    return made


@pytest.fixture
def hits(night, finding, firms):
    night("A04", *(finding("A04", firm.key, band="excess") for firm in firms))
    return list(Alert.objects.order_by("subject"))


def row(officer, code: str, by: By = By.INDICATOR, **asked: str) -> learning.Learned:
    [found] = [
        one for one in learning.of(officer, by, Asked(**asked)).rows if one.code == code
    ]  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # R: prop.test(x, n, correct = FALSE)$conf.int, three digits
        (0, 1, 0.0, 0.793),
        (1, 1, 0.207, 1.0),
        (8, 10, 0.490, 0.943),
        (50, 100, 0.404, 0.596),
        (0, 20, 0.0, 0.161),
    ],
)
def test_interval_is_wilsons(hits, of, low, high):
    assert shares.wilson(hits, of) == pytest.approx((low, high), abs=0.0006)


def test_indicator_that_nobody_judged_has_no_precision(hits, qian):
    told = row(qian, "A04")
    assert (told.counts["hits"], told.counts["open"]) == (6, 6)
    assert (told.precision, told.interval, told.median) == (None, None, None)


def test_precision_is_confirmed_among_confirmed_and_explained(hits, qian):
    judging.confirm(hits[0], "更正申报补税", officer=qian)
    assert row(qian, "A04").precision == 1
    judging.explain(hits[1], "红字发票", officer=qian)
    assert row(qian, "A04").precision == 0.5
    judging.leave(hits[2], "账册被水浸", officer=qian)

    told = row(qian, "A04")
    assert told.precision == 0.5
    assert told.counts == {
        "hits": 6, "open": 3, "confirmed": 1, "explained": 1, "inconclusive": 1, "cleared": 0,
    }  # fmt: skip


def test_time_to_close_is_the_middle_one_of_those_judged(hits, qian):
    for alert, days in zip(hits, (2, 4, 30), strict=False):
        judging.explain(alert, "红字发票", officer=qian)
        Alert.objects.filter(pk=alert.pk).update(first_seen=now() - timedelta(days=days))
    assert row(qian, "A04").days == "4.0"


def test_outcomes_by_industry(hits, qian):
    judging.explain(hits[0], "红字发票", officer=qian)
    judging.confirm(hits[5], "更正申报补税", officer=qian)

    assert row(qian, "C", By.SECTION).precision == 0
    assert row(qian, "F", By.SECTION).precision == 1
    assert row(qian, "A04", section="F").counts["hits"] == 2


def test_outcomes_by_bureau(hits, qian):
    assert row(qian, "state", By.BUREAU).counts["hits"] == 5
    assert row(qian, "local", By.BUREAU).counts["hits"] == 1


def test_case_of_both_bureaus_counts_with_each_and_once_in_all(night, suspicion, qian):
    night("A01", *suspicion())
    told = learning.of(qian, By.BUREAU, Asked())
    assert {one.code: one.counts["hits"] for one in told.rows} == {"state": 1, "local": 1}
    assert told.total.counts["hits"] == 1


def test_industry_of_an_alert_stays_as_it_was(hits, firms, night, finding):
    firms[0].industry = "5175"
    firms[0].save()
    assert Alert.objects.get(subject=firms[0].key).industry == "1310"


def test_another_county_learns_nothing_of_it(hits, sun):
    assert learning.of(sun, By.INDICATOR, Asked()).rows == []


@pytest.mark.parametrize("by", list(By))
def test_every_number_is_its_list_counted(hits, qian, night, finding, wang, by):
    judging.confirm(hits[0], "更正申报补税", officer=qian)
    judging.explain(hits[4], "红字发票", officer=qian)
    judging.leave(hits[5], "账册被水浸", officer=qian)
    night("M10", finding("M10", wang.key, band="owing"))

    told = learning.of(qian, by, Asked())
    assert told.rows
    for one in [*told.rows, told.total]:
        for _name, count, query in one.numbers:
            assert listed(qian, query) == count


def listed(officer, query: str) -> int:
    from django.http import QueryDict

    asked = Asked.of(QueryDict(query).dict())
    assert asked.query == query
    return caselist.of(officer, asked, "1").page.paginator.count


@pytest.fixture
def busy(hits, field, xu, qian, grave_a06):
    """A board with one case of each column."""
    cases.take(hits[0], officer=field)
    inquiries.ask(hits[1], "请说明", 5, officer=field)
    Alert.objects.filter(pk=hits[2].pk).update(due_on=now().date() - timedelta(days=9))
    judging.explain(hits[3], "红字发票", officer=field)
    judging.confirm(hits[4], "更正申报补税", officer=qian)
    judging.confirm(grave_a06, "走逃", officer=field)
    return hits


@pytest.fixture
def grave_a06(night, finding, firms):
    night("A06", finding("A06", firms[0].key, band="zero_filed", levels={"INV": "block"}))
    return Alert.objects.get(indicator="A06")


def column(shown: board.Board, holder: str) -> dict[str, int]:
    [line] = [one for one in shown.lines if one.holder == holder]
    return {one.column: one.count for one in line.numbers if one.count}


def test_board_says_what_each_officer_holds(busy, qian, field):
    shown = board.of(qian)
    assert column(shown, str(field.pk)) == {"open": 2, "held": 1, "second": 1, "explained": 1}
    assert column(shown, str(qian.pk)) == {"confirmed": 1}
    assert column(shown, "none") == {"open": 3, "new": 2, "asked": 1, "overdue": 1}


def test_stages_of_open_cases_add_up(busy, qian):
    total = {one.column: one.count for one in board.of(qian).total.numbers}
    assert total["open"] == total["new"] + total["held"] + total["asked"] + total["second"] == 5


def test_every_number_of_the_board_is_its_list_counted(busy, qian):
    shown = board.of(qian)
    for line in [*shown.lines, shown.total]:
        for number in line.numbers:
            assert listed(qian, number.query) == number.count


def test_board_of_another_county_is_empty(busy, sun):
    assert {one.count for one in board.of(sun).total.numbers} == {0}


def test_condition_that_is_none_is_left_out():
    told = {"stage": "'; DROP", "holder": "x", "due": "soon", "closed": "9999999", "section": "Z"}
    assert Asked.of(told) == Asked()
