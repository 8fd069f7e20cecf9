"""What several stories say alike."""

from __future__ import annotations

from datetime import date

import numpy as np

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.enterprises import YANGXIN, codes
from city.forms import NONE, Bureau

SERVES = "7291"  # a service, which needs no electricity worth comparing (A07) and no goods (A05)


def loses(cast: Cast, firm: Firm, bureau: Bureau = STATE) -> None:
    for back, profit in ((2, -8_000_000), (1, -3_500_000)):
        cast.annual_return(firm, cast.day.year - back, profit, bureau=bureau)


def code_of(cast: Cast, firm: Firm) -> str:
    """The code of the business licence, also where the bureaus have an older number."""
    return codes(cast.world.dice, np.array([firm.index]), cast.day)[0]


def at_both(status: str, since: date) -> dict[Bureau, tuple[str, date]]:
    return dict.fromkeys(BOTH, (status, since))


def found(cast: Cast, indicator: str, subject: Person | Firm, band: str, because: str) -> None:
    cast.truth.finds(indicator, cast.key(subject), cast.key(subject), band, because)


def owing(cast: Cast, firm: Firm, band: str, because: str) -> None:
    """M09 for the firm; from 50,000 yuan M10 for its legal representative as well."""
    found(cast, "M09", firm, band, because)
    if band != "owing":
        found(cast, "M10", firm.legal_rep, "represents_owing", f"所任法定代表人的企业{because}")


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


def violates(
    cast: Cast,
    who: Person | Firm,
    registered: date,
    *,
    kind: str = "02",
    bureau: Bureau = LOCAL,
    stage: str = "1",
    decided: date | None = None,
    fine: int | None = None,
    paid: int | None = None,
    secured_until: date | None = None,
) -> None:
    """A violation; fine and what was paid of it in fen, secured where a day is named."""
    uuid, registration = cast.uuid(), registered_as(cast, who, bureau)
    cast.write(
        cast.world.post.to(bureau, "violation"),
        uuid, registration, kind, registered, stage, decided,
        NONE if fine is None else fine, NONE if paid is None else paid,
    )  # fmt: skip
    if secured_until:
        relieves(cast, registration, uuid, bureau, until=secured_until)


def relieves(
    cast: Cast,
    registration: str,
    document: str,
    bureau: Bureau = LOCAL,
    *,
    until: date | None = None,
) -> None:
    """A guarantee for a case or a violation."""
    cast.write(
        cast.world.post.to(bureau, "payment_relief"),
        cast.uuid(), registration, document, "1", cast.ago(30), until,
    )  # fmt: skip


def registered_as(cast: Cast, who: Person | Firm, bureau: Bureau) -> str:
    """The registration number of a firm, or a new one of a person in his own name."""
    if isinstance(who, Firm):
        return who.registration[bureau]
    first = "1" if bureau is STATE else "2"
    number = f"{first}0128{cast.serial():015d}"
    cast.write(
        cast.world.post.to(bureau, "natural_person"),
        number, who.name, who.kind, who.number, who.phone, f"{first}{YANGXIN}0100", cast.ago(300),
    )  # fmt: skip
    return number
