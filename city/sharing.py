"""Who runs, keeps or fetches for many enterprises of the background, and what they share (M21)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np

from city.dice import Bools, Ints
from city.enterprises import Block, Enterprises
from city.forms import NONE, PERSON
from city.world import World

REGISTERED_UNIT = "单位"
AGENCY, CLUSTER = "涉税专业服务机构", "集群注册托管"
NEW_DAYS = 90
_REPRESENTED, _KEPT, _COLLECTED, _FOUNDED = range(4)
_LEAST = np.array([5, 10, 5, 3])
_PHONE, _ADDRESS = range(2)
_TELEPHONES, _ENTERPRISES_AT_ADDRESS = 5, 10
_PLACE = 20  # bits of an enterprise's index
_SOME = 500  # subjects that are named at once


class Sharing:
    """Keeps who is where and what each enterprise gives as its own; tells the truth at the end."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises
        self._held: list[Ints] = []  # person, office, enterprise in one number
        # Of each kind: numbers, the enterprises, and the bookkeeper whose alone it is, else NONE
        self._told: list[list[tuple[Ints, Ints, Ints]]] = [[], []]

    def of(self, block: Block, collects: Bools) -> None:
        """What counts is what lives; `collects` are those whose tax handler fetches invoices."""
        lives = ~block.gone()
        own_handler = lives & np.array([not agent for agent in block.agent])
        new = lives & (block.registered >= self._world.today - NEW_DAYS)
        rep, officer, handler = (
            one.index for one in (block.legal_rep, block.finance_officer, block.tax_handler)
        )
        for office, person, mask in (
            (_REPRESENTED, rep, lives),
            (_KEPT, officer, lives),
            (_KEPT, handler, own_handler),
            (_COLLECTED, handler, lives & collects),
            (_FOUNDED, rep, new),
        ):
            held = (person[mask] << 2 | office) << _PLACE | block.index[mask]
            self._held.append(np.unique(held))
        nobody = np.full(len(block), NONE)
        for kind, texts, keeper, mask in (
            (_PHONE, block.phone, nobody, lives),
            (_PHONE, block.legal_rep.phone, nobody, lives),
            (_PHONE, block.finance_officer.phone, officer, lives),
            (_PHONE, block.tax_handler.phone, handler, own_handler),
            (_ADDRESS, block.address, nobody, lives),
        ):
            numbers = np.array([_number(text) for text in texts])
            self._told[kind].append((numbers[mask], block.index[mask], keeper[mask]))

    def judge(self) -> None:
        """Register the agencies and some clusters, and say who shares too much."""
        self._judge_persons(self._register_agents())
        self._judge_contacts()

    def _judge_persons(self, registered: Ints) -> None:
        held = np.unique(np.concatenate(self._held))
        offices, count = np.unique(held >> _PLACE, return_counts=True)
        many = offices[count >= _LEAST[offices & 3]]
        met = held[np.isin(held >> _PLACE, many)]
        person, enterprise = met >> _PLACE + 2, met & (1 << _PLACE) - 1
        pairs = np.unique(person << _PLACE | enterprise)
        pairs = pairs[~np.isin(pairs >> _PLACE, registered)]
        truth = self._world.truth
        persons = np.unique(pairs >> _PLACE)
        for start in range(0, len(persons), _SOME):
            some = persons[start : start + _SOME]
            own = pairs[np.isin(pairs >> _PLACE, some)]
            names = self._named(np.unique(own & (1 << _PLACE) - 1))
            numbers = self._world.people.of(some).number
            for one, number in zip(some.tolist(), numbers, strict=True):
                others = own[own >> _PLACE == one] & (1 << _PLACE) - 1
                truth.is_in_many(truth.person(number), [names[place] for place in others.tolist()])

    def _judge_contacts(self) -> None:
        hosts: set[int] = set()  # of the registered clusters; their telephones serve all in it
        wide = set[int]().union(*self._wide_addresses(hosts))
        wide.update(self._wide_phones(hosts))
        places = np.array(sorted(wide), np.int64)
        for start in range(0, len(places), _SOME):
            for subject in self._named(places[start : start + _SOME]).values():
                self._world.truth.shares_contact(subject)

    def _wide_phones(self, hosts: set[int]) -> Iterator[int]:
        """A bookkeeper's enterprises count as one, unless the number is another's there too."""
        for own, keeper in self._groups(_PHONE, _TELEPHONES):
            places = np.unique(own)
            if not hosts.isdisjoint(places.tolist()):
                continue
            holders = set()
            for place in places.tolist():
                whose = np.unique(keeper[own == place])
                alone = len(whose) == 1 and whose[0] != NONE
                holders.add(("keeper", int(whose[0])) if alone else ("enterprise", place))
            reps = np.unique(self._enterprises.representative(places))
            if len(holders) >= _TELEPHONES and len(reps) >= _TELEPHONES:
                yield from places.tolist()

    def _wide_addresses(self, hosts: set[int]) -> Iterator[set[int]]:
        """Those whose address is no registered cluster's; half of the clusters are, by `hosts`."""
        for own, _keeper in self._groups(_ADDRESS, _ENTERPRISES_AT_ADDRESS):
            places = np.unique(own)
            host = self._enterprises.block(places[:1])
            code = host.identity.code[0]
            if code and self._world.dice.chance("cluster", places[:1], 500_000)[0]:
                hosts.add(int(places[0]))
                self._register(
                    f"JQ{places[0]:07d}", REGISTERED_UNIT, code, host.name[0], CLUSTER, NONE
                )
            else:
                yield set(places.tolist())

    def _groups(self, kind: int, least: int) -> Iterator[tuple[Ints, Ints]]:
        """Enterprises and keepers, for each number that so many rows tell."""
        numbers, places, keepers = (
            np.concatenate(column) for column in zip(*self._told[kind], strict=True)
        )
        order = np.lexsort((places, numbers))
        numbers, places, keepers = numbers[order], places[order], keepers[order]
        _values, starts, count = np.unique(numbers, return_index=True, return_counts=True)
        for start, rows in zip(
            starts[count >= least].tolist(), count[count >= least].tolist(), strict=True
        ):
            own = places[start : start + rows]
            if len(np.unique(own)) >= least:
                yield own, keepers[start : start + rows]

    def _register_agents(self) -> Ints:
        """Most agents of licensed agencies; returns who is in the register today."""
        dice, agents = self._world.dice, np.unique(self._enterprises.agents())
        people = self._world.people.of(agents)
        entered = people.number_tells_kind & ~dice.chance("agent unlisted", agents, 100_000)
        over = dice.chance("entry over", agents, 100_000)
        until = np.where(over, self._world.today - dice.between("over", agents, 1, 300), NONE)
        for place in np.flatnonzero(entered).tolist():
            self._register(
                f"DL{agents[place]:07d}",
                PERSON,
                people.number[place],
                people.name[place],
                AGENCY,
                int(until[place]),
            )
        return agents[entered & ~over]

    def _register(
        self, entry: str, kind: str, number: str, name: str, because: str, until: int
    ) -> None:
        days: list[Ints] = [np.array([self._world.today - 700]), np.array([until])]
        self._world.post.table("shared_contact_register").write(
            [entry], [kind], [number], [name], [because], *days
        )

    def _named(self, places: Ints) -> dict[int, str]:
        subjects = self._world.truth.enterprises_of(self._enterprises.block(places).identity)
        return dict(zip(places.tolist(), subjects, strict=True))


def _number(text: str) -> int:
    """A telephone or an address as a number that hardly another one has."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
