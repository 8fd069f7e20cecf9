"""The people and enterprises of the stories, and the rows that tell about them.

A story asks for persons and firms, writes single facts about them, and says what must be found.
The cast is punctual, managed by 阳信县's first branch, and shares nobody with the background; when
all stories are told, `enter` registers it at the bureaus as everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from chengxin.core import identifiers
from city import cases
from city.accounts import Accounts
from city.conduct import OUTSIDE
from city.dice import Ints
from city.enterprises import (
    NON_NORMAL,
    NORMAL,
    YANGXIN,
    Block,
    Identity,
    addresses,
    codes,
    names,
    officers,
    offices,
    registration_ids,
    sales_levels,
    townships,
    year_sales,
)
from city.forms import ENTERPRISE, NONE, PERSON, Bureau, Table
from city.invoices import SPECIAL
from city.market_people import A_PERSON, DOCUMENTS, MONEY, MarketPeople, record_id, ten_thousands
from city.people import CAST, RESIDENT, Persons, old_number, with_wrong_check
from city.registers import Registers
from city.residents import Residents, home_row
from city.taxes import TAX, VAT, Taxes
from city.world import World

STATE, LOCAL = Bureau.STATE, Bureau.LOCAL
BOTH = (STATE, LOCAL)
WHOLE = 10_000  # 100 %
_SERVICES = "6190"  # traders and builders are asked for their goods (A05)
_OLDEST, _YOUNGEST = date(1958, 1, 1).toordinal(), date(1988, 12, 31).toordinal()


@dataclass(frozen=True)
class Person:
    index: int
    born: int
    number: str
    kind: str
    name: str
    phone: str
    old_at: Sequence[Bureau] = ()

    def number_at(self, bureau: Bureau) -> str:
        return old_number(self.number) if bureau in self.old_at else self.number


@dataclass(frozen=True)
class Firm:
    """An enterprise of the cast, as both bureaus know it."""

    index: int
    story: str
    company: bool
    name: str
    known_as: str  # credit code, else taxpayer number
    taxpayer: Mapping[Bureau, str]
    credit: Mapping[Bureau, str]
    registration: Mapping[Bureau, str]
    at: Sequence[Bureau]
    status: Mapping[Bureau, tuple[str, date]]
    legal_rep: Person
    finance_officer: Person
    tax_handler: Person
    agent: str
    general: bool
    registered: date
    industry: str  # GB/T 4754 code; "" for services
    address: str  # "" for one that is drawn
    phone: str  # of the registered address; "" for the legal representative's
    sales: int  # a month's, in fen; 0 for a level that is drawn
    files: bool  # whether a quiet year of duties and returns is written for it

    @property
    def personal(self) -> bool:
        return self.known_as.startswith(self.legal_rep.number)


class Cast:
    """Everybody who plays in a story."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.day = world.day
        self.persons: list[tuple[str, Person]] = []  # with their story
        self.firms: list[Firm] = []
        self._index = CAST - 2
        self._facts = 0

    # Who plays

    def person(
        self,
        story: str,
        name: str = "",
        *,
        kind: str = RESIDENT,
        old_at: Sequence[Bureau] = (),
        like_credit_code: bool = False,
        phone: str = "",
    ) -> Person:
        """Somebody of working age; a man when he has a name, as the front page's cards show.

        One resident number in 31 is a valid credit code as well: `like_credit_code`.  Without
        `phone` one is drawn, and some share theirs.
        """
        while True:
            self._index += 2
            drawn = self.world.people.one(self._index, kind=kind)
            number = drawn.number[0]
            if (
                _OLDEST <= drawn.born[0] <= _YOUNGEST
                and (number[-2] in "13579" or not name)
                and (identifiers.is_credit_code(number) or not like_credit_code)
            ):
                return self._enter(story, drawn, name, old_at, phone)

    def namesake(self, story: str, of: Person) -> Person:
        """Someone else with the same name, born in the same week."""
        return self._enter(story, self.world.people.one(of.index + 1, namesake=True), of.name, ())

    def _enter(
        self,
        story: str,
        drawn: Persons,
        name: str,
        old_at: Sequence[Bureau],
        phone: str = "",
    ) -> Person:
        person = Person(
            index=int(drawn.index[0]),
            born=int(drawn.born[0]),
            number=drawn.number[0],
            kind=drawn.kind[0],
            name=name or drawn.name[0],
            phone=phone or drawn.phone[0],
            old_at=old_at,
        )
        self.persons.append((story, person))
        return person

    def firm(
        self,
        story: str,
        legal_rep: Person | None = None,
        *,
        name: str = "",
        finance_officer: Person | None = None,
        tax_handler: Person | None = None,
        at: Sequence[Bureau] = BOTH,
        old_at: Sequence[Bureau] = (),
        shop: bool = False,
        status: Mapping[Bureau, tuple[str, date]] | None = None,
        agent: str = "",
        general: bool = False,
        registered: date | None = None,
        industry: str = "",
        address: str = "",
        phone: str = "",
        sales: int = 0,
        files: bool = True,
    ) -> Firm:
        """An enterprise; `old_at` those bureaus that know only its 15-digit number.

        A `shop` is an individual business under its owner's resident number.  Where `files` is
        false the story writes duties and returns itself; else the firm files and pays everything
        in time.
        """
        index = np.array([CAST + len(self.firms)])
        legal_rep = legal_rep or self.person(story)
        code = codes(self.world.dice, index, self.day)[0]
        taxpayer = {b: YANGXIN + code[8:17] if b in old_at else code for b in Bureau}
        credit = {b: "" if b in old_at else code for b in Bureau}
        if shop:
            taxpayer = dict.fromkeys(Bureau, legal_rep.number)
            credit = dict.fromkeys(Bureau, "")
        firm = Firm(
            index=int(index[0]),
            story=story,
            company=not shop,
            name=name or names(self.world.dice, index, np.array([not shop]))[0],
            known_as=next(filter(None, (credit[b] for b in at)), taxpayer[at[0]]),
            taxpayer=taxpayer,
            credit=credit,
            registration={b: ids[0] for b, ids in registration_ids(self.world.dice, index).items()},
            at=at,
            status=dict.fromkeys(Bureau, (NORMAL, self.ago(800))) | dict(status or {}),
            legal_rep=legal_rep,
            finance_officer=finance_officer or legal_rep,
            tax_handler=tax_handler or legal_rep,
            agent=agent,
            general=general,
            registered=registered or self.ago(2000),
            industry=industry,
            address=address,
            phone=phone,
            sales=sales,
            files=files,
        )
        self.firms.append(firm)
        return firm

    # When

    def ago(self, days: int) -> date:
        return self.day - timedelta(days)

    def year_ago(self) -> date:
        return self.world.year_ago

    # Facts

    def owes(
        self,
        firm: Firm,
        fen: int,
        bureau: Bureau = STATE,
        *,
        due: date | None = None,
        paid: date | None = None,
        kind: str = TAX,
        item: str = VAT,
    ) -> None:
        """One row of the ledger, by default due 60 days ago and unpaid."""
        due = due or self.ago(60)
        first = "1" if bureau is STATE else "2"
        self.write(
            self.world.post.to(bureau, "ledger"),
            f"{first}0337160{self.serial():012d}", firm.registration[bureau], item, kind,
            due - timedelta(45), due - timedelta(15), due, fen, paid,
        )  # fmt: skip

    def annual_return(
        self,
        firm: Firm,
        tax_year: int,
        profit: int,
        income: int | None = None,
        bureau: Bureau = STATE,
        *,
        revenue: int | None = None,
        filed: date | None = None,
    ) -> None:
        """Corporate income tax of one year, in fen; the revenue is what is declared for VAT."""
        income = profit if income is None else income
        if revenue is None:
            index, general = np.array([firm.index]), np.array([firm.general])
            revenue = int(year_sales(self.world.dice, index, self._sales([firm]), general)[0])
        self.write(
            self.world.post.to(bureau, "cit_year"),
            firm.registration[bureau], str(tax_year), revenue, profit, income,
            max(income, 0) // 4, filed or min(date(tax_year + 1, 5, 20), self.ago(3)),
        )  # fmt: skip

    def invoice(
        self,
        firm: Firm,
        fen: int,
        issued: date,
        *,
        seller: str = "",
        state: str = "0",
        kind: str = SPECIAL,
    ) -> None:
        """An invoice of so much without tax; below zero a red one; `seller` as it is named."""
        self.write(
            self.world.post.table("invoice_ledger"),
            "3700179999", f"{self.serial():08d}", kind, seller or firm.known_as, OUTSIDE, issued,
            fen, fen * 17 // 100, state, "1010101010000000000",
        )  # fmt: skip

    def invests(
        self,
        investor: Person,
        firm: Firm,
        share: int | None,
        *,
        until: date | None = None,
        bureaus: Sequence[Bureau] = (STATE,),
        mistyped: bool = False,
    ) -> None:
        """A share in hundredths of a percent, told by `bureaus`."""
        for bureau in bureaus:
            table = self.world.post.to(bureau, "investment")
            number = investor.number_at(bureau)
            if mistyped:
                number = with_wrong_check(investor.number)
                self.rejects(table, number)
            self.write(
                table, self.uuid(), firm.registration[bureau], investor.name, investor.kind,
                number, NONE if share is None else share, 10_000_000, self.ago(1500), until,
            )  # fmt: skip
        if until is None and firm.company and not mistyped:
            self._holds(investor, firm, share)

    def _holds(self, investor: Person, firm: Firm, share: int | None) -> None:
        """A shareholder as the market register has him, which knows the firm by its code."""
        self.write(
            self.world.post.table("market_shareholder"),
            record_id(9 * 10**14 + self._facts),
            codes(self.world.dice, np.array([firm.index]), self.day)[0],
            investor.name, A_PERSON, DOCUMENTS[investor.kind], investor.number, "", "",
            ten_thousands(10_000_000), NONE if share is None else share, MONEY, self.ago(1500),
        )  # fmt: skip

    def non_normal(
        self, firm: Firm, bureau: Bureau, determined: date, lifted: date | None = None
    ) -> None:
        self.write(
            self.world.post.to(bureau, "non_normal"),
            self.uuid(), firm.registration[bureau], determined, lifted,
        )  # fmt: skip

    def inspection(
        self, firm: Firm, bureau: Bureau, filed: date, closed: date | None = None
    ) -> None:
        amount = NONE if closed is None else 1_200_000
        end = None if closed is None else closed - timedelta(20)
        where = "国" if bureau is STATE else "地"
        self.write(
            self.world.post.to(bureau, "inspection"),
            self.uuid(), f"鲁{where}税稽9{self.serial():09d}", firm.registration[bureau], filed,
            closed, end, end, *[amount] * 6,
        )  # fmt: skip

    def assessment(
        self, firm: Firm, bureau: Bureau, started: date, ended: date | None = None
    ) -> None:
        first = "1" if bureau is STATE else "2"
        self.write(
            self.world.post.to(bureau, "assessment"),
            f"{first}PG9{self.serial():09d}", firm.registration[bureau], started, ended,
        )  # fmt: skip

    def police(
        self,
        subject: Person | Firm,
        *,
        number: str = "",
        crime: str = "205",
        filed: date | None = None,
        stage: str = "立案",
        ended: date | None = None,
    ) -> None:
        """A case; `number` where the police know the subject under another one."""
        person = isinstance(subject, Person)
        self.world.post.lines("police_case").add(
            cases.police_case(
                f"A371622{9_000_000_000 + self.serial()}",
                PERSON if person else ENTERPRISE,
                number or (subject.number if isinstance(subject, Person) else subject.known_as),
                subject.name,
                crime=crime,
                filed=(filed or self.ago(40)).toordinal(),
                stage=stage,
                ended=NONE if ended is None else ended.toordinal(),
            )
        )

    def watch(
        self,
        subject: Person | Firm,
        since: date,
        until: date,
        *,
        second: str | None = None,
        groups: str = "INV-AUTH,INV",
    ) -> None:
        """A watch entry; `second` is the second officer, "" for none."""
        person = isinstance(subject, Person)
        officer = f"1{YANGXIN}0101"
        cases.watch_row(
            self.world.post,
            f"W9{self.serial():07d}",
            PERSON if person else ENTERPRISE,
            subject.number if isinstance(subject, Person) else subject.known_as,
            subject.name,
            cases.WATCH_REASONS[0],
            officer,
            f"1{YANGXIN}0209" if second is None else second,
            since.toordinal(),
            until.toordinal(),
            groups,
        )

    @property
    def watching_officer(self) -> str:
        return f"1{YANGXIN}0101"

    def home(
        self,
        price: int,
        *buyers: tuple[Person, int | None],
        signed: date | None = None,
        mistyped: bool = False,
    ) -> str:
        """A contract; price in fen, each buyer's share in hundredths of a percent."""
        contract = f"YX9{self.serial():09d}"
        for buyer, share in buyers:
            number = with_wrong_check(buyer.number) if mistyped else buyer.number
            on = (signed or self.ago(70)).toordinal()
            if mistyped:
                self.truth.rejects(
                    "housing_contract", self.world.post.book("housing_contract").line, number
                )
            row = home_row(contract, buyer.name, number, share, price, 13_850, on)
            self.world.post.book("housing_contract").add(row)
        return contract

    def car(self, owner: Person, price: int | None, since: date | None = None) -> None:
        """A car, price in fen, first registered 60 days ago unless said otherwise."""
        self.write(
            self.world.post.table("vehicle_registration"),
            f"鲁M8{self.serial():07d}", owner.name, owner.number, date.fromordinal(owner.born),
            owner.phone, "奥迪牌", price, since or self.ago(60),
        )  # fmt: skip

    def income(
        self,
        person: Person,
        fen: int,
        *,
        tax_year: int | None = None,
        payer: str = "",
        due: int | None = None,
        paid: int | None = None,
    ) -> None:
        """Taxable income of one year from one payer; its tax is paid unless it is told."""
        due = fen * 3 // 100 if due is None else due
        paid = due if paid is None else paid
        self.write(
            self.world.post.table("personal_income"),
            person.number, person.name, str(tax_year or self.day.year - 1), payer, fen, due,
            paid,
        )  # fmt: skip

    def mistyped_natural_person(self, person: Person, number: str) -> None:
        """A natural person's registration that cannot be read."""
        table = self.world.post.to(LOCAL, "natural_person")
        self.rejects(table, number)
        self.write(
            table, f"20129{self.serial():015d}", person.name, person.kind, number, person.phone,
            f"2{YANGXIN}0100", self.ago(300),
        )  # fmt: skip

    def mistyped_income(self, person: Person) -> None:
        table, number = self.world.post.table("personal_income"), with_wrong_check(person.number)
        self.rejects(table, number)
        self.write(table, number, person.name, str(self.day.year - 1), "", 0, 0, 0)

    def write(self, table: Table, *values: str | int | date | None) -> None:
        """One row: a value for each heading, money in fen, None for a field left empty."""
        columns: list[Sequence[str] | Ints] = []
        for value in values:
            if isinstance(value, str):
                columns.append([value])
            elif isinstance(value, date):
                columns.append(np.array([value.toordinal()]))
            else:
                columns.append(np.array([NONE if value is None else value]))
        table.write(*columns)

    def rejects(self, table: Table, number: str) -> None:
        """The row written next to `table` will be rejected for this number."""
        self.truth.rejects(table.source, table.line, number)

    def serial(self) -> int:
        self._facts += 1
        return self._facts

    def uuid(self) -> str:
        return self.world.dice.uuids("cast", np.array([self.serial()]))[0]

    # What must be found

    def key(self, subject: Person | Firm) -> str:
        if isinstance(subject, Person):
            return self.truth.person(subject.number)
        return self.truth.enterprise(subject.known_as, personal=subject.personal)

    # Registering

    def enter(
        self,
        registers: Registers,
        taxes: Taxes,
        residents: Residents,
        market_people: MarketPeople,
        accounts: Accounts,
    ) -> None:
        """Register the cast, with a quiet year of returns, and write who plays what."""
        block = self._block()
        registers.registrations(
            block,
            {
                bureau: (
                    [firm.status[bureau][0] for firm in self.firms],
                    np.array([firm.status[bureau][1].toordinal() for firm in self.firms]),
                )
                for bureau in Bureau
            },
        )
        registers.extensions(block)
        registers.qualifications(block)
        market_people.officers(block)
        stopped = np.array([self._stopped(firm).toordinal() for firm in self.firms])
        bound = np.array(
            [(self.day if firm.files else firm.registered).toordinal() for firm in self.firms]
        )
        taxes.taxes(block, stopped, bound, np.zeros(len(block), np.bool_))
        accounts.of(block)
        residents.registrations(self._columns([person for _, person in self.persons]))
        for story, person in self.persons:
            own = [firm for firm in self.firms if person in _people_of(firm)]
            self.truth.plays(
                self.key(person), person.number, person.name, story, map(self.key, own)
            )
        for firm in self.firms:
            self.truth.plays(self.key(firm), firm.known_as, firm.name, firm.story, ())

    def _stopped(self, firm: Firm) -> date:
        """A non-normal enterprise has filed nothing for three months before; some never do."""
        if not firm.files:
            return firm.registered
        since = [day for status, day in firm.status.values() if status == NON_NORMAL]
        return min(since) - timedelta(90) if since else self.day

    def _block(self) -> Block:
        firms, dice = self.firms, self.world.dice
        index = np.array([firm.index for firm in firms])
        first = np.ones(len(firms), np.int64)
        nowhere = np.zeros(len(firms), np.bool_)
        general = np.array([firm.general for firm in firms])
        return Block(
            index=index,
            company=np.array([firm.company for firm in firms]),
            identity=Identity(
                code=[next(filter(None, firm.credit.values()), "") for firm in firms],
                known_as=[firm.known_as for firm in firms],
                personal=[firm.personal for firm in firms],
                taxpayer={b: [firm.taxpayer[b] for firm in firms] for b in Bureau},
                credit={b: [firm.credit[b] for firm in firms] for b in Bureau},
            ),
            name=[firm.name for firm in firms],
            at={b: np.array([b in firm.at for firm in firms]) for b in Bureau},
            registration={b: [firm.registration[b] for firm in firms] for b in Bureau},
            life=[NORMAL] * len(firms),
            registered=np.array([firm.registered.toordinal() for firm in firms]),
            office={b: offices(b, first, nowhere) for b in Bureau},
            officer={b: officers(b, first, index) for b in Bureau},
            township=townships(dice, index),
            address=_told([firm.address for firm in firms], addresses(dice, index)),
            kind=["173" if firm.company else "410" for firm in firms],
            industry=[firm.industry or _SERVICES for firm in firms],
            shell=nowhere,
            legal_rep=self._columns([firm.legal_rep for firm in firms]),
            finance_officer=self._columns([firm.finance_officer for firm in firms]),
            tax_handler=self._columns([firm.tax_handler for firm in firms]),
            agent=[firm.agent for firm in firms],
            general=general,
            monthly_sales=self._sales(firms),
            cit_local=nowhere,
            phone=_told([firm.phone for firm in firms], [f.legal_rep.phone for f in firms]),
        )

    def _sales(self, firms: Sequence[Firm]) -> Ints:
        """Of a usual month, told or drawn."""
        told = np.array([firm.sales for firm in firms])
        index = np.array([firm.index for firm in firms])
        general = np.array([firm.general for firm in firms])
        return np.where(told > 0, told, sales_levels(self.world.dice, index, general))

    def _columns(self, persons: Sequence[Person]) -> Persons:
        return Persons(
            index=np.array([person.index for person in persons]),
            born=np.array([person.born for person in persons]),
            number=[person.number for person in persons],
            kind=[person.kind for person in persons],
            name=[person.name for person in persons],
            phone=[person.phone for person in persons],
            old_at={b: np.array([b in person.old_at for person in persons]) for b in Bureau},
        )


def _told(told: Sequence[str], drawn: Sequence[str]) -> list[str]:
    return [one or other for one, other in zip(told, drawn, strict=True)]


def _people_of(firm: Firm) -> tuple[Person, ...]:
    return firm.legal_rep, firm.finance_officer, firm.tax_handler
