"""Each indicator once more, slow and obvious, over the rows of the lake.

Written from the domain facts (section 4), their readings and the rules of who is who, row by row
and without looking at the SQL, so that two people would have to make the same mistake.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from chengxin.core.identifiers import organisation_check_character

Row = Mapping[str, Any]
Hit = tuple[str, str, str, Decimal]  # subject, acted on, band, value

TAX_CRIMES = {str(n) for n in range(201, 213)} | {"205-1", "210-1"}
OVER = {"withdrawn", "not_prosecuted", "executed"}


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


class County:
    """Rows of the lake, and which registrations are one enterprise."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = rows
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
        exact, alike = set(), set()
        for row in self.all("registration"):
            home = self.homes[row["bureau"], row["registration_id"]]
            numbers = {row.get("credit_code"), row.get("taxpayer_id"), home} - {None, ""}
            if number in numbers:
                exact.add(home)
            if organisation(number) and organisation(number) in map(organisation, numbers):
                alike.add(home)
        found = exact or alike
        return found.pop() if len(found) == 1 else number

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

    def invested_by(self, person: str, least: Decimal, day: date) -> set[str]:
        found = set()
        for row in self.all("investment"):
            if row.get("investor_person_id") != person or row.get("share") is None:
                continue
            begun = row.get("valid_from") is None or row["valid_from"] <= day
            lasts = row.get("until") is None or row["until"] >= day
            if row["share"] >= least and begun and lasts:
                found.add(self.enterprise_of(row))
        return {enterprise for enterprise in found if enterprise}


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


# the six indicators


def police_case_filed(county: County, day: date) -> Iterator[Hit]:
    """M01: any case of a tax crime, filed and not ended."""
    cases: dict[str, set[str]] = {}
    for row in county.all("police_case"):
        ended = row.get("ended_on") or (row["delivered_on"] if row.get("stage") in OVER else None)
        filed = row.get("filed_on")
        if row.get("crime") not in TAX_CRIMES or filed is None or filed > day:
            continue
        if ended is not None and ended <= day:
            continue
        person = row["subject_kind"] == "person"
        key = f"person:{row['subject']}" if person else f"enterprise:{county.named(row['subject'])}"
        cases.setdefault(key, set()).add(row["case_no"])
    for key, numbers in cases.items():
        kind, _, subject = key.partition(":")
        yield key, key, "filed", Decimal(len(numbers))
        if kind == "person":
            for enterprise in county.represented_by(subject):
                yield key, f"enterprise:{enterprise}", "filed", Decimal(len(numbers))


def inspection_open(county: County, day: date) -> Iterator[Hit]:
    """M02: an inspection not closed, or an assessment open for more than 90 days."""
    inspections: dict[str, int] = {}
    assessments: dict[str, int] = {}
    for row in county.all("inspection_case"):
        enterprise, filed = county.enterprise_of(row), row.get("filed_on")
        if enterprise and filed and filed <= day and not _ended(row.get("closed_on"), day):
            inspections[enterprise] = inspections.get(enterprise, 0) + 1
    for row in county.all("assessment_case"):
        enterprise, started = county.enterprise_of(row), row.get("started_on")
        late = started is not None and (day - started).days > 90
        if enterprise and late and not _ended(row.get("ended_on"), day):
            assessments[enterprise] = assessments.get(enterprise, 0) + 1
    for enterprise in {*inspections, *assessments}:
        band = "inspection" if enterprise in inspections else "assessment"
        cases = Decimal(inspections.get(enterprise, 0) + assessments.get(enterprise, 0))
        key = f"enterprise:{enterprise}"
        yield key, key, band, cases
        for person in county.legal_reps(enterprise):
            yield key, f"person:{person}", band, cases


def non_normal_household(county: County, day: date) -> Iterator[Hit]:
    """M07: for each registration the newest word, of its status or of its records."""
    non_normal: dict[str, int] = {}
    for registration in county.all("registration"):
        changed = registration.get("status_changed_on")
        is_05 = registration.get("status") == "non_normal" and not (changed and changed > day)
        words = [((registration["delivered_on"], changed or date.min), is_05)]
        for record in county.all("non_normal"):
            own = (record["bureau"], record["registration_id"])
            determined, lifted = record.get("determined_on"), record.get("lifted_on")
            if own != (registration["bureau"], registration["registration_id"]):
                continue
            if determined is None or determined > day:
                continue
            if lifted is not None and lifted <= day:
                words.append(((record["delivered_on"], lifted), False))
            else:
                words.append(((record["delivered_on"], determined), True))
        newest = max(when for when, _ in words)
        if any(word for when, word in words if when == newest):
            enterprise = county.enterprise_of(registration)
            assert enterprise
            non_normal[enterprise] = non_normal.get(enterprise, 0) + 1
    for enterprise, registrations in non_normal.items():
        key = f"enterprise:{enterprise}"
        yield key, key, "non_normal", Decimal(registrations)


def enterprise_arrears(county: County, day: date) -> Iterator[Hit]:
    """M09: tax past its due day and not paid, over both bureaus."""
    owed: dict[str, Decimal] = {}
    for row in county.all("tax_due"):
        enterprise, due, amount = county.enterprise_of(row), row.get("due_on"), row.get("amount")
        if enterprise is None or row["kind"] != "tax" or due is None or amount is None:
            continue
        if due < day and amount > 0 and not _ended(row.get("paid_on"), day):
            owed[enterprise] = owed.get(enterprise, Decimal(0)) + amount
    for enterprise, amount in owed.items():
        band = "owing"
        if amount >= 50_000:
            band = "owing_50k"
        if amount >= 2_000_000:
            band = "owing_2m"
        yield f"enterprise:{enterprise}", f"enterprise:{enterprise}", band, amount


def key_watch(county: County, day: date) -> Iterator[Hit]:
    """M15: an entry in force, approved by a second officer, for twelve months at most."""
    entries: dict[str, int] = {}
    for row in county.all("watch"):
        begun, until = row.get("valid_from"), row.get("until")
        officer, second = row.get("officer"), row.get("second_officer")
        if begun is None or officer is None or second is None or officer == second:
            continue
        last = min(until or date.max, months_after(begun, 12))
        if begun <= day <= last:
            person = row["subject_kind"] == "person"
            subject = row["subject"] if person else county.named(row["subject"])
            key = f"{row['subject_kind']}:{subject}"
            entries[key] = entries.get(key, 0) + 1
    for key, count in entries.items():
        yield key, key, "watched", Decimal(count)


def losing_investor_buys_home(county: County, day: date) -> Iterator[Hit]:
    """A01: who stands behind two losing enterprises and buys a home beyond his income."""
    losing = {enterprise for enterprise in county.homes.values() if _loses(county, enterprise, day)}
    for person in {row["person_id"] for row in county.all("home_contract")}:
        behind = county.represented_by(person) | county.invested_by(person, Decimal("0.1"), day)
        if len(behind & losing) < 2:
            continue
        price = max(_home_prices(county, person, day), default=Decimal(0))
        if price < 1_000_000:
            continue
        incomes = [
            row.get("income")
            for row in county.all("personal_income")
            if row["person_id"] == person and day.year - 3 <= row["tax_year"] <= day.year - 1
        ]
        known = sum((income for income in incomes if income is not None), Decimal(0))
        if incomes and price < 3 * known:
            continue
        if not incomes or None in incomes:
            band, score = "undecided", Decimal(0)
        else:
            excess = price / 1_000_000
            if known > 0:
                excess = min(excess, price / (3 * known))
            score = min(Decimal(100), 50 * excess)
            band = "high" if score >= 70 else "normal"
        for enterprise in behind & losing:
            yield f"person:{person}", f"enterprise:{enterprise}", band, score


def _loses(county: County, enterprise: str, day: date) -> bool:
    """Whether the two newest annual returns both show no profit, or both no taxable income."""
    newest: dict[int, Row] = {}
    for row in county.all("cit_year"):
        if county.enterprise_of(row) != enterprise or row.get("filed_on") is None:
            continue
        if row["filed_on"] > day or row["tax_year"] < day.year - 3:
            continue
        other = newest.get(row["tax_year"])
        if other is None or _return_order(row) < _return_order(other):
            newest[row["tax_year"]] = row
    two = [newest[year] for year in sorted(newest, reverse=True)[:2]]
    return len(two) == 2 and any(
        all(row.get(word) is not None and row[word] <= 0 for row in two)
        for word in ("profit", "taxable_income")
    )


def _return_order(row: Row) -> tuple[timedelta, bool, str]:
    """Filed last first; of one day the state bureau's; then by registration."""
    return date.max - row["filed_on"], row["bureau"] != "state", row["registration_id"]


def _home_prices(county: County, person: str, day: date) -> list[Decimal]:
    return [
        row["price"] * row["share"]
        for row in county.all("home_contract")
        if row["person_id"] == person
        and row.get("price") is not None
        and row.get("share") is not None
        and row.get("signed_on") is not None
        and months_after(day, -12) <= row["signed_on"] <= day
    ]


def _ended(when: date | None, day: date) -> bool:
    return when is not None and when <= day


REFERENCES: dict[str, Callable[[County, date], Iterator[Hit]]] = {
    "M01": police_case_filed,
    "M02": inspection_open,
    "M07": non_normal_household,
    "M09": enterprise_arrears,
    "M15": key_watch,
    "A01": losing_investor_buys_home,
}
