"""Run indicators over everyone or over one subject, and turn what they return into findings.

    warehouse ──indicator's SELECT──▶ rows ──▶ findings, sorted by indicator, subject, acted on

One subject gives exactly the findings that the scan over everyone gives for it: the same SELECT
runs over the subject's own rows and those of the entities one step away that the indicator's
header lets it reach.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import KINDS, UNDECIDED, Indicator, Value, Words
from chengxin.lake.engine import Engine
from chengxin.warehouse.build import models

# The affiliations twice, the same rows: one subject's are found where they stand together.
SORTED_BY = {"person": "affiliation", "enterprise": "enterprise_person"}
ANYONE = {  # who is meant when nobody may be named
    "person": Words(zh="该人员", en="This person"),
    "enterprise": Words(zh="该企业", en="This enterprise"),
}
ANYTHING = Words(zh="相关业务", en="the business concerned")


@dataclass(frozen=True)
class Finding:
    """One indicator caught one subject on one day, acts on one entity, and this is why.

    命中结果.  `because` is what the counter may say; `facts` what the officer who verifies reads.
    `levels` is item group or item -> effect for this band, '*' the rest; empty when undecided.
    """

    indicator: str  # "M09"
    name: str
    kind: str  # "monitoring" | "analysis"
    version: str
    subject: str  # "person:…" | "enterprise:…"
    acted_on: str
    value: Decimal  # in the unit of the indicator's header; 0 when undecided
    band: str
    evidence: dict[str, Any]  # ready for JSON
    params: dict[str, Any]
    as_of: date
    lake_version: int
    because: str
    levels: dict[str, str]
    because_en: str = ""
    facts: str = ""
    facts_en: str = ""
    push: tuple[str, ...] = ()

    @property
    def undecided(self) -> bool:
        """Unknown is not yes: such a finding never restricts."""
        return self.band == UNDECIDED

    def to_json(self) -> str:
        """One line; the same finding gives the same bytes."""
        told = {
            "indicator": self.indicator,
            "subject": self.subject,
            "acted_on": self.acted_on,
            "band": self.band,
            "because": self.because,
            "value": _plain(self.value),
            "evidence": self.evidence,
            "params": self.params,
            "as_of": self.as_of.isoformat(),
            "lake_version": self.lake_version,
            "version": self.version,
            "levels": self.levels,
            "name": self.name,
            "kind": self.kind,
            "because_en": self.because_en,
            "facts": self.facts,
            "facts_en": self.facts_en,
            "push": list(self.push),
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def scan(
    indicators: Iterable[Indicator],
    engine: Engine,
    as_of: date,
    lake_version: int,
    *,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    subject: str | None = None,
) -> list[Finding]:
    """What the indicators find in the warehouse that `engine` is bound to.

    `overrides` is code -> parameter -> the bureau's value.  With `subject` ("person:…" or
    "enterprise:…") only what is found about that one, without reading everyone's rows.
    """
    step = _Step(engine, subject) if subject else None
    found = []
    for indicator in sorted(indicators, key=lambda one: one.code):
        if step and step.kind not in indicator.subject:
            continue
        settings = indicator.settings((overrides or {}).get(indicator.code, {}))
        sql = select(indicator, engine.dialect, as_of, settings, step)
        rows = [_finding(indicator, row, settings, as_of, lake_version) for row in engine.run(sql)]
        found += sorted(rows, key=lambda one: (one.subject, one.acted_on))
    return found


def select(
    indicator: Indicator,
    dialect: str,
    as_of: date,
    settings: Mapping[str, Value],
    step: _Step | None = None,
) -> str:
    """The SQL that one scan runs: parameters filled in, and cut down to one subject's rows."""
    tree = _narrowed(indicator, step.kind) if step else indicator.query
    literals = {name: _literal(value) for name, value in settings.items()}
    literals["as_of"] = exp.cast(exp.Literal.string(as_of.isoformat()), "date")
    if step:
        literals |= step.literals(indicator.reach)
    return exp.replace_placeholders(tree, **literals).sql(dialect=dialect)


@cache
def _narrowed(indicator: Indicator, kind: str) -> exp.Query:
    """The indicator's SELECT over the rows of one subject, and of whom it reaches from there.

    Every table is cut down by the column that names the subject, or else by the one that names
    the others; the placeholders are those of `_Step.literals`.
    """
    other = "enterprise" if kind == "person" else "person"
    tree = indicator.query.copy()
    for table in tree.find_all(exp.Table):
        if table.name not in models():
            continue
        columns = models()[table.name].columns
        if f"{kind}_id" in columns:
            rows = f"{kind}_id = :subject_id"
        elif f"{other}_id" in columns:
            rows = f"{other}_id IN :near_ids"
        else:
            rows = "subject_key IN :near_keys"
        source = SORTED_BY[kind] if table.name == "affiliation" else table.name
        part = exp.select(*columns).from_(source).where(rows, dialect="duckdb")
        table.replace(part.subquery(table.alias or table.name))
    found = exp.select("*").from_(tree.subquery("found"))
    return found.where("subject_id = :subject_key", dialect="duckdb")


class _Step:
    """One subject, and the entities one step of affiliation away from it."""

    def __init__(self, engine: Engine, key: str) -> None:
        self.key = key
        self.kind, _, self.id = key.partition(":")
        if self.kind not in KINDS or not self.id:
            raise Trouble(f"{key} is no subject; write person:<id> or enterprise:<id>.")
        self._other = "enterprise" if self.kind == "person" else "person"
        self._engine = engine
        self._near: list[tuple[str, str]] | None = None  # (role, id)

    def near(self, roles: Iterable[str]) -> list[str]:
        """The ids of those whom one of these roles binds to the subject, at any time."""
        if not roles:
            return []
        if self._near is None:
            asked = _AFFILIATED[self.kind]
            literals = {"subject_id": exp.Literal.string(self.id)}
            sql = exp.replace_placeholders(asked, **literals).sql(dialect=self._engine.dialect)
            self._near = [(row["role"], row["id"]) for row in self._engine.run(sql)]
        return sorted({found for role, found in self._near if role in set(roles)})

    def literals(self, roles: Iterable[str]) -> dict[str, exp.Expr]:
        near = self.near(roles)
        return {
            "subject_key": exp.Literal.string(self.key),
            "subject_id": exp.Literal.string(self.id),
            "near_ids": _literal(near) if near else exp.Tuple(expressions=[exp.null()]),
            "near_keys": _literal([self.key, *(f"{self._other}:{one}" for one in near)]),
        }


_AFFILIATED = {
    kind: sqlglot.parse_one(
        f"SELECT DISTINCT role, {other}_id AS id FROM {SORTED_BY[kind]} "  # noqa: S608 (our own names)
        f"WHERE {kind}_id = :subject_id",
        read="duckdb",
    )
    for kind, other in (KINDS, KINDS[::-1])
}


def _finding(
    indicator: Indicator,
    row: dict[str, Any],
    settings: Mapping[str, Value],
    as_of: date,
    lake_version: int,
) -> Finding:
    subject, acted_on, band = row.pop("subject_id"), row.pop("acted_on_id"), row.pop("band")
    value = Decimal(str(row.pop("value")))
    kind = acted_on.partition(":")[0]
    filled = {**settings, **row, "value": value, "as_of": as_of}
    words = indicator.words(band, kind)
    because = _said(words, kind, filled)
    facts = because
    if indicator.facts and band != UNDECIDED:
        facts = _said(indicator.facts, kind, filled)
    return Finding(
        indicator=indicator.code,
        name=indicator.name,
        kind=indicator.kind,
        version=indicator.version,
        subject=subject,
        acted_on=acted_on,
        value=value,
        band=band,
        evidence={name: _plain(told) for name, told in row.items()},
        params={name: _plain(told) for name, told in settings.items()},
        as_of=as_of,
        lake_version=lake_version,
        because=because.zh,
        because_en=because.en,
        facts=facts.zh,
        facts_en=facts.en,
        levels=_levels(indicator.bands[band].levels.get(kind, {}), row),
        push=tuple(_push(indicator, band, row)),
    )


class _Unknown(str):
    """What stands in a sentence where a value is not known, however it was to be written."""

    def __format__(self, how: str) -> str:
        return str(self)


UNKNOWN = Words(zh=_Unknown("不详"), en=_Unknown("unknown"))


def _said(words: Words, kind: str, filled: Mapping[str, Any]) -> Words:
    """The sentence with its numbers; nobody is named, for who reads it may not be meant."""
    missing = [name for name, told in filled.items() if told is None]
    who = ANYONE[kind]
    zh = {**filled, **dict.fromkeys(missing, UNKNOWN.zh), "who": who.zh, "items": ANYTHING.zh}
    en = {**filled, **dict.fromkeys(missing, UNKNOWN.en), "who": who.en, "items": ANYTHING.en}
    return Words(zh=words.zh.format_map(zh), en=words.en.format_map(en))


def _levels(told: Mapping[str, Effect], row: Mapping[str, Any]) -> dict[str, str]:
    """A band's levels with the groups of a column spelled out; the strictest wins."""
    levels: dict[str, Effect] = {}
    for target, effect in told.items():
        names = row[target[1:]].split(",") if target.startswith("$") else [target]
        for name in names:
            levels[name] = min(effect, levels.get(name, effect), key=STRICTEST_FIRST.index)
    return {name: effect.value for name, effect in sorted(levels.items())}


def _push(indicator: Indicator, band: str, row: Mapping[str, Any]) -> list[str]:
    more = [to for column, some in indicator.push_if.items() if row[column] for to in some]
    return list(dict.fromkeys([*indicator.push, *indicator.bands[band].push, *more]))


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, list):
        return exp.Tuple(expressions=[exp.Literal.string(one) for one in value])
    if isinstance(value, Decimal):
        return exp.Literal.number(f"{value:f}")
    return exp.Literal.string(value)


def _plain(value: Any) -> Any:
    """As JSON can hold it: days as 2017-08-18, amounts as numbers of yuan with two decimals."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            raise TypeError("evidence holds days, not moments")
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
