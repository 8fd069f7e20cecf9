"""By which parts and spellings a name is found: characters, pairs, pinyin whole and by initials.

    王守信 ─▶ 王 守 信 · 王守 守信 · wang shou xin wangshou shouxin wangshouxin · ws sx wsx

A person's name lies sealed, so each part stands as a keyed mark of 64 bits; what the marks find is
checked against the opened name.  Who holds the database but not the key sees how often a mark
occurs, not what it means.  An enterprise's name is public and its spelling stands in plain.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import TypeVar

from django.db import connection
from django.db.models import F, Q, QuerySet
from pypinyin import Style, lazy_pinyin, pinyin

from chengxin.core.keys import Keys
from chengxin.people.models import Enterprise, EnterpriseSpelling, Person, PersonSpelling

Named = TypeVar("Named", Person, Enterprise)

BATCH = 10_000
LONGEST = 12  # characters of a person's name that are spelt; more are a foreign name in Latin


def normal(text: str) -> str:
    """What someone typed: full-width letters narrow, no spaces around, Latin in small letters."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def spelt(text: str) -> str:
    """Typed pinyin without the spaces, apostrophes and dots between its syllables."""
    return "".join(letter for letter in normal(text) if letter.isascii() and letter.isalpha())


@lru_cache(maxsize=20_000)
def parts(name: str) -> frozenset[tuple[str, str]]:
    """(kind, text) of everything by which a person of this name is found."""
    name = normal(name).replace("·", "")[:LONGEST]
    found = {("character", one) for one in name}
    found |= {("pair", name[at : at + 2]) for at in range(len(name) - 1)}
    for syllables in _readings(name):
        for first in range(len(syllables)):
            for last in range(first + 1, len(syllables) + 1):
                run = syllables[first:last]
                found.add(("pinyin", "".join(run)))
                if len(run) > 1:
                    found.add(("initials", "".join(one[0] for one in run)))
    return frozenset(found)


def marks(keys: Keys, name: str) -> list[int]:
    return sorted({keys.mark(kind, text) for kind, text in parts(name)})


def persons(text: str, among: QuerySet[Person], limit: int) -> list[Person]:
    """Those of `among` whose name holds or is spelt like `text`, whole names first."""
    keys, asked = Keys.load(), normal(text)
    whole = list(among.filter(name_token=keys.token("name", text.strip())).order_by("pk")[:limit])
    known = {one.pk for one in whole}
    more = [
        one
        for one in _marked(keys, asked, among).order_by("pk")[: limit + len(known)]
        if one.pk not in known and matches(one.name or "", asked)
    ]
    return [*whole, *more][:limit]


def enterprises(text: str, among: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    """Those of `among` whose name holds `text`, or whose pinyin or initials do."""
    letters = spelt(text)
    if letters and letters == normal(text).replace(" ", "").replace("'", ""):
        return among.filter(spelling__pinyin__contains=letters) | among.filter(
            spelling__initials__contains=letters
        )
    return among.filter(name__contains=text.strip())


def matches(name: str, asked: str) -> bool:
    """Whether the opened name is what was asked for."""
    letters = spelt(asked)
    if letters and asked.isascii():
        told = parts(name)
        return ("pinyin", letters) in told or ("initials", letters) in told or asked in normal(name)
    return asked in normal(name)


def fill() -> int:
    """Spell every name that is new or has changed; the rows written."""
    return _fill_persons() + _fill_enterprises()


def _marked(keys: Keys, asked: str, among: QuerySet[Person]) -> QuerySet[Person]:
    letters = spelt(asked)
    pairs = [keys.mark("pair", asked[at : at + 2]) for at in range(len(asked) - 1)]
    held = pairs or [keys.mark("character", asked)]
    found = Q(spelling__marks__contains=held)
    if letters and asked.isascii():
        either = [keys.mark("pinyin", letters), keys.mark("initials", letters)]
        found |= Q(spelling__marks__overlap=either)
    return among.filter(found)


@lru_cache(maxsize=20_000)
def _readings(name: str) -> list[list[str]]:
    """The syllables of a name; a surname with several readings gives several (单、曾、仇)."""
    usual = lazy_pinyin(name, style=Style.NORMAL, errors="ignore")
    if not usual:
        return []
    first = pinyin(name[0], style=Style.NORMAL, heteronym=True, errors="ignore")
    heads = {usual[0], *(first[0] if first else [])}
    return [[head, *rest] for head, rest in product(sorted(heads), [usual[1:]])]


def _fill_persons() -> int:
    keys = Keys.load()
    stale = (
        Person.objects.exclude(name_token="")
        .exclude(spelling__name_token=F("name_token"))
        .only("pk", "name", "name_token")
        .order_by("pk")
    )
    return sum(
        _write(
            PersonSpelling,
            ("person_id", "name_token", "marks"),
            ((one.pk, one.name_token, marks(keys, one.name or "")) for one in some),
        )
        for some in _batches(stale)
    )


def _fill_enterprises() -> int:
    stale = Enterprise.objects.exclude(spelling__name=F("name")).order_by("pk").only("pk", "name")
    return sum(
        _write(
            EnterpriseSpelling,
            ("enterprise_id", "name", "pinyin", "initials"),
            ((one.pk, one.name, *_spelling(one.name)) for one in some),
        )
        for some in _batches(stale)
    )


def _spelling(name: str) -> tuple[str, str]:
    syllables = [one.lower() for one in lazy_pinyin(normal(name), style=Style.NORMAL)]
    return "".join(syllables), "".join(one[0] for one in syllables if one)[:200]


def _batches(found: QuerySet[Named]) -> Iterator[list[Named]]:
    while some := list(found[:BATCH]):
        yield some


def _write(
    model: type[PersonSpelling] | type[EnterpriseSpelling],
    columns: tuple[str, ...],
    rows: Iterable[tuple[object, ...]],
) -> int:
    table, listed = model._meta.db_table, ", ".join(columns)
    others = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE spelt ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0"  # noqa: S608
        )
        with cursor.copy(f"COPY spelt ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM spelt "  # noqa: S608
            f"ON CONFLICT ({columns[0]}) DO UPDATE SET {others}"
        )
        written: int = cursor.rowcount
        cursor.execute("DROP TABLE spelt")
    return written
