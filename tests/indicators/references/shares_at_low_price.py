"""A08: shares sold far below their worth, assets sold while owing, a new chair before the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, ended, months_after

ORDER = ("low_price", "unreported", "rep_changed")


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        facts: list[str] = []
        sellers: list[str] = []
        for row in county.all("equity_transfer"):
            seller = row.get("transferor_person_id")
            if seller is None or county.known(row["credit_code"]) != enterprise:
                continue
            verdict = _price(county, enterprise, row, day)
            facts += [verdict] if verdict else []
            sellers += [seller] if verdict == "low_price" else []
        facts += ["unreported"] * _unreported(county, enterprise, day)
        facts += ["rep_changed"] * _changes(county, enterprise, day)
        key = f"enterprise:{enterprise}"
        if facts:
            band = next((one for one in ORDER if one in facts), "undecided")
            yield key, key, band, Decimal(len(facts) - facts.count("undecided"))
        for seller in set(sellers):
            yield key, f"person:{seller}", "low_price", Decimal(sellers.count(seller))


def _recent(when: date | None, day: date) -> bool:
    return when is not None and months_after(day, -36) <= when <= day


def _price(county: County, enterprise: str, row: Row, day: date) -> str:
    """What one transfer by a person comes to; "" when there is nothing to say."""
    if not _recent(row.get("transferred_on"), day) or row.get("kinship") not in (None, "none"):
        return ""
    price = row.get("price")
    share, net = row.get("share"), _net_assets(county, enterprise, row["transferred_on"], day)
    least = None if share is None or net is None else share * net * Decimal("0.8")
    if ended(row.get("taxed_on"), day) and row.get("taxed_price") is not None:
        taxed = row["taxed_price"]
        if least is not None and taxed >= least:
            return ""
        price = None if price is None else max(price, taxed)
    if price is None:
        return "undecided"
    if price <= 1:
        return "low_price"
    if least is None:
        return "undecided"
    return "low_price" if price < least else ""


def _net_assets(county: County, enterprise: str, sold: date, day: date) -> Decimal | None:
    """Of the two years before, the newer that has a balance sheet; of it the one filed last."""
    for year in (sold.year - 1, sold.year - 2):
        sheets = [
            row
            for row in county.all("balance_sheet")
            if county.enterprise_of(row) == enterprise
            and row["report_year"] == year
            and ended(row.get("filed_on"), day)
        ]
        if sheets:
            sheets.sort(key=lambda row: str(row["report_id"]))
            sheets.sort(key=lambda row: (row["filed_on"], str(row["bureau"])), reverse=True)
            net: Decimal | None = sheets[0].get("net_assets")
            return net
    return None


def _unreported(county: County, enterprise: str, day: date) -> int:
    sold = [
        row.get("transferred_on")
        for table, seller in (
            ("equity_transfer", "transferor_taxpayer_id"),
            ("property_transfer", "seller_id"),
        )
        for row in county.all(table)
        if row.get(seller) and county.known(row[seller]) == enterprise
    ]
    return sum(
        1
        for when in sold
        if when is not None
        and _recent(when, day)
        and _owed(county, enterprise, when) >= 50_000
        and not any(
            county.enterprise_of(row) == enterprise
            and row.get("reported_on") is not None
            and months_after(when, -12) <= row["reported_on"] <= when
            for row in county.all("disposal_report")
        )
    )


def _owed(county: County, enterprise: str, day: date) -> Decimal:
    """Tax past its due day and unpaid on that day."""
    return sum(
        (
            row["amount"]
            for row in county.all("tax_due")
            if county.enterprise_of(row) == enterprise
            and row["kind"] == "tax"
            and row.get("due_on") is not None
            and row["due_on"] < day
            and (row.get("amount") or 0) > 0
            and not ended(row.get("paid_on"), day)
        ),
        Decimal(0),
    )


def _changes(county: County, enterprise: str, day: date) -> int:
    """Changes of the representative within 90 days, where something is open."""
    if not (_owed(county, enterprise, day) or _is_open(county, enterprise, day)):
        return 0
    return sum(
        1
        for row in county.all("market_change")
        if row.get("item") == "legal_rep"
        and county.known(row["credit_code"]) == enterprise
        and row.get("changed_on") is not None
        and day - timedelta(90) <= row["changed_on"] <= day
    )


def _is_open(county: County, enterprise: str, day: date) -> bool:
    for table, begin, end in (
        ("inspection_case", "filed_on", "closed_on"),
        ("lost_contact", "found_on", "lifted_on"),
    ):
        for row in county.all(table):
            own = county.enterprise_of(row) == enterprise
            if own and ended(row.get(begin), day) and not ended(row.get(end), day):
                return True
    return any(
        f"enterprise:{enterprise}" in county.parties(row)
        and row.get("kind") is not None
        and row.get("stage") in ("registered", "decided")
        and ended(row.get("registered_on"), day)
        for row in county.all("violation")
    )
