"""What the pictures say: gaps are gaps, shares are of the administered, streams add up."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from chengxin.offices.models import Jurisdiction
from chengxin.panorama import asked, county, drawing, flow, history, spread, trend
from chengxin.panorama.asked import Asked


def tiles(officer, **told):
    found = county.of(officer, Asked(told, officer))
    return {one.office.pk: (one.persons, one.enterprises, one.flagged) for one in found.rows}


@pytest.mark.django_db
class TestMap:
    def test_tile_counts_whom_the_office_administers_and_who_has_open_findings(self, qian, world):
        # branch: 王守信 (ended), 李投资 (open) and four makers, of whom three were judged; the
        # first has a hard fact beside
        assert tiles(qian) == {"13716220100": (2, 4, 2), "23716220100": (0, 2, 2)}

    def test_bureau_and_kind_choose_the_tiles(self, qian, world):
        assert tiles(qian, bureau="local") == {"23716220100": (0, 2, 2)}
        assert tiles(qian, who="person") == {"13716220100": (2, 0, 1)}

    def test_who_is_administered_twice_is_once_in_the_total(self, qian, world, firms, offices):
        Jurisdiction.objects.create(about=firms[0].key, office=offices["local_branch"])
        total = county.of(qian, Asked({}, qian)).total
        assert (total.persons, total.enterprises, total.flagged) == (2, 6, 4)

    def test_who_comes_under_an_office_is_counted_at_the_next_look(self, qian, world, li, offices):
        before = tiles(qian)["23716220100"]
        Jurisdiction.objects.create(about=li.key, office=offices["local_branch"])
        assert (before, tiles(qian)["23716220100"]) == ((0, 2, 2), (1, 2, 3))

    def test_finding_that_ends_or_comes_is_counted_at_the_next_look(
        self, qian, world, night, finding, firms
    ):
        assert tiles(qian)["13716220100"] == (2, 4, 2)
        night("M07", finding("M07", firms[1].key))
        assert tiles(qian)["13716220100"] == (2, 4, 3)
        assert tiles(qian)["23716220100"] == (0, 2, 2)  # the fifth has its suspicion still
        night("M07")
        assert tiles(qian)["13716220100"] == (2, 4, 2)

    def test_two_who_see_other_offices_are_not_told_the_same(self, qian, officer, world, offices):
        Jurisdiction.objects.filter(office=offices["local_branch"]).update(
            office=offices["neighbour_branch"]
        )
        assert "13716230100" not in tiles(qian)
        city = officer("du", "杜市局", "city", "risk")
        assert tiles(city)["13716230100"] == (0, 2, 2)

    def test_head_of_a_branch_sees_one_tile_without_a_total(self, officer, world):
        head = officer("ma", "马所长", "local_branch", "section_head")
        found = county.of(head, Asked({}, head))
        assert [one.office.pk for one in found.rows] == ["23716220100"]
        assert found.total is None


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_tiles_fill_the_room_in_proportion_and_do_not_overlap(sizes):
    sizes.sort(reverse=True)
    boxes = county.squares(sizes, county.Box(0, 0, 780, 168))

    assert len(boxes) == len(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size / sum(sizes) * 780 * 168)
        assert box.left > -1e-6
        assert box.top > -1e-6
        assert box.left + box.width < 780 + 1e-6
        assert box.top + box.height < 168 + 1e-6
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
            down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
            assert across < 1e-6 or down < 1e-6


def drawn_trend(officer, told):
    asked = Asked(told, officer)
    return trend.of(asked, history.of(officer, asked))


@pytest.mark.django_db
class TestTrend:
    def numbers(self, officer, **told):
        drawn = drawn_trend(officer, {"period": "30"} | told)
        today = localdate()
        return {
            (today - line.slot.first).days: tuple(mark.count for mark in line.marks)
            for line in drawn.lines
        }

    def test_a_night_says_what_came_ended_and_stood(self, qian, world, ran):
        ran(0, 1, 20, 21)
        told = self.numbers(qian)
        assert told[21] == (0, 0, 1)  # the old fact, found before the period began
        assert told[20] == (0, 1, 0)
        assert told[1] == (0, 0, 0)  # a night that found nothing
        assert told[0] == (9, 3, 6)

    def test_a_night_that_did_not_run_is_a_gap_and_not_nothing(self, qian, world, ran):
        ran(0, 20)
        assert self.numbers(qian)[1] == ()

    def test_gaps_break_the_line(self, qian, world, ran):
        ran(0, 1, 3, 4)
        drawn = drawn_trend(qian, {"period": "30"})
        assert len(drawn.stretches) == 2
        assert len(drawn.gaps) == 3  # days 29 to 21, 19 to 5, and 2; on day 20 something ended

    def test_one_indicator_is_followed_alone(self, qian, world, ran):
        ran(0)
        assert self.numbers(qian, indicator="M07")[0] == (1, 0, 1)
        assert self.numbers(qian, indicator="analysis")[0] == (6, 3, 3)


@pytest.mark.parametrize(
    ("period", "first", "last", "many"),
    [
        ("365", date(2017, 3, 1), date(2018, 2, 28), 12),
        ("90", date(2017, 11, 20), date(2018, 2, 18), 13),
        ("30", date(2018, 1, 17), date(2018, 2, 15), 30),
    ],
)
def test_periods_end_with_the_slot_of_today_and_have_no_holes(period, first, last, many):
    slots = asked.slots(period, date(2018, 2, 15))  # a Thursday
    assert (slots[0].first, slots[-1].last, len(slots)) == (first, last, many)
    for one, other in pairwise(slots):
        assert other.first - one.last == timedelta(days=1)


@pytest.mark.django_db
class TestFlow:
    def pictures(self, officer, **told):
        asked = Asked({"period": "365"} | told, officer)
        drawn = flow.of(asked, history.of(officer, asked))
        return {one.kind: one.drawn for one in drawn.pictures}

    def test_suspicions_go_from_taken_over_asked_to_their_outcome(self, qian, world):
        drawn = self.pictures(qian)["analysis"]
        nodes = {one.node.name: one.node.count for one in drawn.nodes}
        assert nodes["found"] == 6
        assert nodes["asked"] == 1
        assert (nodes["confirmed"], nodes["explained"], nodes["inconclusive"]) == (1, 1, 1)
        assert nodes["open"] == 3
        assert nodes["restricted"] == 1

    def test_hard_facts_are_ordered_or_told_and_stand_or_end(self, qian, world):
        drawn = self.pictures(qian)["monitoring"]
        nodes = {one.node.name: one.node.count for one in drawn.nodes}
        assert nodes == {"found": 4, "ordered": 3, "told": 1, "open": 3, "cleared": 1}

    def test_what_comes_into_a_station_is_what_it_holds(self, qian, world):
        for drawn in self.pictures(qian).values():
            comes: Counter[str] = Counter()
            for one in drawn.streams:
                comes[one.stream.other] += one.stream.count
            held = {one.node.name: one.node.count for one in drawn.nodes}
            assert {**held, "found": 0} == {**comes, "found": 0}

    def test_only_findings_of_the_period_flow(self, qian, world):
        nodes = self.pictures(qian, period="30")["monitoring"].nodes
        assert nodes[0].node.count == 3

    def test_one_indicator_has_one_picture(self, qian, world):
        assert list(self.pictures(qian, indicator="A04")) == ["analysis"]


@pytest.mark.django_db
class TestSpread:
    def test_share_is_of_the_administered_of_the_kind_it_looks_at(self, qian, world):
        bars = {one.code: one for one in spread.of(qian, Asked({}, qian)).bars}
        assert (bars["A04"].count, bars["A04"].whole, bars["A04"].share) == (3, 6, "50.0%")

    def test_most_found_comes_first(self, qian, world):
        assert [one.code for one in spread.of(qian, Asked({}, qian)).bars] == ["A04", "M09", "M07"]

    @pytest.mark.parametrize("by", ["priority", "office"])
    def test_parts_add_up_to_the_bar_where_each_has_one_office(self, qian, world, by):
        for bar in spread.of(qian, Asked({"by": by}, qian)).bars:
            assert sum(part.count for part in bar.parts) == bar.count


@pytest.mark.parametrize(
    ("words", "room", "shown"),
    [
        ("第一税务分局", 78, "第一税务分局"),
        ("第一税务分局", 60, "第一税…"),
        ("Branch 1", 55, "Branch 1"),
        ("第一税务分局", 20, ""),
    ],
)
def test_words_are_cut_to_their_room(words, room, shown):
    assert drawing.fit(words, room) == shown


@pytest.mark.parametrize(("most", "end"), [(0, 4), (4, 4), (5, 6), (11, 20), (61, 100), (401, 600)])
def test_axis_ends_at_a_round_number_that_can_be_halved(most, end):
    assert drawing.ceiling(most) == end


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 9, "0.0%"), (1, 3, "33.3%"), (1, 9000, "<0.1%"), (0, 0, "—"), (3, 3, "100.0%")],
)
def test_share_is_never_nothing_of_something(part, whole, told):
    assert drawing.percent(part, whole) == told
