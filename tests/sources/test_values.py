"""What text becomes; a bad row is set aside with its line and reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chengxin.core.identifiers import resident_check_digit
from chengxin.lake.store import Lake
from chengxin.sources import SourceChanged, all_sources
from chengxin.sources.source import Form
from tests.sources.conftest import HEADINGS, KEYS, changed, loose, rows, sample

STATE = "golden_tax_state_ledger"
LOCAL = "golden_tax_local_ledger"


def first(office, name, **values):
    """The first row as it was read, when only these values of the sample are others."""
    return rows(office.send(name, changed(name, **values), loose(name)))[0]


def reject(office, name, **values):
    """Why the first row was set aside, when only these values of the sample are others."""
    reading = office.send(name, changed(name, **values), loose(name))
    [told] = reading.rejects
    first_line = 1 if all_sources()[name].form is Form.JSONL else 2
    assert (told.line, reading.rejected) == (first_line, 1)
    assert reading.count == reading.delivered - 1
    return told.reason


@pytest.mark.parametrize(
    "text",
    [
        "2017-08-18", "20170818", "2017-08-18 00:00:00", "18-AUG-17", "18-aug-17", "18-AUG-2017",
        "18-8月 -17", "18-8月-17", " 20170818 ", "20170818　", "2017-08-18 00:00:00.0",
    ],
)  # fmt: skip
def test_date_is_read_in_every_way_that_offices_write_it(office, text):
    assert first(office, STATE, JKQX=text)["due_on"] == date(2017, 8, 18)


def test_two_digit_year_of_oracle_from_fifty_on_is_of_the_last_century(office):
    assert first(office, STATE, JKQX="18-12月-99")["due_on"] == date(1999, 12, 18)
    assert first(office, STATE, JKQX="01-JAN-49")["due_on"] == date(2049, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2017-02-30", "20170230", "20171301", "31-SEP-17", "18-13月 -17", "18-XXX-17", "0", "42965",
        "2017-8-18", "18/08/2017", "20170818.0", "0001-01-01", "01-JAN-0001",
        "2017-08-18 12:30:00", "昨天",
    ],
)  # fmt: skip
def test_impossible_date_sets_its_row_aside(office, text):
    assert "JKQX" in reject(office, STATE, JKQX=text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234567.89", "1234567.89"), ("1,234,567.89", "1234567.89"), ("1,234", "1234"),
        ("-1,234.50", "-1234.50"), ("0", "0"), ("12345.670000", "12345.67"), (" 12.5 ", "12.5"),
        ("9,999,999,999,999,999.99", "9999999999999999.99"),
    ],
)  # fmt: skip
def test_amount_is_read_to_the_fen(office, text, amount):
    assert first(office, LOCAL, 应补退税额=text)["amount"] == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["1,23,456", "12,3456", "1.234", "1.2E+7", "１２３", "12元", "--5", ",123", "1,,234", "NaN",
     "inf", "99999999999999999.00"],
)  # fmt: skip
def test_amount_that_is_none_sets_its_row_aside(office, text):
    assert "应补退税额" in reject(office, LOCAL, 应补退税额=text)


@pytest.mark.parametrize("blank", ["", " ", "　", "\t", " 　 "])
def test_blank_field_is_nothing(office, blank):
    assert first(office, STATE, RKRQ=blank)["paid_on"] is None


@pytest.mark.parametrize("blank", ["  ", "　　", " 　\t"])
def test_blanks_around_a_value_are_no_part_of_it(office, blank):
    name = "golden_tax_local_registration"
    row = first(
        office, name,
        纳税人名称=f"{blank}阳信甲木业有限公司{blank}",
        法定代表人身份证件号码=f"371622198001010019{blank}",
        纳税人状态代码=f"03{blank}",
        登记序号=f"20113716220000000001{blank}",
    )  # fmt: skip

    assert row["name"] == "阳信甲木业有限公司"
    assert row["legal_rep_id"] == KEYS.person_id("371622198001010019")
    assert (row["status"], row["registration_id"]) == ("normal", "20113716220000000001")


@pytest.mark.parametrize(
    ("text", "share"), [("100", "1"), ("0", "0"), ("33.3333", "0.333333"), ("0.01", "0.0001")]
)
def test_percentage_becomes_a_fraction(office, text, share):
    assert first(office, "golden_tax_state_investment", TZBL=text)["share"] == Decimal(share)


@pytest.mark.parametrize("text", ["100.01", "-1", "60%", "六成"])
def test_share_beyond_the_whole_sets_its_row_aside(office, text):
    assert "TZBL" in reject(office, "golden_tax_state_investment", TZBL=text)


@pytest.mark.parametrize(
    "text", ["NRA99013716220000000017", "9901-3716-2200-0000-0017", "99013716"]
)
def test_account_is_read_with_letters_before_it_and_in_groups(office, text):
    plain = text.replace("-", "")
    assert first(office, "bank_account", 账号=text)["account"] == (
        KEYS.token("account", plain) + plain[-4:]
    )


@pytest.mark.parametrize(
    "text", ["9901371", "9.901E+19", "99013716220000000017.0", "9901X716220000000017", "账号不详"]
)
def test_account_that_is_none_sets_its_row_aside_and_is_not_told(office, text):
    told = reject(office, "bank_account", 账号=text)

    assert told.startswith("账号")
    assert "71622" not in told


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "ftp://a.example/王守信", "credit.example", "https://", "http://a b"],
)
def test_address_that_is_none_sets_its_row_aside_and_is_not_told(office, text):
    assert reject(office, "internet_notice", 网址=text) == "网址不是网址"


@pytest.mark.parametrize("text", ["97%", "1.01", "-0.1", "高"])
def test_confidence_beyond_certainty_sets_its_row_aside(office, text):
    assert "匹配把握" in reject(office, "internet_notice", 匹配把握=text)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("302.5", "3025000"), ("0.000123", "1.23"), ("1,000.25", "10002500"), ("0", "0"),
        ("50.1234560000", "501234.56"), ("-1.5", "-15000"),
        ("999999999999.999999", "9999999999999999.99"),
    ],
)  # fmt: skip
def test_amount_in_ten_thousands_becomes_yuan(office, text, yuan):
    row = first(office, "market_shareholder", SUBCONAM=text)

    assert row["subscribed"] == Decimal(yuan)


@pytest.mark.parametrize("text", ["302.5万", "1.2345678", "1E+2", "10,00", "1234567890123", "三百"])
def test_amount_in_ten_thousands_that_is_none_sets_its_row_aside(office, text):
    told = reject(office, "market_shareholder", SUBCONAM=text)

    assert told.startswith("SUBCONAM")
    assert "六位小数" in told


@pytest.mark.parametrize("text", ["16", "2016.0", "2116", "二〇一六"])
def test_year_that_is_none_sets_its_row_aside(office, text):
    assert "ND" in reject(office, "golden_tax_state_cit_year", ND=text)


def test_number_in_an_officers_note_is_struck_out(office):
    row = first(office, "watchlist", 列入原因="冒用371622199002280023办理，电话13800000001")

    assert "371622199002280023" not in row["reason"]
    assert "13800000001" not in row["reason"]


def test_shop_that_bears_its_owners_name_is_masked_in_the_lake(office):
    row = first(office, "golden_tax_state_registration", NSRMC="王守信")

    assert "王守信" not in row["name"]


# what a spreadsheet did


@pytest.mark.parametrize("text", ["1.01133E+19", "10113301000049506708.0", "1.01133010000495E+19"])
@pytest.mark.parametrize(
    ("name", "heading"),
    [(STATE, "DJXH"), (LOCAL, "登记序号"), ("golden_tax_state_registration", "DJXH")],
)
def test_registration_number_turned_into_a_float_says_that_a_spreadsheet_did_it(
    office, name, heading, text
):
    assert "电子表格" in reject(office, name, **{heading: text})


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("golden_tax_state_registration", "NSRSBH"),
        ("golden_tax_state_registration", "FDDBRSFZJHM"),
        ("golden_tax_state_natural_person", "SFZJHM"),
        ("golden_tax_state_ledger", "YZPZXH"),
        ("golden_tax_state_extension", "BSRYDDH"),
        ("housing_contract", "买受人证件号码"),
        ("police_case", "证件号码"),
    ],
)
def test_any_number_turned_into_a_float_says_that_a_spreadsheet_did_it(office, name, heading):
    assert "电子表格" in reject(office, name, **{heading: "3.71622E+17"})


def test_whole_delivery_whose_numbers_became_floats_stops_with_the_spreadsheet_named(office):
    cells = [
        row if n == 0 else [row[0], "1.01137E+19", *row[2:]] for n, row in enumerate(sample(STATE))
    ]

    with pytest.raises(SourceChanged, match=r"3 of 3 rows.*电子表格"):
        office.send(STATE, cells)


def test_number_as_a_number_in_a_workbook_is_set_aside(office):
    reason = reject(office, "housing_contract", 买受人证件号码=371622197506120059)

    assert "电子表格" in reason


def test_amounts_as_floats_in_a_workbook_are_read_exactly(office):
    row = first(
        office, "housing_contract",
        **{"共有比例(%)": 33.33, "合同总价(元)": 1234567.89, "建筑面积(㎡)": 89.1},
    )  # fmt: skip

    assert (row["share"], row["price"], row["area"]) == (
        Decimal("0.3333"), Decimal("1234567.89"), Decimal("89.1"),
    )  # fmt: skip


def test_fifteen_digits_as_a_number_in_a_workbook_are_still_exact(office):
    row = first(office, "housing_contract", 买受人证件号码=371622750612005)

    assert row["person_id"] == KEYS.person_id("371622197506120059")


def test_empty_formatted_rows_below_a_workbooks_rows_are_no_rows(office):
    cells = sample("housing_contract")

    assert office.send("housing_contract", [*cells, *[[""] * 7] * 5]).delivered == 3


# bad rows


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("golden_tax_state_registration", "DJXH"),
        (STATE, "YZPZXH"),
        (STATE, "SKZL_DM"),
        (LOCAL, "登记序号"),
        ("golden_tax_state_natural_person", "SFZJHM"),
        ("golden_tax_state_cit_year", "ND"),
        ("police_case", "证件号码"),
        ("watchlist", "名单编号"),
        ("housing_contract", "合同编号"),
        ("personal_income", "身份证件号码"),
    ],
)
def test_row_without_what_names_it_is_set_aside(office, name, heading):
    assert heading in reject(office, name, **{heading: ""})


@pytest.mark.parametrize("text", ["123", "1011371622000000000", "101137162200000000012", "X" * 20])
def test_registration_number_has_twenty_digits(office, text):
    assert "20" in reject(office, STATE, DJXH=text)


def test_bad_check_digit_is_set_aside_with_line_reason_and_masked_number(office):
    number = "37162219800101001"
    wrong = number + ("1" if resident_check_digit(number) != "1" else "2")

    reason = reject(office, "golden_tax_state_natural_person", SFZJHM=wrong)

    assert "SFZJHM" in reason
    assert "371" in reason
    assert wrong not in reason
    assert number not in reason


PRIVATE = [
    "371622198001010011", "37162219800101001x", "37162219800101001101", "371622800101001",
    "371622-19800101-0011", "371622 19800101 0011", "138000000011234567890123",
    "王守信371622198001010011", "G198001010", "G123456789198001010", "371622198001010011.0",
]  # fmt: skip


@pytest.mark.parametrize("name", HEADINGS)
def test_number_in_any_wrong_place_is_never_whole_in_the_reason(office, name):
    """Columns that slipped: each field in turn holds somebody's number, written in some way."""
    source = replace(all_sources()[name], allowed_bad=1.0)
    coded = {t.theirs for t in source.targets() if t.label in source.values}
    cells = sample(name)
    slipped = [
        [text if place == slip else value for place, value in enumerate(cells[1])]
        for slip, heading in enumerate(HEADINGS[name])
        for text in PRIVATE
        if heading not in coded
    ]

    told = [one.reason for one in office.send(name, [cells[0], *slipped], source).rejects]
    for heading in coded:
        for text in PRIVATE[2:8:5]:
            with pytest.raises(SourceChanged) as stopped:
                office.send(name, changed(name, **{heading: text}), source)
            told.append(str(stopped.value))

    assert told
    for reason in told:
        plain = reason.replace("-", "").replace(" ", "")
        for private in ("19800101", "800101001", "3800000001", "王守信"):
            assert private not in plain


def test_two_faults_of_one_row_are_both_told(office):
    reason = reject(office, STATE, JKQX="2017-02-30", YBTSE="much")

    assert "JKQX" in reason
    assert "YBTSE" in reason


def test_key_that_comes_twice_counts_as_it_stands_last(office):
    cells = sample(STATE)
    cells.append([*cells[1][:7], "99.00", ""])

    reading = office.send(STATE, cells, loose(STATE))

    assert [(one.line, "5" in one.reason) for one in reading.rejects] == [(2, True)]
    assert {row["amount"] for row in rows(reading) if row["kind"] == "tax"} == {
        Decimal(99), Decimal(1234567),
    }  # fmt: skip


def many(bad: int, of: int) -> list[list[str]]:
    cells = sample(STATE)
    row = cells[1]
    due = ["2017-02-30"] * bad + ["20170615"] * (of - bad)
    return [cells[0], *([f"W{n}", *row[1:6], day, *row[7:]] for n, day in enumerate(due))]


def test_one_bad_row_in_a_hundred_is_set_aside(office):
    reading = office.send(STATE, many(1, 100))

    assert (reading.count, reading.rejected, reading.delivered) == (99, 1, 100)


def test_more_bad_rows_than_allowed_stop_the_load_and_store_nothing(office, tmp_path):
    lake = Lake(tmp_path / "lake")

    with pytest.raises(SourceChanged, match=r"2 of 100 rows.*line 2.*2017-02-30") as stopped:
        lake.take(office.send(STATE, many(2, 100)))

    assert "县国税局" in str(stopped.value)
    assert lake.version() == 0


def test_rejects_are_listed_up_to_a_thousand_while_all_are_counted(office):
    reading = office.send(STATE, many(1200, 2400), loose(STATE))

    assert (len(reading.rejects), reading.rejected) == (1000, 1200)
    assert [one.line for one in reading.rejects[:3]] == [2, 3, 4]
