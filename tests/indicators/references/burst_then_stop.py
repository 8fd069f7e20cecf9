"""A06: a new enterprise bursts with special invoices, then files nothing or changes hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from tests.indicators.references.county import County, Hit, Row, in_force, months_after
from tests.indicators.references.invoices_exceed_returns import VAT, effective_returns, invoices

SPECIAL = ("1130", "1140")
BANDS = ("not_filed", "zero_filed", "new_representative", "undecided")  # the strongest first


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        own = specials(county, enterprise, day)
        months = {key: list(rows) for key, rows in groupby(own, key=lambda row: month_of(row))}
        found = []
        for month, rows in months.items():
            if rows[-1]["issued_on"] < months_after(day, -12):
                continue
            before = months.get(months_after(month, -1), [])
            sure, on = burst(county, enterprise, rows, before, own[0])
            if sure is not False:
                band = stop(county, enterprise, on, day)
                if band is not None:
                    found.append((band if sure else "undecided", month, len(rows)))
        if not found:
            continue
        band, _month, pieces = min(found, key=lambda one: (BANDS.index(one[0]), one[1]))
        value = Decimal(0 if band == "undecided" else pieces)
        key = f"enterprise:{enterprise}"
        yield key, key, band, value
        for person in county.legal_reps(enterprise):
            yield key, f"person:{person}", band, value


def month_of(row: Row) -> date:
    issued: date = row["issued_on"]
    return issued.replace(day=1)


def specials(county: County, enterprise: str, day: date) -> list[Row]:
    """The special invoices that it issued while it was new, in order."""
    registered = [
        row["registered_on"]
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise and row["registered_on"] is not None
    ]
    if not registered:
        return []
    last = min(day, months_after(min(registered), 6))
    found = [
        row
        for row in invoices(county, enterprise)
        if row["kind"] in SPECIAL
        and (row["amount"] is None or row["amount"] > 0)
        and row["issued_on"] <= last
    ]
    return sorted(
        found, key=lambda row: (row["issued_on"], row["invoice_code"], row["invoice_number"])
    )


def burst(
    county: County, enterprise: str, rows: list[Row], before: list[Row], first: Row
) -> tuple[bool | None, date]:
    """Whether a month is a burst, None where that is not known, and the day of it."""
    last_on = rows[-1]["issued_on"]
    more = len(rows) - len(before)
    if more >= 10 and (not before or Decimal(more) / len(before) >= Decimal("0.3")):
        return True, last_on
    near, unclear = 0, 0
    for row in rows:
        limit = max(limits(county, enterprise, row), default=None)
        if limit is None or row["amount"] is None:
            unclear += 1
        elif row["amount"] / limit >= Decimal("0.9"):
            near += 1
    if near / len(rows) >= 0.8:
        return True, last_on
    unsure = (near + unclear) / len(rows) >= 0.8
    if rows[0] is first and (first["amount"] is None or first["amount"] > 500_000):
        quota = max(quotas(county, enterprise, first), default=None)
        if quota is None or first["amount"] is None:
            unsure = True
        elif first["amount"] / quota > Decimal("0.5"):
            return True, first["issued_on"]
    return (None if unsure else False), last_on


def in_force_for(county: County, enterprise: str, invoice: Row) -> list[Row]:
    """The quotas for special invoices on an invoice's day."""
    return [
        row
        for row in county.all("invoice_quota")
        if county.enterprise_of(row) == enterprise
        and row["invoice_kind"] in SPECIAL
        and in_force(row, invoice["issued_on"])
        and (row["in_force"] is not False or row["until"] is not None)
    ]


def limits(county: County, enterprise: str, invoice: Row) -> list[Decimal]:
    rows = in_force_for(county, enterprise, invoice)
    return [row["single_limit"] for row in rows if row["single_limit"] is not None]


def quotas(county: County, enterprise: str, invoice: Row) -> list[Decimal]:
    return [
        row["single_limit"] * row["monthly_pieces"]
        for row in in_force_for(county, enterprise, invoice)
        if row["single_limit"] is not None and row["monthly_pieces"] is not None
    ]


def stop(county: County, enterprise: str, on: date, day: date) -> str | None:
    """How it stopped after a burst on this day, `undecided`, or None when it did not."""
    returns = effective_returns(county, enterprise, day)
    own = [row for row in returns if row["period_from"] <= on <= row["period_until"]]
    due: dict[date, date] = {}
    for row in county.all("filing_duty"):
        until = row["period_until"]
        if county.enterprise_of(row) != enterprise or row["levy_item"] != VAT:
            continue
        if not row["voided"] and until >= on:
            due[until] = max(due.get(until, date.min), row["due_on"])
    filed = own or [row for row in returns if due and row["period_until"] == min(due)]
    if due and due[min(due)] < day and not filed:
        return "not_filed"
    sales = [row["sales"] for row in own]
    if own and None not in sales and sum(sales) == 0:
        return "zero_filed"
    for row in county.all("registration_change"):
        new = row["item"] == "legal_rep" and on <= row["changed_on"] <= min(day, on + timedelta(90))
        if new and county.enterprise_of(row) == enterprise:
            return "new_representative"
    return "undecided" if None in sales else None
