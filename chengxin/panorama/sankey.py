"""A flow drawn: stations in columns, streams between them as wide as what they carry.

Across, the drawing is in hundredths of its width; the streams' paths are in thousandths and are
stretched with it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from chengxin.panorama import drawing

APART = 20  # pixels between stations: a line of words each
TOP = 10
THICK = 0.9  # hundredths: a station's width
LEAST = 1.5  # pixels of the thinnest stream
WRITTEN = 15  # pixels of a stream that has room for its number


@dataclass(frozen=True)
class Node:
    """A station."""

    name: str
    title: str
    tone: str
    column: int
    count: int
    query: str


@dataclass(frozen=True)
class Stream:
    one: str
    other: str
    count: int
    query: str


@dataclass
class Place:
    """Where a station, or a stream that passes its column, stands."""

    x: float
    y: float
    height: float
    left: float = 0.0  # of its height that streams going out have taken so far


@dataclass(frozen=True)
class DrawnNode:
    node: Node
    place: Place

    @property
    def spoken(self) -> str:
        return f"{self.node.title} {self.node.count:,}"

    @property
    def number(self) -> str:
        return f"{self.node.count:,}"

    @property
    def at(self) -> dict[str, str]:
        one = self.place
        return {
            "x": drawing.hundredths(one.x),
            "y": drawing.pixels(one.y),
            "width": drawing.hundredths(THICK),
            "height": drawing.pixels(one.height),
            "words": drawing.hundredths(one.x + THICK),
            "middle": drawing.pixels(one.y + one.height / 2 + 4.5),
        }


@dataclass(frozen=True)
class DrawnStream:
    stream: Stream
    titles: tuple[str, str]
    tone: str
    path: str
    end: tuple[float, float, float]  # across, middle, how thick

    @property
    def title(self) -> str:
        return " → ".join(self.titles)

    @property
    def spoken(self) -> str:
        return gettext("%(way)s：%(count)s") % {"way": self.title, "count": self.number}

    @property
    def number(self) -> str:
        return f"{self.stream.count:,}"

    @property
    def at(self) -> dict[str, str] | None:
        """Where its number is written; None where it is too thin."""
        x, middle, thick = self.end
        if thick < WRITTEN:
            return None
        return {"x": drawing.hundredths(x), "y": drawing.pixels(middle + 4)}


@dataclass(frozen=True)
class Drawn:
    nodes: list[DrawnNode]
    streams: list[DrawnStream]
    height: int


def draw(
    nodes: Sequence[Node], streams: Sequence[Stream], columns: Sequence[float], height: int
) -> Drawn:
    """Nodes of a column from top to bottom as they are given."""
    by_name = {one.name: one for one in nodes}
    order = {one.name: place for place, one in enumerate(nodes)}
    streams = sorted(streams, key=lambda one: (order[one.one], order[one.other]))
    passing = {
        (one.one, one.other): range(by_name[one.one].column + 1, by_name[one.other].column)
        for one in streams
    }
    held: dict[int, list[tuple[object, int]]] = defaultdict(list)
    for node in nodes:
        held[node.column].append((node.name, node.count))
    for one in streams:
        for column in passing[one.one, one.other]:
            held[column].append(((one.one, one.other), one.count))
    scale = min(
        (height - TOP - APART * (len(some) - 1)) / sum(count for _name, count in some)
        for some in held.values()
    )
    places: dict[object, Place] = {}
    for column, some in held.items():
        y = float(TOP)
        for name, count in some:
            thick = max(count * scale, LEAST)
            at = (name, column) if isinstance(name, tuple) else name
            places[at] = Place(columns[column], y, thick)
            y += thick + APART

    def height_of(one: Stream) -> float:
        """Where a stream stood last before it comes in."""
        between = passing[one.one, one.other]
        return places[((one.one, one.other), between[-1]) if between else one.one].y

    wide = {(one.one, one.other): max(one.count * scale, LEAST) for one in streams}
    drawn = [
        _stream(
            one,
            by_name,
            places,
            passing[one.one, one.other],
            wide[one.one, one.other],
            sum(
                wide[other.one, other.other]
                for other in streams
                if other.other == one.other and height_of(other) < height_of(one)
            ),
        )
        for one in streams
    ]
    bottom = max(one.y + one.height for one in places.values())
    return Drawn([DrawnNode(one, places[one.name]) for one in nodes], drawn, round(bottom + TOP))


def _stream(
    one: Stream,
    by_name: dict[str, Node],
    places: dict[object, Place],
    passing: Sequence[int],
    thick: float,
    above: float,  # what comes in over it
) -> DrawnStream:
    start, end = places[one.one], places[one.other]
    stops = [(start.x + THICK, start.y + start.left)]
    start.left += thick
    for column in passing:
        ghost = places[(one.one, one.other), column]
        stops += [(ghost.x, ghost.y), (ghost.x + THICK, ghost.y)]
    stops.append((end.x, end.y + above))
    across, down = stops[-1]
    return DrawnStream(
        one,
        (by_name[one.one].title, by_name[one.other].title),
        by_name[one.other].tone,
        _path(stops, thick),
        (across - 0.5, down + thick / 2, thick),
    )


def _path(stops: Sequence[tuple[float, float]], thick: float) -> str:
    """There along the upper edge, back along the lower one; across in thousandths."""
    there = [(x * 10, y) for x, y in stops]
    back = [(x * 10, y + thick) for x, y in reversed(stops)]
    x, y = there[0]
    parts = [f"M{x:.1f} {y:.1f}", *_curves(there)]
    x, y = back[0]
    return "".join([*parts, f"L{x:.1f} {y:.1f}", *_curves(back), "Z"])


def _curves(stops: Sequence[tuple[float, float]]) -> list[str]:
    told = []
    for (x, y), (to_x, to_y) in itertools.pairwise(stops):
        middle = (x + to_x) / 2
        told.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
    return told
