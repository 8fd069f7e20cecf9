"""M03: what an inspection concluded, or a person's fine, not paid 15 days after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row

DUE = ("tax_due", "surcharge_due", "fine_due")
PAID = ("tax_paid", "surcharge_paid", "fine_paid")


def hits(county: County, day: date) -> Iterator[Hit]:
    unpaid: dict[str, list[Decimal | None]] = {}
    for case in county.all("inspection_case"):
        enterprise = county.enterprise_of(case)
        document = case.get("case_no") or case["case_id"]
        if (
            enterprise
            and late(case.get("served_on"), day)
            and not relieved(county, case, document, day)
        ):
            due = [case.get(name) for name in DUE]
            paid = [case.get(name) for name in PAID]
            known = None not in due + paid
            owed = sum(due, Decimal(0)) - sum(paid, Decimal(0)) if known else None
            unpaid.setdefault(f"enterprise:{enterprise}", []).append(owed)
    for record in county.all("violation"):
        if not late(record.get("decided_on"), day):
            continue
        if relieved(county, record, record["violation_id"], day):
            continue
        for person in county.registered_persons(record):
            fine, paid = record.get("fine"), record.get("fine_paid")
            owed = None if fine is None or paid is None else fine - paid
            unpaid.setdefault(f"person:{person}", []).append(owed)
    for key, amounts in unpaid.items():
        total = sum((one for one in amounts if one is not None and one > 0), Decimal(0))
        if total >= 1:
            yield key, key, "overdue", total
        elif None in amounts:
            yield key, key, "undecided", Decimal(0)


def late(since: date | None, day: date) -> bool:
    return since is not None and since + timedelta(15) < day


def relieved(county: County, row: Row, document: str, day: date) -> bool:
    """Whether a guarantee or instalments for this document are in force."""
    return any(
        (one["bureau"], one.get("document_no")) == (row["bureau"], document)
        and county.same_party(one, row)
        and (one.get("valid_from") is None or one["valid_from"] <= day)
        and (one.get("until") is None or one["until"] >= day)
        for one in county.all("payment_relief")
    )
