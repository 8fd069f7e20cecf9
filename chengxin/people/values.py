"""How one value of a lake table is written on a page, by what its column holds.

Amounts, shares and days are formatted, codes become words, a person or an enterprise a name.  A
phone or an address is a token in the lake: the page says that there is one, never which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from chengxin.lake.tables import SEALED, Column, Kind
from chengxin.offices.models import Office
from chengxin.people.gathered import percent
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.sources import all_sources
from chengxin.trace.tongue import english

NUMBERS = (Kind.MONEY, Kind.SHARE, Kind.AREA, Kind.QUANTITY, Kind.INTEGER)
MONO = (Kind.DATE, Kind.YEAR, Kind.ID, Kind.REGISTRATION, Kind.CREDIT, Kind.TAXPAYER)
# may name another subject
NAMED = (Kind.PERSON, Kind.PARTY, Kind.SUBJECT, Kind.CREDIT, Kind.TAXPAYER)

WEB = ("http://", "https://")

TOKEN = re.compile(r"[pT][a-z2-7]{26}")  # of a person, or a number that holds a person's

Words = dict[str, str | Promise]

LEVIES: Words = {  # ZSXM_DM
    "10101": _("增值税"),
    "10102": _("消费税"),
    "10103": _("营业税"),
    "10104": _("企业所得税"),
    "10106": _("个人所得税"),
    "10107": _("资源税"),
    "10109": _("城市维护建设税"),
    "10110": _("房产税"),
    "10111": _("印花税"),
    "10112": _("城镇土地使用税"),
    "10113": _("土地增值税"),
    "10114": _("车船税"),
    "10116": _("车辆购置税"),
    "10117": _("烟叶税"),
    "10118": _("耕地占用税"),
    "10119": _("契税"),
    "10121": _("环境保护税"),
    "30203": _("教育费附加"),
    "30216": _("地方教育附加"),
    "30217": _("文化事业建设费"),
    "30218": _("残疾人就业保障金"),
}
DUES: Words = {"tax": _("税款"), "surcharge": _("滞纳金"), "fine": _("罚款")}
CODES: dict[str, Words] = {  # column -> our code -> words
    "bureau": dict(Office.Bureau.choices),
    "status": dict(Enterprise.Status.choices),
    "role": dict(Affiliation.Role.choices),
    "document_kind": {str(kind): title for kind, title in Person.DOCUMENT_TITLES.items()},
    "subject_kind": {
        "person": pgettext_lazy("一个", "自然人"),
        "enterprise": pgettext_lazy("一个", "企业"),
    },
    "kind": DUES,
    "levy_item": LEVIES,
}


@dataclass(frozen=True)
class Cell:
    """One value as it is shown; `href` leads to the subject that it names, or out of the house."""

    text: str
    style: str = ""
    href: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Names:
    """The subjects and offices that the rows of a page name, looked up at once."""

    about: str  # whose dossier it is
    persons: dict[str, Person]
    enterprises: dict[str, Enterprise]  # by any number that names one
    registrations: dict[str, Enterprise]  # by registration number
    offices: dict[str, Office]
    words: dict[str, str]  # by the token that the lake has
    open_keys: set[str]  # those that the officer may open


def style(column: Column) -> str:
    if column.kind in NUMBERS:
        return "num"
    if column.name in CODES or column.words or column.name.endswith("office"):
        return ""
    return "mono" if column.kind in MONO else ""


def cell(
    column: Column, value: Any, names: Names, *, by_name: bool = True, table: str = ""
) -> Cell:
    """`value` of `column` as it is shown; a dash where nothing is known.

    Not `by_name`: an enterprise's number stays a number, because its name stands beside it.
    """
    if value is None or value == "":
        return Cell("—", style(column))
    if column.kind is Kind.REGISTRATION and by_name:
        firm = names.registrations.get(str(value))
        if firm and firm.key != names.about:
            return _firm(firm, names)
    if column.kind in NAMED:
        return _subject(str(value), names, by_name)
    if column.kind in SEALED:
        return _wording(column, names.words.get(str(value), ""))
    if column.kind is Kind.CONFIDENCE:
        return _confidence(value)
    return Cell(words(column, value, names, table), style(column))


def period(start: date | None, end: date | None) -> Cell:
    """2017-08 for a whole month, 2017 for a whole year, else both days."""
    if start is None or end is None or start == end:
        return Cell(str(start or end or "—"), "mono")
    last = end + timedelta(days=1)
    whole = start.day == 1 and last.day == 1
    months = (last.year - start.year) * 12 + last.month - start.month
    if whole and months == 1:
        return Cell(f"{start:%Y-%m}", "mono")
    if whole and months == 12 and start.month == 1:
        return Cell(f"{start:%Y}", "mono")
    if whole:
        return Cell(
            f"{start:%Y-%m}–{end:%m}" if start.year == end.year else f"{start}–{end}", "mono"
        )
    return Cell(f"{start}–{end}", "mono")


def words(column: Column, value: Any, names: Names, table: str = "") -> str:
    match column.kind:
        case Kind.MONEY:
            return f"{value:,.2f}"
        case Kind.AREA | Kind.QUANTITY:
            return f"{Decimal(value).normalize():,f}"
        case Kind.SHARE:
            return percent(value)
        case Kind.INTEGER:
            return f"{value:,}"
        case Kind.BOOLEAN:
            return gettext("是") if value else gettext("否")
        case Kind.DATE:
            return value.isoformat() if isinstance(value, date) else str(value)
        case Kind.PHONE | Kind.ADDRESS:
            return gettext("已登记")
        case Kind.ACCOUNT:
            return gettext("尾号 %(end)s") % {"end": str(value)[-4:]}
        case Kind.CODE:
            return code_of(column, str(value), table)
    if column.words:
        return listed(column, str(value))
    if column.name.endswith("office") and (office := names.offices.get(str(value))):
        return office.name_en if english() and office.name_en else office.name
    return code(column.name, str(value)) if column.name in CODES else str(value)


def code_of(column: Column, value: str, table: str) -> str:
    """The words for a code of a column of a table."""
    if value in column.words:
        return _one_of(column.words[value])
    return code(column.name, value, table)


def code(column: str, value: str, table: str = "") -> str:
    """The words for one of our codes that its column does not tell: told here, else as the source
    that sends it calls it."""
    if value in CODES.get(column, {}):
        return str(CODES[column][value])
    if english():
        return value.replace("_", " ").capitalize() if value.islower() else value
    return _theirs().get((table, column, value), value)


def listed(column: Column, value: str) -> str:
    """A code of a national list with the words for the longest beginning that the list has."""
    for end in range(len(value), 0, -1):
        if value[:end] in column.words:
            return f"{value} {_one_of(column.words[value[:end]])}"
    return value


def _one_of(both: tuple[str, str]) -> str:
    return both[1] if english() else both[0]


def title(thing: Any) -> str:
    """Of a table, a column, a source or a heading, in the reader's language."""
    return str(thing.title_en if english() else thing.title)


def _subject(value: str, names: Names, by_name: bool) -> Cell:
    if (person := names.persons.get(value)) is not None:
        if person.key == names.about:
            return Cell(gettext("本人"))
        if person.key in names.open_keys:
            return Cell(person.name or "", "", reverse("dossier-person", args=[person.pk]))
        return Cell(person.public_name)
    firm = names.enterprises.get(value)
    if firm is not None and firm.key == names.about and by_name:
        return Cell(gettext("本户"))
    if TOKEN.fullmatch(value):  # the number itself is not in the lake
        return _firm(firm, names) if firm else Cell(gettext("未登记人员"))
    if firm is not None and by_name:
        return _firm(firm, names)
    return Cell(value, "mono")


def _wording(column: Column, words: str) -> Cell:
    """Words that lie in the registry; a web address leads there."""
    if column.kind is Kind.URL and words.lower().startswith(WEB):
        return Cell(words, "url", words, outside=True)
    return Cell(words or "—")


def _confidence(sure: Decimal) -> Cell:
    """How sure it is that a row is about its subject: certain, or it says that it is not."""
    if sure >= 1:
        return Cell(gettext("确定是同一主体"))
    told = gettext("%(percent)s，不能确定是同一主体") % {"percent": percent(sure)}
    return Cell(told, "unsure")


def _firm(firm: Enterprise, names: Names) -> Cell:
    there = firm.key in names.open_keys
    return Cell(firm.name, "", reverse("dossier-enterprise", args=[firm.pk]) if there else "")


@cache
def _theirs() -> dict[tuple[str, str, str], str]:
    """(table, column, our code) -> the Chinese word with which a source sends it."""
    found: dict[tuple[str, str, str], str] = {}
    for source in all_sources().values():
        for label, told in source.values.items():
            for theirs, ours in told.items():
                if re.search("[\u4e00-\u9fff]", theirs):
                    found.setdefault((source.table, label.partition(".")[0], ours), theirs)
    return found
