"""What several stories say alike."""

from __future__ import annotations

from datetime import date

from city.cast import BOTH, STATE, Cast, Firm, Person
from city.forms import Bureau


def loses(cast: Cast, firm: Firm, bureau: Bureau = STATE) -> None:
    for back, profit in ((2, -8_000_000), (1, -3_500_000)):
        cast.annual_return(firm, cast.day.year - back, profit, bureau=bureau)


def at_both(status: str, since: date) -> dict[Bureau, tuple[str, date]]:
    return dict.fromkeys(BOTH, (status, since))


def found(cast: Cast, indicator: str, subject: Person | Firm, band: str, because: str) -> None:
    cast.truth.finds(indicator, cast.key(subject), cast.key(subject), band, because)


def accuses(cast: Cast, person: Person, *represents: Firm) -> None:
    subject = cast.key(person)
    cast.truth.police_filed(subject, [subject, *map(cast.key, represents)])


def opened(cast: Cast, firm: Firm, band: str) -> None:
    because = "稽查案件未结" if band == "inspection" else "纳税评估超过 90 天未结"
    cast.truth.finds("M02", cast.key(firm), cast.key(firm), band, because)
    cast.truth.finds("M02", cast.key(firm), cast.key(firm.legal_rep), band, because)


def bought(cast: Cast, person: Person, band: str, *losers: Firm) -> None:
    for firm in losers:
        because = "两户连续亏损企业的投资人购入高价住房"
        cast.truth.finds("A01", cast.key(person), cast.key(firm), band, because)
