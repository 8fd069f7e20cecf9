"""Fingerprints as templates (ISO/IEC 19794-2:2005), never as pictures: read, checked, compared.

    reader ─▶ template (finger minutiae record) ─▶ checked ─▶ an engine of the bureau's ─▶ score

Where a finger is compared, how alike two are is an engine's word.  This program has none of its
own: one that is good enough is the reader maker's or on the reader.  Without one nobody is
accepted by a finger, and never is a finger the only way.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

from chengxin.devices.words import DeviceUnavailable, Words

MAGIC = b"FMR\x00 20\x00"
LEAST_MINUTIAE = 12  # fewer say too little to tell one finger from another
LEAST_QUALITY = 40  # of 100, as the reader's maker counts
MOST_BYTES = 4_096

NO_ENGINE = Words(
    "未配置指纹比对引擎，请改用人脸或人工核验",
    "No fingerprint engine is set up; verify by face or by hand.",
)
PRESS_AGAIN = Words(
    "指纹不够清晰，请擦干手指后重新按压", "The print is not clear; dry the finger and press again."
)
FINGERS = {
    0: Words("未注明手指", "finger not told"),
    1: Words("右手拇指", "right thumb"),
    2: Words("右手食指", "right index finger"),
    3: Words("右手中指", "right middle finger"),
    4: Words("右手环指", "right ring finger"),
    5: Words("右手小指", "right little finger"),
    6: Words("左手拇指", "left thumb"),
    7: Words("左手食指", "left index finger"),
    8: Words("左手中指", "left middle finger"),
    9: Words("左手环指", "left ring finger"),
    10: Words("左手小指", "left little finger"),
}


@dataclass(frozen=True)
class Minutia:
    """Where a ridge ends or forks; the angle in degrees, against the clock from the right."""

    kind: int  # 1 ending, 2 fork, 0 other
    x: int
    y: int
    angle: float
    quality: int  # 1 to 100; 0: not told


@dataclass(frozen=True)
class FingerTemplate:
    """One view of one finger."""

    finger: int  # a key of FINGERS
    quality: int  # 0 to 100
    width: int  # pixels of the picture that it was taken from
    height: int
    dots: int  # per centimetre, across
    minutiae: tuple[Minutia, ...]

    @property
    def trouble(self) -> Words | None:
        """Why it should be taken again; None when it will do."""
        poor = self.quality < LEAST_QUALITY or len(self.minutiae) < LEAST_MINUTIAE
        return PRESS_AGAIN if poor else None


class FingerReader(Protocol):
    """A reader that hands out templates; DeviceUnavailable when it cannot."""

    def template(self, seconds: float) -> bytes:
        """Of the finger that is pressed within so many seconds; b"" when none is."""
        ...

    def there(self) -> bool: ...


class FingerEngine(Protocol):
    """How alike two fingers are, as an engine of the bureau's says it."""

    @property
    def name(self) -> str: ...

    @property
    def accept(self) -> float:
        """The least score that is accepted, as it was measured for this engine."""
        ...

    def score(self, one: FingerTemplate, other: FingerTemplate) -> float: ...


class NoEngine:
    """Stands where no engine is set up: it compares nothing, and says so."""

    name = "none"
    accept = float("inf")

    def score(self, one: FingerTemplate, other: FingerTemplate) -> float:
        raise DeviceUnavailable(NO_ENGINE)


def read(raw: bytes) -> FingerTemplate:
    """The first view of a finger minutiae record; ValueError when it is none.

    Strict: what is longer or shorter than it says, a finger that there is none of, or a minutia
    outside the picture is no template.
    """
    if not raw.startswith(MAGIC) or len(raw) < 28:
        raise ValueError("it is no finger minutiae record of ISO/IEC 19794-2:2005")
    length, _device, width, height, dots, _down, views = struct.unpack(">IHHHHHB", raw[8:23])
    if length != len(raw):
        raise ValueError(f"it says {length} bytes and has {len(raw)}")
    if len(raw) > MOST_BYTES or not views or not (width and height and dots):
        raise ValueError("its header is out of bounds")
    finger, _view, quality, count = raw[24:28]
    if finger not in FINGERS or quality > 100:
        raise ValueError("there is no such finger or quality")
    end = 28 + 6 * count
    if len(raw) < end + 2:
        raise ValueError(f"{count} minutiae do not fit into it")
    found = tuple(_minutia(raw[at : at + 6], width, height) for at in range(28, end, 6))
    extra = int.from_bytes(raw[end : end + 2], "big")
    if views == 1 and len(raw) != end + 2 + extra:
        raise ValueError("something stands behind its end")
    return FingerTemplate(finger, quality, width, height, dots, found)


def written(template: FingerTemplate) -> bytes:
    """As a record of one view."""
    body = bytes([template.finger, 0, template.quality, len(template.minutiae)])
    for one in template.minutiae:
        body += struct.pack(
            ">HHBB", one.kind << 14 | one.x, one.y, round(one.angle / 1.40625) % 256, one.quality
        )
    length = 24 + len(body) + 2
    sides = template.width, template.height, template.dots, template.dots
    return MAGIC + struct.pack(">IHHHHHBB", length, 0, *sides, 1, 0) + body + b"\x00\x00"


def _minutia(raw: bytes, width: int, height: int) -> Minutia:
    first, second, angle, quality = struct.unpack(">HHBB", raw)
    kind, x, y = first >> 14, first & 0x3FFF, second & 0x3FFF
    if kind == 3 or x >= width or y >= height or quality > 100:
        raise ValueError("a minutia lies outside the picture or is of no kind")
    return Minutia(kind, x, y, angle * 1.40625, quality)
