"""Cars and meters: records of persons, some with the number, some with only a name and a trait.

Half of the persons hold an electricity account and one in twenty-five a car, both under their
number; from there the county knows addresses.  Beside them stand old cars and water accounts whose
owner has no usable number: the person himself, described well or badly, or somebody who only looks
like him.  `truth/identities.csv` says who each of these is, and why it is hard; an empty subject
is somebody whom no register knows.  Here the truth learns who bought too dear a car (A02).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from city import vehicle_taxes
from city.dice import Bools, Dice, Ints, chosen, shares
from city.enterprises import Enterprises
from city.forms import NONE
from city.people import RESIDENT, Persons, with_wrong_check
from city.world import World

VEHICLE, UTILITY = "vehicle_registration", "utility_account"
CAR_PRICE = 40_000_000  # 400,000 yuan, in fen
# So many of a million persons have such a record
_CAR, _METER, _OLD_CAR, _WATER = 40_000, 500_000, 20_000, 20_000

_TOWNS = ("信城街道", "金阳街道", "商店镇", "温店镇", "河流镇", "翟王镇", "水落坡镇", "劳店镇")
_ESTATES = ("梨乡花园", "幸福小区", "阳光家园", "河东新村", "鑫城丽都", "龙福佳苑", "书香门第",
            "东关小区", "棉纺宿舍", "供销社家属院", "锦绣华庭", "翡翠城")  # fmt: skip
_MODELS = ("大众牌", "五菱牌", "长安牌", "丰田牌", "长城牌", "比亚迪牌", "江淮牌", "东风牌")
# Characters of given names that are read alike
_HOMOPHONES = (
    "伟玮炜 丽莉俐 静婧靖 军君钧 华桦骅 明铭鸣 红虹宏 玉钰煜 英瑛莹 霞遐侠 "
    "志智治 建健键 文雯纹 强墙蔷 磊蕾垒 涛滔韬 杰洁捷 敏闽悯 艳燕彦 芳方坊 "
    "娜纳钠 超钞抄 勇永咏 刚钢岗 平萍苹 新欣鑫 春椿醇 国帼虢 庆磬罄 林琳霖 "
    "海害骇 波玻菠 峰锋枫 龙隆珑 辉晖徽 佳嘉家 宇雨羽 晓小筱 金今津 兰岚蓝 "
    "俊峻骏 成诚程 东冬咚 清青卿 "
)


@dataclass(frozen=True)
class Record:
    """One row without a number: what it says of its person, and who that is."""

    kind: str  # why it is easy or hard
    subject: str  # his number; empty: nobody whom a register knows
    name: str
    number: str  # missing, or one that cannot be true
    born: int  # ordinal, or NONE
    phone: str
    address: str


class Unidentified:
    """Writes cars and meters of the background's persons."""

    def __init__(
        self, world: World, enterprises: Enterprises, unprofitable: tuple[Ints, Ints]
    ) -> None:
        """`unprofitable`: persons, enterprises, as `AnnualReturns.unprofitable_roles` says."""
        self._world = world
        self._dice = world.dice
        self._enterprises = enterprises
        self._unprofitable = unprofitable

    def write(self, persons: Persons) -> Ints:
        """Everything about a block of persons; returns what cars of three years cost them."""
        homes = addresses(self._dice, persons.index)
        spent = self._cars(persons)
        self._meters(persons, homes)
        resident = persons.kind_is(RESIDENT)
        for source, chance, kinds in (
            (VEHICLE, _OLD_CAR, _OF_CARS),
            (UTILITY, _WATER, _OF_METERS),
        ):
            wanted = resident & self._dice.chance(f"unidentified {source}", persons.index, chance)
            picked = self._dice.pick(
                f"unidentified kind {source}", persons.index, [weight for weight, _ in kinds]
            )
            for place in np.flatnonzero(wanted).tolist():
                tell = kinds[int(picked[place])][1]
                record = tell(self._dice, _known(persons, homes, place), int(persons.index[place]))
                self._put(source, record, int(persons.index[place]))
        return spent

    def _put(self, source: str, record: Record, index: int) -> None:
        world, serial = self._world, np.array([index])
        born = np.array([record.born])
        since = world.today - self._dice.between("old since", serial, 1_500, 5_000)
        if source == VEHICLE:
            key = f"鲁M9{index:07d}"
            price = self._dice.between("old price", serial, 300, 2_000) * 10_000
            world.post.table(source).write(
                [key], [record.name], [record.number], born, [record.phone],
                [_MODELS[index % len(_MODELS)]], price, since,
            )  # fmt: skip
        else:
            key = f"05{index:08d}"
            world.post.table(source).write(
                [key], ["自来水"], [record.name], [record.number], [record.address],
                [record.phone], since,
            )  # fmt: skip
        subject = world.truth.person(record.subject) if record.subject else ""
        world.truth.identifies(source, key, subject, record.kind)

    def _cars(self, persons: Persons) -> Ints:
        dice, index = self._dice, persons.index
        mask = persons.number_tells_kind & dice.chance("car", index, _CAR)
        price = dice.between("car price", index, 400, 6_000) * 10_000
        since = self._world.today - dice.between("car since", index, 30, 3_000)
        self._world.post.table(VEHICLE).write(
            [f"鲁M{row:07d}" for row in index[mask].tolist()],
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            np.where(mask, persons.born, NONE)[mask],
            chosen(persons.phone, mask),
            [_MODELS[row % len(_MODELS)] for row in index[mask].tolist()],
            price[mask],
            since[mask],
        )
        vehicle_taxes.write(self._world, persons, mask, price, since)
        new = since >= self._world.year_ago.toordinal()
        self._judge_cars(persons, mask & new & (price >= CAR_PRICE), price)
        return np.where(mask & (since >= self._world.three_years_ago.toordinal()), price, 0)

    def _judge_cars(self, persons: Persons, dear: Bools, price: Ints) -> None:
        """A02, of losses alone: hardly an enterprise draws six months without sales in a row."""
        truth, (holders, held) = self._world.truth, self._unprofitable
        for place in np.flatnonzero(dear & np.isin(persons.index, holders)).tolist():
            losers = np.unique(held[holders == persons.index[place]])
            truth.buys_car(
                truth.person(persons.number[place]),
                truth.enterprises_of(self._enterprises.block(losers).identity),
                int(price[place]),
            )

    def _meters(self, persons: Persons, homes: list[str]) -> None:
        dice, index = self._dice, persons.index
        mask = persons.number_tells_kind & dice.chance("meter", index, _METER)
        count = int(np.count_nonzero(mask))
        self._world.post.table(UTILITY).write(
            [f"37{row:08d}" for row in index[mask].tolist()],
            ["电力"] * count,
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            chosen(homes, mask),
            chosen(persons.phone, mask),
            self._world.today - dice.between("meter since", index[mask], 30, 5_000),
        )


def addresses(dice: Dice, index: Ints) -> list[str]:
    """Where persons live; every second pair of neighbours lives together."""
    together = dice.chance("live together", index // 2, 500_000)
    home = np.where(together, index - index % 2, index)
    sizes = {"town": 8, "estate": 12, "block": 30, "entrance": 4, "floor": 6, "door": 3}
    parts = [dice.below(name, home, size) for name, size in sizes.items()]
    return [
        f"山东省滨州市阳信县{_TOWNS[town]}{_ESTATES[estate]}{block + 1}号楼{entrance + 1}单元"
        f"{floor + 1}0{door + 1}室"
        for town, estate, block, entrance, floor, door in zip(
            *(part.tolist() for part in parts), strict=True
        )
    ]


# How a record tells of its person.  Each takes what is true and the person's index.


def _known(persons: Persons, homes: list[str], place: int) -> Record:
    return Record(
        kind="plain",
        subject=persons.number[place],
        name=persons.name[place],
        number="",
        born=int(persons.born[place]),
        phone=persons.phone[place],
        address=homes[place],
    )


def _plain(dice: Dice, true: Record, index: int) -> Record:
    return true


def _wrong_number(dice: Dice, true: Record, index: int) -> Record:
    """The number's last character is mistyped, the day of birth is left out."""
    return replace(true, kind="wrong_number", number=with_wrong_check(true.subject), born=NONE)


def _like_sounding(dice: Dice, true: Record, index: int) -> Record:
    """The clerk wrote a name as he heard it; a name without such a spelling is misspelt."""
    for place in range(len(true.name) - 1, 0, -1):
        for alike in _HOMOPHONES.split():
            if true.name[place] == alike[0]:
                heard = alike[1 + index % 2]
                name = true.name[:place] + heard + true.name[place + 1 :]
                return replace(true, kind="like_sounding", name=name)
    return _misspelt(dice, true, index)


def _misspelt(dice: Dice, true: Record, index: int) -> Record:
    return replace(true, kind="misspelt", name=_other_name(dice, true.name, index))


def _character_missing(dice: Dice, true: Record, index: int) -> Record:
    if len(true.name) < 3:
        return replace(true, kind="plain")
    return replace(true, kind="character_missing", name=true.name[0] + true.name[2:])


def _digits_transposed(dice: Dice, true: Record, index: int) -> Record:
    """Day, month or year of birth with two digits exchanged, where that makes another day."""
    text = date.fromordinal(true.born).strftime("%Y%m%d")
    for first in (6, 4, 2):
        swapped = text[:first] + text[first + 1] + text[first] + text[first + 2 :]
        if swapped != text and (born := _day(swapped)) is not None:
            return replace(true, kind="digits_transposed", born=born)
    return true


def _month_and_day_exchanged(dice: Dice, true: Record, index: int) -> Record:
    text = date.fromordinal(true.born).strftime("%Y%m%d")
    born = _day(text[:4] + text[6:] + text[4:6])
    if born is None or born == true.born:
        return _digits_transposed(dice, true, index)
    return replace(true, kind="month_and_day_exchanged", born=born)


def _new_phone(dice: Dice, true: Record, index: int) -> Record:
    return replace(true, kind="new_phone", phone=_other_phone(dice, index))


def _new_phone_and_typo(dice: Dice, true: Record, index: int) -> Record:
    """Too little is left to be sure."""
    wrong = _digits_transposed(dice, true, index)
    return replace(wrong, kind="new_phone_and_typo", phone=_other_phone(dice, index))


def _moved(dice: Dice, true: Record, index: int) -> Record:
    other = addresses(dice, np.array([index + 3_000_000]))[0]
    return replace(true, kind="moved", address=other)


def _short_address(dice: Dice, true: Record, index: int) -> Record:
    return replace(true, kind="short_address", address=true.address.removeprefix("山东省滨州市"))


def _name_alone(dice: Dice, true: Record, index: int) -> Record:
    """His name and nothing else that is his: never joined."""
    moved = _moved(dice, _new_phone(dice, true, index), index)
    return replace(moved, kind="name_alone", born=NONE)


def _homonym_of_the_year(dice: Dice, true: Record, index: int) -> Record:
    """Somebody else of the same name, born in the same year."""
    born = date.fromordinal(true.born)
    month = _between(dice, "homonym month", index, 1, 11)
    other = date(born.year, (born.month + month - 1) % 12 + 1, 1 + born.day % 27)
    return replace(
        _moved(dice, true, index), kind="homonym_of_the_year", subject="",
        born=other.toordinal(), phone=_other_phone(dice, index),
    )  # fmt: skip


def _homonym_of_the_month(dice: Dice, true: Record, index: int) -> Record:
    """Somebody else of the same name, born some days later."""
    born = true.born + _between(dice, "homonym days", index, 2, 6)
    return replace(
        _moved(dice, true, index), kind="homonym_of_the_month", subject="", born=born,
        phone=_other_phone(dice, index),
    )  # fmt: skip


def _unknown_twin(dice: Dice, true: Record, index: int) -> Record:
    """His twin, in no register: one character of the name differs, all else is the same."""
    name = _other_name(dice, true.name, index)
    return replace(true, kind="unknown_twin", subject="", name=name)


def _parent(dice: Dice, true: Record, index: int) -> Record:
    """Father or mother at the same address and telephone, in no register."""
    given = _other_name(dice, true.name, index)[-1]
    born = true.born - _between(dice, "older", index, 7_500, 12_000)
    return replace(true, kind="parent", subject="", name=true.name[0] + given, born=born)


def _stranger(dice: Dice, true: Record, index: int) -> Record:
    """Somebody of the same name, of another age, whom no register knows."""
    moved = _moved(dice, true, index)
    born = true.born - _between(dice, "stranger days", index, 400, 9_000)
    return replace(moved, kind="stranger", subject="", born=born, phone=_other_phone(dice, index))


Tell = Callable[[Dice, Record, int], Record]
_OF_CARS: tuple[tuple[int, Tell], ...] = (
    (30, _plain), (8, _wrong_number), (10, _like_sounding), (6, _misspelt), (4, _character_missing),
    (8, _digits_transposed), (3, _month_and_day_exchanged), (12, _new_phone),
    (4, _new_phone_and_typo), (2, _name_alone), (6, _homonym_of_the_year),
    (4, _homonym_of_the_month), (3, _unknown_twin), (2, _parent), (6, _stranger),
)  # fmt: skip
_OF_METERS: tuple[tuple[int, Tell], ...] = (
    (30, _plain), (6, _wrong_number), (8, _like_sounding), (6, _misspelt), (4, _character_missing),
    (12, _new_phone), (12, _moved), (10, _short_address), (4, _name_alone),
    (5, _homonym_of_the_year), (4, _unknown_twin), (3, _parent), (6, _stranger),
)  # fmt: skip


def _between(dice: Dice, name: str, index: int, low: int, high: int) -> int:
    return int(dice.between(name, np.array([index]), low, high)[0])


def _other_phone(dice: Dice, index: int) -> str:
    return f"166{_between(dice, 'other phone', index, 0, 99_999_999):08d}"


def _other_name(dice: Dice, name: str, index: int) -> str:
    """The name with its last character replaced."""
    given, weights = shares("given_name_characters")
    draw = int(dice.pick("other character", np.array([index]), weights)[0])
    other = given[draw] if given[draw] != name[-1] else given[(draw + 1) % len(given)]
    return name[:-1] + other


def _day(text: str) -> int | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return None
