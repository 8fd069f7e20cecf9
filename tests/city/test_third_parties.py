"""What customs and others send agrees with what the county's enterprises declared."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook

from chengxin.core.identifiers import is_credit_code
from tests.city.agreed import CHINESE_ENCODING
from tests.city.conftest import DAY

YEAR_AGO = DAY - timedelta(365)


def sent(out: Path, source: str) -> list[dict[str, str]]:
    """The rows of one delivery under their headings."""
    path = next((out / "deliveries").glob(f"{source}.20170818.*"))
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
