"""Words can be read: the colours of the stylesheet reach WCAG 2.2 AA, 4.5 to 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).parents[2] / "chengxin" / "web" / "static" / "web" / "chengxin.css"
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", SHEET.read_text("utf-8")))

PAIRS = [  # words, ground
    ("grey-12", "grey-1"),
    ("grey-8", "grey-1"),
    ("grey-8", "grey-2"),
    ("grey-8", "danger-1"),
    ("brand", "paper"),
    ("brand", "brand-1"),
    ("paper", "brand"),
    ("paper", "brand-6"),
    ("paper", "brand-8"),
    ("ok", "paper"),
    ("ok-8", "ok-1"),
    ("warn-8", "warn-1"),
    ("danger-7", "paper"),
    ("danger-7", "danger-1"),
    ("danger-8", "danger-1"),
    ("paper", "danger-7"),
]


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of #rgb or #rrggbb (WCAG 2.2, definition)."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(words: str, ground: str) -> None:
    light, dark = sorted((luminance(TOKENS[words]), luminance(TOKENS[ground])), reverse=True)

    assert (light + 0.05) / (dark + 0.05) >= 4.5
