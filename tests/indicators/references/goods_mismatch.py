"""A05: traders whose goods sold and bought do not match, and single large invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.indicators.references.county import County, Hit, Row, months_after

DEAD = ("deregistered", "non_normal_deregistered")
HIGH = Fraction(7, 5)


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        division = industry_of(county, enterprise)[:2]
        builds = division in ("47", "48", "49", "50")
        if division and not builds and division not in ("51", "52"):
            continue
        excesses, unknown = singles(county, enterprise, day, 3_000_000 if builds else 1_000_000)
        if not builds:
            for compare in (categories, ratio):
                excess, missing = compare(county, enterprise, day)
                excesses += excess
                unknown |= missing
        key, strongest = f"enterprise:{enterprise}", max(excesses, default=None)
        if strongest is not None and division:
            score = min(Fraction(100), 50 * strongest)
            band = "high" if strongest >= HIGH else "normal"
            yield key, key, band, Decimal(score.numerator) / Decimal(score.denominator)
        elif strongest is not None or (unknown and division):
            yield key, key, "undecided", Decimal(0)


def industry_of(county: County, enterprise: str) -> str:
    """The industry of the registration that speaks for it: living, changed last, the state's."""
    own = [row for row in county.all("registration") if county.enterprise_of(row) == enterprise]
    own.sort(key=lambda row: row["registration_id"])
    own.sort(key=lambda row: row["bureau"], reverse=True)
    own.sort(key=lambda row: row.get("status_changed_on") or date.min, reverse=True)
    own.sort(key=lambda row: row.get("status") in DEAD)
    return next((row["industry"] for row in own if row.get("industry")), "")


def categories(county: County, enterprise: str, day: date) -> tuple[list[Fraction], bool]:
    """How far the goods sold without any input in twelve months are over share and amount."""
    sold: dict[str, Decimal] = defaultdict(Decimal)
    bought: dict[str, Decimal] = defaultdict(Decimal)
    surely_bought, unknown = set(), False
    for side, code, amount in goods(county, enterprise, day, 12):
        category = code[:5]
        if len(code) < 7:
            category, unknown = "", True
        if side == "sold" and amount is None:
            unknown = True
        if side == "bought" and amount is None:
            surely_bought.add(category)
        (sold if side == "sold" else bought)[category] += amount or 0
    if unknown:
        return [], True
    total = sum(sold.values(), Decimal(0))
    alone = sum(
        (
            amount
            for category, amount in sold.items()
            if category[0] == "1"
            and amount > 0
            and bought[category] <= 0
            and category not in surely_bought
        ),
        Decimal(0),
    )
    if total <= 0 or alone < 500_000 or 2 * alone < total:
        return [], False
    return [min(Fraction(2 * alone) / Fraction(total), Fraction(alone) / 500_000)], False


def ratio(county: County, enterprise: str, day: date) -> tuple[list[Fraction], bool]:
    """How far input of six months is below three tenths or above three times of output."""
    sums = {"sold": Fraction(0), "bought": Fraction(0)}
    for side, _, amount in goods(county, enterprise, day, 6):
        if amount is None:
            return [], True
        sums[side] += Fraction(amount)
    sold, bought = sums["sold"], sums["bought"]
    if sold <= 0:
        return [], bought > 0
    if bought <= 0:
        return [Fraction(100)], False
    if bought < sold * Fraction(3, 10):
        return [sold * Fraction(3, 10) / bought], False
    return ([bought / (3 * sold)] if bought > 3 * sold else []), False


def singles(county: County, enterprise: str, day: date, limit: int) -> tuple[list[Fraction], bool]:
    """How far single invoices are over the limit, and whether one has no amount."""
    first = months_after(day.replace(day=1), -6)
    amounts = [
        row.get("amount")
        for row in county.all("invoice")
        if row.get("seller_id")
        and county.known(row["seller_id"]) == enterprise
        and row.get("issued_on")
        and first <= row["issued_on"] <= day
        and row.get("state") not in ("void", "reversed")
    ]
    known = [amount for amount in amounts if amount is not None]
    return [Fraction(a) / limit for a in known if a >= limit], None in amounts


def goods(
    county: County, enterprise: str, day: date, months: int
) -> Iterator[tuple[str, str, Decimal | None]]:
    """Side, goods code and amount of all that was sold and bought in whole months before."""
    until = day.replace(day=1)
    for row in county.all("invoice"):
        issued = row.get("issued_on")
        if row.get("state") == "void" or not issued:
            continue
        if not months_after(until, -months) <= issued < until:
            continue
        for side, party in (("sold", "seller_id"), ("bought", "buyer_id")):
            if not row.get(party) or county.known(row[party]) != enterprise:
                continue
            lines = [line for line in county.all("invoice_line") if belongs(line, row, party)]
            for line in lines or [row]:
                yield side, line.get("goods_code") or "", line.get("amount")


def belongs(line: Row, invoice: Row, party: str) -> bool:
    columns = ("invoice_code", "invoice_number", party)
    return all(line.get(column) == invoice.get(column) for column in columns)
