"""One year of the enterprises: registrations, returns, ledgers, annual returns, cases.

Each step writes its deliveries for a block of enterprises and tells the truth what it has just
made true.  VAT is filed and paid at the state bureau, its surtax and individual income tax at the
local one, corporate income tax at either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Bools, Dice, Ints
from city.enterprises import LIFTED, NON_NORMAL, NORMAL, Block, Enterprises
from city.forms import NONE, Bureau, Post
from city.people import CAST, People, chosen
from city.truth import Truth

VAT, SURTAX, CIT, IIT, DEED_TAX = "10101", "10109", "10104", "10106", "10119"
TAX, SURCHARGE, FINE = "10", "20", "30"
ENTERPRISE_INVESTOR = "199"
ASSESSMENT_DAYS = 90  # M02: an assessment open longer than this
TENTH = 1_000  # a share of 10 %, in hundredths of a percent
_RETURNS = 256  # serial numbers for each enterprise's returns of the year


@dataclass(frozen=True)
class Calendar:
    """The periods that have ended before the county's day: first day, last day, due day."""

    day: int
    months: list[tuple[int, int, int]]
    quarters: list[tuple[int, int, int]]
    tax_years: tuple[int, int]

    @classmethod
    def before(cls, day: date) -> Calendar:
        month = day.year * 12 + day.month - 1
        quarter = month - month % 3
        return cls(
            day=day.toordinal(),
            months=[_period(month - back, 1) for back in range(12, 0, -1)],
            quarters=[_period(quarter - 3 * back, 3) for back in range(4, 0, -1)],
            tax_years=(day.year - 2, day.year - 1),
        )


def _period(month: int, length: int) -> tuple[int, int, int]:
    end = _first_of(month + length)
    return _first_of(month), end - 1, end + 14


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


@dataclass(frozen=True)
class Returns:
    """Returns of one levy item filed by some enterprises of a block."""

    item: str
    row: Ints  # place in the block
    serial: Ints  # unique among all returns of the county
    first: Ints
    last: Ints
    due: Ints
    filed: Ints
    sales: Ints
    payable: Ints


class Year:
    """Writes what the bureaus know about enterprises."""

    def __init__(
        self,
        dice: Dice,
        people: People,
        enterprises: Enterprises,
        post: Post,
        truth: Truth,
        day: date,
    ) -> None:
        self._dice = dice
        self._people = people
        self._enterprises = enterprises
        self._post = post
        self._truth = truth
        self._calendar = Calendar.before(day)
        self._losing_persons: list[Ints] = []
        self._losing_enterprises: list[Ints] = []

    def write(self, block: Block) -> None:
        """Everything about a block of the background."""
        day = self._calendar.day
        determined = day - self._dice.between("determined", block.index, 60, 700)
        left = day - self._dice.between("left", block.index, 10, 750)
        self.registrations(block, self._statuses(block, determined, left))
        self.extensions(block)
        investors = self._investments(block)
        self._non_normal(block, determined)
        stopped = np.where(block.where(NON_NORMAL), determined - 90, day)
        stopped = np.where(block.gone(), left, stopped)
        owing = self._dice.chance("owing", block.index, 22_000) & ~block.gone()
        arrears = self.taxes(block, stopped, owing)
        for place in np.flatnonzero(arrears).tolist():
            subject = self._truth.enterprise_of(block.identity, place)
            self._truth.owes(subject, int(arrears[place]))
        self._annual_returns(block, investors)
        self._inspections(block)
        self._assessments(block)

    def losing_roles(self) -> tuple[Ints, Ints]:
        """Who is legal representative or an investor of 10 % in what lost in both years.

        Two columns, persons and enterprises; a pair may stand there twice.
        """
        nobody = [np.zeros(0, np.int64)]
        return (
            np.concatenate(self._losing_persons or nobody),
            np.concatenate(self._losing_enterprises or nobody),
        )

    # Registration

    def registrations(self, block: Block, statuses: dict[Bureau, tuple[list[str], Ints]]) -> None:
        """DJ_NSRXX of both bureaus."""
        for bureau in Bureau:
            mask = block.at[bureau]
            status, changed = statuses[bureau]
            self._post.to(bureau, "registration").write(
                chosen(block.registration[bureau], mask),
                chosen(block.identity.taxpayer[bureau], mask),
                chosen(block.identity.credit[bureau], mask),
                chosen(block.name, mask),
                chosen(block.legal_rep.name, mask),
                chosen(block.legal_rep.kind, mask),
                chosen(block.legal_rep.numbers_at(bureau), mask),
                chosen(block.address, mask),
                chosen(block.township, mask),
                chosen(block.kind, mask),
                chosen(block.industry, mask),
                chosen(status, mask),
                chosen(block.office[bureau], mask),
                chosen(block.officer[bureau], mask),
                block.registered[mask],
                block.registered[mask],
                changed[mask],
            )

    def extensions(self, block: Block) -> None:
        """DJ_NSRXX_KZ: the people in office and their telephones."""
        dice = self._dice
        staff = dice.between("staff", block.index, 1, 9) * np.where(block.general, 8, 1)
        capital = np.array([3, 33, 100, 300, 1_000, 2_000, 10_000])[
            dice.pick("capital", block.index, (15, 22, 25, 20, 12, 5, 1))
        ]
        for bureau in Bureau:
            mask = block.at[bureau]
            self._post.to(bureau, "extension").write(
                chosen(block.registration[bureau], mask),
                staff[mask],
                (capital * 1_000_000)[mask],
                chosen(block.legal_rep.phone, mask),
                chosen(block.legal_rep.phone, mask),
                chosen(block.finance_officer.name, mask),
                chosen(block.finance_officer.kind, mask),
                chosen(block.finance_officer.numbers_at(bureau), mask),
                chosen(block.finance_officer.phone, mask),
                chosen(block.tax_handler.name, mask),
                chosen(block.tax_handler.kind, mask),
                chosen(block.tax_handler.numbers_at(bureau), mask),
                chosen(block.tax_handler.phone, mask),
                chosen(block.agent, mask),
            )

    def _statuses(
        self, block: Block, determined: Ints, left: Ints
    ) -> dict[Bureau, tuple[list[str], Ints]]:
        """Status and the day it was written.

        Here and there the row of an enterprise that is normal again still says 05: the later
        record of the lifting counts.
        """
        changed = block.registered + self._dice.below("changed", block.index, 400)
        changed = np.minimum(changed, self._calendar.day - 2)
        changed = np.where(block.gone(), left, changed)
        lags = self._dice.chance("row lags behind", block.index, 80_000)
        statuses = {}
        for bureau in Bureau:
            here = self._determined_at(block, bureau)
            non_normal = here & (block.where(NON_NORMAL) | (block.where(LIFTED) & lags))
            status = [
                NON_NORMAL if is_05 else (NORMAL if life in (NON_NORMAL, LIFTED) else life)
                for life, is_05 in zip(block.life, non_normal.tolist(), strict=True)
            ]
            statuses[bureau] = status, np.where(non_normal, determined, changed)
        return statuses

    def _determined_at(self, block: Block, bureau: Bureau) -> Bools:
        """Whether this bureau found it non-normal; for half of them both did."""
        which = self._dice.pick("non-normal at", block.index, (50, 30, 20))
        state = bureau is Bureau.STATE
        other = block.at[Bureau.LOCAL if state else Bureau.STATE]
        here: Bools = block.at[bureau] & ((which == 0) | (which == (1 if state else 2)) | ~other)
        return here

    def _non_normal(self, block: Block, determined: Ints) -> None:
        """DJ_FZCHRDXX; a tenth of the non-normal have only their registration's status."""
        lifted = determined + self._dice.between("lifted", block.index, 5, 50)
        is_lifted = block.where(LIFTED)
        recorded = ~self._dice.chance("no record", block.index, 100_000)
        recorded = is_lifted | (block.where(NON_NORMAL) & recorded)
        for bureau in Bureau:
            mask = recorded & self._determined_at(block, bureau)
            self._post.to(bureau, "non_normal").write(
                uuids(self._dice, f"non-normal {bureau}", block.index[mask]),
                chosen(block.registration[bureau], mask),
                determined[mask],
                np.where(is_lifted, lifted, NONE)[mask],
            )
        for place in np.flatnonzero(block.where(NON_NORMAL)).tolist():
            self._truth.is_non_normal(
                self._truth.enterprise_of(block.identity, place), int(determined[place])
            )

    # Investors

    def _investments(self, block: Block) -> tuple[Ints, Ints]:
        """Investors, shares summing to 100 %; returns those who can count for A01.

        They are natural persons with 10 % or more now: place in the block and person.
        """
        dice = self._dice
        drawn = dice.pick("investors", block.index, (0, 45, 35, 12, 5, 3))
        count = np.where(block.company, drawn, 0)
        left = np.full(len(block), 10_000)
        people_before: list[Ints] = []
        rows, persons, shares_, serials, untils = [], [], [], [], []
        for turn in range(1, 6):
            serial = block.index * 8 + turn
            part = left * dice.between("share", serial, 20, 80) // 100
            share = np.where(count == turn, left, part)
            left = left - share
            founder = (turn == 1) & ~dice.chance("silent founder", serial, 250_000)
            person = self._enterprises.investor(serial)
            person = np.where(founder, self._enterprises.representative(block.index), person)
            is_company = (turn > 1) & dice.chance("company invests", serial, 60_000)
            for before in people_before:
                is_company |= before == person
            people_before.append(person)
            sold = (turn > 2) & dice.chance("sold", serial, 100_000)
            until = np.maximum(block.registered + 1, self._calendar.day - 200)
            mask = count >= turn
            rows.append(np.flatnonzero(mask))
            persons.append(np.where(is_company, NONE, person)[mask])
            shares_.append(share[mask])
            serials.append(serial[mask])
            untils.append(np.where(sold, until, NONE)[mask])
        row, person, share = np.concatenate(rows), np.concatenate(persons), np.concatenate(shares_)
        until = np.concatenate(untils)
        self._send_investments(block, row, person, share, np.concatenate(serials), until)
        counts = (person != NONE) & (share >= TENTH) & (until == NONE)
        return row[counts], person[counts]

    def _send_investments(
        self, block: Block, row: Ints, person: Ints, share: Ints, serial: Ints, until: Ints
    ) -> None:
        dice = self._dice
        natural = self._people.of(np.maximum(person, 0))
        is_company = person == NONE
        codes, company_names = self._enterprises.some_company("parent", serial)
        amount = share * 100 * 100 * dice.between("invested", block.index, 1, 50)[row]
        names = _either(is_company, company_names, natural.name)
        kinds = _either(is_company, [ENTERPRISE_INVESTOR] * len(row), natural.kind)
        both = block.at[Bureau.STATE] & block.at[Bureau.LOCAL]
        unsent = both & dice.chance("investors at state only", block.index, 300_000)
        for bureau in Bureau:
            here = block.at[bureau] & ~(unsent if bureau is Bureau.LOCAL else np.False_)
            mask = here[row]
            numbers = _either(is_company, codes, natural.numbers_at(bureau))
            registration = [block.registration[bureau][place] for place in row[mask].tolist()]
            self._post.to(bureau, "investment").write(
                uuids(dice, f"investment {bureau}", serial[mask]),
                registration,
                chosen(names, mask),
                chosen(kinds, mask),
                chosen(numbers, mask),
                share[mask],
                amount[mask],
                block.registered[row][mask],
                until[mask],
            )

    # Returns and ledgers

    def taxes(self, block: Block, stopped: Ints, owing: Bools) -> Ints:
        """A year of returns and ledgers; returns the arrears of each enterprise in fen.

        Nobody files after the day on which he stopped.  Those who are `owing` leave some of
        their taxes unpaid.  The cast of the stories is punctual.
        """
        at_state, at_local = block.at[Bureau.STATE], block.at[Bureau.LOCAL]
        loss = self._loses_always(block)
        arrears = np.zeros(len(block), np.int64)
        monthly, quarterly = block.general, ~block.general
        months, quarters = self._calendar.months, self._calendar.quarters
        plans = [
            (0, VAT, months, at_state & monthly),
            (1, VAT, quarters, at_state & quarterly),
            (2, SURTAX, months, at_local & monthly),
            (3, SURTAX, quarters, at_local & quarterly),
            (4, CIT, quarters, block.company & (at_state | at_local)),
            (5, IIT, months, at_local & block.company),
            (6, IIT, quarters, at_local & ~block.company),
        ]
        for code, item, periods, who in plans:
            returns = self._returns(block, code, item, periods, who, stopped, loss)
            by_local = np.full(len(block), item in (SURTAX, IIT))
            if item == CIT:
                by_local = (block.cit_local & at_local) | ~at_state
            for bureau in Bureau:
                mask = by_local[returns.row] == (bureau is Bureau.LOCAL)
                self._send_filings(block, bureau, returns, mask)
                arrears += self._send_ledger(block, bureau, returns, mask, owing)
        return arrears

    def _returns(
        self,
        block: Block,
        code: int,
        item: str,
        periods: list[tuple[int, int, int]],
        who: Bools,
        stopped: Ints,
        loss: Bools,
    ) -> Returns:
        dice = self._dice
        row = np.repeat(np.flatnonzero(who), len(periods))
        turn = np.tile(np.arange(len(periods)), int(np.count_nonzero(who)))
        first, last, due = np.array(periods).T
        serial = block.index[row] * _RETURNS + code * 16 + turn
        filed = due[turn] - dice.between("filed", serial, 0, 11)
        late = dice.chance("filed late", serial, 30_000) & (block.index[row] < CAST)
        filed = np.where(late, filed + 35, filed)
        done = (first[turn] > block.registered[row]) & (last[turn] < stopped[row])
        done &= filed <= self._calendar.day
        row, turn, serial, filed = row[done], turn[done], serial[done], filed[done]
        months = 12 // len(periods)
        # VAT and surtax of one period are about the same sales
        basis = block.index[row] * 64 + turn if item in (VAT, SURTAX) else serial
        sales = block.monthly_sales[row] * months * dice.between("season", basis, 50, 150) // 100
        sales = np.where(dice.chance("no sales", basis, 100_000), 0, sales)
        rate = dice.between("rate", basis, 100, 500)
        small = np.where(sales > 9_000_000, sales * 3 // 100, 0)
        payable = np.where(block.general[row], sales * rate // 10_000, small)
        if item == SURTAX:
            payable = payable * 5 // 100
        elif item == CIT:
            payable = np.where(loss[row], 0, sales * (rate - 100) // 40_000)
        elif item == IIT:
            payable = np.where(block.company[row], rate * 30 * np.where(block.general[row], 8, 1),
                               sales // 200)  # fmt: skip
        return Returns(item, row, serial, first[turn], last[turn], due[turn], filed, sales, payable)

    def _send_filings(self, block: Block, bureau: Bureau, returns: Returns, mask: Bools) -> None:
        """SB_SBB; one in 200 was filed twice and the first one voided."""
        serial = returns.serial
        voided = mask & self._dice.chance("voided", serial, 5_000)
        kinds = self._dice.pick("correction", serial, (985, 10, 3, 2))
        for rows, name, void, kind in (
            (mask, "filing", "N", ["0145"[kind] for kind in kinds.tolist()]),
            (voided, "voided filing", "Y", ["0"] * len(serial)),
        ):
            registration = block.registration[bureau]
            count = int(np.count_nonzero(rows))
            self._post.to(bureau, "filing").write(
                uuids(self._dice, name, serial[rows]),
                [registration[place] for place in returns.row[rows].tolist()],
                [returns.item] * count,
                returns.first[rows],
                returns.last[rows],
                returns.filed[rows],
                returns.sales[rows],
                returns.payable[rows],
                chosen(kind, rows),
                [void] * count,
            )

    def _send_ledger(
        self, block: Block, bureau: Bureau, returns: Returns, mask: Bools, owing: Bools
    ) -> Ints:
        """ZS_YJSF; returns the arrears of each enterprise of the block in fen."""
        dice, day = self._dice, self._calendar.day
        taxed = mask & (returns.payable > 0)
        row, serial = returns.row[taxed], returns.serial[taxed]
        due, amount = returns.due[taxed], returns.payable[taxed]
        paid = returns.filed[taxed] + dice.between("paid", serial, 0, 3)
        paid = np.where(returns.filed[taxed] <= due, np.minimum(paid, due), paid)
        unpaid = (owing[row] & dice.chance("unpaid", serial, 400_000)) | (paid > day)
        paid = np.where(unpaid, NONE, paid)
        late = (paid > due) & (paid != NONE)
        surcharge = np.maximum(amount * (paid - due) // 2_000, 1)
        fined = dice.chance("fined", serial, 300)
        voucher = [f"{'1' if bureau is Bureau.STATE else '2'}0137160{n:012d}"
                   for n in serial.tolist()]  # fmt: skip
        registration = block.registration[bureau]
        first, last = returns.first[taxed], returns.last[taxed]
        everything = np.ones(len(row), np.bool_)
        for rows, kind, owed, settled in (
            (everything, TAX, amount, paid),
            (late, SURCHARGE, surcharge, paid),
            (fined, FINE, 20_000 + 0 * amount, np.full(len(row), NONE)),
        ):
            count = int(np.count_nonzero(rows))
            self._post.to(bureau, "ledger").write(
                chosen(voucher, rows),
                [registration[place] for place in row[rows].tolist()],
                [returns.item] * count,
                [kind] * count,
                first[rows],
                last[rows],
                due[rows],
                owed[rows],
                settled[rows],
            )
        overdue = (paid == NONE) & (due < day)
        arrears = np.zeros(len(block), np.int64)
        np.add.at(arrears, row[overdue], amount[overdue])
        return arrears

    # Annual returns

    def _loses_always(self, block: Block) -> Bools:
        return block.company & self._dice.chance("loses always", block.index, 120_000)

    def _annual_returns(self, block: Block, investors: tuple[Ints, Ints]) -> None:
        """Corporate income tax of the two last finished years.

        Keeps who stands behind an enterprise whose both returns are losses, by profit or by
        taxable income.
        """
        dice, day = self._dice, self._calendar.day
        always = self._loses_always(block)
        loses_by_profit = np.ones(len(block), np.bool_)
        loses_by_income = np.ones(len(block), np.bool_)
        local = (block.cit_local & block.at[Bureau.LOCAL]) | ~block.at[Bureau.STATE]
        for turn, tax_year in enumerate(self._calendar.tax_years):
            serial = block.index * 4 + turn
            filed = date(tax_year + 1, 1, 10).toordinal() + dice.between("filed", serial, 0, 141)
            end = date(tax_year, 12, 31).toordinal()
            there = block.company & (block.registered <= end) & (filed <= day) & ~block.gone()
            there &= ~dice.chance("no annual return", serial, 20_000)
            revenue = block.monthly_sales * 12 * dice.between("good year", serial, 60, 140) // 100
            loss = always | dice.chance("bad year", serial, 100_000)
            margin = dice.between("margin", serial, 1, 1500)
            profit = np.where(loss, -1, 1) * revenue * margin // 10_000
            profit = np.where(dice.chance("nothing earned", serial, 10_000), 0, profit)
            adjusted = dice.chance("adjusted", serial, 150_000)
            income = np.where(adjusted, profit + revenue // 50, profit)
            loses_by_profit &= there & (profit <= 0)
            loses_by_income &= there & (income <= 0)
            tax = np.maximum(income, 0) // 4
            for bureau in Bureau:
                mask = there & (local == (bureau is Bureau.LOCAL))
                self._post.to(bureau, "cit_year").write(
                    chosen(block.registration[bureau], mask),
                    np.full(int(np.count_nonzero(mask)), tax_year),
                    revenue[mask],
                    profit[mask],
                    income[mask],
                    tax[mask],
                    filed[mask],
                )
        loses = loses_by_profit | loses_by_income
        row, person = investors
        self._losing_persons += [block.legal_rep.index[loses], person[loses[row]]]
        self._losing_enterprises += [block.index[loses], block.index[row[loses[row]]]]

    # Cases

    def _inspections(self, block: Block) -> None:
        """JC_AJXX: cases of the inspection bureau; two fifths still open."""
        dice, day = self._dice, self._calendar.day
        mask = dice.chance("inspected", block.index, 6_000) & ~block.gone()
        filed = day - dice.between("case filed", block.index, 10, 900)
        closed = filed + dice.between("case length", block.index, 60, 400)
        still_open = (closed > day) | dice.chance("case open", block.index, 200_000)
        decided = np.where(still_open, NONE, closed - 30)
        tax = dice.between("case tax", block.index, 0, 20_000_000)
        tax = np.where(still_open, NONE, tax)
        surcharge = np.where(still_open, NONE, tax // 10)
        fine = np.where(still_open, NONE, tax // 2)
        for bureau in Bureau:
            here = mask & self._handles_case(block, bureau)
            self._post.to(bureau, "inspection").write(
                uuids(dice, "inspection", block.index[here]),
                [f"{'鲁国' if bureau is Bureau.STATE else '鲁地'}税稽{row:010d}"
                 for row in block.index[here].tolist()],
                chosen(block.registration[bureau], here),
                filed[here],
                np.where(still_open, NONE, closed)[here],
                decided[here],
                np.where(still_open, NONE, closed - 25)[here],
                tax[here], tax[here],
                surcharge[here], surcharge[here],
                fine[here], fine[here],
            )  # fmt: skip
        self._under_inspection = mask & still_open
        for place in np.flatnonzero(self._under_inspection).tolist():
            self._finds_case(block, place, "inspection", int(filed[place]))

    def _assessments(self, block: Block) -> None:
        """Tax assessments 纳税评估; those open for more than 90 days count."""
        dice, day = self._dice, self._calendar.day
        mask = dice.chance("assessed", block.index, 12_000) & ~block.gone()
        started = day - dice.between("assessment", block.index, 1, 400)
        ended = started + dice.between("assessment length", block.index, 5, 120)
        still_open = (ended > day) | dice.chance("assessment open", block.index, 150_000)
        for bureau in Bureau:
            here = mask & self._handles_case(block, bureau)
            self._post.to(bureau, "assessment").write(
                [f"{'1' if bureau is Bureau.STATE else '2'}PG{row:010d}"
                 for row in block.index[here].tolist()],
                chosen(block.registration[bureau], here),
                started[here],
                np.where(still_open, NONE, ended)[here],
            )  # fmt: skip
        overdue = mask & still_open & (day - started > ASSESSMENT_DAYS)
        for place in np.flatnonzero(overdue & ~self._under_inspection).tolist():
            self._finds_case(block, place, "assessment", int(started[place]))

    def _handles_case(self, block: Block, bureau: Bureau) -> Bools:
        state: Bools = block.at[Bureau.STATE] & ~(block.at[Bureau.LOCAL] & (block.index % 3 == 0))
        return state if bureau is Bureau.STATE else ~state

    def _finds_case(self, block: Block, place: int, band: str, since: int) -> None:
        self._truth.has_open_case(
            self._truth.enterprise_of(block.identity, place),
            self._truth.person(block.legal_rep.number[place]),
            band,
            since,
        )


def uuids(dice: Dice, name: str, index: Ints) -> list[str]:
    """32 hexadecimal characters, as Oracle's SYS_GUID."""
    high, low = dice.words(f"{name} high", index), dice.words(f"{name} low", index)
    return [f"{a:016X}{b:016X}" for a, b in zip(high.tolist(), low.tolist(), strict=True)]


def _either(mask: Bools, yes: list[str], no: list[str]) -> list[str]:
    return [a if which else b for which, a, b in zip(mask.tolist(), yes, no, strict=True)]
