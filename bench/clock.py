"""A clock that runs faster than life, for a whole hall: the server and all its visitors.

`django.utils.timezone.now` is replaced before anything else takes it, in every process of the day,
so that each stamp, deadline, half hour and estimate is in the hall's own time, and no line of the
program knows.  What the machine does is not made faster: a request of a tenth of a second takes
`factor` tenths of the hall's time.  Waits measured in such a day are therefore longer than in life,
never shorter.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NAME = "CHENGXIN_BENCH_CLOCK"  # "factor real hall": how fast, and one moment in both times
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Clock:
    factor: float
    real: float  # unix seconds of the machine …
    hall: float  # … at which it was this in the hall

    @classmethod
    def starting(cls, factor: float, hour: int, minute: int) -> Clock:
        """It is now so late in the hall, on the machine's own day."""
        today = datetime.now(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
        return cls(factor, time.time(), today.timestamp())

    def tell(self) -> None:
        """Let this process and those it starts live by it; before Django's models are read."""
        os.environ[NAME] = f"{self.factor!r} {self.real!r} {self.hall!r}"
        install()

    def seconds(self) -> float:
        """Unix seconds in the hall."""
        return self.hall + (time.time() - self.real) * self.factor

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def since(self) -> timedelta:
        """How long the hall has been open."""
        return timedelta(seconds=self.seconds() - self.hall)

    async def sleep(self, hall_seconds: float) -> None:
        await asyncio.sleep(max(0.0, hall_seconds) / self.factor)


_told: list[Clock] = []


def install() -> Clock:
    """The clock that the environment tells of, in place of Django's; told anew, it is set anew."""
    from django.utils import timezone

    factor, real, hall = (float(one) for one in os.environ[NAME].split())
    _told[:] = [Clock(factor, real, hall)]
    timezone.now = _now
    return _told[0]


def _now() -> datetime:
    return _told[0].now()
