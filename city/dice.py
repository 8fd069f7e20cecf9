"""Draws that depend on nothing but the seed, what is drawn and for whom.

Person 17's birthday is the same whoever asks and however large the county is: a draw is a hash of
(seed, name of the draw, index), done for a whole array at once.  Only integers, so that no
processor rounds differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


class Dice:
    """All draws of one county."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: dict[str, int] = {}

    def words(self, name: str, index: Ints) -> Words:
        """64 random bits for each of `index`; different indexes never give the same word."""
        word = index.astype(np.uint64) * _STEP + np.uint64(self._key(name))
        for shift, factor in _MIX:
            word = (word ^ (word >> shift)) * factor
        return word ^ (word >> np.uint64(31))

    def below(self, name: str, index: Ints, size: int) -> Ints:
        """0 … size-1."""
        return ((self.words(name, index) >> np.uint64(1)) % np.uint64(size)).astype(np.int64)

    def between(self, name: str, index: Ints, low: int, high: int) -> Ints:
        """low … high, both included."""
        return low + self.below(name, index, high - low + 1)

    def chance(self, name: str, index: Ints, per_million: int | Ints) -> Bools:
        return self.below(name, index, 1_000_000) < per_million

    def pick(self, name: str, index: Ints, weights: Sequence[int]) -> Ints:
        """Positions in `weights`, each as often as its weight says."""
        bounds = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(bounds, self.below(name, index, int(bounds[-1])), side="right")

    def spread(self, name: str, index: Ints, size: int) -> Ints:
        """A place in 0 … size-1 for each of `index` (all below `size`), no place twice."""
        step = max(1, size * 618_033 // 1_000_000)
        while gcd(step, size) != 1:
            step += 1
        return (index * step + self._key(name) % size) % size

    def uuids(self, name: str, index: Ints) -> list[str]:
        """32 hexadecimal characters for each of `index`, as Oracle's SYS_GUID."""
        high, low = self.words(f"{name} high", index), self.words(f"{name} low", index)
        return [f"{a:016X}{b:016X}" for a, b in zip(high.tolist(), low.tolist(), strict=True)]

    def _key(self, name: str) -> int:
        if name not in self._keys:
            digest = hashlib.sha256(f"{self._seed}/{name}".encode()).digest()
            self._keys[name] = int.from_bytes(digest[:8])
        return self._keys[name]


@cache
def distributions() -> Mapping[str, Any]:
    """Shapes drawn from public enterprise registrations; no row of them, no name."""
    text = Path(__file__).with_name("registry_distributions.json").read_text("utf-8")
    shapes: Mapping[str, Any] = json.loads(text)
    return shapes


@cache
def shares(name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """One distribution as values and whole-number weights."""
    shape = distributions()[name]
    shape = shape.get("histogram", shape)
    return tuple(shape), tuple(max(1, round(float(share) * 1_000_000)) for share in shape.values())


def chosen(texts: Sequence[str], mask: Bools) -> list[str]:
    """Those of `texts` where `mask` is true."""
    return [text for text, wanted in zip(texts, mask.tolist(), strict=True) if wanted]
