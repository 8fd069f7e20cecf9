"""A source is a folder: a manifest that says what arrives, and a sample of it.

When the office changes its file, the manifest from that day on lies beside the first one:

    watchlist/manifest.yaml, sample.csv
              manifest.20170901.yaml, sample.20170901.csv    for deliveries of 2017-09-01 and later

so that a late delivery of August, and the whole past, can still be read as it was agreed then.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from chengxin.core import descriptions
from chengxin.core.refusal import Trouble
from chengxin.lake.tables import TABLES, Kind, Table

HERE = Path(__file__).parent

MOST_IN_EVENT = 1_000  # rows that are told at once; more are a delivery

_VERSION = re.compile(r"manifest\.(\d{8})\.yaml")
_FILE_NAME = re.compile(r"(?P<source>[a-z][a-z0-9_]*)\.(?P<day>\d{8})(\.[^.]+)*\.(csv|jsonl|xlsx)")


class SourceChanged(Trouble):
    """The other end sent something its manifest does not describe; nothing of it was stored.

    `zh` says it to the data keeper, whose page is Chinese; the text is the command line's.
    """

    def __init__(self, text: str, zh: str) -> None:
        super().__init__(text)
        self.zh = f"{zh}。全部未入库。"


class Form(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"


class Part(StrEnum):
    """What a field of theirs says about one column of ours."""

    VALUE = ""  # the value itself
    NUMBER = "number"  # of the document, or the code of the enterprise
    KIND = "kind"  # of the document: a DocumentKind, or person or enterprise
    NAME = "name"  # goes to the identities, never to the lake
    PHONE = "phone"  # likewise
    BIRTH = "birth"  # day of birth of a person whose number may be missing; likewise
    ADDRESS = "address"  # where he lives; likewise


@dataclass(frozen=True)
class Target:
    """Where a field of theirs goes: `legal_rep_id.name` is the name of that column's person."""

    theirs: str
    ours: str
    part: Part

    @property
    def label(self) -> str:
        return f"{self.ours}.{self.part}" if self.part else self.ours


@dataclass(frozen=True)
class Expect:
    """How many rows one delivery has."""

    min: int
    max: int


class Rhythm(StrEnum):
    """How often a source delivers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CHANGE = "change"  # whenever something changed: never late


_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.YEAR: 12}
_DAYS = {Rhythm.DAY: 1, Rhythm.WEEK: 7}


@dataclass(frozen=True)
class Freshness:
    """What a source promises: a delivery every so often, and the days it may be late."""

    every: Rhythm
    grace_days: int = 0  # whole days

    def due_after(self, last: date) -> date | None:
        """The last day on which the delivery after the one of `last` is in time; None: no such."""
        if self.every is Rhythm.CHANGE:
            return None
        if self.every in _DAYS:
            return last + timedelta(days=_DAYS[self.every] + self.grace_days)
        months = last.year * 12 + last.month - 1 + _MONTHS[self.every]
        year, month = months // 12, months % 12 + 1
        day = min(last.day, monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.grace_days)


@dataclass(frozen=True)
class Source:
    """One kind of delivery, as its manifest describes it."""

    name: str  # the folder's name
    folder: Path
    title: str
    title_en: str
    owner: str  # whom to ask
    arrives: str
    form: Form
    table: str  # the lake table it fills
    columns: dict[str, list[str]]  # theirs -> ours; a column not named here stops the load
    delivers: str  # changes | everything
    freshness: Freshness
    expect: Expect
    allowed_bad: float  # share of rejected rows above which nothing is taken
    encoding: str = "utf-8"  # utf-8 | utf-8-sig | gb18030
    sheet: str = ""  # of a workbook
    ignore: list[str] = field(default_factory=list)  # theirs that we have no business with
    values: dict[str, dict[str, str]] = field(default_factory=dict)  # ours -> their code -> ours
    percent: list[str] = field(default_factory=list)  # shares that arrive as 0 to 100
    ten_thousands: list[str] = field(default_factory=list)  # amounts that arrive in 万元
    constants: dict[str, str | None] = field(default_factory=dict)  # ours -> None: not told at all
    # Columns whose persons are kept comparable, by tokens, for records without a number
    comparable: list[str] = field(default_factory=list)
    # Those of them where a row without a usable number is kept under a record's id
    unidentified: list[str] = field(default_factory=list)
    since: date | None = None  # the first delivery it describes; None from the beginning
    earlier: tuple[Source, ...] = ()  # its versions of before, the oldest first

    def __post_init__(self) -> None:
        if problems := list(self._problems()):
            raise ValueError(f"sources/{self.name}/{self.manifest}: {'; '.join(problems)}.")

    @property
    def lake_table(self) -> Table:
        return TABLES[self.table]

    @property
    def headings(self) -> list[str]:
        """Theirs, every one of which a delivery has."""
        return [*self.columns, *self.ignore]

    @property
    def everything(self) -> bool:
        return self.delivers == "everything"

    @property
    def sample(self) -> Path:
        return self.folder / f"sample{self._since}.{self.form}"

    @property
    def manifest(self) -> str:
        """The name of the file that describes this version."""
        return f"manifest{self._since}.yaml"

    @property
    def _since(self) -> str:
        return f".{self.since:%Y%m%d}" if self.since else ""

    def on(self, day: date) -> Source:
        """The version that describes the delivery of `day`."""
        versions = [*self.earlier, self]
        began = [one for one in versions if one.since is None or one.since <= day]
        return (began or versions)[-1]

    @property
    def in_events(self) -> Source:
        """The same facts, a few rows at a time through the interface: JSON under the manifest's
        own headings, every row good, and what is not told stays as it is."""
        return replace(
            self,
            form=Form.JSONL,
            encoding="utf-8",
            delivers="changes",
            expect=Expect(1, MOST_IN_EVENT),
            allowed_bad=0,
            ignore=[],
        )

    def targets(self) -> Iterator[Target]:
        for theirs, labels in self.columns.items():
            for label in labels:
                ours, _, part = label.partition(".")
                yield Target(theirs, ours, Part(part))

    def target(self, ours: str, part: Part) -> Target | None:
        """The field of theirs that says this; None when no field does."""
        found = (t for t in self.targets() if (t.ours, t.part) == (ours, part))
        return next(found, None)

    def giver(self, ours: str) -> Target:
        """The field of theirs that gives a column its value, or the number it is made from."""
        target = self.target(ours, Part.NUMBER) or self.target(ours, Part.VALUE)
        assert target, f"{self.name}: nothing gives {ours}"
        return target

    def _problems(self) -> Iterator[str]:
        if self.table not in TABLES:
            yield f"there is no table {self.table}"
            return
        columns = self.lake_table.columns
        targets = list(self.targets())
        filled = [t.label for t in targets]
        if unknown := {t.ours for t in targets} - set(columns):
            yield f"{self.table} has no {sorted(unknown)}"
            return
        if twice := {label for label in filled if filled.count(label) > 1}:
            yield f"{sorted(twice)} named twice"
        if empty := set(columns) - {t.ours for t in targets} - set(self.constants):
            yield f"nothing fills {sorted(empty)}"
        untold = {name for name, value in self.constants.items() if value is None}
        if needed := {name for name in untold if self.lake_table.must_have(name)}:
            yield f"{sorted(needed)} must have a value"
        if unknown := {*self.values} - {*filled}:
            yield f"values for {sorted(unknown)}, which no column fills"
        coded = {t.label for t in targets if t.part == Part.KIND}
        coded |= {t.label for t in targets if columns[t.ours].kind in (Kind.CODE, Kind.BOOLEAN)}
        if missing := coded - set(self.values):
            yield f"no values for {sorted(missing)}"
        persons = {name for name, column in columns.items() if column.kind is Kind.PERSON}
        amounts = {name for name, column in columns.items() if column.kind is Kind.MONEY}
        if strange := {*self.ten_thousands} - amounts:
            yield f"{sorted(strange)} are no amounts that could be in ten thousands"
        if strange := {*self.comparable, *self.unidentified} - persons:
            yield f"{sorted(strange)} are no persons that could be compared"
        if alone := {*self.unidentified} - {*self.comparable}:
            yield f"{sorted(alone)} unidentified but not comparable"
        if nameless := {ours for ours in self.comparable if not self.target(ours, Part.NAME)}:
            yield f"{sorted(nameless)} comparable without a name"
        for part in (Part.BIRTH, Part.ADDRESS):
            if idle := {t.ours for t in targets if t.part is part} - {*self.comparable}:
                yield f"{part} of {sorted(idle)}, which are not comparable"
        if self.delivers not in ("changes", "everything"):
            yield f"delivers {self.delivers!r}"
        if self.freshness.grace_days < 0:
            yield f"grace_days {self.freshness.grace_days}"
        if self.freshness.every is Rhythm.CHANGE and self.freshness.grace_days:
            yield "days of grace for a delivery that is never late"
        if self.encoding not in ("utf-8", "utf-8-sig", "gb18030"):
            yield f"encoding {self.encoding!r}"


def manifest(name: str, told: dict[str, Any], folder: Path | None = None) -> Source:
    """The source that a manifest tells of; TypeError for a key that we do not know."""
    columns = {
        theirs: [ours] if isinstance(ours, str) else list(ours)
        for theirs, ours in told.pop("columns").items()
    }
    form, expect = Form(told.pop("form")), Expect(**told.pop("expect"))
    freshness = _freshness(**told.pop("freshness"))
    return Source(
        name=name,
        folder=folder or HERE / name,
        form=form,
        columns=columns,
        expect=expect,
        freshness=freshness,
        **told,
    )


def _freshness(every: str, grace_days: int = 0) -> Freshness:
    return Freshness(Rhythm(every), grace_days)


@cache
def all_sources() -> dict[str, Source]:
    """Every source by its name, in the order in which a day's deliveries are read."""
    return dict(sorted((source.name, source) for source in _all()))


def _all() -> Iterator[Source]:
    paths = descriptions.files(HERE, "sources", "*/manifest.yaml", name=descriptions.folder)
    for name, path in paths.items():
        newest = _version(name, path)
        for later in sorted(path.parent.glob("manifest.*.yaml")):
            with descriptions.understood(later):
                newest = _followed(newest, _version(name, later), later)
        yield newest


def _version(name: str, path: Path) -> Source:
    with descriptions.understood(path):
        return manifest(name, descriptions.told(path.read_text("utf-8")), path.parent)


def _followed(before: Source, after: Source, path: Path) -> Source:
    """`after` with its day and what was before it; ValueError when it cannot follow."""
    named = _VERSION.fullmatch(path.name)
    since = _day(named[1]) if named else None
    if since is None:
        raise ValueError("its name must be manifest.<yyyymmdd>.yaml, the day of its first delivery")
    if after.table != before.table:
        raise ValueError(f"it fills {after.table}, but {before.table} is this source's table")
    return replace(after, since=since, earlier=(*before.earlier, replace(before, earlier=())))


def source_of(path: Path) -> Source | None:
    """The source that sends files of this name, `<source>.<yyyymmdd>.<ext>`; None for others."""
    named = _FILE_NAME.fullmatch(path.name)
    return all_sources().get(named["source"]) if named else None


def day_of(path: Path) -> date | None:
    """The day in a delivery's file name."""
    named = _FILE_NAME.fullmatch(path.name)
    return _day(named["day"]) if named else None


def _day(digits: str) -> date | None:
    try:
        return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
