"""Write a county: its deliveries of one day and the truth of what must be found in them.

    stories ──▶ enterprises, block by block ──▶ cases ──▶ persons, block by block ──▶ note 交接单

Only who represents which enterprise, and who stands behind losing ones, is held for the whole
county; the rest passes in blocks, so that two million persons need little more memory than two
thousand.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from city import stories
from city.accounts import Accounts
from city.annual_returns import AnnualReturns
from city.cases import Cases
from city.cast import Cast
from city.conduct import Conduct
from city.courts import Courts
from city.credit_platform import CreditPlatform
from city.customs import Customs
from city.debtors import Debtors
from city.dice import Dice
from city.enterprises import Enterprises
from city.footprint import Footprint
from city.forms import Post
from city.internet import Internet
from city.investors import Investors
from city.invoices import Invoices
from city.links import Links
from city.market import Market
from city.market_people import MarketPeople
from city.outlays import Outlays
from city.people import People
from city.publications import Publications
from city.registers import Registers
from city.repute import Repute
from city.residents import Residents
from city.sharing import Sharing
from city.taxes import Taxes
from city.transfers import Transfers
from city.truth import Truth
from city.unidentified import Unidentified
from city.world import World

SMALLEST, LARGEST = 6_000, 2_000_000
ENTERPRISES_PER_1000_PERSONS = 300
_BLOCK = 2_000  # enterprises or, four times as many, persons


@dataclass(frozen=True)
class Summary:
    """What was written, and where."""

    folder: Path
    day: date
    persons: int
    enterprises: int
    findings: int
    rows: dict[str, int]  # by file name


def write(
    out: Path,
    *,
    persons: int,
    seed: int,
    day: date,
    keys: Keys,
    progress: Callable[[str, int, int], None] | None = None,
) -> Summary:
    """Write `out`/deliveries and `out`/truth for a county of so many persons.

    The deliveries depend on `persons`, `seed` and `day` alone; the truth's ids also on `keys`.
    `progress` is called with what is being written, how many are done and how many there are.
    Nothing is left behind when it is stopped on the way.
    """
    if not SMALLEST <= persons <= LARGEST:
        raise Trouble(f"A county has {SMALLEST} to {LARGEST} persons, not {persons}.")
    if (day.month, day.day) == (2, 29) or not 2015 <= day.year <= 2030:
        raise Trouble(f"A county lives on a day from 2015 to 2030 that every year has, not {day}.")
    if (out / "deliveries").exists() or (out / "truth").exists():
        raise Trouble(f"{out} holds a county already; name another folder or empty this one.")
    unfinished = out / "unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    post, truth = Post(unfinished / "deliveries", day), Truth(unfinished / "truth", keys)
    try:
        enterprises = _tell(post, truth, persons, seed, day, progress or _silent)
    except BaseException:
        post.close()
        truth.close()
        shutil.rmtree(unfinished)
        raise
    rows = post.close()
    truth.close()
    (unfinished / "truth" / "day.txt").write_text(f"{day.isoformat()}\n", "ascii")
    for part in ("truth", "deliveries"):
        (unfinished / part).rename(out / part)
    unfinished.rmdir()
    return Summary(out, day, persons, enterprises, truth.findings, rows)


def _tell(
    post: Post,
    truth: Truth,
    persons: int,
    seed: int,
    day: date,
    progress: Callable[[str, int, int], None],
) -> int:
    """Write everything into `post` and `truth`; returns the number of enterprises."""
    dice = Dice(seed)
    world = World(dice, People(dice), post, truth, day)
    cast = Cast(world)
    stories.play(cast)

    others = persons - len(cast.persons)
    count = persons * ENTERPRISES_PER_1000_PERSONS // 1000 - len(cast.firms)
    enterprises = Enterprises(dice, world.people, persons=others, count=count, day=day)
    registers, market_people = Registers(world), MarketPeople(world, enterprises)
    investors = Investors(world, enterprises, market_people)
    taxes, annual_returns = Taxes(world, Footprint(world, enterprises)), AnnualReturns(world)
    cases, repute = Cases(world, enterprises), Repute(world, enterprises)
    conduct, market, debtors = Conduct(world), Market(world), Debtors(world)
    transfers = Transfers(world, enterprises)
    invoices, links = Invoices(world), Links(world, enterprises)
    publications = Publications(world, enterprises, repute, invoices)
    publications.write()
    sharing = Sharing(world, enterprises)
    outlays, customs = Outlays(world), Customs(world)
    courts, platform = Courts(world, enterprises), CreditPlatform(world)
    accounts, internet = Accounts(world, enterprises), Internet(world)
    for block in enterprises.blocks(_BLOCK):
        stopped = registers.write(block)
        stakes = investors.write(block)
        debtors.of(block, taxes.write(block, stopped))
        annual_returns.write(block, stakes, repute.controllers(block))
        outlays.of(block, stakes)
        cases.of(block)
        links.of(block, repute.of(block), stakes)
        publications.of(block, stakes)
        sharing.of(block, invoices.of(block, conduct.of(block)))
        market.of(block)
        market_people.officers(block)
        courts.of(block)
        platform.of(block)
        customs.of(block)
        accounts.of(block)
        internet.of(block)
        transfers.of(block, stakes)
        progress("enterprises", int(block.index[-1]) + 1, count)
    cases.write()
    links.judge()
    publications.judge()
    sharing.judge()

    residents = Residents(world, enterprises, annual_returns.losing_roles(), debtors)
    unidentified = Unidentified(world, enterprises, annual_returns.unprofitable_roles())
    for start in range(0, others, 4 * _BLOCK):
        stop = min(others, start + 4 * _BLOCK)
        block_of_persons = world.people.of(np.arange(start, stop))
        income, homes = residents.write(block_of_persons)
        courts.persons(block_of_persons)
        platform.persons(block_of_persons)
        outlays.write(block_of_persons, income, homes, unidentified.write(block_of_persons))
        progress("persons", stop, others)

    cast.enter(registers, taxes, residents, market_people, accounts)
    return count + len(cast.firms)


def _silent(what: str, done: int, total: int) -> None:
    pass
