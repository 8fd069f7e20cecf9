"""A score is what its parts say, and moves as the scheme says."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import Finding
from chengxin.ranking import scheme
from chengxin.ranking.rank import RANKS
from tests.ranking.world import DAY, Tie, expected, finding, ranked

SUBJECTS = [f"{kind}:{name}" for kind in ("person", "enterprise") for name in "abcd"]
BANDS = [(one.code, band) for one in all_indicators() for band in one.bands if band != "undecided"]
HIT = some.builds(
    lambda hit, subject, value, acted_on: finding(hit[0], subject, hit[1], value, acted_on),
    some.sampled_from(BANDS), some.sampled_from(SUBJECTS), some.integers(0, 10_000_000),
    some.sampled_from(SUBJECTS),
)  # fmt: skip
TIE = some.tuples(
    some.sampled_from("abcd"), some.sampled_from("abcd"),
    some.sampled_from(["01", "02", "03", "06", "09"]),
)  # fmt: skip
WORLD = some.tuples(some.lists(HIT, max_size=7), some.lists(TIE, max_size=9))

# Domain facts 4.3: 4 red, 3, 2; an analysis that is open 1.
FOUR = ("M01", "M04", "M06", "M12")
THREE = ("M02", "M03", "M05", "M07", "M08", "M14", "M20")


@settings(max_examples=30, deadline=None)
@given(WORLD)
def test_score_is_what_the_slow_reference_says(world: tuple[list[Finding], list[Tie]]) -> None:
    findings, ties = world
    how = scheme.load()
    with TemporaryDirectory() as folder:
        found = ranked(Path(folder), findings, ties)

    for subject, (own, network) in expected(findings, ties, how).items():
        if own + network < how.least - 0.01:
            assert subject not in found
        elif subject in found:
            assert float(found[subject]["own"]) == pytest.approx(own, abs=0.006)
            assert float(found[subject]["network"]) == pytest.approx(network, abs=0.011)
        else:
            assert own + network < how.least + 0.02
    assert set(found) <= set(expected(findings, ties, how))


@settings(max_examples=30, deadline=None)
@given(WORLD)
def test_parts_sum_exactly_to_a_score_of_at_most_100(
    world: tuple[list[Finding], list[Tie]],
) -> None:
    with TemporaryDirectory() as folder:
        found = ranked(Path(folder), *world)

    how, caught = scheme.load(), {key for one in world[0] for key in (one.subject, one.acted_on)}
    for subject, row in found.items():
        own = sum(round(100 * part["counts"]) for part in row["parts"]["own"])
        rest = row["parts"]["others"]
        through = row["parts"]["network"]
        network = sum(round(100 * part["counts"]) for part in [*through, rest])
        assert (own, network) == (100 * row["own"], 100 * row["network"])
        assert own + network == 100 * row["score"] <= 10_000
        assert network <= 100 * how.network.cap
        for part in through:
            assert round(100 * part["direct"]) + round(100 * part["beyond"]) == round(
                100 * part["counts"]
            )
        if subject not in caught:
            assert own == 0
        assert row["level"] == how.level(float(row["score"])).code


@settings(max_examples=20, deadline=None)
@given(WORLD, some.integers(0, 6))
def test_removing_a_finding_raises_nobody(
    world: tuple[list[Finding], list[Tie]], which: int
) -> None:
    findings, ties = world
    with TemporaryDirectory() as folder:
        whole = ranked(Path(folder) / "whole", findings, ties)
        less = ranked(Path(folder) / "less", findings[:which] + findings[which + 1 :], ties)

    for subject, row in less.items():
        assert row["score"] <= whole[subject]["score"]


@pytest.mark.parametrize("code", [one.code for one in all_indicators()])
def test_one_fresh_finding_has_the_level_of_the_domain_facts(tmp_path: Path, code: str) -> None:
    subject = "person:a"
    scores = {}
    for band in (band for indicator, band in BANDS if indicator == code):
        row = ranked(tmp_path / band, [finding(code, subject, band)])[subject]
        scores[row["score"]] = row["level"]

    usual = "low" if code.startswith("A") else "medium"
    level = "severe" if code in FOUR else "high" if code in THREE else usual
    assert scores[max(scores)] == level


def test_two_of_a_kind_weigh_more_than_one_and_less_than_twice(tmp_path: Path) -> None:
    one = finding("M16", "enterprise:a", "overdue")
    other = finding("M17", "enterprise:a", "open")

    alone = ranked(tmp_path / "1", [one])["enterprise:a"]["score"]
    both = ranked(tmp_path / "2", [one, other])["enterprise:a"]["score"]
    assert alone < both < 2 * alone


def test_many_of_a_level_stay_below_one_of_the_next(tmp_path: Path) -> None:
    lesser = [band for band in BANDS if band[0] not in FOUR]
    many = [finding(code, "enterprise:a", band, 10**9) for code, band in lesser]
    graver = [finding(FOUR[2], "enterprise:b", "lost")]

    found = ranked(tmp_path, [*many, *graver])
    assert found["enterprise:a"]["score"] < found["enterprise:b"]["score"]
    assert found["enterprise:a"]["level"] == "high"


def test_what_acts_on_several_counts_once(tmp_path: Path) -> None:
    several = [finding("M01", "person:a", "filed", acted_on=f"enterprise:{n}") for n in "bcd"]

    assert ranked(tmp_path, several)["person:a"]["score"] == 92


def test_who_answers_for_an_absconded_enterprise_stands_as_high(tmp_path: Path) -> None:
    hits = [finding("M06", "enterprise:a", "lost", acted_on=on)
            for on in ("enterprise:a", "person:b")]  # fmt: skip
    found = ranked(tmp_path, hits)

    assert found["person:b"]["score"] == found["enterprise:a"]["score"] == 88
    assert [part["about"] for part in found["person:b"]["parts"]["own"]] == ["enterprise:a"]


def test_what_acts_on_somebody_marks_nobody_beyond_him(tmp_path: Path) -> None:
    hit = finding("M06", "enterprise:a", "lost", acted_on="person:b")
    found = ranked(tmp_path, [hit], [("b", "c", "01")])

    assert set(found) == {"enterprise:a", "person:b"}


def test_enterprise_of_someone_linked_elsewhere_is_not_ranked_by_that(tmp_path: Path) -> None:
    hit = finding("M08", "person:a", "linked", acted_on="enterprise:b")

    assert set(ranked(tmp_path, [hit])) == {"person:a"}


def test_undecided_counts_for_nobody(tmp_path: Path) -> None:
    assert ranked(tmp_path, [finding("A04", "enterprise:a", "undecided", 0)]) == {}


def test_nobody_is_marked_by_his_own_echo(tmp_path: Path) -> None:
    found = ranked(tmp_path, [finding("M01", "person:a", "filed")], [("a", "b", "01")])

    assert found["person:a"]["network"] == 0
    [through] = found["enterprise:b"]["parts"]["network"]
    assert (through["through"], through["role"]) == ("person:a", "01")
    assert through["arrives"] == 46  # damping 0.5 of 92: each has this one role only


def test_agent_of_many_marks_each_less(tmp_path: Path) -> None:
    hit = [finding("M01", "person:a", "filed")]
    one = ranked(tmp_path / "one", hit, [("a", "b", "03")])
    many = ranked(tmp_path / "many", hit, [("a", f"b{n}", "03") for n in range(100)])

    assert many["enterprise:b0"]["network"] < one["enterprise:b"]["network"] / 5


def test_role_that_has_ended_or_not_begun_passes_nothing(tmp_path: Path) -> None:
    tie = {"person_id": "a", "enterprise_id": "b", "role": "01"}
    ended = tie | {"until": DAY - timedelta(1)}
    later = tie | {"valid_from": DAY + timedelta(1)}
    hit = [finding("M01", "person:a", "filed")]

    assert set(ranked(tmp_path, hit, [ended, later])) == {"person:a"}
    assert "enterprise:b" in ranked(tmp_path, hit, [tie | {"until": DAY, "valid_from": DAY}])


def test_indicator_of_the_network_itself_marks_no_others(tmp_path: Path) -> None:
    found = ranked(tmp_path, [finding("M08", "person:a", "linked")], [("a", "b", "01")])

    assert set(found) == {"person:a"}


def test_finding_fades_with_the_days_since_it_was_first_seen(tmp_path: Path) -> None:
    hit = [finding("M16", "enterprise:a", "overdue")]
    fresh = ranked(tmp_path, hit)["enterprise:a"]
    for days in range(30, 366, 30):
        ranked(tmp_path, hit, day=DAY + timedelta(days))
    old = ranked(tmp_path, hit, day=DAY + timedelta(365))["enterprise:a"]

    # 41 points, of which 0.7 stand and half of the rest is left after a half-life of 365 days
    assert (float(fresh["score"]), float(old["score"])) == (41, pytest.approx(41 * 0.85, abs=0.01))
    assert old["parts"]["own"][0]["first_on"] == DAY.isoformat()


@pytest.mark.parametrize(("gone", "first"), [(30, DAY), (31, DAY + timedelta(31))])
def test_finding_that_was_gone_too_long_is_new(tmp_path: Path, gone: int, first: date) -> None:
    hit = [finding("M16", "enterprise:a", "overdue")]
    ranked(tmp_path, hit)
    ranked(tmp_path, [], day=DAY + timedelta(10))
    back = ranked(tmp_path, hit, day=DAY + timedelta(gone))

    assert back["enterprise:a"]["parts"]["own"][0]["first_on"] == first.isoformat()


def test_worse_band_is_fresh(tmp_path: Path) -> None:
    ranked(tmp_path, [finding("M09", "enterprise:a", "owing", 100)])
    worse = ranked(
        tmp_path, [finding("M09", "enterprise:a", "owing_50k", 50_000)], day=DAY + timedelta(20)
    )

    assert worse["enterprise:a"]["parts"]["own"][0]["fading"] == 1


@pytest.mark.parametrize(("outcome", "score"), [("confirmed", 48), ("inconclusive", 12), ("", 24)])
def test_what_an_office_found_out_counts(tmp_path: Path, outcome: str, score: int) -> None:
    told = {("A02", "person:a"): outcome} if outcome else {}

    hit = [finding("A02", "person:a", "normal", 70)]
    assert ranked(tmp_path, hit, judged=told)["person:a"]["score"] == score


def test_what_was_explained_counts_nothing_and_is_shown(tmp_path: Path) -> None:
    hits = [finding("A02", "person:a", "normal", 70), finding("M18", "person:a", "listed")]
    row = ranked(tmp_path, hits, judged={("A02", "person:a"): "explained"})["person:a"]

    assert row["score"] == 56
    assert [(p["indicator"], p["counts"]) for p in row["parts"]["own"]] == [("M18", 56), ("A02", 0)]


def test_movement_is_against_the_night_before(tmp_path: Path) -> None:
    hit = finding("M18", "person:a", "listed")
    ranked(tmp_path, [hit])
    more = ranked(tmp_path, [hit, finding("M01", "person:a", "filed")], day=DAY + timedelta(1))[
        "person:a"
    ]
    gone = ranked(tmp_path, [], day=DAY + timedelta(2))["person:a"]
    after = ranked(tmp_path, [], day=DAY + timedelta(3))

    assert (more["previous"], more["previous_level"], more["level"]) == (56, "medium", "severe")
    assert (gone["previous"], gone["score"], gone["level"]) == (more["score"], 0, "")
    assert after == {}


def test_ranking_made_again_is_the_same_file(tmp_path: Path) -> None:
    hits = [finding("M01", "person:a", "filed"), finding("M16", "enterprise:c", "stopped", 5)]
    ties = [("a", "b", "01"), ("a", "c", "06"), ("d", "c", "02"), ("d", "b", "03")]
    ranked(tmp_path, hits, ties, day=DAY - timedelta(1))
    path = tmp_path / DAY.isoformat() / RANKS
    ranked(tmp_path, hits, ties)
    first = path.read_bytes()
    ranked(tmp_path, list(reversed(hits)), list(reversed(ties)))

    assert path.read_bytes() == first
    assert pq.read_table(path).num_rows == 4


def test_industry_is_kept_for_the_lists(tmp_path: Path) -> None:
    hit = [finding("M18", "enterprise:a", "listed")]

    assert ranked(tmp_path, hit, industries={"a": "1310"})["enterprise:a"]["industry"] == "1310"
