"""How numbers, names and codes are written on pages.

`masked` is the only way a page shows an identity number.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from chengxin.core import identifiers
from chengxin.core.items import ITEMS
from chengxin.offices.models import Office, Officer
from chengxin.people.models import Affiliation, Enterprise
from chengxin.people.sections import Line
from chengxin.people.values import Cell
from chengxin.trace import words
from chengxin.trace.tongue import english
from chengxin.web import menu

register = template.Library()


@register.filter
def masked(number: str) -> str:
    """370***********1234; a phone or another document's number likewise."""
    return identifiers.masked(number or "")


@register.filter
def masked_name(name: str) -> str:
    """王*明, as it may be called out in a hall."""
    return identifiers.masked_name(name or "")


@register.filter
def grouped(number: str) -> str:
    """A number of 18 characters in groups of 6, 8 and 4, as clerks compare it."""
    if len(number or "") != 18:
        return number or ""
    return f"{number[:6]} {number[6:14]} {number[14:]}"


@register.filter
def yuan(amount: Decimal | float | int | str | None) -> str:
    """1,234,567.80; nothing known is shown as a dash."""
    return "—" if amount in (None, "") else f"{Decimal(str(amount)):,.2f}"


@register.filter
def firm_number(firm: Enterprise) -> str:
    """An enterprise's number; in words that it is not shown, where it holds a person's."""
    return firm.number or gettext("含证件号码，不显示")


@register.filter
def listed(words: Iterable[str]) -> str:
    """Several words as one phrase: 甲、乙 or A, B."""
    return (", " if english() else "、").join(words)


@register.filter
def role_title(code: str) -> str:
    """法定代表人 for the code 01 of an affiliation (domain facts 5.1)."""
    return str(dict(Affiliation.Role.choices).get(code, code))


@register.filter
def item_title(code: str) -> str:
    """A service item's title in the reader's language."""
    item = ITEMS.get(code)
    if item is None:
        return code
    return item.title_en if english() else item.title


@register.filter
def cells(line: Line) -> SafeString:
    """The cells of a row of a dossier.  Not a template: there are hundreds on a page."""
    return SafeString("".join(f"<td{_style(one)}>{_shown(one)}</td>" for one in line.cells))


@register.filter
def shown(one: Cell) -> SafeString:
    """One value of a dossier, with the way to what it names."""
    return SafeString(_shown(one))


def _shown(one: Cell) -> str:
    text = escape(one.text)
    if not one.href:
        return text
    out = ' target="_blank" rel="noopener noreferrer"' if one.outside else ""
    return f'<a href="{escape(one.href)}"{out}>{text}</a>'


def _style(one: Cell) -> str:
    return f' class="{escape(one.style)}"' if one.style else ""


@register.filter
def office_title(office: Office | None) -> str:
    """An office's full name; in English where it has one."""
    if office is None:
        return ""
    return office.name_en if english() and office.name_en else office.name


@register.filter
def first_room(officer: Officer) -> str:
    """Where an officer's day begins: the route of the first line of his menu, or the front."""
    return next((entry.route for entry in menu.of(officer)), "front")


@register.filter
def place_title(place: str) -> str:
    """1 号窗口 for the place of a trace."""
    return words.place(place)
