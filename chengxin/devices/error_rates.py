"""How often a recogniser errs, told from distances of labelled pairs, with how sure that is.

`same` are distances of two pictures of one person, `other` of two persons; a pair is accepted
when its distance is small.  Every rate carries its exact (Clopper-Pearson) bounds at 95 %.  They
count pairs; pairs that share a person depend on each other, so the truth is wider, never narrower.
Where there are too few pairs to say a thing, `TooFew` says how many it takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Distances: TypeAlias = NDArray[np.float64]

CONFIDENCE = 0.95
LEAST_EXPECTED = 3  # errors that must be expected before a rate is told
ACCEPT_FPR, STAFF_FPR = 1e-3, 1e-2  # what the two limits of the bands may let through at most


@dataclass(frozen=True)
class Rate:
    """`count` of `of`; `low` and `high` are its bounds."""

    count: int
    of: int
    low: float
    high: float

    @classmethod
    def counted(cls, count: int, of: int) -> Rate:
        return cls(count, of, *bounds(count, of))

    @property
    def value(self) -> float:
        return self.count / self.of if self.of else math.nan


@dataclass(frozen=True)
class TooFew:
    """Not enough pairs of different people: it takes at least `needed`."""

    needed: int
    have: int


@dataclass(frozen=True)
class Equal:
    """Where as many of the same are refused as others accepted: the equal error rate."""

    distance: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Operating:
    """Accepting what is nearer than `below`: how many of the same get in, and how many others."""

    below: float
    true_accept: Rate
    false_accept: Rate


@dataclass(frozen=True)
class Proposal:
    """Limits for the three bands: up to `accept`, then an officer up to `staff`."""

    accept: Operating | TooFew
    staff: Operating | TooFew


def equal_error(same: ArrayLike, other: ArrayLike) -> Equal | None:
    """None without a pair of each kind."""
    mine, others = _sorted(same), _sorted(other)
    if not len(mine) or not len(others):
        return None
    at = np.unique(np.concatenate([mine, others]))
    refused = len(mine) - np.searchsorted(mine, at, "right")
    accepted = np.searchsorted(others, at, "right")
    gap = np.abs(refused / len(mine) - accepted / len(others))
    best = int(gap.argmin())
    miss = Rate.counted(int(refused[best]), len(mine))
    slip = Rate.counted(int(accepted[best]), len(others))
    return Equal(
        distance=float(at[best]),
        value=(miss.value + slip.value) / 2,
        low=min(miss.low, slip.low),
        high=max(miss.high, slip.high),
    )


def true_accepts_at(fpr: float, same: ArrayLike, other: ArrayLike) -> Operating | TooFew:
    """How many of the same are accepted where at most `fpr` of the others are."""
    others, needed = _sorted(other), math.ceil(LEAST_EXPECTED / fpr - 1e-6)
    if len(others) < needed:
        return TooFew(needed, len(others))
    return _below(math.floor(fpr * len(others) + 1e-9), _sorted(same), others)


def proposed(same: ArrayLike, other: ArrayLike) -> Proposal:
    """The widest bands of which the data themselves show that they let no more through."""
    mine, others = _sorted(same), _sorted(other)
    return Proposal(*(_shown(fpr, mine, others) for fpr in (ACCEPT_FPR, STAFF_FPR)))


def at_limit(limit: float, same: ArrayLike, other: ArrayLike) -> Operating | None:
    """What a limit that is in force does on these pairs; None without a pair of each kind."""
    mine, others = _sorted(same), _sorted(other)
    if not len(mine) or not len(others):
        return None
    return Operating(
        limit,
        Rate.counted(int(np.searchsorted(mine, limit, "right")), len(mine)),
        Rate.counted(int(np.searchsorted(others, limit, "right")), len(others)),
    )


def bounds(count: int, of: int) -> tuple[float, float]:
    """The exact two-sided bounds of a share; (0, 1) when nothing was counted."""
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if count == 0 else _solved(count, of - count + 1, tail)
    high = 1.0 if count >= of else _solved(count + 1, of - count, 1 - tail)
    return low, high


def _shown(fpr: float, same: Distances, other: Distances) -> Operating | TooFew:
    """The limit below the (k+1)th nearest others, k being the most whose upper bound is `fpr`.

    k is fixed by the number of pairs alone, so the bound holds although the limit is chosen
    from the same data (a distribution-free tolerance limit).
    """
    if bounds(0, len(other))[1] > fpr:
        return TooFew(math.ceil(math.log((1 - CONFIDENCE) / 2) / math.log1p(-fpr)), len(other))
    fits, not_ = 0, math.floor(fpr * len(other)) + 1
    while not_ - fits > 1:
        middle = (fits + not_) // 2
        if bounds(middle, len(other))[1] <= fpr:
            fits = middle
        else:
            not_ = middle
    return _below(fits, same, other)


def _below(allowed: int, same: Distances, other: Distances) -> Operating:
    """Accept whatever is nearer than the nearest of the others that must not get in."""
    edge = math.floor(float(other[allowed]) * 1e4) / 1e4 if allowed < len(other) else math.inf
    return Operating(
        edge,
        Rate.counted(int(np.searchsorted(same, edge, "left")), len(same)),
        Rate.counted(int(np.searchsorted(other, edge, "left")), len(other)),
    )


def _sorted(distances: ArrayLike) -> Distances:
    return np.sort(np.asarray(distances, np.float64))


def _solved(a: float, b: float, share: float) -> float:
    """The x at which the Beta(a, b) distribution reaches `share`."""
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _beta(a, b, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or tiny)
    value = d
    for m in range(1, 100_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / ((1 + term * d) or tiny)
            c = (1 + term / c) or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return value
