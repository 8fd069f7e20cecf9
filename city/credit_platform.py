"""What the social credit platform passes on from other departments: 双公示 and their lists.

Permits and penalties of enterprises and of some persons, and the red and black lists of work
safety, environment, wages and the like.  Tax, courts and market regulation send their own lists
themselves.  An individual business is named by its code; without one the platform knows it not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block
from city.forms import ENTERPRISE, NONE, PERSON
from city.people import CAST, RESIDENT, Persons
from city.world import World

LEGAL, SHOP = "法人及非法人组织", "个体工商户"
RED, BLACK = "红名单", "黑名单"
_VALID, _REVOKED, _DISPUTED = "有效", "撤销", "异议"
_FINED, _WARNED = "罚款", "警告"
_ENVIRONMENT, _SAFETY, _MARKET, _TRANSPORT, _WORK = (
    "阳信县环境保护局", "阳信县安全生产监督管理局", "阳信县市场监督管理局", "阳信县交通运输局",
    "阳信县人力资源和社会保障局",
)  # fmt: skip
_PERMITS = (
    ("食品经营许可证", "食品销售", _MARKET, 5),
    ("排污许可证", "按证排放", _ENVIRONMENT, 3),
    ("道路运输经营许可证", "道路普通货物运输", _TRANSPORT, 4),
    ("危险化学品经营许可证", "不带储存经营", _SAFETY, 3),
)  # name, content, authority, years
_OF_PERSONS = ("道路运输从业资格证", "道路货物运输", _TRANSPORT, 6)
_VIOLATIONS = (
    ("违反环境保护管理", "未采取措施减少粉尘排放", _ENVIRONMENT),
    ("违反安全生产管理", "未对从业人员进行安全生产教育", _SAFETY),
    ("违反食品安全管理", "未建立进货查验记录", _MARKET),
    ("违反道路运输管理", "车辆超限运输", _TRANSPORT),
)
_LISTS = (
    (RED, "安全生产", _SAFETY), (RED, "环境保护", _ENVIRONMENT), (RED, "守合同重信用", _MARKET),
    (BLACK, "农民工工资", _WORK), (BLACK, "安全生产", _SAFETY), (BLACK, "环境保护", _ENVIRONMENT),
)  # fmt: skip
_LIST_WEIGHTS = (20, 20, 30, 12, 9, 9)
_BLACK_OF_PERSONS = _LISTS[3]
_PERMIT, _PENALTY, _LISTED = 60_000, 20_000, 12_000  # of a million enterprises
_PERSONS_PERMIT, _PERSONS_PENALTY, _PERSONS_LISTED = 8_000, 4_000, 600  # of a million persons
_PUBLIC_DAYS = 365


class CreditPlatform:
    """Writes permits, penalties and lists; no indicator reads them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> None:
        """Of enterprises that have a credit code and are not gone."""
        dice, index = self._world.dice, block.index
        known = np.array([bool(code) for code in block.identity.code], np.bool_)
        known &= (index < CAST) & ~block.gone()
        kinds = [LEGAL if company else SHOP for company in block.company.tolist()]
        blank = [""] * len(block)
        subject = (block.name, kinds, block.identity.code, blank, blank)
        after = block.registered
        wanted = known & dice.chance("permit", index, _PERMIT)
        self._permits(index * 2, wanted, subject, after, self._drawn_permit(index))
        wanted = known & dice.chance("penalty", index, _PENALTY)
        self._penalties(index * 2, wanted, subject, after)
        listed = known & dice.chance("in a joint list", index, _LISTED)
        which = dice.pick("joint list", index, _LIST_WEIGHTS)
        codes, names = block.identity.code, block.name
        self._lists(index * 2, listed, (ENTERPRISE, codes, names), after, which)

    def persons(self, persons: Persons) -> None:
        dice, index = self._world.dice, persons.index
        resident = persons.kind_is(RESIDENT)
        count = len(index)
        documents = ["身份证" if one else "" for one in resident.tolist()]
        subject = (persons.name, [PERSON] * count, [""] * count, documents, persons.number)
        of_age = persons.born + 20 * 366
        wanted = resident & dice.chance("person's permit", index, _PERSONS_PERMIT)
        self._permits(index * 2 + 1, wanted, subject, of_age, [_OF_PERSONS] * count)
        wanted = resident & dice.chance("person's penalty", index, _PERSONS_PENALTY)
        self._penalties(index * 2 + 1, wanted, subject, of_age)
        listed = resident & dice.chance("person in a joint list", index, _PERSONS_LISTED)
        which = np.full(count, _LISTS.index(_BLACK_OF_PERSONS))
        numbers, names = persons.number, persons.name
        self._lists(index * 2 + 1, listed, (PERSON, numbers, names), of_age, which)

    def _drawn_permit(self, index: Ints) -> list[tuple[str, str, str, int]]:
        drawn = self._world.dice.below("which permit", index, len(_PERMITS))
        return [_PERMITS[one] for one in drawn.tolist()]

    def _permits(
        self,
        serial: Ints,
        wanted: Bools,
        subject: tuple[Sequence[str], ...],
        after: Ints,
        permits: list[tuple[str, str, str, int]],
    ) -> None:
        """`subject`: name, category, code, kind of document and its number."""
        dice, today = self._world.dice, self._world.today
        decided = today - dice.between("permitted", serial, 5, 1_800)
        wanted = wanted & (decided > after)
        revoked = dice.chance("permit revoked", serial, 20_000)[wanted].tolist()
        permits = [permits[place] for place in np.flatnonzero(wanted).tolist()]
        since = decided[wanted]
        years = np.array([permit[3] for permit in permits], np.int64)
        count, blank = len(since), [""] * len(since)
        name, category, code, document, number = (chosen(one, wanted) for one in subject)
        self._world.post.table("administrative_permit").write(
            name, category, code, blank, [one[8:17] for one in code], blank, blank,
            document, number,
            [f"XK1622{one:010d}" for one in serial[wanted].tolist()],
            ["普通"] * count,
            [permit[0] for permit in permits],
            [permit[1] for permit in permits],
            since, since, since + 365 * years,
            [permit[2] for permit in permits],
            [_REVOKED if one else _VALID for one in revoked],
            [permit[2] for permit in permits],
        )  # fmt: skip

    def _penalties(
        self, serial: Ints, wanted: Bools, subject: tuple[Sequence[str], ...], after: Ints
    ) -> None:
        dice, today = self._world.dice, self._world.today
        decided = today - dice.between("penalised", serial, 3, 900)
        wanted = wanted & (decided > after)
        serial, decided = serial[wanted], decided[wanted]
        drawn = dice.below("violation of law", serial, len(_VIOLATIONS)).tolist()
        told = [_VIOLATIONS[one] for one in drawn]
        warned = dice.chance("only warned", serial, 250_000).tolist()
        fines = dice.between("fine of another", serial, 5, 600).tolist()  # hundreds of yuan
        punished = [
            (_WARNED, _WARNED, "") if one else (_FINED, f"罚款{fine}00元", f"{fine / 100:.2f}")
            for one, fine in zip(warned, fines, strict=True)
        ]
        disputed = dice.chance("penalty disputed", serial, 30_000).tolist()
        blank = [""] * len(serial)
        name, category, code, document, number = (chosen(one, wanted) for one in subject)
        self._world.post.table("administrative_penalty").write(
            name, category, code, blank, [one[8:17] for one in code], blank, blank,
            document, number,
            [f"CF1622{one:010d}" for one in serial.tolist()],
            [one[0] for one in told],
            [one[1] for one in told],
            blank,
            [one[0] for one in punished],
            [one[1] for one in punished],
            [one[2] for one in punished],
            blank,
            decided, decided + _PUBLIC_DAYS,
            [one[2] for one in told],
            [_DISPUTED if one else _VALID for one in disputed],
            [one[2] for one in told],
        )  # fmt: skip

    def _lists(
        self,
        serial: Ints,
        listed: Bools,
        subject: tuple[str, Sequence[str], Sequence[str]],
        after: Ints,
        which: Ints,
    ) -> None:
        """`subject`: person or enterprise, the numbers and the names."""
        dice, today = self._world.dice, self._world.today
        entered = today - dice.between("listed jointly", serial, 5, 1_000)
        removed = entered + dice.between("listed jointly for", serial, 30, 700)
        early = dice.chance("left the joint list", serial, 250_000)
        removed = np.where(early & (removed <= today), removed, NONE)
        kind, numbers, names = subject
        for place in np.flatnonzero(listed & (entered > after)).tolist():
            colour, title, authority = _LISTS[which[place]]
            since = int(entered[place])
            self._world.post.lines("joint_list").add(
                {
                    "名单编号": f"LH{int(serial[place]):012d}",
                    "名单类别": colour,
                    "名单名称": title,
                    "主体类别": kind,
                    "姓名或名称": names[place],
                    "证件号码或信用代码": numbers[place],
                    "认定机关": authority,
                    "列入事由": "符合认定标准",
                    "列入日期": date.fromordinal(since).isoformat(),
                    "有效期至": date.fromordinal(since + 730).isoformat(),
                    "退出日期": None
                    if removed[place] == NONE
                    else date.fromordinal(int(removed[place])).isoformat(),
                }
            )
