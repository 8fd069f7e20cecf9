"""A09: small-scale taxpayers tied to each other that sell too much together, or a circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from tests.indicators.references.county import County, Hit, Row, in_force, months_after
from tests.indicators.references.linked_enterprise import is_gone

LIMIT, NEAR = Decimal(5_000_000), Decimal(4_500_000)
FEWEST, MOST, TIES_IN_A_ROW = 3, 50, 4
CIRCLE, CIRCLE_DAYS, SPREAD = Decimal(500_000), 90, Decimal("0.2")


def hits(county: County, day: date) -> Iterator[Hit]:
    bands = dict(circles(county, day))
    sales = {one: sold for one in small(county, day) if (sold := sold_in_a_year(county, one, day))}
    known = {
        one: total for one, (total, unknown) in sales.items() if not unknown and 0 < total < LIMIT
    }
    near = {one for one, total in known.items() if total >= NEAR}
    ties = {one: tied_by(county, one, day) for one in sales}
    for one, (total, unknown) in sales.items():
        if unknown and total < LIMIT and any(ties[one] & ties[other] for other in near):
            bands.setdefault(one, ("undecided", Decimal(0)))
    for one in known:
        group = {one}
        for _tie in range(TIES_IN_A_ROW):
            group |= {
                other
                for other in known
                if any(ties[other] & ties[member] and {other, member} & near for member in group)
            }
        together = sum((known[member] for member in group), Decimal(0))
        if FEWEST <= len(group) <= MOST and len(group & near) >= 2 and together >= LIMIT:
            bands[one] = "split", together
    for one, (band, value) in bands.items():
        yield f"enterprise:{one}", f"enterprise:{one}", band, value


def small(county: County, day: date) -> set[str]:
    """The living enterprises that are no general taxpayer on the day."""
    return {
        one
        for one in county.homes.values()
        if not is_gone(county, one) and not is_general(county, one, day)
    }


def is_general(county: County, enterprise: str, day: date) -> bool:
    return any(
        county.enterprise_of(row) == enterprise
        and row["kind"] in ("general", "guided")
        and not row.get("voided")
        and in_force(row, day)
        for row in county.all("qualification")
    )


def sold_in_a_year(county: County, enterprise: str, day: date) -> tuple[Decimal, bool] | None:
    """What it declared for VAT in twelve months as a small-scale taxpayer, and whether a return
    does not say; None without a return."""
    newest: dict[tuple[str, str, date, date], Row] = {}
    for row in county.all("filing"):
        if (
            county.enterprise_of(row) != enterprise
            or row["levy_item"] != "10101"
            or row["voided"]
            or row["filed_on"] is None
            or row["filed_on"] > day
            or not months_after(day, -12) < row["period_until"] <= day
            or is_general(county, enterprise, row["period_until"])
        ):
            continue
        period = row["bureau"], row["registration_id"], row["period_from"], row["period_until"]
        other = newest.get(period)
        if other is None or _later(row) > _later(other):
            newest[period] = row
    sales = [row["sales"] for row in newest.values()]
    if not sales:
        return None
    return sum((one for one in sales if one is not None), Decimal(0)), None in sales


def _later(row: Row) -> tuple[date, str]:
    return row["filed_on"], row["filing_id"]


def tied_by(county: County, enterprise: str, day: date) -> set[str]:
    """Its 01, 06, 09 and tax handlers, its telephones and addresses; no agency's."""
    found = {f"person {one}" for one in county.legal_reps(enterprise)}
    found |= {f"person {one}" for one in county.named_by_documents(enterprise, "09", day)}
    for row in county.all("investment"):
        if county.enterprise_of(row) == enterprise and in_force(row, day):
            found.add(f"person {row.get('investor_person_id')}")
    for row in county.all("registration_extension"):
        if county.enterprise_of(row) != enterprise:
            continue
        own = ["contact_phone_token", "legal_rep_phone_token", "finance_phone_token"]
        if not row.get("agent_taxpayer_id"):
            found.add(f"person {row.get('tax_handler_id')}")
            own.append("handler_phone_token")
        found |= {f"phone {row.get(column)}" for column in own}
    for row in county.all("registration"):
        if county.enterprise_of(row) == enterprise:
            found.add(f"address {row.get('business_address_token')}")
    return {one for one in found if one.partition(" ")[2] not in ("", "None")}


def circles(county: County, day: date) -> Iterator[tuple[str, tuple[str, Decimal]]]:
    """Who is in a circle of three, with the largest one; undecided before hit."""
    pairs: dict[tuple[str | None, ...], list[Row]] = {}
    for row in county.all("invoice"):
        if row["seller_id"] and row["buyer_id"] and row["issued_on"] and row["state"] != "void":
            pair = county.known(row["seller_id"]), county.known(row["buyer_id"])
            if None not in pair:
                pairs.setdefault(pair, []).append(row)
    largest: dict[str, Decimal] = {}
    for one, two, three in permutations(sorted({seller for seller, _buyer in pairs}), 3):
        sides = [pairs.get(pair, []) for pair in ((one, two), (two, three), (three, one))]
        amount = _largest(sides, day) if all(map(_is_trade, sides)) else None
        if amount is not None:
            largest[one] = max(largest.get(one, amount), amount)
    for enterprise, amount in largest.items():
        yield enterprise, ("circular" if amount else "undecided", amount)


def _is_trade(rows: list[Row]) -> bool:
    """Whether one sold to another for 20,000 yuan in all, what was taken back at once left out."""
    days: dict[date, Decimal] = {}
    for row in rows:
        days[row["issued_on"]] = days.get(row["issued_on"], Decimal(0)) + (row["amount"] or 0)
    unknown = any(row["amount"] is None for row in rows)
    return unknown or sum(amount for amount in days.values() if amount > 0) >= 20_000


def _largest(sides: list[list[Row]], day: date) -> Decimal | None:
    """The greatest sum of a circle in ninety days from one of its invoices on.

    None for no circle, 0 for one of which an amount is not known.
    """
    found: Decimal | None = None
    year = [
        [row for row in rows if months_after(day, -12) <= row["issued_on"] <= day] for rows in sides
    ]
    for start in {row["issued_on"] for rows in year for row in rows}:
        within = [
            [
                row["amount"]
                for row in rows
                if start <= row["issued_on"] < start + timedelta(CIRCLE_DAYS)
            ]
            for rows in year
        ]
        if not all(within):
            continue
        if any(amount is None for amounts in within for amount in amounts):
            found = found or Decimal(0)
            continue
        sums = [sum(amounts, Decimal(0)) for amounts in within]
        alike = min(sums) > 0 and max(sums) - min(sums) <= SPREAD * max(sums)
        if alike and sum(sums) >= CIRCLE:
            found = max(found or Decimal(0), sum(sums, Decimal(0)))
    return found
