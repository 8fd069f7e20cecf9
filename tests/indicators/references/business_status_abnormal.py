"""M19: gone or moved out in the market while taxed as normal, or in a list of market regulation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended

BETTER_FIRST = ("active", "moved_out")


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        key = f"enterprise:{enterprise}"
        status = _status(county, enterprise, day)
        lists = _lists(county, enterprise, day)
        taxed = {
            row.get("status")
            for row in county.all("registration")
            if county.enterprise_of(row) == enterprise
        }
        abnormal = status not in (None, "active")
        facts = Decimal(len(lists) + (abnormal and "normal" in taxed))
        if abnormal and status != "moved_out" and "normal" in taxed:
            yield key, key, "ended", facts
        elif "impersonation" in lists:
            yield key, key, "impersonated", facts
        elif lists:
            yield key, key, "listed", facts
        elif abnormal and "normal" in taxed:
            yield key, key, "moved_out", facts
        elif abnormal and None in taxed:
            yield key, key, "undecided", facts


def _status(county: County, enterprise: str, day: date) -> str | None:
    """The status of the latest day, on one day the better one."""
    said = []
    for row in county.all("market_registration"):
        since = row.get("status_on") or date.min
        if county.known(row["credit_code"]) == enterprise and since <= day:
            said.append((since, row["status"]))
    if not said:
        return None
    last = {status for since, status in said if since == max(said)[0]}
    return next((status for status in BETTER_FIRST if status in last), "gone")


def _lists(county: County, enterprise: str, day: date) -> list[str]:
    found = []
    for row in county.all("market_listing"):
        entered, kind = row["entered_on"], row["list_kind"]
        if county.known(row["credit_code"]) != enterprise or entered > day:
            continue
        long = day - entered > timedelta(days=90)
        if not ended(row.get("removed_on"), day) and (kind != "abnormal" or long):
            found.append(kind)
    return found
