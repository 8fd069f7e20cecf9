"""What must be found in the deliveries, what left undecided, and which rows rejected.

Written while the county is drawn, by whoever knows the fact; no indicator is asked.  Ids are made
with the installation's key, so that they equal what its night will find.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol, TextIO

from chengxin.core.keys import Keys
from city.enterprises import Identity

FINDINGS = ("indicator", "subject", "acted_on", "band", "because")
CAST = ("subject", "number", "name", "story", "enterprises")
REJECTS = ("source", "line", "because")
SHELLS = ("subject", "run_by")
IDENTITIES = ("source", "key", "subject", "kind")


class Writer(Protocol):
    def writerow(self, row: Iterable[str], /) -> object: ...


class Truth:
    """The truth's lists, written row by row."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        folder.mkdir(parents=True)
        self.findings = 0
        self._keys = keys
        self._files: list[TextIO] = []
        self._findings = self._list(folder / "findings.csv", FINDINGS)
        self._undecided = self._list(folder / "undecided.csv", FINDINGS)
        self._cast = self._list(folder / "cast.csv", CAST)
        self._rejects = self._list(folder / "rejects.csv", REJECTS)
        self._identities = self._list(folder / "identities.csv", IDENTITIES)
        self._shells = self._list(folder / "shells.csv", SHELLS)

    def person(self, number: str) -> str:
        """The person with this number in its full form."""
        return f"person:{self._keys.person_id(number)}"

    def enterprise(self, known_as: str, *, personal: bool = False) -> str:
        """The enterprise with this credit code or taxpayer number."""
        return f"enterprise:{self._personal(known_as) if personal else known_as}"

    def enterprise_of(self, identity: Identity, place: int) -> str:
        return self.enterprise(identity.known_as[place], personal=identity.personal[place])

    def enterprises_of(self, identity: Identity) -> list[str]:
        return [self.enterprise_of(identity, place) for place in range(len(identity.known_as))]

    def finds(self, indicator: str, subject: str, acted_on: str, band: str, because: str) -> None:
        self._findings.writerow((indicator, subject, acted_on, band, because))
        self.findings += 1

    def leaves(self, indicator: str, subject: str, acted_on: str, because: str) -> None:
        """Undecided: a fact is missing, and unknown is not yes."""
        self._undecided.writerow((indicator, subject, acted_on, "undecided", because))

    def owes(self, subject: str, fen: int) -> None:
        """M09: taxes past their due day, over both bureaus."""
        band = "owing_2m" if fen >= 200_000_000 else "owing_50k" if fen >= 5_000_000 else "owing"
        self.finds("M09", subject, subject, band, f"欠税 {fen // 100}.{fen % 100:02d} 元")

    def is_debtor(self, subject: str, fen: int, *, represents: bool, banned: bool) -> None:
        """M10: what a person owes himself, whether he represents an enterprise that owes a lot."""
        if fen >= 5_000_000:
            band = "owing_50k"
        elif represents:
            band = "represents_owing"
        else:
            band = "exit_ban" if banned else "owing"
        self.finds("M10", subject, subject, band, f"本人欠税 {fen // 100}.{fen % 100:02d} 元")

    def is_non_normal(self, subject: str, since: int) -> None:
        """M07."""
        because = f"{date.fromordinal(since)} 起为非正常户"
        self.finds("M07", subject, subject, "non_normal", because)

    def has_not_filed(self, subject: str, band: str) -> None:
        """M16."""
        self.finds("M16", subject, subject, band, "有税种逾期未申报")

    def is_lost(self, subject: str, legal_rep: str) -> None:
        """M06: acts on the enterprise, and reminds its legal representative."""
        because = "被认定走逃（失联），未解除"
        self.finds("M06", subject, subject, "lost", because)
        self.finds("M06", subject, legal_rep, "lost", because)

    def has_burst(self, subject: str, legal_rep: str, band: str) -> None:
        """A06: acts on the enterprise, and reminds its legal representative."""
        for target in (subject, legal_rep):
            self.finds("A06", subject, target, band, "新办企业短期暴开后停止申报")

    def unsettled(self, subject: str, *, overdue: bool, long: bool) -> None:
        """M17: a violation that is not settled, or a fine that was not paid in time."""
        band = ("fine_overdue" if overdue else "open") + ("_long" if long else "")
        because = "罚款逾期未缴" if overdue else "违法违章未处理完毕"
        self.finds("M17", subject, subject, band, because)

    def has_grade_d(self, subject: str, responsible: Iterable[str]) -> None:
        """M14: acts on the enterprise, and reminds the directly responsible persons."""
        for target in (subject, *responsible):
            self.finds("M14", subject, target, "grade_d", "最近一次纳税信用评价为 D 级")

    def has_market_facts(self, subject: str, status: str, lists: Iterable[str]) -> None:
        """M19: status in the market while taxed as normal, and the lists that count."""
        if status in ("吊销", "注销", "撤销登记"):
            self.finds("M19", subject, subject, "ended", f"市场登记状态为{status}，税务状态正常")
        elif "冒名登记" in lists:
            self.finds("M19", subject, subject, "impersonated", "被反映冒名登记")
        elif lists:
            self.finds("M19", subject, subject, "listed", "、".join(lists))
        else:
            self.finds("M19", subject, subject, "moved_out", "市场登记已迁出，税务状态正常")

    def is_linked(self, person: str, others: Mapping[str, bool]) -> None:
        """M08: someone behind an unsettled enterprise; what else he runs, and whether it is new."""
        targets = dict(others)
        if targets:
            targets[person] = any(others.values())
        for target, new in targets.items():
            band = "new_household" if new else "linked"
            self.finds("M08", person, target, band, "关联非正常户、走逃户或直接判D级企业")

    def answers_for_published(self, person: str, others: Mapping[str, bool]) -> None:
        """M05: someone behind a published enterprise; what else he has, and whether invoices were
        collected for it this month."""
        targets = dict(others)
        if targets:
            targets[person] = False
        for target, collected in targets.items():
            band = "collected" if collected else "linked"
            self.finds("M05", person, target, band, "公布期内失信主体的责任人员")

    def is_in_many(self, person: str, enterprises: Iterable[str]) -> None:
        """M21: in office in too many; acts on them, and reminds the person."""
        for target in (person, *enterprises):
            self.finds("M21", person, target, "offices", "一人在多户企业任职")

    def shares_contact(self, subject: str) -> None:
        """M21: a telephone or an address of too many."""
        self.finds("M21", subject, subject, "contacts", "与多户企业共用电话或地址")

    def has_open_case(self, subject: str, legal_rep: str, band: str, since: int) -> None:
        """M02: acts on the enterprise, and reminds its legal representative."""
        case = "稽查案件" if band == "inspection" else "纳税评估"
        because = f"{case}自 {date.fromordinal(since)} 起未结"
        self.finds("M02", subject, subject, band, because)
        self.finds("M02", subject, legal_rep, band, because)

    def police_filed(self, subject: str, acted_on: Iterable[str]) -> None:
        """M01: acts on the subject and, for a person, on what he legally represents."""
        for target in acted_on:
            self.finds("M01", subject, target, "filed", "公安机关已立案，未终结")

    def watched(self, subject: str, since: int, until: int) -> None:
        """M15."""
        span = f"{date.fromordinal(since)} 至 {date.fromordinal(until)}"
        self.finds("M15", subject, subject, "watched", f"在监控名单内，{span}")

    def buys_home(
        self, subject: str, acted_on: Iterable[str], own_price: int, income: int | None
    ) -> None:
        """A01 for someone behind two losing enterprises.

        `own_price`, at least a million yuan, is in fen × hundredths of a percent; `income` is
        the taxable income of three years in fen, None when no payer declared any.
        """
        price = own_price // 10_000
        bought = f"购入住房，本人部分 {price // 100}.{price % 100:02d} 元"
        if income is None:
            for target in acted_on:
                self.leaves("A01", subject, target, f"{bought}；无所得申报记录")
            return
        if own_price < 3 * income * 10_000:
            return
        # score = 50 × excess, high from 70: excess of price over both thresholds is 1.4
        high = 10 * own_price >= 14 * max(100_000_000, 3 * income) * 10_000
        because = f"{bought}；三年应纳税所得额 {income // 100}.{income % 100:02d} 元"
        for target in acted_on:
            self.finds("A01", subject, target, "high" if high else "normal", because)

    def buys_car(self, subject: str, acted_on: Iterable[str], price: int) -> None:
        """A02 for someone behind what earns nothing; `price` in fen, from 400,000 yuan."""
        band = "high" if price >= 130_000_000 else "normal"
        because = f"名下车辆初次登记，价格 {price // 100}.{price % 100:02d} 元"
        for target in acted_on:
            self.finds("A02", subject, target, band, because)

    def spends(self, subject: str, outlays: int, income: int | None) -> None:
        """A03 for someone with two kinds of outlays at least, of three years, in fen.

        `income` is the taxable income of three years, None when no payer declared any.
        """
        spent = f"三年支出 {outlays // 100}.{outlays % 100:02d} 元"
        if outlays - (income or 0) < 100_000_000 or outlays < 5 * (income or 0):
            return
        if income is None:
            self.leaves("A03", subject, subject, f"{spent}；无所得申报记录")
            return
        # score = 50 × excess, high from 70: excess over both thresholds is 1.4
        high = 10 * (outlays - income) >= 14 * 100_000_000 and 10 * outlays >= 14 * 5 * income
        because = f"{spent}；三年应纳税所得额 {income // 100}.{income % 100:02d} 元"
        self.finds("A03", subject, subject, "high" if high else "normal", because)

    def sells_shares(self, subject: str, seller: str, verdict: str) -> None:
        """A08 for one transfer of an enterprise's shares: a low price, or none that is known."""
        if verdict == "low":
            because = "股权转让价格低于净资产份额的八成，无亲属关系证明"
            self.finds("A08", subject, subject, "low_price", because)
            self.finds("A08", subject, seller, "low_price", because)
        elif verdict == "unknown":
            self.leaves("A08", subject, subject, "转让价格、比例或净资产不明")

    def rejects(self, source: str, line: int, number: str, what: str = "证件号码") -> None:
        """A row with a number that cannot be true; the headings are line 1."""
        because = f"{what} {number} 校验不通过" if number else f"{what}为空"
        self._rejects.writerow((source, str(line), because))

    def identifies(self, source: str, key: str, subject: str, kind: str) -> None:
        """Who the record `key` without a number is about; an empty subject is nobody known."""
        self._identities.writerow((source, key, subject, kind))

    def is_shell(self, enterprise: str, person: str) -> None:
        """Registered to issue false invoices and vanish, whether anybody has found out or not."""
        self._shells.writerow((enterprise, person))

    def plays(
        self, subject: str, number: str, name: str, story: str, enterprises: Iterable[str]
    ) -> None:
        self._cast.writerow((subject, number, name, story, " ".join(enterprises)))

    def close(self) -> None:
        for file in self._files:
            file.close()

    def _personal(self, taxpayer_id: str) -> str:
        return "T" + self._keys.token("taxpayer", taxpayer_id)

    def _list(self, path: Path, headings: tuple[str, ...]) -> Writer:
        file = path.open("w", encoding="utf-8", newline="")
        self._files.append(file)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        return writer
