"""Who a number stands for: one person, one id; the same token in SQL and in Python."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengxin.core.identifiers import (
    DocumentKind,
    credit_check_character,
    is_credit_code,
    kind_of,
    normal_number,
    resident_check_digit,
)
from chengxin.sources.reading import _teach
from tests.sources.conftest import KEYS, changed, loose, persons, rows, sample

REGISTRATION = "golden_tax_state_registration"
BIRTHDAYS = st.dates(date(1900, 1, 1), date(2017, 8, 18))


def resident(division: int, birthday: date, order: int) -> str:
    first17 = f"{division:06d}{birthday:%Y%m%d}{order:03d}"
    return first17 + resident_check_digit(first17)


residents = st.builds(resident, st.integers(110000, 659999), BIRTHDAYS, st.integers(1, 999))


@pytest.fixture(scope="module")
def sql(engine):
    """An expression over `x` (and `kind`) in SQL, for one text."""
    _teach(engine, KEYS)

    def value(expression: str, text: str, kind: str = "") -> object:
        found = engine.connection.execute(
            f"SELECT {expression} FROM (SELECT ? AS x, ? AS kind)", [text, kind]
        )
        return found.fetchone()[0]

    return value


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
fast = settings(max_examples=40, derandomize=True, deadline=None, database=None)


@fast
@given(kind=st.sampled_from(["person", "phone", "address", "taxpayer", "name"]), text=texts)
@example(kind="person", text="371622198001010019")
@example(kind="address", text="阳信县劳店镇工业园一号")
@example(kind="phone", text="")
def test_token_in_sql_is_the_keys_token(sql, kind, text):
    assert sql("token(kind, x)", text, kind) == KEYS.token(kind, text)


@fast
@given(
    kind=st.sampled_from(list(DocumentKind)),
    text=st.one_of(
        residents,
        residents.map(str.lower),
        residents.map(lambda number: number[:6] + number[8:17]),
        residents.map(lambda number: "81" + number[2:]),
        st.from_regex(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]", fullmatch=True),
        st.from_regex(r"[HM]?[0-9]{8}([0-9]{2})?", fullmatch=True),
        st.text("0123456789ABCXx", min_size=1, max_size=20),
    ),
)
def test_number_in_sql_is_written_as_in_python(sql, kind, text):
    told = sql("normal_number(kind, x, unfolded(x))", text, kind)

    assert told == normal_number(kind, text)


@fast
@given(number=residents, other=st.integers(0, 9))
def test_bare_number_is_the_same_document_in_sql_and_python(sql, number, other):
    for text in (number, number[:17] + str(other), "82" + number[2:], "ABC" + number[:12]):
        kind = sql("kind_of(x, unfolded(x))", text)
        known = kind_of(text)
        assert known is None or kind == known


@fast
@given(
    first17=st.from_regex(
        r"[159Y][1239][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True
    ),
    other=st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)  # fmt: skip
def test_credit_code_in_sql_is_one_in_python(sql, first17, other):
    for code in (first17 + credit_check_character(first17), first17 + other):
        assert (sql("as_credit(x)", code) is not None) == is_credit_code(code)


def test_old_number_of_15_digits_is_the_same_person_as_that_of_18(office):
    old, new = "371622750612005", "371622197506120059"
    ids = [
        rows(
            office.send(
                "golden_tax_state_natural_person",
                changed("golden_tax_state_natural_person", SFZJHM=number),
                loose("golden_tax_state_natural_person"),
            )
        )[0]["person_id"]
        for number in (old, new)
    ]

    assert ids == [KEYS.person_id(new)] * 2


def test_small_x_at_the_end_of_a_number_is_the_same_person(office):
    first17 = next(
        f"37162219800101{n:03d}" for n in range(999)
        if resident_check_digit(f"37162219800101{n:03d}") == "X"
    )  # fmt: skip
    reading = office.send(
        "golden_tax_state_natural_person",
        changed("golden_tax_state_natural_person", SFZJHM=first17 + "x"),
    )

    assert rows(reading)[0]["person_id"] == KEYS.person_id(first17 + "X")


def test_person_is_one_in_every_source(office):
    number = "371622198001010019"
    told = [
        rows(office.send(name, changed(name, **{heading: number}), loose(name)))[0][column]
        for name, heading, column in (
            (REGISTRATION, "FDDBRSFZJHM", "legal_rep_id"),
            ("golden_tax_local_extension", "办税人身份证件号码", "tax_handler_id"),
            ("golden_tax_state_investment", "TZFHHRZJHM", "investor_person_id"),
            ("golden_tax_local_natural_person", "身份证件号码", "person_id"),
            ("police_case", "证件号码", "subject"),
            ("housing_contract", "买受人证件号码", "person_id"),
            ("personal_income", "身份证件号码", "person_id"),
            ("watchlist", "证件号码或信用代码", "subject"),
        )
    ]

    assert set(told) == {KEYS.person_id(number)}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800000001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("+86 13800000001", "13800000001"),
        ("0543-8220001", "05438220001"),
    ],
)
def test_phone_is_a_token_of_its_digits(office, text, phone):
    name = "golden_tax_local_extension"
    row = rows(office.send(name, changed(name, 办税人移动电话=text)))[0]

    assert row["handler_phone_token"] == KEYS.phone_token(phone)


def test_address_is_a_token_of_it_without_blanks(office):
    row = rows(
        office.send(REGISTRATION, changed(REGISTRATION, SCJYDZ=" 阳信县 劳店镇　工业园一号"))
    )[0]

    assert row["business_address_token"] == KEYS.address_token("阳信县劳店镇工业园一号")


# taxpayer numbers that hold a person's


def taxpayer(office, number: str) -> str | None:
    reading = office.send(REGISTRATION, changed(REGISTRATION, NSRSBH=number), loose(REGISTRATION))
    told = [row for row in rows(reading) if row["line"] == 2]
    return told[0]["taxpayer_id"] if told else None


@pytest.mark.parametrize("sequence", ["", "01", "07"])
@pytest.mark.parametrize("number", ["371622197506120059", "371622750612005"])
def test_taxpayer_number_of_a_household_is_a_token_of_number_and_sequence(office, number, sequence):
    assert taxpayer(office, number + sequence) == "T" + KEYS.token(
        "taxpayer", "371622197506120059" + sequence
    )


def test_two_households_of_one_person_are_two_taxpayers(office):
    number = "371622197506120059"

    assert len({taxpayer(office, number + sequence) for sequence in ("", "01", "02")}) == 3


@pytest.mark.parametrize(
    "code", ["91371622MA3C5K7XX0", "913716226000373412", "371622600037341", "37162260003734X"]
)
def test_taxpayer_number_of_an_organisation_stays(office, code):
    assert taxpayer(office, code) == code


def born_as_a_credit_code() -> str:
    """A resident number whose check digit is also the right check character of a credit code."""
    for division in (110101, 110105, 120101, 130102, 510104, 520102, 530102):
        for day in range(365):
            for order in range(1, 60):
                number = resident(division, date(1980, 1, 1) + timedelta(day), order)
                if is_credit_code(number):
                    return number
    raise AssertionError("no such number")


def test_number_that_is_both_a_persons_and_a_credit_code_is_kept_as_the_persons(office):
    number = born_as_a_credit_code()

    assert taxpayer(office, number) == "T" + KEYS.token("taxpayer", number)
    assert taxpayer(office, number + "01") == "T" + KEYS.token("taxpayer", number + "01")


@fast
@given(number=residents, tail=st.sampled_from(["", "0", "1", "00", "01", "X", "A", "001"]))
def test_nothing_stored_for_a_taxpayer_holds_a_residents_number(sql, number, tail):
    for text in (number + tail, number[:6] + number[8:17] + tail):
        stored = sql(
            "CASE WHEN holds_resident(x) THEN 'T' WHEN is_organisation(x) THEN x END", text
        )
        assert number not in (stored or "")


def test_household_with_a_bad_check_digit_is_set_aside(office):
    number = "37162219750612005"
    wrong = number + ("1" if resident_check_digit(number) != "1" else "2")

    for text in (wrong, wrong + "01"):
        reading = office.send(REGISTRATION, changed(REGISTRATION, NSRSBH=text), loose(REGISTRATION))
        [told] = reading.rejects
        assert (told.line, "NSRSBH" in told.reason) == (2, True)
        assert number not in told.reason


def test_bad_check_character_of_a_credit_code_is_set_aside(office):
    reading = office.send(
        REGISTRATION, changed(REGISTRATION, SHXYDM="91371622MA3C5K7XX1"), loose(REGISTRATION)
    )

    assert [one.line for one in reading.rejects] == [2]


def test_passport_of_a_foreigner_is_a_person_of_the_identities(office):
    reading = office.send("golden_tax_state_investment", sample("golden_tax_state_investment"))

    kinds = {one["name"]: one["document_kind"] for one in persons(reading)}
    assert kinds == {"李投资": "resident", "MIKE SMITH": "passport"}


def test_permit_of_a_hongkong_resident_is_a_person_of_the_identities(office):
    reading = office.send("golden_tax_state_extension", sample("golden_tax_state_extension"))

    told = {one["name"]: one for one in persons(reading)}
    assert told["陈港"]["document_kind"] == "hmt_permit"
    assert told["陈港"]["person_id"] == KEYS.person_id("810000199408230021")
