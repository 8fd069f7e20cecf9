"""A sentence in both languages of the bureau, for the half that knows nothing of Django."""

from __future__ import annotations

import string
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One sentence in both languages; `{who}` and the like are filled where it is said."""

    zh: str
    en: str

    def asked(self) -> set[str]:
        """The names that stand in braces."""
        formatter = string.Formatter()
        return {
            name for text in (self.zh, self.en) for _, name, _, _ in formatter.parse(text) if name
        }
