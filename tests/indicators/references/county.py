"""The rows of the lake as the references read them, and the rules of who is who."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from chengxin.core.identifiers import organisation_check_character

Row = Mapping[str, Any]
Hit = tuple[str, str, str, Decimal]  # subject, acted on, band, value


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


class County:
    """Rows of the lake, and which registrations are one enterprise."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = {**rows, "filing": [_filed(row) for row in rows.get("filing", [])]}
        self.homes = self._homes()

    def all(self, table: str) -> Sequence[Row]:
        return self._rows.get(table, [])

    # who is who

    def _homes(self) -> dict[tuple[str, str], str]:
        """(bureau, registration) -> enterprise, by joining what must be one step by step."""
        groups = [_Group([row]) for row in self.all("registration")]
        groups = _joined(groups, lambda one, other: bool(one.credits & other.credits))
        for rule in (_same_number, _same_organisation_as_a_credit_code, _same_organisation):
            groups = _settled(groups, rule)
        return {
            (row["bureau"], row["registration_id"]): group.name
            for group in groups
            for row in group.rows
        }

    def enterprise_of(self, row: Row) -> str | None:
        return self.homes.get((row["bureau"], row["registration_id"]))

    def named(self, number: str) -> str:
        """The enterprise that police or officers mean by a number; the number where none is."""
        return self.known(number) or number

    def known(self, number: str) -> str | None:
        """The only enterprise that a number can mean."""
        exact, alike = set(), set()
        for row in self.all("registration"):
            home = self.homes[row["bureau"], row["registration_id"]]
            numbers = {row.get("credit_code"), row.get("taxpayer_id"), home} - {None, ""}
            if number in numbers:
                exact.add(home)
            if organisation(number) and organisation(number) in map(organisation, numbers):
                alike.add(home)
        found = exact or alike
        return found.pop() if len(found) == 1 else None

    def registered_persons(self, row: Row) -> set[str]:
        """The natural persons under the row's registration."""
        own = (row["bureau"], row["registration_id"])
        return {
            one["person_id"]
            for one in self.all("natural_person")
            if (one["bureau"], one["registration_id"]) == own
        }

    def parties(self, row: Row) -> set[str]:
        """Whom the row's registration is: an enterprise, a natural person."""
        enterprise = self.enterprise_of(row)
        found = {f"person:{person}" for person in self.registered_persons(row)}
        return found | ({f"enterprise:{enterprise}"} if enterprise else set())

    def same_party(self, one: Row, other: Row) -> bool:
        return bool(self.parties(one) & self.parties(other))

    # who has which role

    def legal_reps(self, enterprise: str) -> set[str]:
        return {
            row["legal_rep_id"]
            for row in self.all("registration")
            if self.enterprise_of(row) == enterprise and row.get("legal_rep_id")
        }

    def represented_by(self, person: str) -> set[str]:
        found = {
            self.enterprise_of(row)
            for row in self.all("registration")
            if row.get("legal_rep_id") == person
        }
        return {enterprise for enterprise in found if enterprise}

    def named_by_documents(self, enterprise: str, role: str, day: date) -> set[str]:
        """Whom case documents name as directly responsible (13) or as controller (09) on a day."""
        return {
            row["person_id"]
            for row in self.all("responsible_person")
            if self.enterprise_of(row) == enterprise and row["role"] == role and in_force(row, day)
        }

    def invested_by(self, person: str, least: Decimal | None, day: date) -> set[str]:
        """Where he holds so much; with None any share, an unknown one too."""
        found = set()
        for row in self.all("investment"):
            if row.get("investor_person_id") != person:
                continue
            enough = least is None or (row.get("share") is not None and row["share"] >= least)
            if enough and in_force(row, day):
                found.add(self.enterprise_of(row))
        return {enterprise for enterprise in found if enterprise}

    # what was declared

    def newest_annual_returns(self, enterprise: str, day: date) -> list[Row]:
        """Of the two newest tax years of the last three; of each what was filed last."""
        newest: dict[int, Row] = {}
        for row in self.all("cit_year"):
            if self.enterprise_of(row) != enterprise or row.get("filed_on") is None:
                continue
            if row["filed_on"] > day or row["tax_year"] < day.year - 3:
                continue
            other = newest.get(row["tax_year"])
            if other is None or _return_order(row) < _return_order(other):
                newest[row["tax_year"]] = row
        return [newest[year] for year in sorted(newest, reverse=True)[:2]]


class _Group:
    """Registrations that are known to be one enterprise."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.credits = {credit for row in rows if (credit := credit_of(row))}
        self.numbers = {row["taxpayer_id"] for row in rows if row.get("taxpayer_id")}

    @property
    def name(self) -> str:
        lone = f"R{self.rows[0]['registration_id']}"
        return min(self.credits or self.numbers or {lone})


def credit_of(row: Row) -> str | None:
    if row.get("credit_code"):
        return str(row["credit_code"])
    number = row.get("taxpayer_id") or ""
    return number if len(number) == 18 else None


def organisation(number: str | None) -> str | None:
    """The organisation code inside a credit code or a 15-digit taxpayer number."""
    if number and len(number) == 18:
        return number[8:17]
    if number and len(number) == 15:
        return number[6:]
    return None


def _joined(groups: list[_Group], alike: Callable[[_Group, _Group], bool]) -> list[_Group]:
    """Join groups for as long as two of them are alike."""
    for place, one in enumerate(groups):
        for other in groups[place + 1 :]:
            if alike(one, other):
                rest = [group for group in groups if group is not one and group is not other]
                return _joined([*rest, _Group(one.rows + other.rows)], alike)
    return groups


def _settled(
    groups: list[_Group], rule: Callable[[_Group, list[_Group]], list[_Group]]
) -> list[_Group]:
    """Let every group without a credit code look for its own by one rule, all at once.

    Groups that find the same one join it; those that find two stay where they are; those that
    only find each other become one.
    """
    with_credit = [group for group in groups if group.credits]
    without = [group for group in groups if not group.credits]
    found = {id(group): rule(group, groups) for group in without}
    joined: list[_Group] = []
    for home in with_credit:
        rows = list(home.rows)
        for group in without:
            if found[id(group)] == [home]:
                rows += group.rows
        joined.append(_Group(rows))
    left = [group for group in without if len(found[id(group)]) != 1]
    return joined + (
        _joined(left, lambda one, other: bool(one.numbers & other.numbers))
        if rule is _same_number
        else _joined(left, _one_family)
        if rule is _same_organisation
        else left
    )


def _same_number(group: _Group, groups: list[_Group]) -> list[_Group]:
    return [one for one in groups if one.credits and one.numbers & group.numbers]


def _same_organisation_as_a_credit_code(group: _Group, groups: list[_Group]) -> list[_Group]:
    codes = {organisation(number) for number in group.numbers} - {None}
    return [one for one in groups if {organisation(credit) for credit in one.credits} & codes]


def _same_organisation(group: _Group, groups: list[_Group]) -> list[_Group]:
    """Those with a credit code among whose numbers one is of the same organisation.

    A number that stands under two credit codes is nobody's and proves nothing.
    """
    codes = {organisation(number) for number in group.numbers}
    return [
        one
        for one in groups
        if one.credits
        and any(
            organisation(number) in codes and _stands_under(number, groups) == 1
            for number in one.numbers
            if len(number) == 15 and is_organisation(organisation(number))
        )
    ]


def _one_family(one: _Group, other: _Group) -> bool:
    codes = {organisation(number) for number in one.numbers if len(number) == 15}
    others = {organisation(number) for number in other.numbers if len(number) == 15}
    return any(is_organisation(code) for code in codes & others)


def _stands_under(number: str, groups: list[_Group]) -> int:
    return sum(1 for group in groups if group.credits and number in group.numbers)


def is_organisation(code: str | None) -> bool:
    return (
        code is not None
        and all(c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for c in code)
        and organisation_check_character(code[:8]) == code[8]
    )


def _return_order(row: Row) -> tuple[timedelta, bool, str]:
    """Filed last first; of one day the state bureau's; then by registration."""
    return date.max - row["filed_on"], row["bureau"] != "state", row["registration_id"]


def _filed(row: Row) -> Row:
    """A return; one whose day is not told was filed by the day on which it was delivered."""
    return row if row["filed_on"] else {**row, "filed_on": row["delivered_on"]}


def ended(when: date | None, day: date) -> bool:
    return when is not None and when <= day


def in_force(row: Row, day: date) -> bool:
    """Whether a role holds on a day; its last day is included, an empty end is open."""
    begun = row.get("valid_from") is None or row["valid_from"] <= day
    return begun and (row.get("until") is None or row["until"] >= day)
