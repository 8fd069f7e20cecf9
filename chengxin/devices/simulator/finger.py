"""A fingerprint reader that feels whose finger is named; never twice quite the same press."""

from __future__ import annotations

import itertools
import random
from enum import StrEnum

from chengxin.devices.fingerprints import FingerTemplate, Minutia, written
from chengxin.devices.words import DeviceUnavailable, Words

WIDTH, HEIGHT, DOTS = 256, 360, 197

FINGER_UNPLUGGED = Words("指纹仪未连接，请检查连线", "The fingerprint reader is not plugged in.")


class FingerTrouble(StrEnum):
    NONE = "none"
    NOBODY = "finger_nobody"  # no finger is pressed in time
    WET = "finger_wet"  # few minutiae, poor quality
    HALF = "finger_half"  # the template breaks off on the way
    UNPLUGGED = "finger_unplugged"


class SimulatedFingerReader:
    """The contract of `fingerprints.FingerReader`."""

    def __init__(self, person: str = "honest") -> None:
        self.person = person
        self.trouble = FingerTrouble.NONE
        self._presses = itertools.count(1)

    def there(self) -> bool:
        return self.trouble is not FingerTrouble.UNPLUGGED

    def template(self, seconds: float) -> bytes:
        match self.trouble:
            case FingerTrouble.UNPLUGGED:
                raise DeviceUnavailable(FINGER_UNPLUGGED)
            case FingerTrouble.NOBODY:
                return b""
        pressed = written(
            pressed_by(self.person, next(self._presses), poor=self.trouble is FingerTrouble.WET)
        )
        return pressed[:-9] if self.trouble is FingerTrouble.HALF else pressed


def pressed_by(person: str, press: int, *, poor: bool = False) -> FingerTemplate:
    """The right thumb of a person who does not exist: the same minutiae, a little moved."""
    finger = random.Random(f"finger of {person}")  # noqa: S311 (a drawing, not a secret)
    hand = random.Random(f"{person} {press}")  # noqa: S311
    across, down = hand.randint(-6, 6), hand.randint(-6, 6)
    found = []
    for _ in range(8 if poor else 34):
        kind = finger.choice((1, 1, 2))
        x, y, angle = finger.randint(30, 225), finger.randint(30, 325), finger.uniform(0, 359)
        x += across + hand.randint(-2, 2)
        y += down + hand.randint(-2, 2)
        found.append(Minutia(kind, x, y, angle, 25 if poor else hand.randint(60, 95)))
    return FingerTemplate(1, 22 if poor else 78, WIDTH, HEIGHT, DOTS, tuple(found))
