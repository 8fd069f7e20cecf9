"""What the pictures share: places in hundredths of the width, words cut to their room, axes.

A picture is as wide as its card: across it is measured in hundredths of the width, down it in
pixels, so that words keep their size on every screen.
"""

from __future__ import annotations

import unicodedata

NARROWEST = 780  # pixels of a picture that shares its line with another, on a wide screen
WIDE = 1060  # pixels of one that has a line of its own, on the narrowest screen of an office
LETTER, SIGN = 6.8, 13  # pixels of a Latin letter and of a Chinese sign


def hundredths(part: float) -> str:
    """A place or a width, as an attribute of a drawing."""
    return f"{part:.2f}%"


def pixels(part: float) -> str:
    return f"{part:.1f}"


def width(words: str) -> float:
    """About how many pixels `words` take."""
    return sum(SIGN if unicodedata.east_asian_width(one) in "WF" else LETTER for one in words)


def fit(words: str, room: float) -> str:
    """`words`, cut with an ellipsis where they are wider than `room` pixels; "" if nothing fits."""
    if width(words) <= room:
        return words
    kept = words
    while kept and width(kept) + SIGN > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if len(kept) > 1 else ""


def ceiling(most: int) -> int:
    """The end of an axis that holds `most`: 1, 2, 4 or 6 times a power of ten, and at least 4."""
    end = 1
    while True:
        for times in (1, 2, 4, 6):
            if end * times >= max(most, 4):
                return end * times
        end *= 10


def percent(part: int, whole: int) -> str:
    """4.6%; a dash where there is no whole, and never nothing of something."""
    if whole and 0 < part / whole < 0.0005:
        return "<0.1%"
    return f"{part / whole:.1%}" if whole else "—"
