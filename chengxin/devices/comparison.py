"""What a comparison of two faces says, in words that need no face engine to be read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum

from chengxin.core import places
from chengxin.devices.words import Words


class Channel(StrEnum):
    """Where a picture was captured.  References are the card's and the enrolled one."""

    CARD = "card"  # the chip's 102 by 126 pixels
    LIVE = "live"  # an enrolled live picture
    CAMERA = "camera"  # the person who stands before the kiosk or window now


class Band(StrEnum):
    ACCEPT = "accept"
    STAFF = "staff"  # an officer decides
    REJECT = "reject"
    ADVICE = "advice"  # the live picture is no good: say why, try again


@dataclass(frozen=True)
class Check:
    """One question of the quality gate: what was measured, what is asked, and what to do."""

    name: str
    value: float
    limit: str
    passed: bool
    advice: Words


@dataclass(frozen=True)
class QualityReport:
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def advice(self) -> tuple[Words, ...]:
        """What the person should do, the most telling first."""
        return tuple(check.advice for check in self.checks if not check.passed)


@dataclass(frozen=True)
class Comparison:
    """How alike two pictures are.

    `distance` is None when there was nothing to compare; what it means depends on the calibration
    that `engine` names.  `reasons` says in words why the face is not accepted; with ADVICE, what
    the person should do.
    """

    distance: float | None
    band: Band
    quality: QualityReport  # of the live picture
    engine: str  # engine id / first 12 of the model's sha256 / calibration id or "raw"
    reasons: tuple[Words, ...] = ()
    limits: tuple[float, float] | None = None  # by which it was judged; None: not measured yet


@dataclass(frozen=True)
class Listed:
    """Somebody of a list, with the template that is kept of him (`face_port.Template`)."""

    key: str
    template: bytes = field(repr=False)


@dataclass(frozen=True)
class Ranked:
    key: str
    distance: float
    band: Band  # as in a comparison with this one alone


@dataclass(frozen=True)
class Suggested:
    """Who of a list looks like a face, the nearest first: a suggestion, never an identification.

    `unusable` templates are another engine's.  With `too_long` nothing was searched: it is the
    most that the engine may be asked to look through, 0 for one that was not measured.
    """

    ranked: tuple[Ranked, ...]
    engine: str
    searched: int = 0
    unusable: int = 0
    too_long: int | None = None
    advice: tuple[Words, ...] = ()  # the live picture is no good: what to do


def kept_limits(calibration: str, channel: str) -> tuple[float, float] | None:
    """The bands that a calibration of this site gave a channel; None where it gave none."""
    path = places.face() / f"calibration-{calibration}.json"
    if not path.exists():
        return None
    accept, staff = json.loads(path.read_text("ascii"))["limits"].get(channel, (None, None))
    return None if accept is None else (accept, staff)
