"""风险地图: a tile for each office, as large as what it administers, as dark as its findings.

A scheme, not a map: where an office lies is not known here.  The offices under one county office
share one rectangle, cut into tiles as square as they can be (Bruls, Huizing, van Wijk 2000).
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from chengxin.offices.models import Office, Officer
from chengxin.panorama import administered, drawing
from chengxin.panorama.asked import Asked, in_tongue, short

STEPS = (0.02, 0.05, 0.1, 0.2)  # shares at which a tile becomes darker; without findings: palest
HEIGHT = 168  # pixels of the offices under one county office
LINE = 19  # of words in a tile
PAD = 7
TILES = 60  # that are drawn; all are in the table


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Tile:
    """One office."""

    office: Office
    persons: int
    enterprises: int
    flagged: int  # of both, with open findings
    asked: administered.Asked
    box: Box | None = None

    @property
    def subjects(self) -> int:
        return self.persons + self.enterprises

    @property
    def share(self) -> str:
        return drawing.percent(self.flagged, self.subjects)

    @property
    def step(self) -> int:
        """0 without findings, then 1 to 5 by the share."""
        share = self.flagged / self.subjects if self.subjects else 0
        return 1 + sum(share >= bound for bound in STEPS) if self.flagged else 0

    @property
    def name(self) -> str:
        return short(self.office)

    @property
    def full_name(self) -> str:
        return in_tongue(self.office)

    @property
    def spoken(self) -> str:
        """Begins with what the tile shows, so that whoever speaks to his machine can name it."""
        told = {
            "office": self.name, "all": f"{self.subjects:,}", "found": f"{self.flagged:,}",
            "share": self.share,
        }  # fmt: skip
        words = gettext("%(office)s %(found)s · %(share)s：所辖 %(all)s，有未办结预警 %(found)s")
        return words % told

    @property
    def found(self) -> str:
        return self.asked.with_(found="yes").query

    @property
    def numbers(self) -> list[tuple[str, int, str]]:
        """(name, count, address of its list)."""
        return [
            ("person", self.persons, self.asked.with_(who="person").query),
            ("enterprise", self.enterprises, self.asked.with_(who="enterprise").query),
            ("found", self.flagged, self.found),
        ]

    @property
    def place(self) -> dict[str, str]:
        assert self.box is not None
        return {
            "x": drawing.hundredths(self.box.left / drawing.NARROWEST * 100),
            "y": drawing.pixels(self.box.top),
            "width": drawing.hundredths(self.box.width / drawing.NARROWEST * 100),
            "height": drawing.pixels(self.box.height),
        }

    @property
    def lines(self) -> list[tuple[str, int, str]]:
        """(class, down, words): as many as the tile has room for; a name is shown whole or not."""
        assert self.box is not None
        room = self.box.width - PAD
        numbers = [f"{self.flagged:,} · {self.share}", f"{self.flagged:,}"]
        number = next((one for one in numbers if drawing.width(one) <= room), "")
        name = self.name if drawing.width(self.name) <= room else ""
        told = [("tile-name", name), ("tile-number", number)]
        fitting = [one for one in told if one[1]][: int((self.box.height - PAD) // LINE)]
        return [(style, PAD + 13 + row * LINE, one) for row, (style, one) in enumerate(fitting)]


@dataclass(frozen=True)
class Panel:
    """The offices under one county office."""

    above: Office
    tiles: list[Tile]

    @property
    def title(self) -> str:
        return in_tongue(self.above)

    @property
    def height(self) -> int:
        return HEIGHT


@dataclass(frozen=True)
class Map:
    panels: list[Panel]
    rows: list[Tile]  # for the table
    total: Tile | None  # everybody once
    bureaus: int  # among the offices

    @property
    def left_out(self) -> int:
        """Offices that only the table tells of."""
        return len(self.rows) - sum(len(panel.tiles) for panel in self.panels)

    @property
    def legend(self) -> list[tuple[int, str]]:
        bounds = [f"{bound:.0%}" for bound in STEPS]
        between = [f"{low}–{high}" for low, high in itertools.pairwise(bounds)]
        return [
            (0, gettext("无")), (1, f"<{bounds[0]}"),
            *enumerate(between, start=2), (5, f"≥{bounds[-1]}"),
        ]  # fmt: skip


def of(officer: Officer, asked: Asked) -> Map:
    told = {name: asked.told.get(name, "") for name in ("bureau", "office", "who")}
    every = administered.Asked(**told)
    whole = administered.numbers(officer, every)
    flagged, found = administered.found(officer, every)
    offices = {str(one.pk): one for one in asked.offices}
    tiles = [
        Tile(offices[code], *counts, flagged.get(code, 0), every.with_(office=code))
        for code, counts in whole.offices.items()
        if any(counts)
    ]
    tiles.sort(key=lambda one: (-one.subjects, one.office.pk))
    drawn: dict[Office, list[Tile]] = defaultdict(list)
    for one in tiles[:TILES]:
        drawn[one.office.above or one.office].append(one)
    panels = [
        Panel(above, _laid_out(some))
        for above, some in sorted(drawn.items(), key=lambda one: str(one[0].pk))
    ]
    tiles.sort(key=lambda one: str(one.office.pk))
    total = Tile(tiles[0].office, *whole.all, found, every) if len(tiles) > 1 else None
    return Map(panels, tiles, total, len({t.office.bureau for t in tiles}))


def _laid_out(tiles: Sequence[Tile]) -> list[Tile]:
    boxes = squares([one.subjects for one in tiles], Box(0, 0, drawing.NARROWEST, HEIGHT))
    return [
        Tile(one.office, one.persons, one.enterprises, one.flagged, one.asked, box)
        for one, box in zip(tiles, boxes, strict=True)
    ]


def squares(sizes: Sequence[int], room: Box) -> list[Box]:
    """One box for each of `sizes`, the greatest first, that fill `room` in proportion to them."""
    whole = sum(sizes)
    areas = [size / whole * room.width * room.height for size in sizes] if whole else []
    found: list[Box] = []
    while areas:
        side = min(room.width, room.height)
        row = 1
        while row < len(areas) and _worst(areas[: row + 1], side) <= _worst(areas[:row], side):
            row += 1
        boxes, room = _row(areas[:row], room)
        found += boxes
        areas = areas[row:]
    return found


def _worst(row: Sequence[float], side: float) -> float:
    """How far the least square box of a row along `side` is from a square."""
    depth = sum(row) / side
    return max(max(area / depth / depth, depth * depth / area) for area in row)


def _row(row: Sequence[float], room: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side of `room`, and what is left of it."""
    boxes, lying = [], room.width >= room.height
    depth = sum(row) / min(room.width, room.height)
    along = room.top if lying else room.left
    for area in row:
        long = area / depth
        boxes.append(
            Box(room.left, along, depth, long) if lying else Box(along, room.top, long, depth)
        )
        along += long
    if lying:
        return boxes, Box(room.left + depth, room.top, room.width - depth, room.height)
    return boxes, Box(room.left, room.top + depth, room.width, room.height - depth)
