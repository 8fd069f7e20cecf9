"""The catalogue of service items 办税事项, read from `items.yaml` (domain facts 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chengxin.core import descriptions
from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.papers import PAPERS, Paper, named

REST = "*"  # in `levels`: every item that is not named


@dataclass(frozen=True)
class Group:
    """What a directive may reach at once: INV, INV-AUTH, DEREG …"""

    code: str
    title: str
    title_en: str


@dataclass(frozen=True)
class Item:
    """One thing that a person can have done at a window."""

    code: str
    number: int  # of the catalogue in the domain facts
    title: str
    title_en: str
    groups: tuple[str, ...]
    real_name: str  # required | legal_rep | bound | own | none
    never_refused: bool = False  # filing, payment, curing, objection
    needs: tuple[str, ...] = ()  # codes in core.papers: what a person brings for it

    @property
    def personal(self) -> bool:
        """Done for oneself, without an enterprise."""
        return self.real_name == "own" or "CERT" in self.groups or "NONE" in self.groups

    @property
    def papers(self) -> list[Paper]:
        return [PAPERS[code] for code in self.needs]

    @property
    def brings(self) -> str:
        """All that it needs, in words; "" for nothing."""
        return named(self.papers, in_english=False)

    @property
    def brings_en(self) -> str:
        return named(self.papers, in_english=True)


@dataclass(frozen=True)
class Shelf:
    """Items that a person looks for in one place; a kiosk sorts by these."""

    code: str
    title: str
    title_en: str
    holds: tuple[str, ...]  # groups, or items, which go before their groups


_told = descriptions.told((Path(__file__).with_name("items.yaml")).read_text("utf-8"))

GROUPS: dict[str, Group] = {
    code: Group(code=code, **told) for code, told in _told["groups"].items()
}
ITEMS: dict[str, Item] = {
    code: Item(
        code=code,
        **(told | {"groups": tuple(told["groups"]), "needs": tuple(told.get("needs", ()))}),
    )
    for code, told in _told["items"].items()
}
SHELVES: dict[str, Shelf] = {
    code: Shelf(code=code, **(told | {"holds": tuple(told["holds"])}))
    for code, told in _told["shelves"].items()
}
USUAL: tuple[str, ...] = tuple(_told["usual"])
assert all(group in GROUPS for item in ITEMS.values() for group in item.groups)
assert all(paper in PAPERS for item in ITEMS.values() for paper in item.needs)
assert all(name in GROUPS or name in ITEMS for shelf in SHELVES.values() for name in shelf.holds)
assert all(item in ITEMS for item in USUAL)


def shelf_of(item: Item) -> Shelf:
    """Where a kiosk shows `item`: the shelf that names it, else the one that holds its group."""
    for name in (item.code, item.groups[0]):
        for shelf in SHELVES.values():
            if name in shelf.holds:
                return shelf
    raise KeyError(item.code)


def effect_on(item: str, levels: Mapping[str, str]) -> Effect | None:
    """What `levels` (item, group or `*` → effect) mean for one service item; None: it stays free.

    The item itself is asked first, then its groups (the strictest), then the rest.  An item that
    no law lets a counter refuse is at most reminded of.
    """
    return _effects(tuple(levels.items()))[item]


@lru_cache(maxsize=1024)  # few levels are in use, and a counter asks for all items at once
def _effects(levels: tuple[tuple[str, str], ...]) -> Mapping[str, Effect | None]:
    return {item: _effect_on(item, dict(levels)) for item in ITEMS}


def _effect_on(item: str, levels: Mapping[str, str]) -> Effect | None:
    told = ITEMS[item]
    if item in levels:
        found = [levels[item]]
    else:
        found = [levels[group] for group in told.groups if group in levels]
    if not found and REST in levels:
        found = [levels[REST]]
    if not found:
        return None
    if told.never_refused:
        return Effect.REMIND
    return min(map(Effect, found), key=STRICTEST_FIRST.index)
