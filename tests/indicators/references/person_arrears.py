"""M10: a person's own arrears and reconciled tax, an exit ban, or an enterprise that owes a lot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references import enterprise_arrears
from tests.indicators.references.county import County, Hit, ended

LARGE = 50_000
NOTHING = Decimal(0)


def hits(county: County, day: date) -> Iterator[Hit]:
    owed, unclear = own_arrears(county, day)
    for (person, year), rows in income_years(county).items():
        if year < 2019 or day < date(year + 1, 7, 1):
            continue
        asked_for = reconciled(rows)
        if asked_for is None:
            unclear.add(person)
        elif asked_for:
            owed[person] = owed.get(person, NOTHING) + asked_for
    represents = {
        person
        for subject, _acted_on, band, _value in enterprise_arrears.hits(county, day)
        if band in ("owing_50k", "owing_2m")
        for person in county.legal_reps(subject.partition(":")[2])
    }
    banned = {
        row["person_id"]
        for row in county.all("exit_ban")
        if row.get("valid_from") is not None
        and row["valid_from"] <= day
        and (row.get("until") is None or row["until"] >= day)
        and not ended(row.get("lifted_on"), day)
    }
    for person in owed.keys() | unclear | represents | banned:
        total = owed.get(person, NOTHING)
        if total >= LARGE:
            band = "owing_50k"
        elif person in represents:
            band = "represents_owing"
        elif person in banned:
            band = "exit_ban"
        else:
            band = "owing" if total > 0 else "undecided"
        yield f"person:{person}", f"person:{person}", band, total


def own_arrears(county: County, day: date) -> tuple[dict[str, Decimal], set[str]]:
    """What persons owe past its due day, and who owes an amount that is not told."""
    owed: dict[str, Decimal] = {}
    unclear: set[str] = set()
    for row in county.all("tax_due"):
        due, amount, paid = row.get("due_on"), row.get("amount"), row.get("paid_on")
        if row["kind"] != "tax" or due is None or due >= day or ended(paid, day):
            continue
        for person in county.registered_persons(row):
            if amount is None:
                unclear.add(person)
            elif amount > 0:
                owed[person] = owed.get(person, NOTHING) + amount
    return owed, unclear


def income_years(county: County) -> dict[tuple[str, int], list[dict[str, Decimal | None]]]:
    years: dict[tuple[str, int], list[dict[str, Decimal | None]]] = {}
    for row in county.all("personal_income"):
        amounts = {name: row.get(name) for name in ("income", "due", "paid")}
        years.setdefault((row["person_id"], row["tax_year"]), []).append(amounts)
    return years


def reconciled(rows: list[dict[str, Decimal | None]]) -> Decimal | None:
    """What a year's reconciliation still asks for; None where that hangs on what is not told.

    An amount that is not told may be nothing or a great deal: the answer is known where both give
    the same.
    """
    least, most = (
        {
            name: sum((guess if row[name] is None else row[name]) or NOTHING for row in rows)
            for name in ("income", "due", "paid")
        }
        for guess in (NOTHING, Decimal("1e12"))
    )
    certain = least["income"] > 120_000 and least["due"] - most["paid"] > 400
    possible = most["income"] > 120_000 and most["due"] - least["paid"] > 400
    if certain:
        return least["due"] - most["paid"]
    return None if possible else NOTHING
