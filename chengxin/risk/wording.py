"""What a window, a kiosk or an answer may say: never that somebody is investigated.

An indicator's own sentences are checked by a test over the catalogue; what an officer types is
checked here, before it is kept.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal

# Whoever reads one of these at a counter knows of a case.
OF_A_CASE = re.compile(
    "公安|警方|经侦|侦查|立案|稽查|犯罪|刑事|嫌疑|涉嫌|举报|移送|"
    r"\b(?:police|investigat\w*|crim\w*|prosecut\w*|informant\w*|suspect\w*|case filed)\b",
    re.IGNORECASE,
)


def require_silent(*sentences: str) -> None:
    """Refuse a sentence for the counter that tells of a case."""
    for sentence in sentences:
        if told := OF_A_CASE.search(sentence):
            raise Refusal(
                "tells_of_a_case",
                _("窗口告知不得透露案情，请去掉“%(word)s”") % {"word": told.group()},
            )
