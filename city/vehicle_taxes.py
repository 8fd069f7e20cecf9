"""What a car costs its owner in tax: once when he buys it, and every year while he has it.

The state bureau takes the purchase tax before a plate is given, the local bureau the vessel tax
with the year's insurance; nobody owes either.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import registration_ids
from city.forms import NONE, Bureau
from city.people import Persons
from city.taxes import PURCHASE_TAX, TAX, VESSEL_TAX
from city.world import World

_KEPT = 730  # days for which the purchase stands in the ledger
_RATE, _WITH_VAT = 10, 117  # of the price without VAT, %
_A_YEAR = (36_000, 42_000, 66_000, 120_000)  # by the size of the engine, in fen


def write(world: World, persons: Persons, owners: Bools, price: Ints, since: Ints) -> None:
    """Of the `owners` whom the bureau concerned knows as natural persons; price in fen."""
    where = world.dice.pick("natural at", persons.index, (80, 12, 8))
    bought = owners & (where != 0) & (since >= world.today - _KEPT)
    _row(world, Bureau.STATE, PURCHASE_TAX, persons, bought, since, since, since + 60,
         price * _RATE // _WITH_VAT, since)  # fmt: skip
    first, last = date(world.day.year, 1, 1).toordinal(), date(world.day.year, 12, 31).toordinal()
    insured = first + since % 365
    paid = np.where((insured <= world.today) & (insured >= since), insured, NONE)
    size = np.array(_A_YEAR)[world.dice.pick("engine", persons.index, (30, 40, 22, 8))]
    _row(world, Bureau.LOCAL, VESSEL_TAX, persons, owners & (where != 1),
         np.maximum(since, first), np.full_like(since, last), np.full_like(since, last),
         size, paid)  # fmt: skip


def _row(
    world: World,
    bureau: Bureau,
    item: str,
    persons: Persons,
    taxed: Bools,
    begins: Ints,
    ends: Ints,
    due: Ints,
    amount: Ints,
    paid: Ints,
) -> None:
    count = int(np.count_nonzero(taxed))
    prefix = "10137161" if bureau is Bureau.STATE else "20237161"
    world.post.to(bureau, "ledger").write(
        [f"{prefix}{one:012d}" for one in persons.index[taxed].tolist()],
        chosen(registration_ids(world.dice, persons.index, natural=True)[bureau], taxed),
        [item] * count,
        [TAX] * count,
        begins[taxed],
        ends[taxed],
        due[taxed],
        amount[taxed],
        paid[taxed],
    )
