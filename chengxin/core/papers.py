"""The papers 资料 that items ask for, and how long one that is kept may be used again.

Read from `papers.yaml` (decision 0053).  What an item asks for stands in `items.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chengxin.core import descriptions


class Of(StrEnum):
    """Whose a paper is, and so who may see it."""

    PERSON = "person"
    ENTERPRISE = "enterprise"


class Again(StrEnum):
    """Until when a kept paper may be used for another matter."""

    ONCE = "once"
    DOCUMENT = "document"
    BINDING = "binding"
    REGISTRATION = "registration"
    DAYS = "days"


@dataclass(frozen=True)
class Paper:
    """One title of paper."""

    code: str
    title: str
    title_en: str
    of: Of
    again: Again
    days: int = 365  # where it has no other end


PAPERS: dict[str, Paper] = {
    code: Paper(code=code, **(told | {"of": Of(told["of"]), "again": Again(told["again"])}))
    for code, told in descriptions.told(Path(__file__).with_name("papers.yaml").read_text("utf-8"))[
        "papers"
    ].items()
}


def named(papers: Iterable[Paper], *, in_english: bool) -> str:
    """营业执照、购销合同; in English "Business licence, contract"."""
    if not in_english:
        return "、".join(paper.title for paper in papers)
    first, *others = [paper.title_en for paper in papers] or [""]
    return ", ".join([first, *(_lowered(title) for title in others)])


def _lowered(title: str) -> str:
    """VAT stays VAT."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
