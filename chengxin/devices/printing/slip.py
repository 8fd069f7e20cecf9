"""What a ticket on paper says (号票), and how it is laid out in lines, whatever prints it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from chengxin.devices.printing.escpos import CENTRE, LEFT
from chengxin.devices.signing import Json
from chengxin.devices.words import Words

DOTS = {58: 384, 80: 576}  # printable dots a line by the paper's width in mm, 8 a millimetre
COLUMNS = {58: 32, 80: 48}  # Latin characters a line; a Chinese one takes two

COPY = Words("（补打）", "(copy)")
WAITING = Words("前面等候", "Waiting before you")
PEOPLE = Words("人", "")
WINDOWS = Words("办理窗口", "Windows")
TAKEN = Words("取号时间", "Taken at")
BY_HAND = Words(
    "请带好身份证原件，由窗口人员人工核验", "Keep your ID card ready: an officer will check it."
)
SHOW = Words("到窗口请出示此码，一次有效", "Show this code at the window; it is good once.")
MISSED = Words("过号请重新取号", "If your number has passed, take a new one.")
BOOKED = Words("预约", "Booked")
COME = Words(
    "请在提前20分钟至推迟15分钟内到取号机刷身份证取号，按预约优先叫号",
    "Take your number at a kiosk with your ID card, from 20 minutes before to 15 minutes after.",
)
LOOK = Words("手机扫码查看或取消预约", "Scan to see or cancel the booking.")


@dataclass(frozen=True)
class Slip:
    """One number, as the server gave it."""

    hall: str
    number: str
    business: str
    ahead: int
    windows: str
    taken_at: str
    identified: bool
    code: str  # of the QR: opens this visit once
    english: bool
    copy: bool  # made by the counter beside or instead of the first one

    @classmethod
    def from_json(cls, told: Mapping[str, Json]) -> Slip:
        """ValueError for a missing, unknown or wrong field."""
        return cls(**_checked(cls, told))


@dataclass(frozen=True)
class BookedSlip:
    """One half hour that was booked at the kiosk, as the server gave it; nobody's name."""

    hall: str
    business: str
    day: str  # "2017-08-21"
    time: str  # "14:30"
    link: str  # of the phone page; "" while the hall is reached from no phone
    english: bool


AnySlip: TypeAlias = Slip | BookedSlip


def from_json(told: Mapping[str, Json]) -> AnySlip:
    """ValueError for what is neither a number's slip nor a booking's."""
    if "day" in told:
        return BookedSlip(**_checked(BookedSlip, told))
    return Slip.from_json(told)


def _checked(kind: type[AnySlip], told: Mapping[str, Json]) -> dict[str, Any]:
    kinds: dict[str, type] = {"ahead": int, "identified": bool, "english": bool, "copy": bool}
    names = {field.name for field in fields(kind)}
    if told.keys() != names:
        raise ValueError(f"a slip has {sorted(names)}")
    if wrong := [name for name in names if type(told[name]) is not kinds.get(name, str)]:
        raise ValueError(f"a slip's {wrong[0]} is no {kinds.get(wrong[0], str).__name__}")
    return dict(told)


@dataclass(frozen=True)
class Line:
    """One line of text; `big` times as wide and high as the others."""

    text: str
    big: int = 1
    bold: bool = False
    align: int = CENTRE


@dataclass(frozen=True)
class Rule:
    """A line across."""


@dataclass(frozen=True)
class Qr:
    """A square of its own in the middle."""

    data: str


Part: TypeAlias = Line | Rule | Qr


def layout(slip: AnySlip, paper: int) -> list[Part]:
    """The slip from top to bottom on paper 58 or 80 mm wide."""
    columns = COLUMNS[paper]
    return _booking(slip, columns) if isinstance(slip, BookedSlip) else _number(slip, columns)


def _booking(slip: BookedSlip, columns: int) -> list[Part]:
    def say(words: Words) -> str:
        return words.en if slip.english else words.zh

    parts: list[Part] = [Line(text, bold=True) for text in wrapped(slip.hall, columns)]
    title = f"{say(BOOKED)} {slip.business}"
    parts += [Line(text, big=2) for text in wrapped(title, columns // 2)]
    parts += [Line(slip.day, big=2), Line(slip.time, big=_largest(slip.time, columns), bold=True)]
    parts += [Rule(), *(Line(text, align=LEFT) for text in wrapped(say(COME), columns))]
    if slip.link:
        parts += [Rule(), Qr(slip.link), *(Line(text) for text in wrapped(say(LOOK), columns))]
    return parts


def _number(slip: Slip, columns: int) -> list[Part]:

    def say(words: Words) -> str:
        return words.en if slip.english else words.zh

    def facts() -> Iterator[str]:
        people = say(PEOPLE)
        gap, colon = (" ", ": ") if slip.english else (" ", "：")
        yield f"{say(WAITING)}{colon}{slip.ahead}{gap + people if people else ''}"
        if slip.windows:
            yield f"{say(WINDOWS)}{colon}{slip.windows}"
        yield f"{say(TAKEN)}{colon}{slip.taken_at}"

    parts: list[Part] = [Line(text, bold=True) for text in wrapped(slip.hall, columns)]
    parts += [Line(text, big=2) for text in wrapped(slip.business, columns // 2)]
    parts.append(Line(slip.number, big=_largest(slip.number, columns), bold=True))
    if slip.copy:
        parts.append(Line(say(COPY), bold=True))
    parts.append(Rule())
    parts += [Line(part, align=LEFT) for fact in facts() for part in wrapped(fact, columns)]
    if not slip.identified:
        parts += [Line(text, bold=True, align=LEFT) for text in wrapped(say(BY_HAND), columns)]
    parts += [Rule(), Qr(slip.code), Line(slip.code)]
    for words in (SHOW, MISSED):
        parts += [Line(text) for text in wrapped(say(words), columns)]
    return parts


def width(text: str) -> int:
    """How many Latin characters `text` takes."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WFA") for sign in text)


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns`: between words where there are spaces, else anywhere."""
    lines, line = [], ""
    for word in _words(text):
        if line and width(line + word.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> Iterator[str]:
    """Latin words with the space behind them; every Chinese character by itself."""
    word = ""
    for sign in text:
        if width(sign) == 2:
            if word:
                yield word
            word = ""
            yield sign
            continue
        word += sign
        if sign == " ":
            yield word
            word = ""
    if word:
        yield word


def _largest(number: str, columns: int) -> int:
    """How many times a number may be enlarged: legible at arm's length, never cut off."""
    return max(1, min(6, columns // max(1, width(number))))
