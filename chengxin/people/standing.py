"""How an enterprise stands, in a line: what a person's dossier says of each enterprise of his.

Grade, last return, invoices, violations and cases; the enterprise's own dossier tells them whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, ngettext

from chengxin.lake.tables import TABLES
from chengxin.offices.models import Officer
from chengxin.people import gathered, sections

LATEST = 24  # rows of a table among which the newest is looked for
VIOLATIONS = "violation"
WORST, CLOSED = "D", "closed"


@dataclass(frozen=True)
class Fact:
    """One thing worth knowing before the enterprise's dossier is opened."""

    text: str
    trouble: bool = False


def of(officer: Officer, enterprise_key: str) -> list[Fact]:
    """What the newest night gathered; the caller has asked whether `officer` may open it."""
    counts = gathered.counts(enterprise_key)
    facts = [
        _grade(enterprise_key),
        _last_return(enterprise_key),
        _invoices(counts),
        _violations(enterprise_key),
        _cases(officer, enterprise_key, counts),
    ]
    return [fact for fact in facts if fact]


@dataclass(frozen=True)
class Grade:
    """纳税信用级别: what was given last for the newest year, when and by which bureau."""

    grade: str  # A to D, M
    year: int
    day: date | None
    bureau: str  # an `Office.Bureau`


def graded(enterprise_key: str) -> Grade | None:
    """From the newest night; None where it knows of no grade."""
    found = gathered.about("credit_grade", enterprise_key, limit=LATEST)
    rows = [row for row in found if row["grade"]]
    if not rows:
        return None
    last = max(rows, key=lambda row: (row["credit_year"], str(row["graded_on"] or "")))
    return Grade(
        str(last["grade"]), int(last["credit_year"]), last["graded_on"], str(last["bureau"])
    )


def grade(enterprise_key: str) -> tuple[str, int] | None:
    """The grade (A to D) given last for the newest year, and that year."""
    found = graded(enterprise_key)
    return (found.grade, found.year) if found else None


def _grade(about: str) -> Fact | None:
    found = grade(about)
    if found is None:
        return None
    told = {"grade": found[0], "year": found[1]}
    return Fact(gettext("信用 %(grade)s（%(year)s 年）") % told, found[0] == WORST)


def _last_return(about: str) -> Fact | None:
    filed = [
        row["filed_on"]
        for row in gathered.about("filing", about, limit=LATEST)
        if row["filed_on"] and not row["voided"]
    ]
    return Fact(gettext("最近申报 %(day)s") % {"day": max(filed)}) if filed else None


def _invoices(counts: dict[str, int]) -> Fact | None:
    """Sold and bought."""
    count = counts.get("invoice", 0)
    if not count:
        return None
    return Fact(ngettext("发票 %(count)s 张", "发票 %(count)s 张", count) % {"count": count})


def _violations(about: str) -> Fact | None:
    rows = gathered.about(VIOLATIONS, about)
    if not rows:
        return None
    count, unfinished = len(rows), sum(row["stage"] != CLOSED for row in rows)
    told = {"count": count, "open": unfinished}
    if not unfinished:
        return Fact(
            ngettext("违法违章 %(count)s 条", "违法违章 %(count)s 条", count) % {"count": count}
        )
    words = ngettext(
        "违法违章 %(count)s 条（未结 %(open)s）", "违法违章 %(count)s 条（未结 %(open)s）", count
    )
    return Fact(words % told, trouble=True)


def _cases(officer: Officer, about: str, counts: dict[str, int]) -> Fact | None:
    """Cases and lists, as far as this officer may read them."""
    told = 0
    for name in counts:
        table = TABLES.get(name)
        if table is None or name == VIOLATIONS or not sections.is_case(name):
            continue
        if not sections.may_read(officer, table):
            continue
        own = sections.own_bureau(officer, table)
        told += gathered.count(name, about, own) if own else counts[name]
    if not told:
        return None
    return Fact(
        ngettext("案件与名单 %(count)s 条", "案件与名单 %(count)s 条", told) % {"count": told},
        trouble=True,
    )
