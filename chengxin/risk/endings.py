"""Why alerts and directives end with no officer's decision about them, as it is kept and shown.

Kept in Chinese, with the particulars on a line of their own; translated when shown: the row
outlives the language of who was looking.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

INDICATOR_WITHDRAWN = gettext_noop("指标停用，自动解除")
INDICATOR_OTHER = gettext_noop("指标换为其他版本，不再命中，自动解除")
LONGEST = 400


def ended_as(words: str, officer: str, particulars: str) -> str:
    """One of the above, with who stands for it and what he said."""
    told = "：".join(filter(None, [officer, particulars]))
    return f"{words}\n{told}"[:LONGEST]


def ended_words(kept: str) -> str:
    """What `ended_as` gave, or any other words, in the language of the page."""
    words, _line, told = kept.partition("\n")
    if words not in (INDICATOR_WITHDRAWN, INDICATOR_OTHER):
        return gettext(kept) if kept else ""
    return f"{gettext(words)}（{told}）" if told else gettext(words)
