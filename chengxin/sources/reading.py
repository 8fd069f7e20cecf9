"""Read one delivery: completely or not at all.

    file ──receive──▶ whole, as agreed ──plan──▶ one SELECT ──▶ rows, rejects, identities, traits

A bad row (a wrong check digit, an impossible date, no key) is set aside with its line and reason;
past the manifest's share of bad rows, and for everything that the manifest does not describe, the
whole delivery stops.  Rows and identities are staged as Parquet in a private folder: a delivery may
be larger than memory.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from chengxin.core.identifiers import masked
from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.lake.engine import PARQUET, DuckDB, literal, within_memory
from chengxin.lake.staging import Staging
from chengxin.lake.tables import Kind
from chengxin.sources import arrival, traits
from chengxin.sources.forms import Relation, open_form, unreadable
from chengxin.sources.plan import IDENTITY, Plan
from chengxin.sources.source import Part, Source, SourceChanged, all_sources, day_of, source_of
from chengxin.sources.traits import Traits

LISTED = 1000  # rejects named one by one; the rest is counted
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"

_MACROS = resources.files(__package__).joinpath("reading.sql").read_text("utf-8")
_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){8,}[Xx]?")
_FLOAT = re.compile(r"-?\d(\.\d{1,17})?[eE][+-]?\d{1,3}|-?\d+\.0*")


@dataclass(frozen=True)
class Reject:
    """A row that was set aside: its line in the delivery, and why (a Chinese sentence)."""

    line: int
    reason: str


@dataclass
class Reading:
    """One delivery, read; what it staged is gone when it is closed."""

    source: str
    table: str
    delivery_id: str  # 16 hex digits: of the SHA-256 of the delivered content, or as it was given
    delivered_on: date
    everything: bool  # what is not in it is no more
    rows: Path  # Parquet, the columns of the lake table
    count: int  # of `rows`
    delivered: int  # rows in the delivery, bad ones too
    identities: Path  # Parquet, see `_stage_identities`; mode 0600
    unidentified: Path  # Parquet, see `_stage_unidentified`; mode 0600
    words: Path | None  # Parquet, see `_stage_words`; mode 0600; None where the table seals none
    beside: tuple[Traits, ...]  # what the same delivery says in other tables
    rejects: list[Reject]  # the first LISTED
    rejected: int
    _staging: Staging = field(repr=False)

    def close(self) -> None:
        self._staging.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@within_memory()
def read(
    path: Path,
    *,
    keys: Keys,
    source: Source | str | None = None,
    delivered_on: date | None = None,
    delivery_id: str | None = None,
    engine: DuckDB | None = None,
) -> Reading:
    """All good rows of one delivery in our names, its rejects, and whom it names.

    The file's name says source and day unless they are given; the day says which version of the
    source's manifest describes it.  `delivery_id` (16 hex digits) is for what may be said twice in
    the same words, like an event; else the content decides what it is.  Raises `SourceChanged`,
    with the source, the line and what to do, when any of it is not as the manifest says.
    """
    if isinstance(source, str):
        if source not in all_sources():
            raise Trouble(f"There is no source {source!r}; see chengxin/sources for their names.")
        source = all_sources()[source]
    source = source or source_of(path)
    day = delivered_on or day_of(path)
    if source is None or day is None:
        raise Trouble(
            f"{path.name} is not named <source>.<yyyymmdd>.<ext>; rename it, or say source and day."
        )
    source = source.on(day)
    own = engine is None
    engine = engine or DuckDB()
    staging = Staging()
    try:
        arrived = arrival.receive(path, source, staging.folder)
        named = delivery_id or arrived.digest[:16]
        return _Reading(source, day, arrived, named, engine, staging).read(keys)
    except BaseException:
        staging.close()
        raise
    finally:
        for table in ("typed", "doubled", "sheet"):
            engine.connection.execute(f"DROP TABLE IF EXISTS {table}")
        if own:
            engine.close()


@dataclass
class _Reading:
    source: Source
    day: date
    arrived: arrival.Arrival
    delivery_id: str
    engine: DuckDB
    staging: Staging
    _good: str = "wrong IS NULL"  # which rows of `typed` are taken

    def read(self, keys: Keys) -> Reading:
        _teach(self.engine, keys)
        relation = self._typed()
        [(delivered, bad)] = self._fetch("SELECT count(*), count(wrong) FROM typed")
        self._expected(delivered)
        if bad:
            self._known_codes(relation)
        doubled = self._doubled()
        rejects = self._rejects(relation) if bad + doubled else []
        self._allowed(rejects, bad + doubled, delivered)
        rows = self.staging.folder / "rows.parquet"
        count = self._stage_rows(rows, relation)
        identities = self.staging.folder / "identities.parquet"
        self._stage_identities(identities)
        unidentified = self.staging.folder / "unidentified.parquet"
        self._stage_unidentified(unidentified)
        words = self._stage_words(self.staging.folder / "words.parquet")
        return Reading(
            source=self.source.name,
            table=self.source.table,
            delivery_id=self.delivery_id,
            delivered_on=self.day,
            everything=self.source.everything,
            rows=rows,
            count=count,
            delivered=delivered,
            identities=identities,
            unidentified=unidentified,
            words=words,
            beside=self._traits(),
            rejects=rejects,
            rejected=bad + doubled,
            _staging=self.staging,
        )

    def _fetch(self, sql: str) -> list[tuple]:  # type: ignore[type-arg]
        return self.engine.connection.execute(sql).fetchall()

    def _typed(self) -> Relation:
        """Table `typed`: every row of the delivery, in its order."""
        try:
            relation = open_form(self.arrived.plain, self.source, self.engine)
            self._plan = Plan(self.source, relation.places)
            self._fetch(f"CREATE OR REPLACE TEMP TABLE typed AS {self._plan.select(relation.sql)}")
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise unreadable(self.source, error, self.arrived.plain) from error
        return relation

    def _expected(self, delivered: int) -> None:
        name, expect, noted = self.source.name, self.source.expect, self.arrived.noted_rows
        if noted is not None and noted != delivered:
            raise SourceChanged(
                f"{name}: {delivered} rows arrived, the delivery note says {noted}; "
                f"ask {self.source.owner} to send the file again. Nothing was stored.",
                f"收到 {delivered} 行，交接单为 {noted} 行，请{self.source.owner}重新发送",
            )
        if not expect.min <= delivered <= expect.max:
            raise SourceChanged(
                f"{name}: {delivered} rows, expected {expect.min} to {expect.max}; ask "
                f"{self.source.owner}, or change `expect` in the manifest. Nothing was stored.",
                f"共 {delivered} 行，应为 {expect.min} 至 {expect.max} 行；"
                f"请{self.source.owner}核实，或修改清单的 expect",
            )

    def _known_codes(self, relation: Relation) -> None:
        """`SourceChanged` for the first code that the manifest does not name."""
        for target in self.source.targets():
            codes = self.source.values.get(target.label)
            if codes is None:
                continue
            field = self._raw(target.theirs)
            known = ", ".join(map(literal, codes))
            strange = self._fetch(
                f"SELECT rowid, {field} FROM typed "
                f"WHERE wrong IS NOT NULL AND {field} NOT IN ({known}) ORDER BY rowid LIMIT 1"
            )
            for row, code in strange:
                raise SourceChanged(
                    f"{self.source.name}, line {row + relation.first_line}: unknown code "
                    f"{_shown(code)!r} in {target.theirs}; ask {self.source.owner} what it means "
                    "and name it under `values` in the manifest. Nothing was stored.",
                    f"第 {row + relation.first_line} 行：“{target.theirs}”中有未知代码"
                    f"“{_shown(code)}”；"
                    f"请{self.source.owner}说明含义，并列入清单的 values",
                )

    def _raw(self, theirs: str) -> str:
        return f"raw[{list(self.source.columns).index(theirs) + 1}]"

    def _doubled(self) -> int:
        """Rows whose key comes again further down; the last of them counts."""
        key = ", ".join(f'"{name}"' for name in self.source.lake_table.key)
        [(doubled,)] = self._fetch(
            f"SELECT count(*) - count(DISTINCT hash({key})) FROM typed WHERE wrong IS NULL"
        )
        self._fetch("CREATE OR REPLACE TEMP TABLE doubled (earlier BIGINT, later BIGINT)")
        if not doubled:
            return 0
        self._fetch(
            "INSERT INTO doubled SELECT earlier, later FROM ("
            f"SELECT rowid AS earlier, max(rowid) OVER (PARTITION BY {key}) AS later FROM typed "
            f"WHERE wrong IS NULL AND hash({key}) IN ("
            f"SELECT hash({key}) FROM typed WHERE wrong IS NULL GROUP BY ALL HAVING count(*) > 1)"
            ") WHERE earlier < later"
        )
        [(doubled,)] = self._fetch("SELECT count(*) FROM doubled")
        if doubled:
            self._good += " AND rowid NOT IN (SELECT earlier FROM doubled)"
        return int(doubled)

    def _rejects(self, relation: Relation) -> list[Reject]:
        wrong = self._fetch(
            "SELECT typed.rowid, later, wrong, raw FROM typed "
            "LEFT JOIN doubled ON earlier = typed.rowid "
            f"WHERE wrong IS NOT NULL OR later IS NOT NULL ORDER BY 1 LIMIT {LISTED}"
        )
        first = relation.first_line
        return [
            Reject(
                row + first,
                "；".join(self._reasons(labels, raw))
                if later is None
                else f"主键与第 {later + first} 行相同，以后者为准",
            )
            for row, later, labels, raw in wrong
        ]

    def _reasons(self, labels: list[str], raw: list[str | None]) -> Iterator[str]:
        headings = list(self.source.columns)
        for label in labels:
            missing = label.startswith("!")
            ours, _, part = label.removeprefix("!").partition(".")
            target = (part and self.source.target(ours, Part(part))) or self.source.giver(ours)
            text = raw[headings.index(target.theirs)] or ""
            if missing:
                yield f"缺少{target.theirs}"
            else:
                decimals = "六" if ours in self.source.ten_thousands else "两"
                kind = self.source.lake_table.columns[ours].kind
                yield _reason(kind, target.theirs, text, decimals)

    def _allowed(self, rejects: list[Reject], bad: int, delivered: int) -> None:
        if bad > self.source.allowed_bad * delivered:
            first = rejects[0]
            raise SourceChanged(
                f"{self.source.name}: {bad} of {delivered} rows are bad, more than the allowed "
                f"{self.source.allowed_bad:.1%}; line {first.line}: {first.reason}; "
                f"ask {self.source.owner}. Nothing was stored.",
                f"{delivered} 行中有 {bad} 行有误，超过允许的 {self.source.allowed_bad:.1%}；"
                f"第 {first.line} 行：{first.reason}；请{self.source.owner}核实",
            )

    def _stage_rows(self, path: Path, relation: Relation) -> int:
        columns = ", ".join(f'"{name}"' for name in self.source.lake_table.columns)
        [(count,)] = self._fetch(
            f"COPY (SELECT {columns}, {literal(self.source.name)} AS source, "
            f"{literal(self.delivery_id)} AS delivery_id, "
            f"DATE '{self.day.isoformat()}' AS delivered_on, "
            f"rowid + {relation.first_line} AS line FROM typed WHERE {self._good}) "
            f"TO {literal(str(path))} ({PARQUET})"
        )
        return int(count)

    def _stage_identities(self, path: Path) -> None:
        """person_id, document_kind, number, name, phone, delivered_on, source; each once."""
        path.touch(mode=0o600)
        each = " UNION ALL ".join(
            f'SELECT "{ours}" AS person_id, '
            + ", ".join(f'"{ours}.{part}" AS {part}' for part in IDENTITY)
            # a party without a document is an enterprise
            + f' FROM typed WHERE {self._good} AND "{ours}" IS NOT NULL '
            + f'AND "{ours}.document_kind" IS NOT NULL AND "{ours}.number" IS NOT NULL'
            for ours in self._plan.persons()
        )
        nobody = "SELECT " + ", ".join(f"'' AS {name}" for name in ("person_id", *IDENTITY))
        self._fetch(
            f"COPY (SELECT DISTINCT *, DATE '{self.day.isoformat()}' AS delivered_on, "
            f"{literal(self.source.name)} AS source FROM ({each or nobody + ' WHERE false'})) "
            f"TO {literal(str(path))} ({PARQUET})"
        )
        path.chmod(0o600)

    def _stage_unidentified(self, path: Path) -> None:
        """record_id, number as it was given, name, birth, phone, address, delivered_on, source."""
        path.touch(mode=0o600)
        parts = ("number", "name", "birth", "phone", "address")
        each = " UNION ALL ".join(
            f'SELECT "{ours}" AS record_id, "{ours}.given" AS number, '
            + ", ".join(f'"{ours}.{part}" AS {part}' for part in parts[1:])
            + f", rowid AS line FROM typed WHERE {self._good} AND starts_with(\"{ours}\", 'u')"
            for ours in self.source.unidentified
        )
        nobody = "SELECT " + ", ".join(f"'' AS {name}" for name in ("record_id", *parts, "line"))
        self._fetch(
            f"COPY (SELECT * EXCLUDE (line), DATE '{self.day.isoformat()}' AS delivered_on, "
            f"{literal(self.source.name)} AS source FROM ({each or nobody + ' WHERE false'}) "
            "QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY line DESC) = 1) "
            f"TO {literal(str(path))} ({PARQUET})"
        )
        path.chmod(0o600)

    def _stage_words(self, path: Path) -> Path | None:
        """id as the lake has it, and the words that it stands for; each once."""
        each = " UNION ".join(
            f'SELECT "{ours}" AS id, "{ours}.words" AS words FROM typed '
            f'WHERE {self._good} AND "{ours}" IS NOT NULL'
            for ours in self._plan.sealed()
        )
        if not each:
            return None
        path.touch(mode=0o600)
        self._fetch(f"COPY (SELECT DISTINCT * FROM ({each})) TO {literal(str(path))} ({PARQUET})")
        path.chmod(0o600)
        return path

    def _traits(self) -> tuple[Traits, ...]:
        if not self.source.comparable:
            return ()
        persons = " UNION ALL ".join(
            f'SELECT "{ours}" AS person_id, '
            + ", ".join(
                f'"{ours}.{part}" AS {part}' for part in ("name", "born", "phone", "address")
            )
            + f', rowid AS line FROM typed WHERE {self._good} AND "{ours}" IS NOT NULL'
            for ours in self.source.comparable
        )
        staged = traits.stage(
            self.engine,
            persons,
            self.staging.folder / "traits.parquet",
            source=self.source.name,
            delivery_id=self.delivery_id,
            day=self.day,
            everything=self.source.everything,
        )
        return (staged,)


def _teach(engine: DuckDB, keys: Keys) -> None:
    """The macros of `reading.sql` and the key that tokens are made with."""
    known = engine.connection.execute("SELECT getvariable('base32_pairs')").fetchone()
    if known == (None,):
        engine.connection.execute(_MACROS)
        pairs = "".join(first + second for first in BASE32 for second in BASE32)
        engine.connection.execute("SET VARIABLE base32_pairs = ?", [pairs])
    engine.connection.execute("SET VARIABLE ipad = from_hex(?)", [keys.ipad.hex()])
    engine.connection.execute("SET VARIABLE opad = from_hex(?)", [keys.opad.hex()])


def _reason(kind: Kind, theirs: str, text: str, decimals: str) -> str:
    """Why a value could not be read, for those who sent it; no whole number of a person."""
    shown = _shown(text)
    if (
        shown == text
        and kind in (Kind.PERSON, Kind.PARTY, Kind.PHONE, Kind.ACCOUNT)
        and not _FLOAT.fullmatch(text)
    ):
        shown = masked(text)[:40]  # a passport's number is short
    if kind is Kind.REGISTRATION and not _FLOAT.fullmatch(text):
        return f"{theirs}“{shown}”不是 20 位数字"
    if _FLOAT.fullmatch(text) and kind in (
        Kind.ID, Kind.REGISTRATION, Kind.PERSON, Kind.PARTY, Kind.TAXPAYER, Kind.CREDIT, Kind.PHONE,
        Kind.ACCOUNT,
    ):  # fmt: skip
        return f"{theirs}“{shown}”被电子表格变成了数字，原号码已丢失，请以文本格式重新导出"
    match kind:
        case Kind.PERSON:
            return f"{theirs}“{shown}”不是有效的证件号码（校验码、日期或长度不对）"
        case Kind.PARTY | Kind.TAXPAYER:
            return f"{theirs}“{shown}”不是有效的号码（校验码、日期或长度不对）"
        case Kind.CREDIT:
            return f"{theirs}“{shown}”的校验码不对"
        case Kind.URL:
            return f"{theirs}不是网址"
        case Kind.ACCOUNT:
            return f"{theirs}“{shown}”不是银行账号"
        case Kind.DATE:
            return f"{theirs}“{shown}”不是日期"
        case Kind.SHARE | Kind.CONFIDENCE:
            return f"{theirs}“{shown}”不是 0 到 1（或 0% 到 100%）的比例"
        case Kind.MONEY | Kind.AREA | Kind.QUANTITY:
            return f"{theirs}“{shown}”不是最多{decimals}位小数的数"
        case Kind.YEAR:
            return f"{theirs}“{shown}”不是年份"
        case _:
            return f"{theirs}“{shown}”不能识别"


def _shown(text: str) -> str:
    """A value as a reject or a message may show it: long numbers masked, names left out."""
    if re.search(r"[^\x20-\x7e年月日，。、￥元％]", text):
        return "（文字）"
    return _NUMBER.sub(lambda found: masked(found[0]), text)[:40]
