"""Error rates from lists of distances small enough to count by hand, bounds from exact sums."""

from fractions import Fraction
from math import comb

import pytest

from chengxin.devices import error_rates
from chengxin.devices.error_rates import TooFew


def at_most(count, of, share):
    """The chance of `count` or fewer of `of`, summed term by term in whole fractions."""
    p = Fraction(share)
    return float(sum(comb(of, i) * p**i * (1 - p) ** (of - i) for i in range(count + 1)))


@pytest.mark.parametrize(("count", "of"), [(1, 10), (5, 10), (9, 10), (3, 379), (40, 600)])
def test_outside_the_bounds_lies_two_and_a_half_percent_on_each_side(count, of):
    low, high = error_rates.bounds(count, of)

    assert low < count / of < high
    assert at_most(count, of, high) == pytest.approx(0.025, rel=1e-6)
    assert 1 - at_most(count - 1, of, low) == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize("of", [1, 20, 3000, 29_600_000])
def test_none_of_many_is_bounded_by_the_chance_to_see_none(of):
    low, high = error_rates.bounds(0, of)

    assert low == 0
    assert (1 - high) ** of == pytest.approx(0.025, rel=1e-5)


def test_all_of_many_is_bounded_from_below_alone():
    low, high = error_rates.bounds(20, 20)

    assert low**20 == pytest.approx(0.025)
    assert high == 1


def test_nothing_counted_says_nothing():
    assert error_rates.bounds(0, 0) == (0, 1)


def test_equal_errors_counted_by_hand():
    # At 0.5: of the same 0.6 is refused (1 of 4), of the others 0.4 accepted (1 of 4).
    equal = error_rates.equal_error([0.1, 0.2, 0.3, 0.6], [0.4, 0.7, 0.8, 0.9])

    assert equal.value == 0.25
    assert equal.distance == 0.4
    # One of four: 1 - (1 - p)^4 = 0.025 below; p^4 + 4 p^3 (1 - p) = 0.975 the other way.
    assert 1 - (1 - equal.low) ** 4 == pytest.approx(0.025)
    assert at_most(1, 4, equal.high) == pytest.approx(0.025)


def test_separate_people_have_no_equal_error():
    assert error_rates.equal_error([0.1, 0.2], [0.5, 0.6]).value == 0
    assert error_rates.equal_error([], [0.5]) is None


def test_true_accepts_where_three_of_three_hundred_others_get_in():
    other = [0.30, 0.31, 0.32, *[0.5 + i / 1000 for i in range(297)]]
    same = [0.1] * 6 + [0.4] * 2 + [0.5] + [0.9]

    point = error_rates.true_accepts_at(0.01, same, other)

    assert (point.false_accept.count, point.false_accept.of) == (3, 300)
    assert (point.true_accept.count, point.true_accept.of) == (8, 10)  # 0.5 itself is an other's
    assert point.below == 0.5


def test_equal_distances_of_others_get_in_together_or_not_at_all():
    point = error_rates.true_accepts_at(0.01, [0.1, 0.3], [0.3] * 5 + [0.9] * 295)

    assert point.below == 0.3
    assert point.false_accept.count == 0
    assert point.true_accept.count == 1


def test_a_rate_needs_three_expected_errors():
    assert error_rates.true_accepts_at(0.001, [0.1], [0.5] * 2999) == TooFew(3000, 2999)
    assert not isinstance(error_rates.true_accepts_at(0.001, [0.1], [0.5] * 3000), TooFew)


def test_bands_are_proposed_only_where_the_others_are_many_enough():
    # None of n bounds 0.1 % when 0.999^n <= 0.025, none of n bounds 1 % when 0.99^n <= 0.025.
    assert 0.999**3688 <= 0.025 < 0.999**3687
    assert 0.99**368 <= 0.025 < 0.99**367
    few, many = [0.5] * 367, [0.5] * 3688

    assert error_rates.proposed([0.1], few).staff == TooFew(368, 367)
    assert error_rates.proposed([0.1], many[1:]).accept == TooFew(3688, 3687)
    assert error_rates.proposed([0.1], many).accept.below == 0.5


def test_a_proposed_limit_lets_through_no_more_than_its_upper_bound_says():
    other = [0.3 + i / 1000 for i in range(6000)]

    bands = error_rates.proposed([0.2, 0.35], other)

    for limit, target in ((bands.accept, 0.001), (bands.staff, 0.01)):
        got_in = sum(distance < limit.below for distance in other)
        assert got_in == limit.false_accept.count
        assert at_most(got_in, 6000, target) <= 0.025  # so few only if the true share is less
        assert at_most(got_in + 1, 6000, target) > 0.025  # and one more would be too many
    assert bands.accept.below < bands.staff.below
    assert (bands.accept.true_accept.count, bands.staff.true_accept.count) == (1, 1)


def test_what_a_limit_in_force_does():
    point = error_rates.at_limit(0.35, [0.2, 0.35, 0.4], [0.3, 0.6])

    assert (point.true_accept.count, point.false_accept.count) == (2, 1)
