"""Numbers from the domain facts (5.2, 5.3), which were checked against published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.core.identifiers import (
    DocumentKind,
    credit_check_character,
    is_credit_code,
    kind_of,
    masked,
    masked_name,
    normal_number,
    normal_resident_id,
    organisation_check_character,
)

RESIDENT = ["372323198503151138", "37230119780822223X", "371622200103151138"]


@pytest.mark.parametrize("number", RESIDENT)
def test_number_with_its_check_digit_is_valid(number):
    assert normal_resident_id(f" {number.lower()} ") == number


@pytest.mark.parametrize("number", RESIDENT)
@given(place=st.integers(0, 17), digit=st.sampled_from("0123456789"))
def test_any_one_wrong_digit_is_noticed(number, place, digit):
    other = number[:place] + digit + number[place + 1 :]
    assert (normal_resident_id(other) is not None) == (other == number)


def test_fifteen_digits_become_the_eighteen_of_the_same_person():
    assert normal_resident_id("372323850315113") == "372323198503151138"


@pytest.mark.parametrize(
    "number",
    ["", "37232319850315113", "372323198502301138", "３" * 18, "abc"],
)
def test_what_cannot_be_a_number_is_none(number):
    assert normal_resident_id(number) is None


def test_published_permit_examples_are_valid():
    assert normal_number(DocumentKind.HMT_PERMIT, "810000199408230021")
    assert normal_number(DocumentKind.HMT_PERMIT, "830000199201300022")
    assert normal_number(DocumentKind.FOREIGN_PERMIT, "911124198108030024")


def test_permit_is_not_taken_for_a_resident_card():
    assert normal_number(DocumentKind.RESIDENT, "810000199408230021") is None
    assert kind_of("810000199408230021") == DocumentKind.HMT_PERMIT


@pytest.mark.parametrize("code", ["91371602MA3C5K7X2D", "92371622MA3D1Q2W3N"])
def test_credit_code_with_its_check_character_is_valid(code):
    assert is_credit_code(code)
    assert credit_check_character(code[:17]) == code[17]
    assert not is_credit_code(code[:16] + ("0" if code[16] != "0" else "1") + code[17])


def test_organisation_code_example_of_the_standard():
    assert organisation_check_character("60003734") == "1"


def test_number_is_shown_by_its_first_three_and_last_four():
    assert masked("372323198503151138") == "372***********1138"
    assert masked("123") == "***"


@pytest.mark.parametrize(
    ("name", "shown"), [("王守信", "王*信"), ("张三", "张*"), ("欧阳守信", "欧**信"), ("李", "李")]
)
def test_name_called_out_hides_its_middle(name, shown):
    assert masked_name(name) == shown
