"""A share of few cases, and how far it is known."""

from __future__ import annotations

import math

Z = 1.959963984540054  # of a normal distribution, 95 per cent inside

Interval = tuple[float, float]


def wilson(hits: int, of: int) -> Interval:
    """Bounds of the share behind `hits` among `of`, both ends within 0 and 1 (Wilson 1927)."""
    share, spread = hits / of, Z * Z / of
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def written(interval: Interval | None) -> str:
    """40%–60%; nothing where nothing is known."""
    return f"{interval[0]:.0%}–{interval[1]:.0%}" if interval else ""
