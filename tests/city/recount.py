"""Reads a county's deliveries back, naively, and says what some indicators must find.

Slow and obvious on purpose: one dict a row, one loop a rule.  It shares no code with the county,
nor with the readers and indicators of the system; only the files are common to them.  Subjects are
named by number, so that no key is needed to count: `("person", number)`, `("enterprise", number)`.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

from openpyxl import load_workbook

from chengxin.core.keys import Keys

Subject = tuple[str, str]
Found = tuple[str, Subject, Subject, str]

COUNTED = {"M01", "M02", "M07", "M09", "M10", "M15", "M21", "A01", "A02", "A03"}
TAX_CRIMES = {str(article) for article in range(201, 213)} | {"205-1"}
CODES = {
    "registration": "DJXH NSRSBH SHXYDM NSRMC FDDBRXM FDDBRSFZJLX_DM FDDBRSFZJHM SCJYDZ JDXZ_DM "
    "DJZCLX_DM HY_DM NSRZT_DM ZGSWSKFJ_DM SSGLY_DM DJRQ KYSLRQ XGRQ",
    "natural_person": "DJXH XM SFZJLX_DM SFZJHM YDDH ZGSWSKFJ_DM DJRQ",
    "investment": "UUID DJXH TZFHHRMC TZFHHRZJZL_DM TZFHHRZJHM TZBL TZJE YXQQ YXQZ",
    "ledger": "YZPZXH DJXH ZSXM_DM SKZL_DM SKSSQQ SKSSQZ JKQX YBTSE RKRQ",
    "cit_year": "DJXH ND YYSR LRZE YNSDSE YNSE SBRQ_1",
    "extension": "DJXH CYRS ZCZB ZCDLXDH FDDBRYDDH CWFZRXM CWFZRSFZJZL_DM CWFZRSFZJHM CWFZRYDDH "
    "BSRXM BSRSFZJZL_DM BSRSFZJHM BSRYDDH SWDLRNSRSBH",
    "invoice_collector": "GPRUUID DJXH GPRXM SFZJZL_DM SFZJHM YXQQ YXQZ",
    "invoice_collection": "LYMXUUID DJXH FPZL_DM FS LPRQ GPRXM GPRSFZJZL_DM GPRSFZJHM YJRQ QSFS",
    "non_normal": "FZCHRDUUID DJXH RDRQ JCRQ",
    "inspection": "JCAJXXUUID JCAJBH DJXH LARQ JARQ JCJDRQ SDRQ YJSKZE SJSKZE YJZNJZE SJZNJZE "
    "YJFKZE SJFKZE",
    "assessment": "PGAJBH DJXH PGKSRQ PGJSRQ",
    "filing": "SBUUID DJXH ZSXM_DM SKSSQQ SKSSQZ SBRQ_1 YSXSSR YBTSE GZLX_DM_1 ZFBZ_1",
    "shareholder_loan": "RTZJUUID DJXH CJFXM CJFSFZJLX_DM CJFSFZJHM JKJE JKRQ GHRQ",
    "responsible": "ZRRYUUID DJXH XM SFZJLX_DM SFZJHM RYLX_DM WSH RDRQ YXQZ",
}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


@dataclass
class Enterprise:
    name: str
    representatives: set[str] = field(default_factory=set)
    registrations: list[dict[str, str]] = field(default_factory=list)


@dataclass
class County:
    """What the files say, by the field codes of the state bureau."""

    day: date
    rows: dict[str, list[dict[str, str]]]
    enterprises: dict[str, Enterprise] = field(default_factory=dict)
    by_registration: dict[str, str] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)


def read(folder: Path, day: date) -> County:
    """All deliveries of the folder; rows whose person cannot be true are left out."""
    rows: dict[str, list[dict[str, str]]] = {}
    stamp = f"{day:%Y%m%d}"
    for source, codes in CODES.items():
        state = _csv(folder / f"golden_tax_state_{source}.{stamp}.csv", "gb18030")
        local = _csv(folder / f"golden_tax_local_{source}.{stamp}.csv", "utf-8")
        assert state[0] == codes.split()
        rows[source] = [dict(zip(codes.split(), row, strict=True)) for row in state[1:] + local[1:]]
    for source in ("personal_income", "watchlist", "shared_contact_register"):
        lines = _csv(folder / f"{source}.{stamp}.csv", "utf-8-sig")
        rows[source] = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
    for source in ("real_estate_registry", "paid_in_capital", "exit_ban"):
        lines = _csv(folder / f"{source}.{stamp}.csv", "gb18030")
        rows[source] = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
    lines = _csv(folder / f"vehicle_registration.{stamp}.csv", "utf-8")
    rows["vehicle_registration"] = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
    police = (folder / f"police_case.{stamp}.jsonl").read_text("utf-8").splitlines()
    rows["police_case"] = [
        {key: value or "" for key, value in json.loads(line).items()} for line in police
    ]
    book = load_workbook(folder / f"housing_contract.{stamp}.xlsx", read_only=True)
    sheet = list(book["网签合同"].values)
    rows["housing_contract"] = [
        {
            str(key): "" if value is None else str(value)
            for key, value in zip(sheet[0], row, strict=True)
        }
        for row in sheet[1:]
    ]
    county = County(day, rows)
    _identify(county)
    return county


def key(subject: Subject, keys: Keys) -> str:
    """The subject's key at an installation with these keys."""
    kind, number = subject
    if kind == "person":
        return f"person:p{keys.token('person', number)}"
    owner = number[:17].isdigit() and check_digit(number[:17]) == number[17:18]
    if len(number) in (18, 20) and owner and number[6:8] == "19":
        return f"enterprise:T{keys.token('taxpayer', number)}"
    return f"enterprise:{number}"


def findings(county: County) -> set[Found]:
    return {
        *police_filings(county),
        *open_cases(county),
        *non_normal(county),
        *arrears(county),
        *debtors(county),
        *watched(county),
        *in_many(county),
        *shared_contacts(county),
        *(row for row in dear_homes(county) if row[3] != "undecided"),
        *dear_cars(county),
        *(row for row in outlays(county) if row[3] != "undecided"),
    }


def undecided(county: County) -> set[Found]:
    return {row for row in dear_homes(county) | outlays(county) if row[3] == "undecided"}


def police_filings(county: County) -> set[Found]:
    found = set()
    for case in county.rows["police_case"]:
        if case["罪名条款"] not in TAX_CRIMES or case["立案日期"] > county.day.isoformat():
            continue
        if case["终结日期"] and case["终结日期"] <= county.day.isoformat():
            continue
        subject = _party(county, case["主体类型"], case["证件号码"])
        found.add(("M01", subject, subject, "filed"))
        for key, enterprise in county.enterprises.items():
            if subject[0] == "person" and subject[1] in enterprise.representatives:
                found.add(("M01", subject, ("enterprise", key), "filed"))
    return found


def open_cases(county: County) -> set[Found]:
    bands: dict[str, str] = {}
    for row in county.rows["assessment"]:
        ended = _day(row["PGJSRQ"])
        age = (county.day - (_day(row["PGKSRQ"]) or county.day)).days
        if age > 90 and (ended is None or ended > county.day):
            bands[county.by_registration[row["DJXH"]]] = "assessment"
    for row in county.rows["inspection"]:
        filed, closed = _day(row["LARQ"]), _day(row["JARQ"])
        if filed and filed <= county.day and (closed is None or closed > county.day):
            bands[county.by_registration[row["DJXH"]]] = "inspection"
    found = set()
    for key, band in bands.items():
        subject = ("enterprise", key)
        found.add(("M02", subject, subject, band))
        for number in county.enterprises[key].representatives:
            found.add(("M02", subject, ("person", number), band))
    return found


def non_normal(county: County) -> set[Found]:
    said: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    for row in county.rows["registration"]:
        said[row["DJXH"]].append((_day(row["XGRQ"]) or date.min, row["NSRZT_DM"] == "05"))
    for row in county.rows["non_normal"]:
        lifted = _day(row["JCRQ"])
        said[row["DJXH"]].append((lifted or _day(row["RDRQ"]) or date.min, lifted is None))
    found = set()
    for registration, words in said.items():
        newest = max(day for day, _ in words)
        if any(is_non_normal for day, is_non_normal in words if day == newest):
            subject = ("enterprise", county.by_registration[registration])
            found.add(("M07", subject, subject, "non_normal"))
    return found


def arrears(county: County) -> set[Found]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for row in county.rows["ledger"]:
        key = county.by_registration.get(row["DJXH"])
        amount, due, paid = _money(row["YBTSE"]), _day(row["JKQX"]), _day(row["RKRQ"])
        if key is None or row["SKZL_DM"] != "10" or amount <= 0 or due is None:
            continue
        if due < county.day and (paid is None or paid > county.day):
            owed[key] += amount
    found = set()
    for key, total in owed.items():
        band = "owing_2m" if total >= 2_000_000 else "owing_50k" if total >= 50_000 else "owing"
        found.add(("M09", ("enterprise", key), ("enterprise", key), band))
    return found


def debtors(county: County) -> set[Found]:
    """M10: owing himself, for an enterprise that he represents, or kept in the country."""
    registered: dict[str, str] = {}
    for row in county.rows["natural_person"]:
        number = _person(row["SFZJHM"])
        if number is None and row["SFZJLX_DM"] != "201":
            number = row["SFZJHM"]
        if number:
            registered[row["DJXH"]] = number
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for row in county.rows["ledger"]:
        amount, due, paid = _money(row["YBTSE"]), _day(row["JKQX"]), _day(row["RKRQ"])
        if row["DJXH"] not in registered or row["SKZL_DM"] != "10" or due is None:
            continue
        if amount > 0 and due < county.day and (paid is None or paid > county.day):
            owed[registered[row["DJXH"]]] += amount
    years: dict[tuple[str, int], list[Decimal]] = {}
    for row in county.rows["personal_income"]:
        earner, tax_year = _person(row["身份证件号码"]), int(row["所得年度"])
        if earner and tax_year >= 2019 and county.day >= date(tax_year + 1, 7, 1):
            sums = years.setdefault((earner, tax_year), [Decimal(), Decimal()])
            sums[0] += _money(row["应纳税所得额"])
            sums[1] += _money(row["应纳税额"]) - _money(row["已缴税额"])
    for (earner, _), (income, unpaid) in years.items():
        if income > 120_000 and unpaid > 400:
            owed[earner] += unpaid
    banned = set()
    for row in county.rows["exit_ban"]:
        since, until, lifted = (_day(row[name]) for name in ("布控日期", "有效期止", "撤控日期"))
        assert since
        holds = since <= county.day <= (until or county.day)
        if holds and (lifted is None or lifted > county.day):
            banned.add(_person(row["证件号码"]) or row["证件号码"])
    represents = {
        number
        for _, (_, key), _, band in arrears(county)
        if band != "owing"
        for number in county.enterprises[key].representatives
    }
    found = set()
    for number in {*owed, *banned, *represents}:
        band = "owing" if number not in banned else "exit_ban"
        if number in represents:
            band = "represents_owing"
        if owed.get(number, 0) >= 50_000:
            band = "owing_50k"
        found.add(("M10", ("person", number), ("person", number), band))
    return found


def watched(county: County) -> set[Found]:
    found = set()
    for row in county.rows["watchlist"]:
        since, until = _day(row["生效日期"]), _day(row["截止日期"])
        assert since
        assert until
        last = min(until, since.replace(year=since.year + 1))
        approved = row["复核人工号"] not in ("", row["列入人工号"])
        if since <= county.day <= last and approved:
            subject = _party(county, row["主体类型"], row["证件号码或信用代码"])
            found.add(("M15", subject, subject, "watched"))
    return found


def in_many(county: County) -> set[Found]:
    """M21 of persons: legal representative of five, 02 or 03 of ten, collector of five, founder
    of three in 90 days."""
    listed, living = _in_register(county), _living(county)
    offices: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in living:
        enterprise = county.enterprises[key]
        first = min(_day(row["DJRQ"]) or date.max for row in enterprise.registrations)
        for number in enterprise.representatives:
            offices[number, "01"].add(key)
            if (county.day - first).days <= 90:
                offices[number, "new"].add(key)
    for row in county.rows["extension"]:
        key = county.by_registration[row["DJXH"]]
        for number, agency in ((row["CWFZRSFZJHM"], ""), (row["BSRSFZJHM"], row["SWDLRNSRSBH"])):
            if number and not agency and key in living:
                offices[_person(number) or number, "02/03"].add(key)
    for row in county.rows["invoice_collector"]:
        key, until = county.by_registration[row["DJXH"]], _day(row["YXQZ"])
        since = _day(row["YXQQ"]) or date.min
        if key in living and since <= county.day and (until is None or until >= county.day):
            offices[_person(row["SFZJHM"]) or row["SFZJHM"], "04"].add(key)
    found = set()
    for (number, office), keys in offices.items():
        least = {"01": 5, "02/03": 10, "04": 5, "new": 3}[office]
        if len(keys) >= least and ("person", number) not in listed:
            subject = ("person", number)
            found.add(("M21", subject, subject, "offices"))
            found |= {("M21", subject, ("enterprise", key), "offices") for key in keys}
    return found


def shared_contacts(county: County) -> set[Found]:
    """M21 of enterprises: five with one telephone and five representatives, ten at an address."""
    listed, living = _in_register(county), _living(county)
    told: dict[str, dict[str, set[Subject]]] = defaultdict(lambda: defaultdict(set))
    for row in county.rows["extension"]:
        key = county.by_registration[row["DJXH"]]
        officer = _person(row["CWFZRSFZJHM"]) or row["CWFZRSFZJHM"]
        handler = _person(row["BSRSFZJHM"]) or row["BSRSFZJHM"]
        itself = ("enterprise", key)
        told[row["ZCDLXDH"]][key].add(itself)
        told[row["FDDBRYDDH"]][key].add(itself)
        told[row["CWFZRYDDH"]][key].add(("person", officer) if officer else itself)
        if not row["SWDLRNSRSBH"]:
            told[row["BSRYDDH"]][key].add(("person", handler) if handler else itself)
    at: dict[str, set[str]] = defaultdict(set)
    for row in county.rows["registration"]:
        at[row["SCJYDZ"]].add(county.by_registration[row["DJXH"]])
    found = set()
    for number, keys in told.items():
        if not number or any(("enterprise", key) in listed for key in keys):
            continue
        own = {key: whose for key, whose in keys.items() if key in living}
        holders = {
            next(iter(whose)) if len(whose) == 1 else ("enterprise", key)
            for key, whose in own.items()
        }
        reps = set().union(*(county.enterprises[key].representatives for key in own))
        if len(holders) >= 5 and len(reps) >= 5:
            found |= {("M21", ("enterprise", k), ("enterprise", k), "contacts") for k in own}
    for place, keys_at in at.items():
        shared = keys_at & living
        if place and len(shared) >= 10 and not any(("enterprise", k) in listed for k in keys_at):
            found |= {("M21", ("enterprise", k), ("enterprise", k), "contacts") for k in shared}
    return found


def _living(county: County) -> set[str]:
    return {
        county.by_registration[row["DJXH"]]
        for row in county.rows["registration"]
        if row["NSRZT_DM"] in ("03", "04", "05", "06")
    }


def _in_register(county: County) -> set[Subject]:
    return {
        _party(county, row["主体类型"], row["证件号码或信用代码"])
        for row in county.rows["shared_contact_register"]
        if not row["截止日期"] or row["截止日期"] >= county.day.isoformat()
    }


def dear_homes(county: County) -> set[Found]:
    returns = _annual_returns(county)
    behind = _behind(county, {key for key in returns if _loses(returns[key])})

    year_ago = county.day.replace(year=county.day.year - 1)
    dearest: dict[str, Decimal] = defaultdict(Decimal)
    for row in county.rows["housing_contract"]:
        buyer, signed = _person(row["买受人证件号码"]), _day(row["签订日期"])
        if buyer and row["共有比例(%)"] and signed and year_ago <= signed <= county.day:
            own = Decimal(row["合同总价(元)"]) * Decimal(row["共有比例(%)"]) / 100
            dearest[buyer] = max(dearest[buyer], own)

    earned, found = _earned(county), set()
    for number, keys in behind.items():
        price, income = dearest[number], earned.get(number)
        if len(keys) < 2 or price < 1_000_000 or (income is not None and price < 3 * income):
            continue
        excess = price / 1_000_000
        if income:
            excess = min(excess, price / (3 * income))
        band = "undecided" if income is None else "high" if 50 * excess >= 70 else "normal"
        for key in keys:
            found.add(("A01", ("person", number), ("enterprise", key), band))
    return found


def dear_cars(county: County) -> set[Found]:
    returns, filed = _annual_returns(county), _vat_sales(county)
    idle = {key for key in returns if _earns_nothing(returns[key])}
    idle |= {key for key in filed if _sells_nothing(county, filed[key])}
    behind = _behind(county, idle)
    for number, keys in _controllers(county, idle).items():
        behind[number] |= keys

    year_ago = county.day.replace(year=county.day.year - 1)
    dearest: dict[str, Decimal] = defaultdict(Decimal)
    for row in county.rows["vehicle_registration"]:
        owner, registered = _person(row["证件号码"]), _day(row["初次登记日期"])
        if owner and row["发票价格"] and registered and year_ago <= registered <= county.day:
            dearest[owner] = max(dearest[owner], _money(row["发票价格"]))

    found = set()
    for number, keys in behind.items():
        band = "high" if dearest[number] >= 1_300_000 else "normal"
        if dearest[number] >= 400_000:
            for key in keys:
                found.add(("A02", ("person", number), ("enterprise", key), band))
    return found


def outlays(county: County) -> set[Found]:
    spent: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    since = county.day.replace(year=county.day.year - 3).isoformat()

    def spend(number: str | None, what: str, day: date | None, amount: Decimal | None) -> None:
        if number and day and amount and since <= day.isoformat() <= county.day.isoformat():
            spent[number][what] += amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

    contracts = set()
    for row in county.rows["housing_contract"]:
        buyer = _person(row["买受人证件号码"])
        contracts.add((row["合同编号"], buyer))
        if row["共有比例(%)"]:
            own = Decimal(row["合同总价(元)"]) * Decimal(row["共有比例(%)"]) / 100
            spend(buyer, "home", _day(row["签订日期"]), own)
    for row in county.rows["real_estate_registry"]:
        holder, contract = _person(row["权利人证件号码"]), row["网签合同编号"]
        if row["登记原因"] == "买卖" and contract and (contract, holder) not in contracts:
            own = _money(row["合同价(元)"]) * Decimal(row["共有比例(%)"]) / 100
            spend(holder, "home", _day(row["登记日期"]), own)
    for row in county.rows["vehicle_registration"]:
        if row["发票价格"]:
            price = _money(row["发票价格"])
            spend(_person(row["证件号码"]), "car", _day(row["初次登记日期"]), price)
    for row in county.rows["paid_in_capital"]:
        if row["出资方式"] == "货币":
            amount = _money(row["实缴出资额(元)"])
            spend(_person(row["股东证件号码"]), "capital", _day(row["实缴出资日期"]), amount)
    for number, _key, lent, amount in _loans(county):
        spend(number, "loan", lent, amount)

    earned, found = _earned(county), set()
    for number, kinds in spent.items():
        total, income = sum(kinds.values(), Decimal()), earned.get(number, Decimal())
        if len(kinds) < 2 or total - income < 1_000_000 or total < 5 * income:
            continue
        excess = (total - income) / 1_000_000
        if income:
            excess = min(excess, total / (5 * income))
        band = "high" if 50 * excess >= 70 else "normal"
        if number not in earned:
            band = "undecided"
        found.add(("A03", ("person", number), ("person", number), band))
    return found


def _loans(county: County) -> set[tuple[str, str, date, Decimal]]:
    """Large loans to an enterprise of the lender's own that nobody calls repaid; each once."""
    everyone = set(county.enterprises)
    behind = _behind(county, everyone, least=None)
    for number, keys in _controllers(county, everyone).items():
        behind[number] |= keys
    open_ones, repaid = set(), set()
    for row in county.rows["shareholder_loan"]:
        number, key = _person(row["CJFSFZJHM"]), county.by_registration[row["DJXH"]]
        lent, amount, back = _day(row["JKRQ"]), _money(row["JKJE"]), _day(row["GHRQ"])
        if number and lent and amount >= 100_000 and key in behind[number]:
            loan = number, key, lent, amount
            (repaid if back and back <= county.day else open_ones).add(loan)
    return open_ones - repaid


def _earned(county: County) -> dict[str, Decimal]:
    """Taxable income of the three last years, of those who have any row."""
    earned: dict[str, Decimal] = {}
    for row in county.rows["personal_income"]:
        number, back = _person(row["身份证件号码"]), county.day.year - int(row["所得年度"])
        if number and 1 <= back <= 3:
            earned[number] = earned.get(number, Decimal()) + _money(row["应纳税所得额"])
    return earned


def _controllers(county: County, enterprises: set[str]) -> dict[str, set[str]]:
    """Whom documents name as controller of some of the enterprises."""
    controlled: dict[str, set[str]] = defaultdict(set)
    for row in county.rows["responsible"]:
        key, controller = county.by_registration[row["DJXH"]], _person(row["SFZJHM"])
        since, until = _day(row["RDRQ"]), _day(row["YXQZ"])
        if row["RYLX_DM"] != "09" or controller is None or key not in enterprises:
            continue
        if (since is None or since <= county.day) and (until is None or until >= county.day):
            controlled[controller].add(key)
    return controlled


def _behind(county: County, enterprises: set[str], least: int | None = 10) -> dict[str, set[str]]:
    """Whoever represents some of the enterprises or holds 10 % of them; or any part of them."""
    behind: dict[str, set[str]] = defaultdict(set)
    for key in enterprises:
        for number in county.enterprises[key].representatives:
            behind[number].add(key)
    for row in county.rows["investment"]:
        investor = _person(row["TZFHHRZJHM"])
        key = county.by_registration[row["DJXH"]]
        until = _day(row["YXQZ"])
        if row["TZFHHRZJZL_DM"] == "199" or investor is None or key not in enterprises:
            continue
        enough = least is None or (row["TZBL"] and Decimal(row["TZBL"]) >= least)
        if enough and (until is None or until >= county.day):
            behind[investor].add(key)
    return behind


def _annual_returns(county: County) -> dict[str, list[tuple[Decimal, Decimal]]]:
    """Profit and taxable income of the two newest annual returns of each enterprise."""
    returns: dict[str, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for row in county.rows["cit_year"]:
        filed, tax_year = _day(row["SBRQ_1"]), int(row["ND"])
        if filed and filed <= county.day and tax_year >= county.day.year - 3:
            key = county.by_registration[row["DJXH"]]
            returns[key][tax_year] = _money(row["LRZE"]), _money(row["YNSDSE"])
    return {key: [years[year] for year in sorted(years)[-2:]] for key, years in returns.items()}


def _loses(returns: list[tuple[Decimal, Decimal]]) -> bool:
    return _earns_nothing(returns) or (
        len(returns) == 2 and all(income <= 0 for _, income in returns)
    )


def _earns_nothing(returns: list[tuple[Decimal, Decimal]]) -> bool:
    return len(returns) == 2 and all(profit <= 0 for profit, _ in returns)


def _vat_sales(county: County) -> dict[str, dict[tuple[date, date], list[Decimal | None]]]:
    """Of each enterprise by VAT period: the sales of what each registration filed last for it;
    None where the return does not say."""
    last: dict[tuple[str, date, date], tuple[date, str, Decimal | None]] = {}
    for row in county.rows["filing"]:
        first, end, filed = _day(row["SKSSQQ"]), _day(row["SKSSQZ"]), _day(row["SBRQ_1"])
        if row["ZSXM_DM"] != "10101" or row["ZFBZ_1"] == "Y" or not (first and end and filed):
            continue
        if filed <= county.day:
            amount = _money(row["YSXSSR"]) if row["YSXSSR"] else None
            told, place = (filed, row["SBUUID"], amount), (row["DJXH"], first, end)
            last[place] = max(last.get(place, told), told, key=lambda one: one[:2])
    sales: dict[str, dict[tuple[date, date], list[Decimal | None]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (registration, first, end), (_, _, told_sales) in last.items():
        sales[county.by_registration[registration]][first, end].append(told_sales)
    return sales


def _sells_nothing(county: County, sales: dict[tuple[date, date], list[Decimal | None]]) -> bool:
    """Whether the six newest periods follow each other without sales, up to the last year."""
    year_ago = county.day.replace(year=county.day.year - 1)
    six = sorted(sales, key=lambda period: period[::-1])[-6:]
    return (
        len(six) == 6
        and six[-1][1] >= year_ago
        and all((after[0] - before[1]).days == 1 for before, after in pairwise(six))
        and all(amount is not None and amount <= 0 for period in six for amount in sales[period])
    )


def _identify(county: County) -> None:
    """Both bureaus' registrations of one enterprise, under its credit code where it has one."""
    by_organisation = {
        row["SHXYDM"][8:17]: row["SHXYDM"] for row in county.rows["registration"] if row["SHXYDM"]
    }
    for row in county.rows["registration"]:
        number = row["NSRSBH"]
        owner = _person(number[:18]) or _person(number[:15])
        if row["SHXYDM"]:
            key = row["SHXYDM"]
        elif len(number) == 15 and number[6:] in by_organisation:
            key = by_organisation[number[6:]]
        elif owner and (len(number) != 15 or 1 <= int(number[8:10]) <= 12):
            key = owner + (number[-2:] if len(number) in (17, 20) else "")
        else:
            key = number
        enterprise = county.enterprises.setdefault(key, Enterprise(row["NSRMC"]))
        representative = _person(row["FDDBRSFZJHM"]) or row["FDDBRSFZJHM"]
        enterprise.representatives.add(representative)
        enterprise.registrations.append(row)
        county.by_registration[row["DJXH"]] = key
        county.by_number[number] = key


def _party(county: County, kind: str, number: str) -> Subject:
    if kind == "自然人":
        return "person", _person(number) or number
    return "enterprise", county.by_number.get(number, number)


def _person(number: str) -> str | None:
    """The full number of a person; None when it cannot be true."""
    if len(number) == 15 and number.isdigit():
        number = f"{number[:6]}19{number[6:]}"
        number += check_digit(number)
    if len(number) == 18 and number[:17].isdigit():
        return number if check_digit(number[:17]) == number[17] else None
    return number if number and len(number) <= 15 and number[:3].isalpha() else None


def check_digit(first17: str) -> str:
    """GB 11643-1999 as ISO 7064 states it: the digits, weighted by 2 to the power of their place
    from the right, sum to 1 modulo 11."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first17))
    rest = (1 - total) % 11
    return "X" if rest == 10 else str(rest)


def _csv(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file)]


def _day(text: str) -> date | None:
    if not text:
        return None
    if "-" not in text:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    first, month, last = text.split("-")
    if month in MONTHS:
        return date(2000 + int(last), MONTHS.index(month) + 1, int(first))
    return date(int(first), int(month), int(last))


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
