"""Whom the bureau published on the tax blacklist, and who answers for it elsewhere (M04, M05)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises
from city.forms import ENTERPRISE, NONE
from city.invoices import Invoices
from city.repute import Repute
from city.world import World

CRITERIA = 11  # of the tax blacklist


class Publications:
    """The background's publications; most stand for three years, some were stopped early."""

    def __init__(
        self, world: World, enterprises: Enterprises, repute: Repute, invoices: Invoices
    ) -> None:
        self._world = world
        self._enterprises = enterprises
        self._repute = repute
        self._invoices = invoices
        self._behind = np.zeros((0, 2), np.int64)  # rows of person, published enterprise
        self._stakes: list[Ints] = []  # rows of person, enterprise: who invests in another one

    def write(self) -> None:
        """All publications, and M04 for those that stand; keeps who answers for them."""
        dice, today = self._world.dice, self._world.today
        everyone = np.arange(self._enterprises.count)
        often = np.where(self._enterprises.shells(everyone), 40_000, 800)
        block = self._enterprises.block(np.flatnonzero(dice.chance("blacklist", everyone, often)))
        index = block.index
        coded = np.array([bool(code) for code in block.identity.code], np.bool_)
        published = today - dice.between("blacklist since", index, 20, 1_400)
        early = dice.chance("blacklist early", index, 300_000)
        stops = published + np.where(early, 183, 1_096)
        told = dice.chance("violation's days told", index, 700_000)
        violated = published - dice.between("violated from", index, 400, 1_200)
        violated_until = violated + dice.between("violated for", index, 30, 360)
        count = int(np.count_nonzero(coded))
        self._world.post.table("blacklist").write(
            [f"滨税稽案〔2014〕{row:07d}号" for row in index[coded].tolist()],
            [ENTERPRISE] * count,
            chosen(block.identity.code, coded),
            chosen(block.name, coded),
            [f"滨税稽失信〔2014〕{row:07d}号" for row in index[coded].tolist()],
            [f"{1 + one:02d}" for one in dice.below("criterion", index[coded], CRITERIA).tolist()],
            np.where(told, violated, NONE)[coded],
            np.where(told, violated_until, NONE)[coded],
            published[coded],
            np.where(stops > today, NONE, stops)[coded],
        )
        for place in np.flatnonzero(coded & (stops > today)).tolist():
            subject = self._world.truth.enterprise(block.identity.code[place])
            self._world.truth.finds("M04", subject, subject, "published", "公布期内失信主体")
        first = np.where(told, violated, published)
        pairs = list(self._answering(index, coded & (stops > today), first))
        self._behind = np.unique(np.concatenate(pairs), axis=0)

    def _answering(self, index: Ints, standing: Bools, first: Ints) -> Iterator[Ints]:
        """01, 02 and 09 of each; who is named as directly responsible is 01 or 02 as well."""
        for holder in (
            self._enterprises.representative(index),
            self._enterprises.finance_officer(index),
        ):
            yield np.stack((holder[standing], index[standing]), axis=1)
        controls = self._repute.controls(index)
        over = (controls.until != NONE) & (
            (controls.until < first) | (controls.until <= self._world.months_ago(6).toordinal())
        )
        kept = standing & controls.told & ~over
        yield np.stack((controls.person[kept], index[kept]), axis=1)

    def of(self, block: Block, stakes: tuple[Ints, Ints, Ints]) -> None:
        """Keep what those who answer for published ones hold of a block: a tenth or more."""
        row, person, _share = stakes
        mask = np.isin(person, self._behind[:, 0]) & ~block.gone()[row]
        self._stakes.append(np.stack((person[mask], block.index[row[mask]]), axis=1))

    def judge(self) -> None:
        """M05: the person, and what he is in beside the published one."""
        truth, persons = self._world.truth, np.unique(self._behind[:, 0])
        held = np.concatenate((self._enterprises.in_office(persons), *self._stakes))
        for person in persons.tolist():
            published = set(self._behind[self._behind[:, 0] == person, 1].tolist())
            own = np.unique(held[held[:, 0] == person, 1])
            own = own[np.array([bool(published - {one}) for one in own.tolist()], np.bool_)]
            block = self._enterprises.block(own)
            truth.answers_for_published(
                truth.person(self._world.people.of(np.array([person])).number[0]),
                dict(
                    zip(
                        truth.enterprises_of(block.identity),
                        self._invoices.drawn_this_month(block).tolist(),
                        strict=True,
                    )
                ),
            )
