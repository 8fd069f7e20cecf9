"""What the market register, courts, the credit platform and social insurance send fits the rest.

The market register mostly has the investors of the tax registers; a few differ on purpose.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

from openpyxl import load_workbook

from chengxin.core.identifiers import is_credit_code, normal_resident_id
from tests.city.agreed import CHINESE_ENCODING
from tests.city.conftest import DAY

Rows = list[dict[str, str]]
Stake = tuple[str, str, Decimal]  # organisation of the company, number of the investor, per cent
PERIOD = ("费款所属期起", "费款所属期止")


def sent(out: Path, source: str) -> Rows:
    """The rows of one delivery under their headings."""
    path = next((out / "deliveries").glob(f"{source}.20170818.*"))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".xlsx":
        [sheet] = load_workbook(path, read_only=True)
        heads, *rows = sheet.values
        return [dict(zip_longest(map(str, heads), row)) for row in rows]  # empty at the end
    chinese = source.startswith("golden_tax_state") or source in CHINESE_ENCODING
    with path.open(encoding="gb18030" if chinese else "utf-8-sig", newline="") as file:
        return [{key: cell.strip() for key, cell in row.items()} for row in csv.DictReader(file)]


def rejected(out: Path, source: str) -> set[int]:
    with (out / "truth" / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["line"]) for row in csv.DictReader(file) if row["source"] == source}


def readable(out: Path, source: str) -> Rows:
    wrong = rejected(out, source)
    return [row for line, row in enumerate(sent(out, source), start=2) if line not in wrong]


def organisation(number: str) -> str:
    """The nine characters that a credit code and the 15-digit number before it share."""
    return number[8:17] if len(number) == 18 else number[6:15]


def whoever(number: str) -> str:
    """A person's number in its new form; what stays the same of an enterprise's."""
    return normal_resident_id(number) or (
        organisation(number) if len(number) in (15, 18) else number
    )


def registered(out: Path) -> dict[str, str]:
    """DJXH at the state bureau -> organisation of those that are not deregistered."""
    return {
        row["DJXH"]: organisation(row["SHXYDM"] or row["NSRSBH"])
        for row in sent(out, "golden_tax_state_registration")
        if row["NSRZT_DM"] not in ("07", "08")
    }


def stakes_of_the_bureau(out: Path) -> set[Stake]:
    company = registered(out)
    return {
        (company[row["DJXH"]], whoever(row["TZFHHRZJHM"]), Decimal(row["TZBL"]))
        for row in readable(out, "golden_tax_state_investment")
        if row["DJXH"] in company and not row["YXQZ"] and row["TZBL"]
    }


def stakes_of_the_market(out: Path) -> set[Stake]:
    return {
        (
            organisation(row["UNISCID"]),
            whoever(row["CERNO"] or row["BLICNO"]),
            Decimal(row["CONPROP"]),
        )
        for row in readable(out, "market_shareholder")
        if row["CONPROP"]
    }


def test_shareholders_are_mostly_those_whom_the_bureau_has(small: Path) -> None:
    bureau, market = stakes_of_the_bureau(small), stakes_of_the_market(small)

    assert len(bureau) > 900
    assert 0.90 < len(bureau & market) / len(bureau) < 1
    assert market - bureau  # sold at the bureau, or under another name


def test_register_lists_nobody_of_a_deregistered_company(small: Path) -> None:
    gone = {
        organisation(row["SHXYDM"] or row["NSRSBH"])
        for row in sent(small, "golden_tax_state_registration")
        if row["NSRZT_DM"] in ("07", "08")
    }
    gone -= set(registered(small).values())
    with (small / "truth" / "cast.csv").open(encoding="utf-8", newline="") as file:
        gone -= {organisation(row["number"]) for row in csv.DictReader(file)}

    assert len(gone) > 20
    for source in ("market_shareholder", "market_officer"):
        assert not gone & {organisation(row["UNISCID"]) for row in sent(small, source)}


def test_register_knows_by_its_code_whom_both_bureaus_have_under_an_older_number(
    small: Path,
) -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    for source, heading in (
        ("golden_tax_state_registration", "SHXYDM"),
        ("golden_tax_local_registration", "社会信用代码"),
    ):
        number = "NSRSBH" if heading == "SHXYDM" else "纳税人识别号"
        for row in sent(small, source):
            codes[organisation(row[heading] or row[number])].add(row[heading])
    older_only = {one for one, known in codes.items() if known == {""}}

    in_register = {organisation(row["UNISCID"]) for row in sent(small, "market_officer")}
    assert older_only & in_register
    assert all(is_credit_code(row["UNISCID"]) for row in sent(small, "market_officer"))


def test_every_company_has_one_legal_representative_and_he_is_the_bureaus(small: Path) -> None:
    heads = defaultdict[str, set[str]](set)
    for row in readable(small, "market_officer"):
        if row["LEREPSIGN"] == "1":
            assert (row["POSITION"], row["OFFHTO"]) == ("执行董事", "")
            heads[organisation(row["UNISCID"])].add(whoever(row["CERNO"]))
    bureau = {
        organisation(row["SHXYDM"] or row["NSRSBH"]): whoever(row["FDDBRSFZJHM"])
        for row in sent(small, "golden_tax_state_registration")
    }

    assert {len(persons) for persons in heads.values()} == {1}
    both = set(heads) & set(bureau)
    assert len(both) > 900
    assert [one for one in both if heads[one] != {bureau[one]}] == []


def test_nobody_supervises_himself_and_some_left(small: Path) -> None:
    posts = defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
    left = 0
    for row in readable(small, "market_officer"):
        if row["OFFHTO"]:
            assert row["OFFHFROM"] < row["OFFHTO"] < f"{DAY:%Y%m%d}"
            left += 1
        else:
            posts[row["UNISCID"]][row["POSITION"]].add(whoever(row["CERNO"]))

    assert left > 5
    assert [one for one, held in posts.items() if held["监事"] & held["执行董事"]] == []


def test_pledged_shares_are_held_by_who_pledges_them(small: Path) -> None:
    rows = sent(small, "equity_pledge")
    holders = {(company, holder) for company, holder, _share in stakes_of_the_market(small)}
    holders |= {(company, holder) for company, holder, _share in stakes_of_the_bureau(small)}

    assert len(rows) > 3
    for row in rows:
        pledged = (
            organisation(row["出质股权所在公司统一社会信用代码"]), whoever(row["出质人证照号码"]),
        )  # fmt: skip
        assert pledged in holders
        assert (row["状态"] == "无效") is (row["注销或失效日期"] is not None)


def test_every_listed_debtor_is_one_of_an_enforcement_case_of_that_number(small: Path) -> None:
    cases = {
        (row["执行案号"], row["证件号码或信用代码"]): row
        for row in sent(small, "court_enforcement")
    }
    listed = sent(small, "judgment_debtor")

    assert listed
    assert len(cases) == len(sent(small, "court_enforcement")) > len(listed)
    for row in listed:
        case = cases[row["执行案号"], row["证件号码或信用代码"]]
        assert case["立案日期"] < row["发布日期"]
        assert (case["案件状态"] == "执行完毕") is (row["状态"] == "已撤下")


def test_who_is_wound_up_is_registered_and_claims_can_be_filed_for_three_months(
    small: Path,
) -> None:
    known = {
        organisation(row["SHXYDM"] or row["NSRSBH"])
        for row in sent(small, "golden_tax_state_registration")
    } | {
        organisation(row["社会信用代码"] or row["纳税人识别号"])
        for row in sent(small, "golden_tax_local_registration")
    }
    rows = sent(small, "court_bankruptcy")

    assert rows
    for row in rows:
        accepted, until = (date.fromisoformat(row[one]) for one in ("受理日期", "债权申报截止日期"))
        assert organisation(row["债务人统一社会信用代码"]) in known
        assert accepted <= DAY
        assert 30 <= (until - accepted).days <= 92


def test_platform_names_enterprises_by_code_and_persons_by_document(small: Path) -> None:
    for source in ("administrative_permit", "administrative_penalty"):
        rows = sent(small, source)
        assert {row["行政相对人类别"] for row in rows} == {
            "自然人", "法人及非法人组织", "个体工商户",
        }  # fmt: skip
        for row in rows:
            natural = row["行政相对人类别"] == "自然人"
            code = row["行政相对人代码_1(统一社会信用代码)"]
            assert natural is (code == "") is bool(row["证件号码"])
            assert natural or is_credit_code(code)


def test_social_insurance_is_told_once_for_each_person_and_month(small: Path) -> None:
    rows = sent(small, "social_insurance_payment")
    keys = {
        (row["单位统一社会信用代码"], row["公民身份号码"], row["险种"], row[PERIOD[0]])
        for row in rows
    }
    months = {tuple(row[one] for one in PERIOD) for row in rows}

    assert len(keys) == len(rows) > 3_000
    assert len(months) == 6
    assert max(months) == ("2017-07-01", "2017-07-31")


def test_months_are_those_in_which_somebody_is_insured_with_his_base(small: Path) -> None:
    insured = defaultdict[tuple[str, str], Rows](list)
    for row in sent(small, "social_insurance"):
        insured[row["单位统一社会信用代码"], row["公民身份号码"]].append(row)
    for row in sent(small, "social_insurance_payment"):
        assert any(
            spell["参保日期"] <= row[PERIOD[1]]
            and (spell["停保日期"] or "9999") >= row[PERIOD[0]]
            and spell["月缴费基数"] == row["缴费基数"]
            for spell in insured[row["单位统一社会信用代码"], row["公民身份号码"]]
        )
        base = Decimal(row["缴费基数"])
        assert abs(Decimal(row["单位应缴"]) - base * 18 / 100) < Decimal("0.01")
        assert abs(Decimal(row["个人应缴"]) - base * 8 / 100) < Decimal("0.01")


def test_arrears_are_of_a_few_employers_and_last_until_now(small: Path) -> None:
    paid = defaultdict[str, dict[str, str]](dict)
    for row in sent(small, "social_insurance_payment"):
        paid[row["单位统一社会信用代码"]][row[PERIOD[0]]] = row["到账日期"]
    behind = {
        employer: [bool(months[one]) for one in sorted(months)]
        for employer, months in paid.items()
        if months.get("2017-06-01") == ""
    }

    assert 0 < len(behind) < 0.1 * len(paid)
    for months in behind.values():
        assert months == sorted(months, reverse=True)
