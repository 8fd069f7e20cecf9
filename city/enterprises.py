"""The enterprises of the county: who runs them, how both bureaus know them.

Most enterprises are known to both bureaus under two registrations with different DJXH 登记序号.
Some have their unified credit code at both, some at one bureau only the 15-digit number from
before 2015 (阳信县's division and the organisation code that the credit code repeats).  An
individual business 个体工商户 has a credit code, or its owner's resident number, with 01, 02, …
behind it from his second shop on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from chengxin.core import identifiers
from city.dice import Bools, Dice, Ints, shares
from city.forms import Bureau
from city.people import CAST, RESIDENT, SHARING, People, Persons, old_number

YANGXIN, WUDI = "371622", "371623"
NORMAL, SUSPENDED, NON_NORMAL, LIQUIDATION, DEREGISTERED, NON_NORMAL_DEREGISTERED = (
    "03", "04", "05", "06", "07", "08",
)  # fmt: skip
LIFTED = "lifted"  # normal again after having been non-normal
LIVES = (NORMAL, DEREGISTERED, NON_NORMAL, LIFTED, SUSPENDED, NON_NORMAL_DEREGISTERED,
         LIQUIDATION)  # fmt: skip
_LIFE_WEIGHTS = (8710, 700, 150, 250, 120, 50, 20)

# How many enterprises one legal representative has: bounds of the distribution's classes.  Its
# last class comes from namesakes counted as one person, and the one before ends here at 60.
_FAN_OUT = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, 60))
_TOWNSHIPS = (
    ("001", "信城街道"), ("002", "金阳街道"), ("101", "商店镇"), ("102", "温店镇"),
    ("103", "河流镇"), ("104", "翟王镇"), ("105", "流坡坞镇"), ("106", "水落坡镇"),
    ("107", "劳店镇"), ("108", "洋湖乡"),
)  # fmt: skip
_TOWNSHIP_WEIGHTS = (26, 18, 9, 7, 9, 8, 7, 8, 5, 3)
_BRANCH_WEIGHTS = (30, 18, 16, 14, 12, 10)
_ROADS = ("阳城一路", "阳城三路", "阳城六路", "幸福一路", "幸福二路", "大济路", "东环路",
          "工业一路", "河东街", "鼓楼街", "商贸街", "梨乡路")  # fmt: skip
_FRAGMENTS = {"务所", "行社", "凝土", "艺品", "织品", "中心", "集团", "代理", "连锁", "出口"}
_INDUSTRIES = ("5191", "5162", "5211", "5299", "6510", "7299", "3311", "2110", "1351", "0311",
               "4790", "5430", "6190", "1761", "2611", "8111", "7240", "5164", "1512", "3459",
               "4890", "7810", "5227", "6210")  # fmt: skip
_TYPES = {"有限公司": "173", "有限责任公司": "159", "股份有限公司": "160", "分公司": "174",
          "厂": "171", "专业合作社": "190", "农民专业合作社": "190"}  # fmt: skip
_SHOPS = ("店", "行", "部", "经营部", "服务部", "超市", "商店", "中心", "工作室")
_THREE_IN_ONE = date(2015, 10, 1).toordinal()  # 三证合一: one licence, one code
# How the bureaus know a company: by its code, or by the 15-digit number from before 2015
_CODE_AT_BOTH, _OLD_AT_STATE, _OLD_AT_LOCAL, _OLD_AND_CODE, _OLD_AT_BOTH = range(5)
RUNS_SHELLS = 6_000  # of a million legal representatives
_SMALL_SCALE = 240_000 * 100  # fen a month; a good year of them is 4.32 million yuan
_OF_AGE = 18 * 366  # days
_AT_ONCE = 8_000  # enterprises whose officers are looked at at once
# Corporate income tax of enterprises registered before stays with the local bureau
_CIT_SPLIT = date(2002, 1, 1).toordinal()


@dataclass(frozen=True)
class Identity:
    """The numbers under which the bureaus know some enterprises."""

    code: list[str]  # unified credit code, "" where no bureau knows one
    known_as: list[str]  # credit code, else taxpayer number with its owner's number in full
    personal: list[bool]  # known by the number of its owner
    taxpayer: dict[Bureau, list[str]]
    credit: dict[Bureau, list[str]]


@dataclass(frozen=True)
class Block:
    """Columns of some enterprises; days are ordinals, money whole fen."""

    index: Ints
    company: Bools  # else an individual business
    identity: Identity
    name: list[str]
    at: dict[Bureau, Bools]
    registration: dict[Bureau, list[str]]
    life: list[str]
    registered: Ints
    office: dict[Bureau, list[str]]
    officer: dict[Bureau, list[str]]
    township: list[str]
    address: list[str]
    kind: list[str]  # 登记注册类型
    industry: list[str]
    shell: Bools  # who runs it runs shells
    legal_rep: Persons
    finance_officer: Persons
    tax_handler: Persons
    agent: list[str]  # credit code of the agency whose person handles its taxes
    general: Bools  # general VAT taxpayer, files monthly
    monthly_sales: Ints
    cit_local: Bools
    phone: list[str]  # of the registered address

    def __len__(self) -> int:
        return len(self.index)

    def where(self, *lives: str) -> Bools:
        return np.array([life in lives for life in self.life], dtype=np.bool_)

    def often(self, usually: int, *, shells: int) -> Ints:
        """So many of a million of each: usual ones, and those run as shells."""
        return np.where(self.shell, shells, usually)

    def gone(self) -> Bools:
        return self.where(DEREGISTERED, NON_NORMAL_DEREGISTERED)


class Enterprises:
    """All background enterprises; only who runs which is held for the whole county."""

    def __init__(self, dice: Dice, people: People, *, persons: int, count: int, day: date) -> None:
        self.count = count
        self._dice = dice
        self._people = people
        self._persons = persons
        self._day = day
        self._accountants = max(1, count // 4)
        self._agents = count // 250 + 1
        self._agencies = count // 500 + 1  # the first enterprises are the tax agencies
        self._fan_out()

    def _fan_out(self) -> None:
        dice, count = self._dice, self.count
        turn = np.arange(count)
        weights = shares("enterprises_per_representative_name")[1][: len(_FAN_OUT)]
        bounds = np.array(_FAN_OUT)[dice.pick("fan-out class", turn, weights)]
        width = bounds[:, 1] - bounds[:, 0] + 1
        size = bounds[:, 0] + dice.below("fan-out", turn, 1 << 30) % width
        start = np.cumsum(size) - size
        used = int(np.searchsorted(start, count, side="left"))
        self._rep_start = start[:used].astype(np.int32)
        self._rep_size = np.minimum(size[:used], count - start[:used]).astype(np.int8)
        self.rep_person = dice.spread("representatives", turn[:used], self._persons)
        place = dice.spread("enterprise of slot", turn, count)
        turn_of_slot = np.repeat(turn[:used], self._rep_size)
        self._rep = np.empty(count, dtype=np.int32)
        self._rep[place] = self.rep_person[turn_of_slot]
        self._rank = np.empty(count, dtype=np.int8)
        self._rank[place] = turn - self._rep_start[turn_of_slot]

    def represented_by(self, turn: int) -> Ints:
        """The enterprises of one legal representative, by his place among `rep_person`."""
        slots = np.arange(int(self._rep_size[turn])) + int(self._rep_start[turn])
        return self._dice.spread("enterprise of slot", slots, self.count)

    def representative(self, index: Ints) -> Ints:
        return self._rep[index].astype(np.int64)

    def shells(self, index: Ints) -> Bools:
        """Whether their legal representative runs shells."""
        return self.run_shells(self.representative(index))

    def run_shells(self, representatives: Ints) -> Bools:
        """Who registers enterprises to issue false invoices and vanish 虚开走逃.

        No source says so.  What sources tell of his enterprises is told of them more often than of
        others, most of it of none.
        """
        return self._dice.chance("runs shells", representatives, RUNS_SHELLS)

    def finance_officer(self, index: Ints) -> Ints:
        own_books = self._dice.chance("own books", index, 450_000)
        accountant = self._accountant("finance officer", index)
        return np.where(own_books, self.representative(index), accountant)

    def in_office(self, persons: Ints) -> Ints:
        """Rows of person, enterprise: the living ones in which these persons are 01 or 02."""
        found = [np.zeros((0, 2), np.int64)]
        for start in range(0, self.count, _AT_ONCE):
            index = np.arange(start, min(self.count, start + _AT_ONCE))
            index = index[~self.gone(index)]
            for holder in (self.representative(index), self.finance_officer(index)):
                mask = np.isin(holder, persons)
                found.append(np.stack((holder[mask], index[mask]), axis=1))
        return np.unique(np.concatenate(found), axis=0)

    def blocks(self, size: int) -> Iterator[Block]:
        for start in range(0, self.count, size):
            yield self.block(np.arange(start, min(self.count, start + size)))

    def block(self, index: Ints) -> Block:
        dice, people = self._dice, self._people
        company = self.companies(index)
        registered = registered_on(dice, index, self._day)
        representative = self.representative(index)
        legal_rep = people.of(representative)
        of_age = np.minimum(legal_rep.born + _OF_AGE, self._day.toordinal() - 5)
        registered = np.maximum(registered, of_age)
        handled_by = dice.pick("handled by", index, (40, 45, 15))
        agent = dice.below("agent", index, self._agents)
        handler = np.where(handled_by == 0, representative, self._accountant("handler", index))
        agents = dice.spread("agents", agent, self._persons)
        agency_codes = codes(dice, agent % self._agencies, self._day)
        state_only = dice.chance("state only", index, 30_000)
        local_only = ~state_only & dice.chance("local only", index, 30_000)
        at = {Bureau.STATE: ~local_only, Bureau.LOCAL: ~state_only}
        branch = dice.pick("branch", index, _BRANCH_WEIGHTS) + 1
        neighbours = dice.chance("neighbour's", index, 25_000)
        suffix = _suffixes(dice, index, company)
        general = company & dice.chance("general taxpayer", index, 300_000)
        return Block(
            index=index,
            company=company,
            identity=self._identity(index, at, company, registered, legal_rep),
            name=names(dice, index, company),
            at=at,
            registration=registration_ids(dice, index),
            life=[LIVES[life] for life in self._lives(index).tolist()],
            registered=registered,
            office={bureau: offices(bureau, branch, neighbours) for bureau in Bureau},
            officer={bureau: officers(bureau, branch, index) for bureau in Bureau},
            township=townships(dice, index),
            address=addresses(dice, index),
            kind=[_TYPES.get(text, "410") for text in suffix],
            industry=industries(dice, index),
            shell=self.shells(index),
            legal_rep=legal_rep,
            finance_officer=people.of(self.finance_officer(index)),
            tax_handler=people.of(np.where(handled_by == 2, agents, handler)),
            agent=[
                code if by == 2 else ""
                for code, by in zip(agency_codes, handled_by.tolist(), strict=True)
            ],
            general=general,
            monthly_sales=sales_levels(dice, index, general),
            cit_local=company & (registered < _CIT_SPLIT),
            phone=legal_rep.phone,
        )

    def agents(self) -> Ints:
        """Persons of the tax agencies, who handle the taxes of their clients."""
        return self._dice.spread("agents", np.arange(self._agents), self._persons)

    def employees(self, index: Ints) -> Ints:
        """Persons whom the enterprises employ."""
        return self._dice.below("employee", index, self._persons)

    def companies(self, index: Ints) -> Bools:
        return (index < self._agencies) | self._dice.chance("company", index, 620_000)

    def gone(self, index: Ints) -> Bools:
        """Whether they have been deregistered."""
        return np.isin(
            self._lives(index),
            (LIVES.index(DEREGISTERED), LIVES.index(NON_NORMAL_DEREGISTERED)),
        )

    def some_company(self, name: str, index: Ints) -> tuple[list[str], list[str]]:
        """Taxpayer numbers and names of companies drawn for each of `index`."""
        drawn = self._dice.below(name, index, self.count)
        company = np.where(self.companies(drawn), drawn, drawn % self._agencies)
        registered = registered_on(self._dice, company, self._day)
        old_only = self._identity_form(company, registered) == _OLD_AT_BOTH
        numbers = [
            YANGXIN + code[8:17] if old else code
            for code, old in zip(
                codes(self._dice, company, self._day), old_only.tolist(), strict=True
            )
        ]
        return numbers, names(self._dice, company, self.companies(company))

    def investor(self, index: Ints) -> Ints:
        """Persons who put money into the enterprises of others, some into several."""
        turn = self._dice.below("investor", index, max(1, self.count // 3))
        return self._dice.spread("investors", turn, self._persons)

    def _lives(self, index: Ints) -> Ints:
        drawn = self._dice.pick("life", index, _LIFE_WEIGHTS)
        young = registered_on(self._dice, index, self._day) > self._day.toordinal() - 800
        return np.where((index < self._agencies) | young, 0, drawn)

    def _identity_form(self, index: Ints, registered: Ints) -> Ints:
        drawn = self._dice.pick("identity", index, (780, 40, 120, 50, 10))
        born_with_code = (registered >= _THREE_IN_ONE) | (index < self._agencies)
        return np.where(born_with_code, _CODE_AT_BOTH, drawn)

    def _accountant(self, name: str, index: Ints) -> Ints:
        turn = self._dice.below(name, index, self._accountants)
        return self._dice.spread("accountants", turn, self._persons)

    def _identity(
        self,
        index: Ints,
        at: dict[Bureau, Bools],
        company: Bools,
        registered: Ints,
        legal_rep: Persons,
    ) -> Identity:
        dice = self._dice
        identity = Identity([], [], [], {b: [] for b in Bureau}, {b: [] for b in Bureau})
        rows = zip(
            codes(dice, index, self._day, company=company),
            np.where(company, self._identity_form(index, registered), _CODE_AT_BOTH).tolist(),
            (~company & dice.chance("by owner's number", index, 450_000)).tolist(),
            dice.chance("owner's old number", index, 30_000).tolist(),
            legal_rep.number,
            legal_rep.kind,
            self._rank[index].tolist(),
            *(at[bureau].tolist() for bureau in Bureau),
            strict=True,
        )
        for code, form, by_owner, old, owner, document, rank, *there in rows:
            personal = by_owner and document == RESIDENT
            sequence = f"{rank:02d}" if rank else ""
            old_tax = YANGXIN + code[8:17]
            if personal:
                number = (old_number(owner) if old else owner) + sequence
                taxpayer, credit = (number, number), ("", "")
            else:
                taxpayer, credit = {
                    _CODE_AT_BOTH: ((code, code), (code, code)),
                    _OLD_AT_STATE: ((old_tax, code), ("", code)),
                    _OLD_AT_LOCAL: ((code, old_tax), (code, "")),
                    _OLD_AND_CODE: ((old_tax, old_tax), (code, code)),
                    _OLD_AT_BOTH: ((old_tax, old_tax), ("", "")),
                }[form]
            known = next((c for c, here in zip(credit, there, strict=True) if c and here), "")
            identity.code.append(known)
            identity.known_as.append(owner + sequence if personal else known or old_tax)
            identity.personal.append(personal)
            for bureau, number, code_there in zip(Bureau, taxpayer, credit, strict=True):
                identity.taxpayer[bureau].append(number)
                identity.credit[bureau].append(code_there)
        return identity


def codes(dice: Dice, index: Ints, day: date, *, company: Bools | None = None) -> list[str]:
    """Unified credit codes; 92 before individual businesses, 91 before the rest.

    The organisation code inside has MA for who registered after 2015; before, eight digits whose
    third and fourth are no month, so that division and organisation code never look like a
    15-digit resident number.
    """
    new = registered_on(dice, index, day) >= _THREE_IN_ONE
    if company is not None:
        new |= ~company  # individual businesses got their first code then
    alphabet = identifiers.CREDIT_ALPHABET
    letters = dice.spread("new organisation", index, 31**5)
    digits = dice.spread("old organisation", index, 100 * 87 * 10_000)
    kinds = np.ones_like(index) if company is None else np.where(company, 1, 2)
    written = []
    for is_new, kind, serial, number in zip(
        new.tolist(), kinds.tolist(), letters.tolist(), digits.tolist(), strict=True
    ):
        if is_new:
            first8 = "MA3"
            for place in (923_521, 29_791, 961, 31, 1):
                first8 += alphabet[serial // place % 31]
        else:
            first8 = f"{number // 870_000:02d}{number // 10_000 % 87 + 13}{number % 10_000:04d}"
        organisation = first8 + identifiers.organisation_check_character(first8)
        first17 = f"9{kind}{YANGXIN}{organisation}"
        written.append(first17 + identifiers.credit_check_character(first17))
    return written


def registered_on(dice: Dice, index: Ints, day: date) -> Ints:
    """The day of registration; the distribution's years, and its later level up to `day`."""
    years, weights = shares("registration_year_shandong")
    known = {int(year): weight for year, weight in zip(years, weights, strict=True)}
    known = {year: weight for year, weight in known.items() if year <= 2013}
    known |= dict.fromkeys(range(2014, day.year), known[2013])
    known[day.year] = known[2013] * day.timetuple().tm_yday // 365
    starts = np.array([date(year, 1, 1).toordinal() for year in known])
    year = dice.pick("registration year", index, list(known.values()))
    registered = starts[year] + dice.below("registration day", index, 365)
    latest = day.toordinal() - 5
    return np.where(registered > latest, latest - registered % 100, registered)


def registration_ids(dice: Dice, index: Ints, *, natural: bool = False) -> dict[Bureau, list[str]]:
    """DJXH 登记序号: 20 digits, another at each bureau."""
    ids = {}
    for bureau in Bureau:
        first = ("1" if bureau is Bureau.STATE else "2") + ("012" if natural else "011")
        serial = dice.spread(f"registration {first}", index, 10**8)
        ids[bureau] = [f"{first}37160000{number:08d}" for number in serial.tolist()]
    return ids


def offices(bureau: Bureau, branch: Ints, neighbours: Bools) -> list[str]:
    """Managing branch offices 主管税务所: 1 state or 2 local, division, 0k00."""
    first = "1" if bureau is Bureau.STATE else "2"
    return [
        f"{first}{WUDI if elsewhere else YANGXIN}0{number}00"
        for number, elsewhere in zip(branch.tolist(), neighbours.tolist(), strict=True)
    ]


def officers(bureau: Bureau, branch: Ints, index: Ints) -> list[str]:
    """Tax administrators 税收管理员, nine in each branch."""
    first = "1" if bureau is Bureau.STATE else "2"
    return [
        f"{first}{YANGXIN}0{number}0{row % 9 + 1}"
        for number, row in zip(branch.tolist(), index.tolist(), strict=True)
    ]


def townships(dice: Dice, index: Ints) -> list[str]:
    return [
        YANGXIN + _TOWNSHIPS[town][0]
        for town in dice.pick("township", index, _TOWNSHIP_WEIGHTS).tolist()
    ]


def addresses(dice: Dice, index: Ints) -> list[str]:
    group = dice.pick("shared address", index // 60, SHARING[1])
    holder = index - index % np.array(SHARING[0])[group]
    holder = np.where(index < CAST, holder, index)  # a story says who shares
    town = dice.pick("township", holder, _TOWNSHIP_WEIGHTS)
    return [
        f"山东省滨州市阳信县{_TOWNSHIPS[place][1]}{_ROADS[road]}{number}号{room}室"
        for place, road, number, room in zip(
            town.tolist(),
            dice.below("road", holder, len(_ROADS)).tolist(),
            dice.between("house", holder, 1, 999).tolist(),
            dice.between("room", holder, 101, 140).tolist(),
            strict=True,
        )
    ]


def industries(dice: Dice, index: Ints) -> list[str]:
    trade = dice.pick("trade", index, shares("trade_words")[1])
    return [_INDUSTRIES[place % len(_INDUSTRIES)] for place in trade.tolist()]


def makes_things(industry: list[str]) -> Bools:
    """Manufacturing: divisions 13 to 43."""
    return np.array([13 <= int(code[:2]) <= 43 for code in industry], dtype=np.bool_)


def staff(dice: Dice, index: Ints, general: Bools) -> Ints:
    return dice.between("staff", index, 1, 9) * np.where(general, 8, 1)


def sales_levels(dice: Dice, index: Ints, general: Bools) -> Ints:
    """Sales of a usual month in fen: few large, many small.

    Who is no general taxpayer stays well below the five million yuan of twelve months from which
    he would have to become one.
    """
    scale = dice.pick("scale", index, (40, 30, 20, 8, 2))
    base = np.array([3_000, 20_000, 80_000, 500_000, 4_000_000])[scale] * 100
    level = base + base * dice.below("sales", index, 400) // 100
    return np.where(general, level, np.minimum(level, _SMALL_SCALE))


def period_sales(dice: Dice, basis: Ints, monthly_sales: Ints, months: int) -> Ints:
    """Sales of one period in fen; one in ten sells nothing.  `basis` tells the period."""
    sales = monthly_sales * months * dice.between("season", basis, 50, 150) // 100
    return np.where(dice.chance("no sales", basis, 100_000), 0, sales)


def vat_period(index: Ints, turn: Ints | int) -> Ints:
    """What tells one VAT period of an enterprise: its place among those of twelve months."""
    return index * 64 + turn


def year_sales(dice: Dice, index: Ints, monthly_sales: Ints, general: Bools) -> Ints:
    """What is declared for VAT in twelve months; who is no general taxpayer files by quarter."""
    by_month, by_quarter = (
        sum(
            period_sales(dice, vat_period(index, turn), monthly_sales, 12 // periods)
            for turn in range(periods)
        )
        for periods in (12, 4)
    )
    return np.where(general, by_month, by_quarter)


def _suffixes(dice: Dice, index: Ints, company: Bools) -> list[str]:
    forms, weights = shares("name_suffix")
    company_weights = [w if form in _TYPES else 0 for form, w in zip(forms, weights, strict=True)]
    return [
        forms[form] if is_company else _SHOPS[shop]
        for form, shop, is_company in zip(
            dice.pick("suffix", index, company_weights).tolist(),
            dice.below("shop", index, len(_SHOPS)).tolist(),
            company.tolist(),
            strict=True,
        )
    ]


def names(dice: Dice, index: Ints, company: Bools) -> list[str]:
    """Place, style, trade and form: 阳信县华明商贸有限公司."""
    township = dice.pick("township", index, _TOWNSHIP_WEIGHTS)
    given, given_weights = shares("given_name_characters")
    trades, trade_weights = shares("trade_words")
    rows = zip(
        dice.pick("place name", index, (60, 25, 15)).tolist(),
        dice.pick("style 1", index, given_weights).tolist(),
        dice.pick("style 2", index, given_weights).tolist(),
        dice.pick("trade", index, trade_weights).tolist(),
        company.tolist(),
        township.tolist(),
        _suffixes(dice, index, company),
        strict=True,
    )
    written = []
    for place, first, second, trade, is_company, town, form in rows:
        where = ("阳信县", "滨州市", "山东")[place] if is_company else "阳信县"
        if not is_company:
            where += _TOWNSHIPS[town][1]
        word = "商贸" if trades[trade] in _FRAGMENTS else trades[trade]
        written.append(f"{where}{given[first]}{given[second]}{word}{form}")
    return written
