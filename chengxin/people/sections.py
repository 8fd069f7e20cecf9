"""What the lake knows of one subject, table by table: the part of a dossier that nobody writes.

A table whose description names whom its rows concern is a section: its heading is declared in
`headings.yaml`, its columns, units and titles come from the description, and each row says which
source delivered it, when and in which line.  A table that is described tomorrow is here tomorrow.

    business     officers who may open the subject
    personal     the same; the look is traced
    restricted   risk and field officers who do not serve at a counter; in a branch only the rows of
                 the own bureau
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext

from chengxin.core import descriptions
from chengxin.core.refusal import Refusal
from chengxin.lake.engine import Row
from chengxin.lake.tables import SEALED, TABLES, Column, Kind, Privacy, Table
from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.people import gathered, values
from chengxin.people.models import Enterprise, Person, Registration, Wording
from chengxin.people.values import Cell, Names
from chengxin.sources import all_sources
from chengxin.trace.tongue import english

FIRST = 20  # rows that are shown; the rest by "more"
MORE = 100  # rows that one "more" brings
WIDE, FEW = 9, 4  # more columns than that in so few rows are read as records
BUREAUS = (Office.Bureau.STATE, Office.Bureau.LOCAL)
TOKENS = (Kind.PHONE, Kind.ADDRESS)  # nothing to read in a table
# What a title says of a number, where a name is shown in its place
NUMBER = re.compile(
    r"(身份)?证件号码(或(纳税人识别号|信用代码))?|(统一社会)?信用代码|(纳税人)?识别号|税号|代码$"
)
OWN = ("registration", "natural_person")  # tables that say who bears which number
PERIOD = ("period_from", "period_until")  # two columns that are read as one
CASES = "违法与案件"  # the heading of what the time line calls a case
PROPERTY = "财产"
STATES = ("non_normal",)
SEES_CASES = (Role.FIELD, Role.RISK)


@dataclass(frozen=True)
class Heading:
    """A part of a dossier and the tables it holds."""

    title: str
    title_en: str
    tables: list[str]


@dataclass(frozen=True)
class Line:
    """One row: its cells, and where it comes from in words."""

    cells: list[Cell]
    origin: str
    source: str  # the same, short, for paper


@dataclass(frozen=True)
class Section:
    """The rows of one table about one subject, the newest first."""

    table: Table
    about: str
    columns: list[Column]
    lines: list[Line]
    count: int
    start: int = 0
    delivered_on: date | None = None  # the newest of these rows
    as_records: bool = False  # few rows of many columns: each row as a list of facts

    @property
    def title(self) -> str:
        return values.title(self.table)

    @property
    def restricted(self) -> bool:
        return self.table.privacy is Privacy.RESTRICTED

    @property
    def heads(self) -> list[tuple[str, str]]:
        """(title with its unit, style) of each column."""
        return [(self._head(column), values.style(column)) for column in self.columns]

    def _head(self, column: Column) -> str:
        """A number that is shown as whom it names is called so."""
        by_name = column.kind in (Kind.REGISTRATION, *values.NAMED) and self.by_name
        if column.kind is Kind.PERSON or by_name:
            return _named_title(column)
        if column.unit in self.table.columns:  # each row's unit stands beside it
            return values.title(column)
        return head(column)

    @property
    def by_name(self) -> bool:
        """Whether enterprises are shown by their names."""
        return not has_name(self.table) and self.table.name not in OWN

    @property
    def records(self) -> list[tuple[Line, list[tuple[str, Cell]]]]:
        titles = [title for title, _style in self.heads]
        return [(line, list(zip(titles, line.cells, strict=True))) for line in self.lines]

    @property
    def rows_address(self) -> str:
        """Where more of them are."""
        kind, _colon, pk = self.about.partition(":")
        return reverse(f"{kind}-rows", args=[pk, self.table.name])

    @property
    def left(self) -> int:
        """Rows after these."""
        return max(0, self.count - self.start - len(self.lines))

    @property
    def next(self) -> int:
        return self.start + len(self.lines)


@dataclass(frozen=True)
class Group:
    """A heading with the sections that have rows."""

    heading: Heading
    sections: list[Section]

    @property
    def title(self) -> str:
        return values.title(self.heading)

    @property
    def count(self) -> int:
        return sum(section.count for section in self.sections)


@cache
def headings() -> list[Heading]:
    told = descriptions.told(Path(__file__).with_name("headings.yaml").read_text("utf-8"))
    return [Heading(**one) for one in told]


@cache
def place(table: str) -> tuple[int, int]:
    """Heading and place below it: of the exact name, else of the first pattern that fits."""
    places = [
        (number, order, name)
        for number, heading in enumerate(headings())
        for order, name in enumerate(heading.tables)
    ]
    exact = [(number, order) for number, order, name in places if name == table]
    fitting = [(number, order) for number, order, name in places if fnmatchcase(table, name)]
    return [*exact, *fitting][0]


def is_case(table: str) -> bool:
    """Whether a table tells of cases, violations or a troubled state."""
    heading = headings()[place(table)[0]]
    return heading.title == CASES or table in STATES


def is_property(table: str) -> bool:
    return headings()[place(table)[0]].title == PROPERTY


def sees_cases(officer: Officer) -> bool:
    """Risk and field officers, and never somebody who also serves at a counter."""
    return officer.holds(*SEES_CASES) and not officer.holds(Role.WINDOW)


def may_read(officer: Officer, table: Table) -> bool:
    """Whether `officer` may read a table at all, of a subject that he may open."""
    if table.privacy is not Privacy.RESTRICTED:
        return True
    return sees_cases(officer)


def of(officer: Officer, about: str, *, limit: int = FIRST) -> list[Group]:
    """Every section that has rows about a subject, under its heading.

    The caller has asked whether `officer` may open the subject.
    """
    counts = gathered.counts(about)
    rows: dict[str, list[Row]] = {}
    for name in sorted(set(counts) & set(TABLES), key=lambda name: (place(name), name)):
        table = TABLES[name]
        if not may_read(officer, table):
            continue
        own = own_bureau(officer, table)
        if own:
            counts[name] = gathered.count(name, about, own)
        if counts[name]:
            rows[name] = gathered.about(name, about, limit=limit, bureau=own)
    names = named(officer, about, rows)
    groups: dict[int, list[Section]] = {}
    for name, some in rows.items():
        section = _section(TABLES[name], about, some, counts[name], names)
        groups.setdefault(place(name)[0], []).append(section)
    return [Group(headings()[number], sections) for number, sections in groups.items()]


def more(officer: Officer, about: str, name: str, start: int) -> Section:
    """The rows of one table from `start` on, as many as one "more" brings."""
    table = TABLES.get(name)
    if table is None or not may_read(officer, table):
        raise Refusal("not_yours", gettext("查无此项，或不属于您单位的管辖范围"))
    own = own_bureau(officer, table)
    count = gathered.count(name, about, own) if own else gathered.counts(about).get(name, 0)
    # the columns of the first rows, so that what comes fits below them
    first = gathered.about(name, about, limit=FIRST, bureau=own)
    some = gathered.about(name, about, start=start, limit=MORE, bureau=own)
    names = named(officer, about, {name: first + some})
    columns = [one for one in _columns(table, first, names) if one.kind not in TOKENS]
    lines = _lines(table, columns, some, names)
    return Section(table, about, columns, list(lines), count, start)


def named(officer: Officer, about: str, rows: dict[str, list[Row]]) -> Names:
    """Who and what these rows name, looked up in the registry at once."""
    told: set[str] = set()
    offices: set[str] = set()
    numbers: set[str] = set()
    sealed: set[str] = set()
    for name, some in rows.items():
        for column in TABLES[name].columns.values():
            said = {str(row[column.name]) for row in some if row[column.name]}
            if column.kind in values.NAMED:
                told |= said
            elif column.kind in SEALED:
                sealed |= said
            elif column.kind is Kind.REGISTRATION:
                numbers |= said
            elif column.name.endswith("office"):
                offices |= said
    registered = {
        one.registration_id: one.enterprise
        for one in Registration.objects.filter(
            bureau__in=BUREAUS, registration_id__in=numbers
        ).select_related("enterprise")
    }
    persons = Person.objects.in_bulk([one for one in told if one.startswith("p")])
    firms = _enterprises(told - set(persons))
    keys = {one.key for one in [*firms.values(), *registered.values()]}
    keys |= {one.key for one in persons.values()}
    return Names(
        about=about,
        persons=persons,
        enterprises=firms,
        registrations=registered,
        offices=Office.objects.in_bulk(offices) if offices else {},
        words={one.pk: one.words for one in Wording.objects.filter(pk__in=sealed)},
        open_keys=access.seen_of(officer, keys),
    )


def _enterprises(numbers: set[str]) -> dict[str, Enterprise]:
    """The enterprises that these numbers name: those they are kept under, and earlier ones."""
    firms = Enterprise.objects.in_bulk(numbers)
    others = {one: gathered.enterprise_of(one) for one in numbers - set(firms)}
    found = Enterprise.objects.in_bulk({pk for pk in others.values() if pk} - set(firms)) | firms
    return firms | {one: found[pk] for one, pk in others.items() if pk in found}


def has_name(table: Table) -> bool:
    """Whether the rows name an enterprise in words, beside its numbers."""
    return any(one.kind is Kind.NAME for one in table.columns.values())


def head(column: Column) -> str:
    """A column's title; with its unit where the value does not show it."""
    if column.name == PERIOD[0]:
        return gettext("所属期")
    unit = {Kind.MONEY: gettext("元"), Kind.AREA: "㎡", Kind.QUANTITY: column.unit}.get(
        column.kind, ""
    )
    title = values.title(column)
    return gettext("%(title)s（%(unit)s）") % {"title": title, "unit": unit} if unit else title


def origin(row: Row, hidden: Iterable[Column] = ()) -> str:
    """Source, day of delivery and line; then the row's own numbers that have no column."""
    parts = [
        gettext("来源：%(source)s") % {"source": _source(row)},
        gettext("%(day)s 交付") % {"day": row["delivered_on"]},
    ]
    if row["line"]:
        parts.append(gettext("第 %(line)s 行") % {"line": row["line"]})
    parts += [f"{values.title(one)} {row[one.name]}" for one in hidden if row[one.name]]
    return gettext("，").join(parts)


def source(row: Row) -> str:
    """Source, day and line, short."""
    line = f" #{row['line']}" if row["line"] else ""
    return f"{_source(row)} {row['delivered_on']}{line}"


def _source(row: Row) -> str:
    known = all_sources().get(str(row["source"]))
    return values.title(known) if known else str(row["source"])


def own_bureau(officer: Officer, table: Table) -> str | None:
    """The bureau whose restricted rows alone an officer of a branch may read."""
    office = officer.office
    if table.privacy is not Privacy.RESTRICTED or "bureau" not in table.columns or office is None:
        return None
    return office.bureau if office.level == Office.Level.BRANCH else None


def _section(table: Table, about: str, rows: list[Row], count: int, names: Names) -> Section:
    columns = _columns(table, rows, names)
    as_records = len(columns) > WIDE and count <= FEW
    if not as_records:
        columns = [one for one in columns if one.kind not in TOKENS]
    lines = list(_lines(table, columns, rows, names))
    newest = max(row["delivered_on"] for row in rows)
    return Section(table, about, columns, lines, count, delivered_on=newest, as_records=as_records)


def _columns(table: Table, rows: list[Row], names: Names) -> list[Column]:
    """Those worth a column: told in some row, and not merely the subject himself."""
    period = set(PERIOD) <= set(table.columns)
    own = _own_columns(table, rows, names)
    return [
        column
        for column in table.columns.values()
        if any(row[column.name] not in (None, "", False) for row in rows)
        and column.name not in own
        and not _is_serial(column, table)
        and not (period and column.name == PERIOD[1])
    ]


def _is_serial(column: Column, table: Table) -> bool:
    """A key that only machines read: it stands in the mark of origin."""
    return column.name in table.key and column.kind is Kind.ID and column.title_en.endswith(" id")


def _own_columns(table: Table, rows: list[Row], names: Names) -> set[str]:
    """Columns that in every row name the subject of the dossier, or his own registration."""
    kind, _colon, pk = names.about.partition(":")
    own = {"subject_kind"}
    for name in table.subjects.get("registration", []):
        others = {firm.key for row in rows if (firm := names.registrations.get(str(row[name])))}
        if table.name not in OWN and others <= {names.about}:
            own.add(name)
    for name in [*table.subjects.get(kind, []), *table.subjects.get("party", [])]:
        said = {str(row[name]) for row in rows if row[name]}
        if all(one == pk or _named_by(names, one) == names.about for one in said):
            own.add(name)
    return own


def _named_by(names: Names, number: str) -> str:
    """The key of the enterprise that a number names."""
    firm = names.enterprises.get(number)
    return firm.key if firm else ""


def _named_title(column: Column) -> str:
    if column.kind is Kind.REGISTRATION:
        return gettext("企业")
    if english():
        return values.title(column)
    bare = NUMBER.sub("", column.title)
    return bare or {Kind.PERSON: "人员", Kind.PARTY: "主体", Kind.SUBJECT: "主体"}.get(
        column.kind, "企业"
    )


def _lines(table: Table, columns: list[Column], rows: list[Row], names: Names) -> Iterator[Line]:
    shown = {column.name for column in columns}
    hidden = [
        one
        for one in table.columns.values()
        if one.name not in shown and (_is_serial(one, table) or one.kind is Kind.REGISTRATION)
    ]
    by_name = not has_name(table)
    for row in rows:
        cells = [
            values.period(row[PERIOD[0]], row.get(PERIOD[1]))
            if column.name == PERIOD[0]
            else values.cell(column, row[column.name], names, by_name=by_name, table=table.name)
            for column in columns
        ]
        yield Line(cells, origin(row, hidden), source(row))
