"""M11: abnormal vouchers that are not resolved, of who issued or received them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    registered = set(county.homes.values())
    issued: dict[str, list[Row]] = {}
    received: dict[str, list[Row]] = {}
    for row in county.all("invoice_abnormal"):
        entered = row.get("entered_on")
        if entered is None or entered > day or ended(row.get("resolved_on"), day):
            continue
        for number, rows in ((row.get("seller_id"), issued), (row.get("buyer_id"), received)):
            enterprise = county.named(number) if number else None
            if enterprise in registered:
                rows.setdefault(enterprise, []).append(row)
    for enterprise in {*issued, *received}:
        key = f"enterprise:{enterprise}"
        own, others = issued.get(enterprise, []), received.get(enterprise, [])
        vouchers = {(row["invoice_code"], row["invoice_number"]) for row in own + others}
        tax = [row.get("tax") for row in others]
        known = sum((one for one in tax if one is not None), Decimal(0))
        if own and known >= 1000:
            yield key, key, "both", Decimal(len(vouchers))
        elif own:
            yield key, key, "issuer", Decimal(len(vouchers))
        elif known >= 1000:
            yield key, key, "receiver", Decimal(len(vouchers))
        elif None in tax:
            yield key, key, "undecided", Decimal(0)
