"""What customs, banks and the internet tell agrees with what else is known of the county."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from chengxin.core.identifiers import is_credit_code, normal_resident_id
from tests.city.agreed import CHINESE_ENCODING
from tests.city.conftest import DAY

NUMBERS = {"state": ("SHXYDM", "NSRSBH"), "local": ("社会信用代码", "纳税人识别号")}
YEAR_AGO = DAY - timedelta(365)


def sent(out: Path, source: str) -> list[dict[str, str]]:
    """The rows of one delivery under their headings."""
    path = next((out / "deliveries").glob(f"{source}.20170818.*"))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".xlsx":
        [sheet] = load_workbook(path, read_only=True)
        heads, *rows = sheet.values
        return [dict(zip(map(str, heads), map(str, row), strict=True)) for row in rows]
    chinese = source.startswith("golden_tax_state") or source in CHINESE_ENCODING
    with path.open(encoding="gb18030" if chinese else "utf-8-sig", newline="") as file:
        return [{key: cell.strip() for key, cell in row.items()} for row in csv.DictReader(file)]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def organisation(number: str) -> str:
    """The nine characters that a credit code and the 15-digit number before it share."""
    return number[8:17] if len(number) == 18 else number[6:15]


def declared_sales(out: Path) -> dict[str, Decimal]:
    """Organisation code -> sales of twelve months declared for VAT at the state bureau."""
    code_of = {
        row["DJXH"]: organisation(row["SHXYDM"] or row["NSRSBH"])
        for row in sent(out, "golden_tax_state_registration")
    }
    sales: dict[str, Decimal] = defaultdict(Decimal)
    for row in sent(out, "golden_tax_state_filing"):
        if row["ZSXM_DM"] == "10101" and row["YSXSSR"]:
            sales[code_of[row["DJXH"]]] += amount(row["YSXSSR"])
    return sales


def test_who_exports_has_declared_at_least_as_much_in_sales(small: Path) -> None:
    sales, exported = declared_sales(small), defaultdict[str, Decimal](Decimal)
    for row in sent(small, "customs_declaration"):
        if row["进出口标志"] == "出口" and is_credit_code(row["收发货人统一社会信用代码"]):
            exported[organisation(row["收发货人统一社会信用代码"])] += amount(row["人民币总价(元)"])

    assert len(exported) > 10
    assert [code for code, total in exported.items() if total > sales[code]] == []


def test_declaration_says_year_and_direction_in_its_number(small: Path) -> None:
    rows = sent(small, "customs_declaration")

    assert len({row["报关单号"] for row in rows}) == len(rows) > 100
    for row in rows:
        assert len(row["报关单号"]) == 18
        assert row["报关单号"][4:8] == row["申报日期"][:4]
        assert (row["报关单号"][8] == "1") is (row["进出口标志"] == "进口")
        assert YEAR_AGO <= date.fromisoformat(row["申报日期"]) < DAY


def test_few_declarations_name_an_enterprise_that_cannot_be(small: Path) -> None:
    rows = sent(small, "customs_declaration")
    wrong = [row for row in rows if not is_credit_code(row["收发货人统一社会信用代码"])]

    assert 0 < len(wrong) < 0.01 * len(rows)


def known_at_the_bureaus(out: Path) -> set[str]:
    """Organisation codes of enterprises, and taxpayer numbers of shops under their owners'."""
    found = set()
    for bureau, (code, number) in NUMBERS.items():
        for row in sent(out, f"golden_tax_{bureau}_registration"):
            found.add(enterprise(row[code] or row[number]))
    return found


def enterprise(number: str) -> str:
    """What stays the same of an enterprise's numbers; an owner's old number in its new form."""
    owner = number[:15] if len(number) in (15, 17) else number[:18]
    person = normal_resident_id(owner)
    return person + number[len(owner) :] if person else organisation(number)


def test_every_enterprise_has_one_basic_account_and_nobody_else_has_any(small: Path) -> None:
    holders = defaultdict[str, list[str]](list)
    for row in sent(small, "bank_account"):
        holders[enterprise(row["存款人统一社会信用代码"])].append(row["账户性质"])
    registered = known_at_the_bureaus(small)

    assert len(set(holders) - registered) == 1  # the one whose number was cut off
    assert registered <= set(holders)
    assert {holders[one].count("基本存款账户") for one in registered} == {1}
    assert any(len(kinds) > 1 for kinds in holders.values())


def test_accounts_are_closed_where_the_enterprise_is_deregistered(small: Path) -> None:
    with (small / "truth" / "cast.csv").open(encoding="utf-8", newline="") as file:
        played = {row["number"] for row in csv.DictReader(file)}
    gone = {
        enterprise(row["SHXYDM"] or row["NSRSBH"])
        for row in sent(small, "golden_tax_state_registration")
        if row["NSRZT_DM"] in ("07", "08") and row["SHXYDM"] not in played
    }
    still_open = [
        row
        for row in sent(small, "bank_account")
        if enterprise(row["存款人统一社会信用代码"]) in gone and not row["销户日期"]
    ]

    assert len(gone) > 20
    assert still_open == []


def test_large_transactions_are_large_and_over_an_account_of_their_holder(small: Path) -> None:
    accounts = {
        row["账号"]: enterprise(row["存款人统一社会信用代码"])
        for row in sent(small, "bank_account")
    }
    least = {"自然人": 500_000, "单位": 2_000_000, "": 50_000}
    rows = sent(small, "large_transaction")

    assert {row["对方类型"] for row in rows} == set(least)
    for row in rows:
        assert accounts[row["账号"]] == enterprise(row["单位统一社会信用代码"])
        assert amount(row["交易金额(元)"]) >= least[row["对方类型"]]
        assert (row["交易方式"] == "现金") is (row["对方类型"] == "")
    assert any(row["对方类型"] and not row["对方证件号码或信用代码"] for row in rows)


def test_notices_are_about_enterprises_and_their_representatives(small: Path) -> None:
    represent = {
        row["法定代表人身份证件号码"] for row in sent(small, "golden_tax_local_registration")
    } | {row["FDDBRSFZJHM"] for row in sent(small, "golden_tax_state_registration")}
    persons = {normal_resident_id(number) for number in represent}
    firms = known_at_the_bureaus(small)
    rows = sent(small, "internet_notice")
    nobody = [row for row in rows if not row["匹配主体号码"]]

    assert {row["信息类别"] for row in rows} == {
        "招投标", "行政处罚公示", "新闻", "招聘", "平台商户",
    }  # fmt: skip
    assert len(nobody) == 1
    for row in rows:
        if row in nobody:
            continue
        if row["主体类型"] == "自然人":
            assert row["匹配主体号码"] in persons
            assert row["匹配主体名称"] in row["标题"]
        else:
            assert enterprise(row["匹配主体号码"]) in firms


def test_only_a_notice_that_names_the_number_is_sure(small: Path) -> None:
    rows = sent(small, "internet_notice")

    assert {row["匹配把握"] == 1 for row in rows} == {True, False}
    for row in rows:
        assert (row["匹配把握"] == 1) is (row["匹配方式"] == "号码一致")
        assert 0 < float(row["匹配把握"]) <= 1
        assert row["网址"].split("/")[2].endswith(".example")  # no such place exists


def test_who_has_a_car_has_paid_its_taxes(small: Path) -> None:
    """Purchase tax at the state bureau before the plate, the year's vessel tax at the local one."""
    cars = {row["证件号码"]: row for row in sent(small, "vehicle_registration") if row["证件号码"]}
    numbers = {
        row["登记序号"]: row["身份证件号码"]
        for row in sent(small, "golden_tax_local_natural_person")
    }
    numbers |= {
        row["DJXH"]: row["SFZJHM"] for row in sent(small, "golden_tax_state_natural_person")
    }
    bought = [row for row in sent(small, "golden_tax_state_ledger") if row["ZSXM_DM"] == "10116"]
    yearly = [
        row for row in sent(small, "golden_tax_local_ledger") if row["征收项目代码"] == "10114"
    ]

    assert len(bought) > 5
    for row in bought:
        number = numbers[row["DJXH"]]
        car = cars[normal_resident_id(number) or number]
        price = amount(car["发票价格"])
        assert abs(amount(row["YBTSE"]) - price / Decimal("1.17") / 10) < 1
        assert row["RKRQ"] == car["初次登记日期"].replace("-", "")
    assert len(yearly) > 50
    for row in yearly:
        number = numbers[row["登记序号"]]
        assert (normal_resident_id(number) or number) in cars
        assert row["缴款期限"] == f"{DAY.year}-12-31"
        assert row["入库日期"] <= DAY.isoformat()
