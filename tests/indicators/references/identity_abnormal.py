"""M20: a person whose identity the police, the halls or he himself put in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, in_force, months_after

SHOWN = ("card_read", "matched", "mismatched", "by_hand", "reverified")
MIDNIGHT = 24 * 60 * 60


def hits(county: County, day: date) -> Iterator[Hit]:
    own = [e | {"person_id": e["person"]} for e in county.all("own_identity_event")]
    told = [e for e in (*county.all("identity_event"), *own) if e.get("happened_on")]
    told = [e for e in told if e["happened_on"] <= day]
    cards = county.all("police_identity")
    for person in {r["person_id"] for r in [*told, *cards] if r.get("person_id")}:
        own = [event for event in told if event["person_id"] == person]
        grounds = [
            any(_bad_card(card, day) for card in cards if card["person_id"] == person),
            _mismatches(own, day) >= 3,
            _two_halls(own),
            _appeal_open(own),
        ]
        key = f"person:{person}"
        if any(grounds):
            value = Decimal(sum(grounds))
            yield key, key, "unverified", value
            roles: dict[str, set[str]] = {}
            for role, enterprise in _roles(county, person, day):
                roles.setdefault(enterprise, set()).add(role)
            for enterprise, held in roles.items():
                band = "investor_unverified" if held == {"06"} else "unverified"
                yield key, f"enterprise:{enterprise}", band, value
        else:
            templates = [e["happened_on"] for e in own if e["kind"] == "template"]
            if templates and max(templates) < months_after(day, -60):
                yield key, key, "template_old", Decimal(1)


def _bad_card(card: Row, day: date) -> bool:
    valid_to = card.get("valid_to")
    return card.get("state") in ("lost", "cancelled", "expired", "dead") or (
        valid_to is not None and valid_to < day
    )


def _second(event: Row) -> int | None:
    second = event.get("second")
    return second if second is not None and 0 <= second < MIDNIGHT else None


def _stands(event: Row, own: list[Row]) -> bool:
    """Whether no two officers verified the person at that time or later."""
    for other in own:
        if other["kind"] != "reverified":
            continue
        if other["happened_on"] > event["happened_on"]:
            return False
        if other["happened_on"] == event["happened_on"]:
            mine, theirs = _second(event), _second(other)
            if mine is None or theirs is None or theirs >= mine:
                return False
    return True


def _mismatches(own: list[Row], day: date) -> int:
    since = day - timedelta(30)
    return sum(
        event["kind"] == "mismatched" and event["happened_on"] >= since and _stands(event, own)
        for event in own
    )


def _two_halls(own: list[Row]) -> bool:
    shown = [e for e in own if e["kind"] in SHOWN and e.get("hall") and _second(e) is not None]
    for first in shown:
        for later in shown:
            apart = (later["happened_on"] - first["happened_on"]).days * MIDNIGHT
            apart += (_second(later) or 0) - (_second(first) or 0)
            if later["hall"] != first["hall"] and 0 <= apart <= 600 and _stands(later, own):
                return True
    return False


def _appeal_open(own: list[Row]) -> bool:
    closed = {e.get("appeal_no") for e in own if e["kind"] == "appeal_closed"} - {None, ""}
    return any(e["kind"] == "appeal_opened" and e.get("appeal_no") not in closed for e in own)


def _roles(county: County, person: str, day: date) -> Iterator[tuple[str, str]]:
    for represented in county.represented_by(person):
        yield "01", represented
    for table, column, role in (
        ("registration_extension", "finance_officer_id", "02"),
        ("registration_extension", "tax_handler_id", "03"),
        ("invoice_collector", "person_id", "04"),
        ("investment", "investor_person_id", "06"),
        ("responsible_person", "person_id", ""),
    ):
        for row in county.all(table):
            enterprise = county.enterprise_of(row)
            held = role or row["role"]
            if row.get(column) != person or not enterprise or not in_force(row, day):
                continue
            if held in ("01", "02", "03", "04", "06"):
                yield held, enterprise
