"""Which language the page at hand speaks, and how it lists things."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation


def english() -> bool:
    return (translation.get_language() or "").startswith("en")


def listed(words: Iterable[str]) -> str:
    """Several words as one phrase: 甲、乙 or A, B."""
    return (", " if english() else "、").join(words)
