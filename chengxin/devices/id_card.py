"""What stands on an identity card's chip: the 256-byte text block of its four layouts.

The block is UTF-16LE in fields of fixed length, padded with spaces (GA 490; domain facts 9.4).
The character at byte 248 tells the layout: J a residence permit of Hong Kong, Macao and Taiwan
residents, I and Y a foreigner's permanent residence card of 2017 and of 2023, anything else a
resident identity card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from chengxin.core.identifiers import DocumentKind, normal_number
from chengxin.devices.words import CardUnreadable, Words

TEXT_BYTES = 256
PHOTO_BYTES = 1024
FOR_EVER = "长期"

# GB/T 3304: the peoples of China by their two digits.
_PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 "
    "拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 "
    "塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNICITIES = dict(enumerate(_PEOPLES.split(), start=1)) | {97: "其他", 98: "外国血统中国籍人士"}

AGAIN = Words(
    "未能读出证件，请拿起证件后重新放上",
    "The card could not be read; lift it and put it on the reader again.",
)


class Layout(StrEnum):
    RESIDENT = " "
    HMT_PERMIT = "J"
    FOREIGN_2017 = "I"
    FOREIGN_2023 = "Y"


@dataclass(frozen=True)
class Field:
    """Where a field of the text block lies, in bytes."""

    offset: int
    length: int


# Each layout's fields (domain facts 9.4).  A name in two parts is continued in `name_latin_rest`.
FIELDS: dict[Layout, dict[str, Field]] = {
    Layout.RESIDENT: {
        "name": Field(0, 30),
        "sex": Field(30, 2),
        "ethnicity": Field(32, 4),
        "birth": Field(36, 16),
        "address": Field(52, 70),
        "number": Field(122, 36),
        "issuer": Field(158, 30),
        "valid_from": Field(188, 16),
        "valid_to": Field(204, 16),
    },
    Layout.HMT_PERMIT: {
        "name": Field(0, 30),
        "sex": Field(30, 2),
        "birth": Field(36, 16),
        "address": Field(52, 70),
        "number": Field(122, 36),
        "issuer": Field(158, 30),
        "valid_from": Field(188, 16),
        "valid_to": Field(204, 16),
        "pass_number": Field(220, 18),
        "issue_count": Field(238, 4),
    },
    Layout.FOREIGN_2017: {
        "name_latin": Field(0, 120),
        "sex": Field(120, 2),
        "number": Field(122, 30),
        "nationality": Field(152, 6),
        "name": Field(158, 30),
        "valid_from": Field(188, 16),
        "valid_to": Field(204, 16),
        "birth": Field(220, 16),
        "card_version": Field(236, 4),
        "issuer": Field(240, 8),
    },
    Layout.FOREIGN_2023: {
        "name": Field(0, 30),
        "sex": Field(30, 2),
        "renewals": Field(32, 4),
        "birth": Field(36, 16),
        "name_latin": Field(52, 70),
        "number": Field(122, 36),
        "valid_from": Field(188, 16),
        "valid_to": Field(204, 16),
        "name_latin_rest": Field(220, 22),
        "nationality": Field(242, 6),
        "former_number_link": Field(250, 6),
    },
}

KINDS = {
    Layout.RESIDENT: DocumentKind.RESIDENT,
    Layout.HMT_PERMIT: DocumentKind.HMT_PERMIT,
    Layout.FOREIGN_2017: DocumentKind.FOREIGN_PERMIT,
    Layout.FOREIGN_2023: DocumentKind.FOREIGN_PERMIT,
}
_LAYOUT = Field(248, 2)


@dataclass(frozen=True)
class Card:
    """One identity card as its chip tells it.

    `sex` is 1 male, 2 female, 0 unknown, 9 not stated; `ethnicity` two digits of GB/T 3304;
    `nationality` three letters of GB/T 2659.  What a layout does not have is "".  `valid_to` is
    None for 长期.  `photo` is the chip's 1,024 bytes in the makers' WLT coding, `photo_jpeg` the
    picture of 102 by 126 pixels where the machine has a decoder.
    """

    document_kind: DocumentKind
    name: str
    sex: int
    ethnicity: str
    birth: date
    address: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None
    name_latin: str = ""
    nationality: str = ""
    pass_number: str = ""
    photo: bytes = b""
    photo_jpeg: bytes | None = None
    chip_serial: str = ""

    @property
    def ethnicity_name(self) -> str:
        return ETHNICITIES.get(int(self.ethnicity), "") if self.ethnicity else ""

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def with_address(self, newest: str) -> Card:
        """This card with the newest address (追加住址), which its chip holds apart."""
        return replace(self, address=newest)


def parse(block: bytes) -> Card:
    """The card whose chip holds this text block, or CardUnreadable: never a half-true card.

    Beside the layout it checks what binds the fields together: the number's own check digit, the
    birth date inside the number, dates that exist and stand in order.
    """
    if len(block) != TEXT_BYTES:
        raise CardUnreadable(AGAIN)
    mark = _text(block, _LAYOUT)
    layout = Layout(mark) if mark in ("J", "I", "Y") else Layout.RESIDENT
    kind = KINDS[layout]
    fields = {name: _text(block, field) for name, field in FIELDS[layout].items()}
    number = normal_number(kind, fields["number"])
    birth = _day(fields["birth"])
    valid_from = _day(fields["valid_from"])
    valid_to = None if fields["valid_to"] == FOR_EVER else _day(fields["valid_to"])
    latin = fields.get("name_latin", "") + fields.get("name_latin_rest", "")
    name = fields["name"] or latin
    wrong = (
        number is None
        or number != fields["number"]
        or not name
        or fields["sex"] not in ("0", "1", "2", "9")
        or (len(number) == 18 and number[6:14] != f"{birth:%Y%m%d}")
        or (valid_to is not None and valid_to < valid_from)
        or not _is_ethnicity(fields.get("ethnicity", ""))
    )
    if wrong or number is None:
        raise CardUnreadable(AGAIN)
    return Card(
        document_kind=kind,
        name=name,
        sex=int(fields["sex"]),
        ethnicity=fields.get("ethnicity", ""),
        birth=birth,
        address=fields.get("address", ""),
        number=number,
        issuer=fields.get("issuer", ""),
        valid_from=valid_from,
        valid_to=valid_to,
        name_latin=latin,
        nationality=fields.get("nationality", ""),
        pass_number=fields.get("pass_number", ""),
    )


def text(raw: bytes) -> str:
    """A field's text without its padding; CardUnreadable when it is no readable text."""
    try:
        value = raw.decode("utf-16-le").rstrip(" \0")
    except UnicodeDecodeError as error:
        raise CardUnreadable(AGAIN) from error
    if not value.isprintable():
        raise CardUnreadable(AGAIN)
    return value


def _text(block: bytes, field: Field) -> str:
    return text(block[field.offset : field.offset + field.length])


def _day(value: str) -> date:
    try:
        if len(value) != 8 or not (value.isascii() and value.isdigit()):
            raise ValueError(value)
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError as error:
        raise CardUnreadable(AGAIN) from error


def _is_ethnicity(value: str) -> bool:
    return not value or (value.isascii() and value.isdigit() and int(value) in ETHNICITIES)
