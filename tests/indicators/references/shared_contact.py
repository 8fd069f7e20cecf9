"""M21: one person in office in many enterprises, one telephone or address of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, in_force, months_after

LIVING = {"normal", "suspended", "non_normal", "liquidation"}
# Column of a mobile, and of the person whose it is where that may be a bookkeeper's
MOBILES = (
    ("contact_phone_token", None),
    ("legal_rep_phone_token", None),
    ("finance_phone_token", "finance_officer_id"),
    ("handler_phone_token", "tax_handler_id"),
)
Numbers = dict[str, dict[str, set[str | None]]]  # telephone or address -> enterprise -> whose


def hits(county: County, day: date) -> Iterator[Hit]:
    living = {one for one in set(county.homes.values()) if lives(county, one)}
    listed, verified = registered(county, day), set(verified_in_person(county, day))
    for person in everybody(county):
        if f"person:{person}" in listed:
            continue
        many = in_many(county, person, living, day)
        if many - verified:
            value = Decimal(len(many))
            yield f"person:{person}", f"person:{person}", "offices", value
            for enterprise in many - verified:
                yield f"person:{person}", f"enterprise:{enterprise}", "offices", value
    widest: dict[str, int] = {}
    for owners in telephones(county).values():
        sharing = {one: whose for one, whose in owners.items() if one in living}
        reps = set().union(*(county.legal_reps(one) for one in sharing))
        if len(reps) >= 5 and len(set(holders(sharing))) >= 5:
            _note(widest, owners, set(sharing), listed)
    for owners in addresses(county).values():
        sharing_it = set(owners) & living
        if len(sharing_it) >= 10:
            _note(widest, owners, sharing_it, listed)
    for one in widest.keys() - verified:
        most = widest[one]
        yield f"enterprise:{one}", f"enterprise:{one}", "contacts", Decimal(most)


def in_many(county: County, person: str, living: set[str], day: date) -> set[str]:
    """The enterprises of those offices that the person holds in too many."""
    represented = county.represented_by(person) & living
    kept = {
        enterprise
        for row in county.all("registration_extension")
        if row.get("finance_officer_id") == person
        or (row.get("tax_handler_id") == person and not row.get("agent_taxpayer_id"))
        if (enterprise := county.enterprise_of(row))
    } & living
    collected = {
        enterprise
        for row in county.all("invoice_collector")
        if row.get("person_id") == person and in_force(row, day)
        if (enterprise := county.enterprise_of(row))
    } & living
    founded = {one for one in represented if is_new(county, one, day)}
    return set().union(
        represented if len(represented) >= 5 else set(),
        kept if len(kept) >= 10 else set(),
        collected if len(collected) >= 5 else set(),
        founded if len(founded) >= 3 else set(),
    )


def telephones(county: County) -> Numbers:
    """Of each number, whose it is at an enterprise; an agency's handler's is nobody's."""
    found: Numbers = {}
    for row in county.all("registration_extension"):
        enterprise = county.enterprise_of(row)
        for mobile, holder in MOBILES:
            if mobile == "handler_phone_token" and row.get("agent_taxpayer_id"):
                continue
            if enterprise and row.get(mobile):
                whose = row.get(holder) or None if holder else None
                found.setdefault(row[mobile], {}).setdefault(enterprise, set()).add(whose)
    return found


def holders(sharing: Mapping[str, set[str | None]]) -> Iterator[str]:
    """The enterprises; those that have a number from one and the same bookkeeper are one."""
    for enterprise, whose in sharing.items():
        [person] = whose if len(whose) == 1 else [None]
        yield f"keeper {person}" if person else enterprise


def addresses(county: County) -> Numbers:
    found: Numbers = {}
    for row in county.all("registration"):
        enterprise, token = county.enterprise_of(row), row.get("business_address_token")
        if enterprise and token:
            found.setdefault(token, {})[enterprise] = {None}
    return found


def _note(
    widest: dict[str, int], owners: Iterable[str], sharing: set[str], listed: set[str]
) -> None:
    """Note how many share what these owners have, unless the register names one of them."""
    if not any(f"enterprise:{one}" in listed for one in owners):
        for one in sharing:
            widest[one] = max(widest.get(one, 0), len(sharing))


def registered(county: County, day: date) -> set[str]:
    """Agencies, clusters and park operators that are in the register on this day."""
    found = set()
    for row in county.all("shared_contact_register"):
        if in_force(row, day):
            person = row["subject_kind"] == "person"
            subject = row["subject"] if person else county.named(row["subject"])
            found.add(f"{row['subject_kind']}:{subject}")
    return found


def verified_in_person(county: County, day: date) -> Iterator[str]:
    """Enterprises whose legal representative of today stood at a window for them of late."""
    for row in county.all("own_enterprise_check"):
        enterprise = county.named(row["enterprise"])
        last = months_after(row["verified_on"], 6)
        if row["counts_from"] <= day <= last and row["person"] in county.legal_reps(enterprise):
            yield enterprise


def everybody(county: County) -> set[str]:
    """All who are in office anywhere."""
    told = [row.get("legal_rep_id") for row in county.all("registration")]
    for row in county.all("registration_extension"):
        told += [row.get("finance_officer_id"), row.get("tax_handler_id")]
    told += [row.get("person_id") for row in county.all("invoice_collector")]
    return {person for person in told if person}


def lives(county: County, enterprise: str) -> bool:
    return any(
        row.get("status") in LIVING
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise
    )


def is_new(county: County, enterprise: str, day: date) -> bool:
    days = [
        row["registered_on"]
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise and row.get("registered_on")
    ]
    return bool(days) and day - timedelta(90) <= min(days) <= day
