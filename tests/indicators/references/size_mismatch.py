"""A07: sales that do not fit staff or electricity, and wages declared in two ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, months_after

GONE = {"deregistered", "non_normal_deregistered"}
TOO_LITTLE = Decimal("0.002")
Amount = Decimal | None  # None: not known


def hits(county: County, day: date) -> Iterator[Hit]:
    insured = by_enterprise(county, "social_insurance", "employer_id")
    bills = by_enterprise(county, "electricity_bill", "consumer_id")
    for enterprise in set(county.homes.values()):
        if not lives(county, enterprise):
            continue
        sales = year_sales(county, enterprise, day)
        signs = {
            "staff": lacks_staff(
                sales, few_insured(insured[enterprise], day), few_paid(county, enterprise, day)
            ),
            "wages": wages_differ(county, enterprise, day),
            "power": makes_things(county, enterprise)
            and lacks_power(bills[enterprise], sales, day),
        }
        key = f"enterprise:{enterprise}"
        found = [name for name, sign in signs.items() if sign]
        if found:
            yield key, key, found[0], Decimal(len(found))
        elif None in signs.values():
            yield key, key, "undecided", Decimal()


def by_enterprise(county: County, table: str, column: str) -> dict[str, list[Row]]:
    """The rows of a table by the enterprise that they name; a number of two names neither."""
    found: dict[str, list[Row]] = defaultdict(list)
    for number in {row[column] for row in county.all(table)}:
        owners = {
            county.enterprise_of(row)
            for row in county.all("registration")
            if number in (row.get("credit_code"), row.get("taxpayer_id"), county.enterprise_of(row))
        }
        if len(owners) <= 1:
            own = [row for row in county.all(table) if row[column] == number]
            found[county.known(number)] += own
    return found


def lacks_staff(sales: Amount, *few: bool | None) -> bool | None:
    if sales is None or sales < 5_000_000 or False in few:
        return False
    return None if None in few else True


def few_insured(rows: list[Row], day: date) -> bool | None:
    """None where the insurance office never had the enterprise."""
    persons = {
        row["person_id"]
        for row in rows
        if (row["started_on"] or date.min) <= day
        and (row["ended_on"] or date.max) >= months_after(day, -12)
    }
    return len(persons) <= 2 if rows else None


def few_paid(county: County, enterprise: str, day: date) -> bool | None:
    """By the month in which most were paid, over both bureaus; None where one is not known."""
    months: dict[date, list[int | None]] = defaultdict(list)
    for row in withheld(county, enterprise, day):
        if in_the_year(row, day):
            months[row["period_until"]].append(row["persons"])
    if any(sum(one or 0 for one in told) > 2 for told in months.values()):
        return False
    unknown = not months or any(None in told for told in months.values())
    return None if unknown else True


def wages_differ(county: County, enterprise: str, day: date) -> bool | None:
    returns = [
        row
        for row in county.all("cit_wages")
        if county.enterprise_of(row) == enterprise
        and row["filed_on"] is not None
        and row["filed_on"] <= day
        and row["tax_year"] in (day.year - 1, day.year - 2)
    ]
    if not returns:
        return False
    newest = max(
        returns,
        key=lambda row: (
            row["tax_year"],
            row["filed_on"],
            row["bureau"],
            # of one bureau and day, the first registration
            tuple(-ord(letter) for letter in row["registration_id"]),
        ),
    )
    deducted = newest["wages"]
    told: dict[str, list[Amount]] = defaultdict(list)
    for row in withheld(county, enterprise, day):
        if row["period_until"].year == newest["tax_year"]:
            told[row["bureau"]].append(row["wages"])
    sums = [sum(one for one in wages if one is not None) for wages in told.values()]
    paid = Decimal(max(sums, default=0))
    if deducted is None or not told or any(None in wages for wages in told.values()):
        # nothing on one side and nothing known on the other is nothing to compare
        return None if (deducted or 0) > 0 or paid > 0 else False
    most = max(deducted, paid)
    return bool(most > 0 and abs(deducted - paid) >= Decimal("0.2") * most)


def lacks_power(rows: list[Row], sales: Amount, day: date) -> bool | None:
    bills = [row for row in rows if in_the_year(row, day)]
    fees = [row["fee"] for row in bills]
    if sales is None or sum(fee for fee in fees if fee is not None) >= TOO_LITTLE * sales:
        return False
    months = {row["period_until"].replace(day=1) for row in bills}
    return True if len(months) == 12 and None not in fees else None


def year_sales(county: County, enterprise: str, day: date) -> Amount:
    """VAT sales of twelve months; of two bureaus' words the greater."""
    counted: dict[tuple[str, str, date, date], Row] = {}
    rows = [
        row
        for row in county.all("filing")
        if county.enterprise_of(row) == enterprise
        and row["levy_item"] == "10101"
        and not row["voided"]
        and row["filed_on"] is not None
        and row["filed_on"] <= day
    ]
    for row in sorted(rows, key=lambda row: (row["filed_on"], row["filing_id"])):
        period = row["bureau"], row["registration_id"], row["period_from"], row["period_until"]
        counted[period] = row
    sums: dict[str, Decimal] = {}
    for row in counted.values():
        if in_the_year(row, day) and row["sales"] is not None:
            sums[row["bureau"]] = sums.get(row["bureau"], Decimal()) + row["sales"]
    return max(sums.values(), default=None)


def withheld(county: County, enterprise: str, day: date) -> list[Row]:
    return [
        row
        for row in county.all("wage_withholding")
        if county.enterprise_of(row) == enterprise
        and row["filed_on"] is not None
        and row["filed_on"] <= day
    ]


def in_the_year(row: Row, day: date) -> bool:
    return bool(months_after(day, -12) <= row["period_until"] < day)


def lives(county: County, enterprise: str) -> bool:
    states = {
        row.get("status")
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise
    }
    return bool(states - GONE - {None}) or not states - {None}


def makes_things(county: County, enterprise: str) -> bool:
    """Manufacturing is divisions 13 to 43, by the registration that speaks for the enterprise."""
    told = [
        row
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise and row.get("industry")
    ]
    first = min(
        told,
        default={},
        key=lambda row: (
            row["status"] in GONE,
            -(row.get("status_changed_on") or date.min).toordinal(),
            row["bureau"] != "state",
            row["registration_id"],
        ),
    )
    return 13 <= int(first.get("industry", "0")[:2]) <= 43
