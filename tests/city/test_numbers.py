"""Every number that the county makes up is valid by the standards' own formulas."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np

from city.dice import Dice
from city.people import People
from tests.city.recount import check_digit

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # GB 32100 table
ORGANISATION = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


def test_numbers_of_all_kinds_of_documents_are_valid() -> None:
    persons = People(Dice(7)).of(np.arange(50_000))

    kinds = Counter(persons.kind)
    for number, kind in zip(persons.number, persons.kind, strict=True):
        assert _is_valid(number, kind), (number, kind)
    assert set(kinds) == {"201", "208", "210", "213", "233", "234"}
    assert kinds["201"] > 49_000


def test_no_two_persons_have_one_number() -> None:
    persons = People(Dice(7)).of(np.arange(300_000))

    assert len(set(persons.number)) == 300_000


def test_foreigners_have_old_and_new_cards() -> None:
    persons = People(Dice(7)).of(np.arange(50_000))
    cards = [n for n, kind in zip(persons.number, persons.kind, strict=True) if kind == "234"]

    assert {len(number) for number in cards} == {15, 18}


def test_homonyms_born_in_the_same_week_exist() -> None:
    persons = People(Dice(7)).of(np.arange(2_000))
    pairs = [
        place
        for place in range(1_999)
        if persons.name[place] == persons.name[place + 1]
        and persons.born[place + 1] - persons.born[place] == 7
    ]

    assert pairs
    assert len(Counter(persons.name)) < 2_000 - len(pairs)


def test_mobiles_look_like_mobiles_and_lie_in_segments_of_no_operator() -> None:
    persons = People(Dice(7)).of(np.arange(20_000))

    assert all(re.fullmatch(r"1(54|60|61|63|64|68|69|79)\d{8}", phone) for phone in persons.phone)
    assert len(set(persons.phone)) < 20_000  # some are shared


def test_credit_codes_are_valid_and_old_numbers_repeat_their_organisation_code(
    small: Path,
) -> None:
    codes, old = set(), set()
    for row in _registrations(small):
        if row["credit"]:
            codes.add(row["credit"])
        if len(row["taxpayer"]) == 15:
            old.add(row["taxpayer"])

    assert len(codes) > 400
    assert all(_is_credit_code(code) for code in codes)
    assert any(number[6:] in {code[8:17] for code in codes} for number in old)


def test_old_taxpayer_number_never_looks_like_a_resident_number(small: Path) -> None:
    credits = {row["credit"][8:17] for row in _registrations(small)}
    for row in _registrations(small):
        number = row["taxpayer"]
        if len(number) == 15 and (number[6:] in credits or not number.isdigit()):
            assert not (number[8:10].isdigit() and 1 <= int(number[8:10]) <= 12)


def test_an_enterprise_has_another_registration_at_each_bureau(small: Path) -> None:
    rows = _registrations(small)
    numbers = [row["registration"] for row in rows]

    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"[12]0113716\d{12}", number) for number in numbers)


def test_some_people_are_registered_under_15_digits_at_one_bureau_and_18_at_the_other(
    small: Path,
) -> None:
    forms: dict[str, set[int]] = {}
    for row in _registrations(small):
        number = row["representative"]
        if len(number) in (15, 18) and row["kind"] == "201":
            full = number if len(number) == 18 else f"{number[:6]}19{number[6:]}"
            forms.setdefault(full[:17], set()).add(len(number))

    assert any(lengths == {15, 18} for lengths in forms.values())


def _is_valid(number: str, kind: str) -> bool:
    match kind:
        case "201":
            return _is_resident(number) and number[:2] not in ("81", "82", "83")
        case "233":
            return _is_resident(number) and number[:6] in ("810000", "820000", "830000")
        case "234" if len(number) == 15:
            return re.fullmatch(r"[A-Z]{3}\d{12}", number) is not None
        case "234":
            return number[0] == "9" and check_digit(number[:17]) == number[17]
        case "208":
            return re.fullmatch(r"[A-Z]\d{8}", number) is not None
        case "210":
            return re.fullmatch(r"[HM]\d{8}", number) is not None
        case _:
            return re.fullmatch(r"\d{8}", number) is not None


def _is_resident(number: str) -> bool:
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return born.year > 1940 and check_digit(number[:17]) == number[17]


def _is_credit_code(code: str) -> bool:
    total = sum(ALPHABET.index(c) * w for c, w in zip(code[:17], WEIGHTS, strict=True))
    organisation = sum(int(c, 36) * w for c, w in zip(code[8:16], ORGANISATION, strict=True))
    check = 11 - organisation % 11
    return (
        len(code) == 18
        and code[2:8] == "371622"
        and (total + ALPHABET.index(code[17])) % 31 == 0
        and code[16] == {10: "X", 11: "0"}.get(check, str(check))
    )


def _registrations(out: Path) -> list[dict[str, str]]:
    fields = {0: "registration", 1: "taxpayer", 2: "credit", 5: "kind", 6: "representative"}
    rows = []
    for bureau, encoding in (("state", "gb18030"), ("local", "utf-8")):
        path = out / "deliveries" / f"golden_tax_{bureau}_registration.20170818.csv"
        with path.open(encoding=encoding, newline="") as file:
            for row in list(csv.reader(file))[1:]:
                rows.append({name: row[place].strip() for place, name in fields.items()})
    return rows
