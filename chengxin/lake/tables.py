"""Every table of the lake, described once: `tables/<name>.yaml`, and a bureau's own.

From a description come the table's schema, how a source's text is read into it, and what a page
may show of it.  A key that no description knows is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from chengxin.core import descriptions

HERE = Path(__file__).with_name("tables")


class Kind(StrEnum):
    """What a column holds; how text becomes it is `sources/reading.sql`."""

    ID = "id"  # text that names something; never a number
    CODE = "code"  # one of ours, from theirs by the source's `values`
    NAME = "name"  # of an enterprise
    NOTE = "note"  # free text of an officer; numbers in it are struck out
    WORDS = "words"  # that may name anybody: token; the words lie sealed in the registry
    URL = "url"  # web address: likewise
    REGISTRATION = "registration"  # DJXH, 20 digits
    CREDIT = "credit"  # unified social credit code
    TAXPAYER = "taxpayer"  # taxpayer number; T + token when it contains a resident number
    PERSON = "person"  # person_id
    PARTY = "party"  # person_id, or an enterprise's code
    SUBJECT = "subject"  # likewise, where this system itself tells it: an id, never a number
    PHONE = "phone"  # token
    ADDRESS = "address"  # token
    ACCOUNT = "account"  # of a bank: token, and behind it the last four digits
    DATE = "date"
    YEAR = "year"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    MONEY = "money"  # yuan
    SHARE = "share"  # fraction 0 to 1
    CONFIDENCE = "confidence"  # 0 to 1: that the row is about its subject; below 1 it says so
    AREA = "area"  # square metres
    QUANTITY = "quantity"  # in the unit that its column says, or that another column says by row
    TRAIT = "trait"  # token that is only compared, 60 bits
    TRAITS = "traits"  # several of them

    @property
    def sql(self) -> str:
        return _SQL.get(self, "VARCHAR")


SEALED = (Kind.WORDS, Kind.URL)

_SQL = {
    Kind.DATE: "DATE",
    Kind.YEAR: "INTEGER",
    Kind.INTEGER: "INTEGER",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.MONEY: "DECIMAL(18,2)",
    Kind.SHARE: "DECIMAL(9,6)",
    Kind.CONFIDENCE: "DECIMAL(9,6)",
    Kind.AREA: "DECIMAL(12,2)",
    Kind.QUANTITY: "DECIMAL(18,2)",
    Kind.TRAIT: "BIGINT",
    Kind.TRAITS: "BIGINT[]",
}
_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BIGINT[]": pa.list_(pa.int64()),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
    "DECIMAL(9,6)": pa.decimal128(9, 6),
    "DECIMAL(12,2)": pa.decimal128(12, 2),
}


class Privacy(StrEnum):
    """Who may see a table's rows."""

    BUSINESS = "business"  # facts of enterprises: officers of the managing bureau
    PERSONAL = "personal"  # facts of persons: for a purpose, traced
    RESTRICTED = "restricted"  # investigations: never shown at the counter


@dataclass(frozen=True)
class Column:
    """One column: what it holds, its unit and its titles."""

    name: str
    kind: Kind
    title: str
    title_en: str
    unit: str = ""  # or the name of the column that gives each row's
    required: bool = False  # beyond the key, which always is
    empty: str | None = None  # what a field left empty means
    # Code -> (中文, English); of a text column, how its codes begin, as in a national list of codes
    words: dict[str, tuple[str, str]] = field(default_factory=dict, hash=False)


# Where a row came from; every table ends with these.
ORIGIN = {
    "source": "VARCHAR",
    "delivery_id": "VARCHAR",
    "delivered_on": "DATE",
    "line": "BIGINT",
}


@dataclass(frozen=True)
class Table:
    """One table: a row of the same `key` in a newer delivery replaces the older one."""

    name: str
    title: str
    title_en: str
    key: tuple[str, ...]
    subjects: dict[str, list[str]]  # whom a row concerns: registration, enterprise, person, party
    privacy: Privacy
    precedence: list[str]  # sources, the one to be believed first
    columns: dict[str, Column]

    def __post_init__(self) -> None:
        named = {*self.key, *(name for names in self.subjects.values() for name in names)}
        if unknown := named - set(self.columns):
            raise ValueError(f"tables/{self.name}.yaml names {sorted(unknown)}, which it lacks.")
        amounts = (one for one in self.columns.values() if one.kind is Kind.QUANTITY)
        if bare := [one.name for one in amounts if not one.unit]:
            raise ValueError(f"tables/{self.name}.yaml gives no unit for {bare}.")
        spoken = {one.name: one.words.values() for one in self.columns.values()}
        if half := [name for name, told in spoken.items() if any(len(both) != 2 for both in told)]:
            raise ValueError(f"tables/{self.name}.yaml gives not both words for a code of {half}.")

    @cached_property
    def types(self) -> dict[str, str]:
        """Column name -> SQL type, the columns of origin last."""
        return {name: column.kind.sql for name, column in self.columns.items()} | ORIGIN

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, _ARROW[kind]) for name, kind in self.types.items()])

    def must_have(self, name: str) -> bool:
        """Whether a row without this column is refused."""
        column = self.columns[name]
        return (name in self.key or column.required) and column.empty is None


def described(name: str, told: dict[str, Any]) -> Table:
    """The table that a description tells of; TypeError for a key that we do not know."""
    columns = {
        column: Column(
            name=column,
            kind=Kind(about.pop("type")),
            words={str(code): tuple(both) for code, both in about.pop("words", {}).items()},
            **about,
        )
        for column, about in told.pop("columns").items()
    }
    key, privacy = tuple(told.pop("key")), Privacy(told.pop("privacy"))
    return Table(name=name, key=key, privacy=privacy, columns=columns, **told)


def _all() -> Iterator[Table]:
    for name, path in descriptions.files(HERE, "tables", "*.yaml").items():
        with descriptions.understood(path):
            yield described(name, descriptions.told(path.read_text("utf-8")))


TABLES: dict[str, Table] = {table.name: table for table in _all()}
