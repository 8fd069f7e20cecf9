"""Numbers that name a person or an enterprise, and whether they can be true.

Resident numbers follow GB 11643-1999 (18 characters; the 15-digit form before 1999 is turned into
it), residence permits of Hong Kong, Macao and Taiwan residents the same check with divisions 81,
82 and 83; the foreigner's permanent residence card has 15 characters (before 2023) or 18 that
begin with 9.  Unified social credit codes follow GB 32100-2015, organisation codes GB 11714.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_CREDIT = re.compile(r"[1-9ANY][1-9A-HJ-NP-RT-UW-Y]\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}")
_FOREIGN_OLD = re.compile(r"[A-Z]{3}\d{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,17}")
_HM_PASS = re.compile(r"[HM]\d{8}(\d{2})?")
_TW_PASS = re.compile(r"\d{8}(\d{2})?")
_SERVICE = re.compile(r"([\u4e00-\u9fff]{1,4}?)字?第?(\d{5,9})号?")
_MOBILE = re.compile(r"1[3-9]\d{9}")


class DocumentKind(StrEnum):
    """Which document proves who someone is (domain facts 1.3)."""

    RESIDENT = "resident"  # 居民身份证
    TEMPORARY = "temporary"  # 临时居民身份证
    MILITARY = "military"  # 中国人民解放军军人身份证件
    ARMED_POLICE = "armed_police"  # 中国人民武装警察身份证件
    HMT_PERMIT = "hmt_permit"  # 港澳台居民居住证
    FOREIGN_PERMIT = "foreign_permit"  # 外国人永久居留身份证
    PASSPORT = "passport"  # 外国护照
    HM_PASS = "hm_pass"  # 港澳居民来往内地通行证  # noqa: S105 (a document, not a password)
    TW_PASS = "tw_pass"  # 台湾居民来往大陆通行证  # noqa: S105


def resident_check_digit(first17: str) -> str:
    """The 18th character for the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(d) * w for d, w in zip(first17, RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11]


def normal_resident_id(text: str) -> str | None:
    """`text` as a valid 18-character number, a 15-digit one made into it; None if it is neither.

    The division is not looked up: numbers keep the code that was valid when they were given.
    """
    number = text.strip().upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        number = f"{number[:6]}19{number[6:]}"
        number += resident_check_digit(number)
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return None
    if not _is_day(number[6:14]) or number[17] != resident_check_digit(number[:17]):
        return None
    return number


def born_on(number: str) -> date | None:
    """The birthday that a resident identity number tells; None for any other number."""
    resident = normal_resident_id(number)
    if resident is None or resident.startswith("9"):
        return None
    return date.fromisoformat(f"{resident[6:10]}-{resident[10:12]}-{resident[12:14]}")


def normal_number(kind: DocumentKind, text: str) -> str | None:
    """`text` as the one way to write this document's number; None if it cannot be one."""
    number = text.strip().upper()
    match kind:
        case DocumentKind.RESIDENT | DocumentKind.TEMPORARY:
            resident = normal_resident_id(number)
            return resident if resident and resident[:2] not in ("81", "82", "83") else None
        case DocumentKind.HMT_PERMIT:
            permit = normal_resident_id(number) if len(number) == 18 else None
            return permit if permit and permit[:2] in ("81", "82", "83") else None
        case DocumentKind.FOREIGN_PERMIT:
            if _FOREIGN_OLD.fullmatch(number):
                return number
            if len(number) == 18 and number.startswith("9") and number[:17].isdigit():
                return number if number[17] == resident_check_digit(number[:17]) else None
            return None
        case DocumentKind.PASSPORT:
            return number if _PASSPORT.fullmatch(number) else None
        case DocumentKind.HM_PASS:
            return number[:9] if _HM_PASS.fullmatch(number) else None
        case DocumentKind.MILITARY | DocumentKind.ARMED_POLICE:
            return _service_number(kind, number)
        case DocumentKind.TW_PASS:
            return number[:8] if _TW_PASS.fullmatch(number) else None


def _service_number(kind: DocumentKind, number: str) -> str | None:
    """军字第1234567号 as 军1234567: the word in front keeps it apart from every other number.

    That of the armed police begins with 武, that of the army with any other word.
    """
    found = _SERVICE.fullmatch(re.sub(r"\s", "", number))
    if found is None or found[1].startswith("武") != (kind is DocumentKind.ARMED_POLICE):
        return None
    return found[1] + found[2]


def kind_of(number: str) -> DocumentKind | None:
    """Which document a bare number belongs to, where the number alone tells; else None."""
    for kind in (DocumentKind.RESIDENT, DocumentKind.HMT_PERMIT, DocumentKind.FOREIGN_PERMIT):
        if normal_number(kind, number):
            return kind
    return None


def credit_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return CREDIT_ALPHABET[-total % 31]


def is_credit_code(text: str) -> bool:
    return bool(_CREDIT.fullmatch(text)) and text[17] == credit_check_character(text[:17])


def organisation_check_character(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714): A is 10 … Z is 35."""
    total = sum(int(c, 36) * w for c, w in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def is_mobile(text: str) -> bool:
    return bool(_MOBILE.fullmatch(text))


def masked(number: str) -> str:
    """A number as it may be shown: the first three and the last four characters."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def masked_name(name: str) -> str:
    """A name as it may be called out or printed in a hall: 王*明, 张*."""
    if len(name) < 2:
        return name
    return name[0] + "*" if len(name) == 2 else f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
