"""Who comes to a simulated hall, when, for what, and how patient he is; and who sits where.

All of it is drawn from one seed.  The shape is that of a county town's hall in the filing season:
two rushes, a quiet noon with half the windows, one visitor in seventeen who leaves before he is
called, one in twelve who is sent on to another window.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from chengxin.core.identifiers import resident_check_digit

HOURS = (0.12, 0.19, 0.16, 0.06, 0.04, 0.13, 0.17, 0.13)  # share of arrivals, from 08:30 on
BUSINESSES = (("enterprise", 0.62), ("personal", 0.26), ("enrolment", 0.12))
SERVICE = {"enterprise": 9.5, "personal": 7.0, "enrolment": 5.0}  # minutes on average
SPREAD = 0.55  # of a service's length, as the sigma of its logarithm
LEAVES, AWAY, SENT_ON, PARKED, LOOKS = 0.06, 0.03, 0.08, 0.03, 0.25  # shares of the visitors


@dataclass
class Visitor:
    """What somebody will do today, and (below) how it went."""

    number: str  # of his card
    name: str
    enterprise: str
    business: str
    comes: float  # seconds after opening
    walk: float  # from his seat to a window
    service: float  # seconds at the window
    patience: float  # after which he leaves, unless he was called
    by_phone: bool  # who leaves gives his number up on the phone page; the others just go
    away: bool  # does not hear his first call, and brings the number back on the phone page
    sent_on: str  # another business, after his own
    parked: bool  # fills in a form in between
    looks: float  # every so many seconds at the phone page; 0 never

    ticket: str = ""
    token: str = ""
    code: str = ""
    gone: bool = False
    finished: int = 0
    called: int = 0


@dataclass(frozen=True)
class Desk:
    """A window and when its officer is not there."""

    number: int
    serves: str
    rests: tuple[tuple[float, float], ...]


def visitors(count: int, hours: float, seed: int, part: float = 1) -> list[Visitor]:
    """`count` people, oldest arrival first; a day shorter than eight hours is its first part.

    `part` of a usual service is what each of them takes.
    """
    dice = random.Random(seed)
    weights = [share * max(0.0, min(1.0, hours - n)) for n, share in enumerate(HOURS)]
    found = []
    for place in range(count):
        hour = dice.choices(range(len(HOURS)), weights)[0]
        business = dice.choices(*zip(*BUSINESSES, strict=True))[0]
        comes = 3600 * (hour + dice.random() * min(1.0, hours - hour))
        leaves = dice.random() < LEAVES
        others = [one for one in SERVICE if one != business]
        found.append(
            Visitor(
                number=_number(place),
                name="测" + chr(0x4E00 + place % 2000) + chr(0x5E00 + place // 2000),
                enterprise=f"9137162200{place:08}" if business == "enterprise" else "",
                business=business,
                comes=comes,
                walk=dice.uniform(8, 40),
                service=part * _lasting(dice, SERVICE[business]),
                patience=dice.expovariate(1 / 900) + 120 if leaves else 1e9,
                by_phone=dice.random() < 0.5,
                away=not leaves and dice.random() < AWAY,
                sent_on=dice.choice(others) if dice.random() < SENT_ON else "",
                parked=dice.random() < PARKED,
                looks=dice.uniform(240, 600) if dice.random() < LOOKS else 0,
            )
        )
    return sorted(found, key=lambda one: one.comes)


def desks(count: int, seed: int) -> list[Desk]:
    """Half of the windows serve everybody, a third enterprises, the rest persons; one half eats
    first, then the other; and everyone once makes a pause of ten minutes."""
    dice = random.Random(seed + 1)
    found = []
    for number in range(1, count + 1):
        place = (number - 1) / count
        serves = "enterprise,personal,enrolment"
        if place >= 0.5:
            serves = "enterprise,enrolment" if place < 0.8 else "personal,enrolment"
        noon = 3.2 * 3600 if number % 2 else 4.0 * 3600
        pause = dice.choice((dice.uniform(1.5, 2.8), dice.uniform(5.5, 7.0))) * 3600
        found.append(Desk(number, serves, ((noon, noon + 2700), (pause, pause + 600))))
    return found


def _lasting(dice: random.Random, minutes: float) -> float:
    """Seconds of one service: few are short, some are very long, the mean is as told."""
    return max(40.0, 60 * minutes * dice.lognormvariate(-SPREAD * SPREAD / 2, SPREAD))


def _number(place: int) -> str:
    """A made-up number: a birthday and a sequence that fit the check digit."""
    born = date(1962 + place % 40, 1 + place % 12, 1 + place % 28)
    first17 = f"371622{born:%Y%m%d}{place % 1000:03}"
    return first17 + resident_check_digit(first17)
