"""重大税收违法失信主体: the eleven situations of the law, and the periods that it counts.

The texts and amounts stand in `criteria.yaml`.  A period of months or years ends on the day of the
same number; where there is none, on the last day of the month (令第54号第二十五条).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from chengxin.core import descriptions
from chengxin.trace.tongue import english

WATCHED = 12  # months that an entry of the watchlist stands at most
STOPPED_EARLY = 6  # months of publication before it may be stopped for payment (第十八条)
DECIDED_WITHIN = 15  # working days from the acceptance of an application (第二十一条)
PUBLISHED_BY = 15  # day of the month after service (第十一条)


@dataclass(frozen=True)
class Criterion:
    """One situation of 第六条, and from which amount on it is one."""

    code: str  # as the lake's table `blacklist` names it
    number: int
    title: str
    title_en: str
    text: str
    text_en: str
    least: Decimal | None = None  # yuan of tax
    share: Decimal | None = None  # of all taxes payable in a year, 0 to 1
    invoices: int | None = None
    invoiced: Decimal | None = None  # yuan
    variant: str = ""  # the same point's other case, which asks for less
    variant_en: str = ""
    unless_paid: bool = False  # 第十四条: not published when paid in full before

    @property
    def words(self) -> str:
        """Its short title in the language of the page."""
        return self.title_en if english() else self.title

    @property
    def whole(self) -> str:
        """The law's text in the language of the page."""
        return self.text_en if english() else self.text

    @property
    def other_case(self) -> str:
        return self.variant_en if english() else self.variant

    def reached(
        self,
        *,
        tax: Decimal | None,
        share: Decimal | None,
        invoices: int | None,
        invoiced: Decimal | None,
        variant: bool,
    ) -> bool:
        """Whether a case has the amounts that the law asks for; what is not told is not reached."""
        if self.code == "illegal_provision" and variant:
            return True
        if self.least is not None and (tax is None or tax < self.least):
            return False
        if self.share is not None and not variant and (share is None or share < self.share):
            return False
        if self.invoices is None or self.invoiced is None:
            return True
        enough = invoices is not None and invoices >= self.invoices
        return enough or (invoiced is not None and invoiced >= self.invoiced)


@dataclass(frozen=True)
class Term:
    """How many years a publication lasts that began on `since` or later."""

    since: date
    years: int
    basis: str
    basis_en: str

    @property
    def words(self) -> str:
        """The rule in the language of the page."""
        return self.basis_en if english() else self.basis


def _read(told: dict[str, Any]) -> dict[str, Criterion]:
    found = {}
    for code, one in told["criteria"].items():
        for name in ("least", "share", "invoiced"):
            if name in one:
                one[name] = Decimal(str(one[name]))
        found[code] = Criterion(code=code, **one)
    return found


_told = descriptions.told(Path(__file__).with_name("criteria.yaml").read_text("utf-8"))

CRITERIA: dict[str, Criterion] = _read(_told)
SINCE: date = _told["since"]
TERMS = [Term(**one) for one in _told["terms"]]  # the newest first


def rule() -> str:
    """The law that the eleven situations are from, in the language of the page."""
    return str(_told["rule_title_en"] if english() else _told["rule_title"])


def months_after(day: date, months: int) -> date:
    """The last day of a period of so many months that began on `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def term_of(published_on: date) -> Term:
    """The term that a publication of this day has; the oldest rule for what is older still."""
    return next((term for term in TERMS if term.since <= published_on), TERMS[-1])


def last_published(published_on: date) -> date:
    """The last day of a publication that nothing stops before."""
    return months_after(published_on, 12 * term_of(published_on).years)


def publish_by(served_on: date) -> date:
    """The last day on which a determination is to be published: the 15th of the next month."""
    return months_after(served_on.replace(day=1), 1).replace(day=PUBLISHED_BY)


def may_stop_from(published_on: date) -> date:
    """The first day on which a publication may be stopped because everything was paid."""
    return months_after(published_on, STOPPED_EARLY)
