"""The people of the county, each drawn from his index.

Most carry a resident number of 阳信县: 372323 from before 2000, 371622 since; some come from
elsewhere, some hold a residence permit for Hong Kong, Macao and Taiwan residents, a foreigner's
permanent residence card (15 characters; 18 since 2023), a passport or a travel permit.  A few
are registered at one bureau under the 15-digit number they had before 1999.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Bools, Dice, Ints, chosen, shares
from city.forms import Bureau

RESIDENT, PASSPORT, HM_PASS, TW_PASS, HMT_PERMIT, FOREIGN_PERMIT = (
    "201", "208", "210", "213", "233", "234",
)  # fmt: skip
_KINDS = (RESIDENT, HMT_PERMIT, FOREIGN_PERMIT, FOREIGN_PERMIT, PASSPORT, HM_PASS, TW_PASS)
_KIND_WEIGHTS = (9880, 30, 30, 10, 20, 20, 10)
_NUMBER_TELLS_KIND = (RESIDENT, HMT_PERMIT, FOREIGN_PERMIT)

# 阳信 old and new, its neighbours, and the wider country
_DIVISIONS = np.array(
    [372323, 371622, 372324, 372321, 372330, 372301, 372325, 372328, 370102, 370303, 370502,
     371428, 130921, 120221, 410727, 320925]
)  # fmt: skip
_DIVISION_WEIGHTS = (620, 180, 30, 30, 25, 25, 15, 15, 12, 10, 10, 8, 6, 5, 5, 4)
_PERMITS = np.array([810000, 820000, 830000])
_COUNTRIES = ("KOR", "JPN", "USA", "CAN", "AUS", "GBR", "DEU", "FRA", "SGP", "MYS")
_COUNTRY_CODES = np.array([410, 392, 840, 124, 36, 826, 276, 250, 702, 458])
_LATIN = ("KIM", "LEE", "PARK", "TANAKA", "SATO", "SMITH", "MILLER", "BROWN", "MARTIN", "TAN")
_LATIN_GIVEN = ("MINJUN", "JIWOO", "HARUTO", "YUI", "JAMES", "EMMA", "LUCAS", "ANNA", "WEI", "SIEW")
# Mobile segments that the ministry has given to nobody
_SEGMENTS = ("154", "160", "161", "163", "164", "168", "169", "179")

FIRST_BIRTH = date(1945, 6, 1).toordinal()
BIRTH_DAYS = 19_000  # to the middle of 1997
SEQUENCES = 449  # base numbers use sequences 1-449 of a birthday, their namesakes 451-899
CAPACITY = BIRTH_DAYS * SEQUENCES
CAST = 6_000_000  # indexes from here on belong to the people and enterprises of the stories
_NAMESAKE_DAYS = 7
_CHECKS = "10X98765432"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAY_NUMBERS = np.array(
    [
        int(date.fromordinal(FIRST_BIRTH + day).strftime("%Y%m%d"))
        for day in range(BIRTH_DAYS + _NAMESAKE_DAYS + 1)
    ]
)
# How many neighbours share one telephone, or one address, after the registrations' spread
SHARING = ((1, 2, 4, 6, 20, 60), (2_417_451, 117_104, 49_614, 8_770, 3_818, 96))


@dataclass(frozen=True)
class Persons:
    """Columns of persons: number as the document shows it, kind as Golden Tax codes it."""

    index: Ints
    born: Ints  # ordinals
    number: list[str]
    kind: list[str]
    name: list[str]
    phone: list[str]
    old_at: dict[Bureau, Bools]  # registered there under the 15-digit number

    def numbers_at(self, bureau: Bureau) -> list[str]:
        return [
            old_number(number) if old else number
            for number, old in zip(self.number, self.old_at[bureau].tolist(), strict=True)
        ]

    def kind_is(self, kind: str) -> Bools:
        return np.array([code == kind for code in self.kind], dtype=np.bool_)

    def where(self, mask: Bools) -> Persons:
        """Those of them where `mask` is true."""
        return Persons(
            index=self.index[mask],
            born=self.born[mask],
            number=chosen(self.number, mask),
            kind=chosen(self.kind, mask),
            name=chosen(self.name, mask),
            phone=chosen(self.phone, mask),
            old_at={bureau: there[mask] for bureau, there in self.old_at.items()},
        )

    @property
    def number_tells_kind(self) -> Bools:
        """Whether offices that send a bare number can send this one."""
        return np.array([kind in _NUMBER_TELLS_KIND for kind in self.kind], dtype=np.bool_)


class People:
    """Every person that an index can name."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def of(self, index: Ints) -> Persons:
        """The persons with these indexes.

        One in a hundred is the namesake of his neighbour, born in the same week: same name,
        another number.
        """
        namesake = (index % 2 == 1) & self._dice.chance("namesake", index // 2, 20_000)
        kind = self._dice.pick("kind", index - namesake, _KIND_WEIGHTS)
        return self._drawn(index, index - namesake, kind)

    def one(self, index: int, *, kind: str = RESIDENT, namesake: bool = False) -> Persons:
        """A single person of the wanted kind, or the namesake of the person at `index` - 1."""
        place = np.array([_KINDS.index(kind)])
        return self._drawn(np.array([index]), np.array([index - namesake]), place)

    def _drawn(self, index: Ints, base: Ints, kind: Ints) -> Persons:
        dice = self._dice
        namesake = index - base
        cell = dice.spread("birth", base, CAPACITY)
        birthday = cell // SEQUENCES + _NAMESAKE_DAYS * namesake
        sequence = cell % SEQUENCES + 1 + 450 * namesake
        return Persons(
            index=index,
            born=birthday + FIRST_BIRTH,
            number=self._numbers(index, base, kind, _DAY_NUMBERS[birthday], sequence),
            kind=[_KINDS[code] for code in kind.tolist()],
            name=self._names(base, kind),
            phone=self.phones(index),
            old_at={
                Bureau.STATE: (kind == 0) & dice.chance("old at state", index, 10_000),
                Bureau.LOCAL: (kind == 0) & dice.chance("old at local", index, 30_000),
            },
        )

    def phones(self, index: Ints) -> list[str]:
        dice = self._dice
        group = dice.pick("shared phone", index // 60, SHARING[1])
        holder = index - index % np.array(SHARING[0])[group]
        holder = np.where(index < CAST, holder, index)  # a story says who shares
        segment = dice.below("phone segment", holder, len(_SEGMENTS))
        line = dice.below("phone line", holder, 10**8)
        return [
            f"{_SEGMENTS[s]}{number:08d}"
            for s, number in zip(segment.tolist(), line.tolist(), strict=True)
        ]

    def _numbers(
        self, index: Ints, base: Ints, kind: Ints, born: Ints, sequence: Ints
    ) -> list[str]:
        dice = self._dice
        division = _DIVISIONS[dice.pick("division", base, _DIVISION_WEIGHTS)]
        division = np.where(kind == 1, _PERMITS[dice.pick("permit", base, (70, 10, 20))], division)
        first17 = division * 10**11 + born * 1000 + sequence
        foreign = 900_000 + 37 * 1000 + _COUNTRY_CODES[sequence // 100]
        first17 = np.where(kind == 3, foreign * 10**11 + born * 1000 + sequence, first17)
        check = _check_places(first17)
        numbers = [
            f"{digits}{_CHECKS[place]}"
            for digits, place in zip(first17.tolist(), check.tolist(), strict=True)
        ]
        for place in np.flatnonzero((kind == 2) | (kind >= 4)).tolist():
            serial = f"{int(index[place]):08d}"
            row = int(sequence[place])
            numbers[place] = {
                2: f"{_COUNTRIES[row // 100]}3716{int(born[place]) % 10**6:06d}{row % 100:02d}",
                4: f"G{serial}",
                5: f"H{serial}",
                6: serial,
            }[int(kind[place])]
        return numbers

    def _names(self, base: Ints, kind: Ints) -> list[str]:
        dice = self._dice
        surnames, surname_weights = shares("surnames")
        given, given_weights = shares("given_name_characters")
        length = dice.pick("name length", base, shares("person_name_length")[1])
        names = [
            surnames[s] + given[a] + (given[b] if long else "")
            for s, a, b, long in zip(
                dice.pick("surname", base, surname_weights).tolist(),
                dice.pick("given 1", base, given_weights).tolist(),
                dice.pick("given 2", base, given_weights).tolist(),
                length.tolist(),
                strict=True,
            )
        ]
        for place in np.flatnonzero((kind >= 2) & (kind <= 4)).tolist():
            row = int(base[place])
            names[place] = f"{_LATIN[row % 10]} {_LATIN_GIVEN[row // 10 % 10]}"
        return names


def old_number(number: str) -> str:
    """The 15-digit number that a person born before 2000 had before 1999."""
    return number[:6] + number[8:17]


def with_wrong_check(number: str) -> str:
    """`number` with a check character that cannot be true, as a typist leaves it."""
    return number[:17] + _CHECKS[(_CHECKS.index(number[17]) + 1) % 11]


def _check_places(first17: Ints) -> Ints:
    rest = first17.copy()
    total = np.zeros_like(rest)
    for weight in reversed(_WEIGHTS):
        total += rest % 10 * weight
        rest //= 10
    return total % 11
