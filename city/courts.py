"""What courts enforce, and whose affairs they wind up.

Whoever is listed as a dishonest judgment debtor is so in a case of enforcement; most cases come to
an end without a listing.  A few companies are bankrupt or being reorganised.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from city.dice import Ints
from city.enterprises import DEREGISTERED, LIQUIDATION, Block, Enterprises
from city.forms import ENTERPRISE, PERSON, Post
from city.people import CAST, Persons
from city.world import World

COUNTY_COURT, CITY_COURT = "阳信县人民法院", "滨州市中级人民法院"
UNDER_WAY, NOTHING_LEFT, SATISFIED, TERMINATED = (
    "执行中", "终结本次执行程序", "执行完毕", "终结执行",
)  # fmt: skip
LIQUIDATED, REORGANISED, WOUND_UP = "破产清算", "重整", "强制清算"
_ENTERPRISES, _PERSONS, _BANKRUPT = 6_000, 1_500, 1_500  # of a million
_CLAIM_DAYS = 90  # to file a claim: 30 days to three months (企业破产法第四十五条)


class Courts:
    """Writes the background's cases; no indicator reads them."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def of(self, block: Block) -> None:
        """Of enterprises that a court knows by a number of their own."""
        owes = self._world.dice.chance("enforced against", block.index, _ENTERPRISES)
        for place in np.flatnonzero(owes & (block.index < CAST)).tolist():
            if not block.identity.personal[place]:
                number = block.identity.known_as[place]
                self._enforce(2 * int(block.index[place]), ENTERPRISE, number, block.name[place])
        self._bankruptcies(block)

    def persons(self, persons: Persons) -> None:
        owes = self._world.dice.chance("enforced against a person", persons.index, _PERSONS)
        for place in np.flatnonzero(owes & persons.number_tells_kind).tolist():
            serial = 2 * int(persons.index[place]) + 1
            self._enforce(serial, PERSON, persons.number[place], persons.name[place])

    def _enforce(self, serial: int, kind: str, number: str, name: str) -> None:
        dice, one = self._world.dice, np.array([serial])
        filed = self._world.day - timedelta(int(dice.between("enforced since", one, 1, 1_200)[0]))
        closed = filed + timedelta(int(dice.between("enforced for", one, 15, 400)[0]))
        amount = int(dice.between("enforced amount", one, 5, 4_000)[0]) * 100_000
        got = amount * int(dice.below("enforced part", one, 90)[0]) // 100
        state = UNDER_WAY
        if closed <= self._world.day:
            turn = int(dice.pick("enforced state", one, (45, 45, 10))[0])
            state = (SATISFIED, NOTHING_LEFT, TERMINATED)[turn]
        enforce(
            self._world.post, f"（{filed.year}）鲁1622执{serial:08d}号", kind, number, name,
            filed=filed, amount=amount, recovered=amount if state == SATISFIED else got,
            state=state, closed=None if state == UNDER_WAY else closed,
        )  # fmt: skip

    def _bankruptcies(self, block: Block) -> None:
        """Of companies; whoever is being liquidated at the bureaus often has such a case."""
        dice, index, today = self._world.dice, block.index, self._world.today
        mask = dice.chance("bankrupt", index, _BANKRUPT)
        mask |= block.where(LIQUIDATION) & dice.chance("wound up by a court", index, 600_000)
        mask &= block.company & (index < CAST) & ~block.where(DEREGISTERED)
        accepted = today - dice.between("bankrupt since", index, 5, 1_000)
        accepted = np.maximum(accepted, block.registered + 1)
        declared = accepted + dice.between("declared after", index, 60, 400)
        closed = declared + dice.between("bankruptcy closed after", index, 60, 500)
        administrators, names = self._enterprises.some_company("administrator", index)
        form = dice.pick("bankruptcy", index, (70, 20, 10)).tolist()
        for place in np.flatnonzero(mask & (accepted <= today)).tolist():
            procedure = (LIQUIDATED, REORGANISED, WOUND_UP)[form[place]]
            is_over = int(closed[place]) <= today
            bankrupt(
                self._world.post, int(index[place]), block.identity.known_as[place],
                block.name[place], (administrators[place], names[place]),
                procedure=procedure, accepted=_day(accepted[place]),
                declared=_day(declared[place])
                if procedure == LIQUIDATED and int(declared[place]) <= today
                else None,
                closed=_day(closed[place]) if is_over else None,
            )  # fmt: skip


def enforce(
    post: Post,
    case_no: str,
    kind: str,
    number: str,
    name: str,
    *,
    filed: date,
    amount: int,
    recovered: int = 0,
    state: str = UNDER_WAY,
    closed: date | None = None,
) -> None:
    """One case against one debtor; amounts in fen.  Its judgment is of the year before."""
    post.lines("court_enforcement").add(
        {
            "执行案号": case_no,
            "被执行人类型": kind,
            "证件号码或信用代码": number,
            "姓名或名称": name,
            "执行法院": COUNTY_COURT,
            "执行依据文号": f"（{filed.year - 1}）鲁1622民初{amount // 100 % 10_000}号",
            "立案日期": filed.isoformat(),
            "执行标的": amount / 100,
            "执行到位金额": recovered / 100,
            "案件状态": state,
            "结案日期": closed.isoformat() if closed else None,
        }
    )


def listed_case(
    post: Post,
    case_no: str,
    kind: str,
    number: str,
    name: str,
    published: date,
    removed: date | None,
) -> None:
    """The case in which a court listed its debtor; who was removed from the list had paid."""
    amount = (published.toordinal() % 97 + 3) * 1_250_000
    enforce(
        post, case_no, kind, number, name,
        filed=published - timedelta(60), amount=amount, recovered=amount if removed else 0,
        state=SATISFIED if removed else NOTHING_LEFT, closed=removed or published,
    )  # fmt: skip


def bankrupt(
    post: Post,
    serial: int,
    number: str,
    name: str,
    administrator: tuple[str, str],
    *,
    accepted: date,
    procedure: str = LIQUIDATED,
    declared: date | None = None,
    closed: date | None = None,
) -> None:
    """One case of one debtor; `administrator`: his number and name."""
    post.book("court_bankruptcy").add(
        [
            f"（{accepted.year}）鲁16破{serial:07d}号",
            name,
            number,
            procedure,
            CITY_COURT,
            accepted.isoformat(),
            administrator[1],
            administrator[0],
            (accepted + timedelta(_CLAIM_DAYS)).isoformat(),
            declared.isoformat() if declared else None,
            closed.isoformat() if closed else None,
        ]
    )


def _day(ordinal: Ints) -> date:
    return date.fromordinal(int(ordinal))
