"""Run indicators over everyone or over one subject, and turn what they return into findings.

    warehouse ──indicator's SELECT──▶ rows ──▶ findings, sorted by indicator, subject, acted on

One subject, or some, give exactly the findings that the scan over everyone gives for them: the
same SELECT runs over their own rows and those of whom the indicator's header lets it reach
(`scope`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlglot import exp

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.tongues import Words
from chengxin.indicators.catalogue import UNDECIDED, Indicator, Value
from chengxin.indicators.scope import ASKED, Scope, by_kind, over_scope
from chengxin.lake.engine import Engine, Row

ANYONE = {  # who is meant when nobody may be named
    "person": Words(zh="该人员", en="This person"),
    "enterprise": Words(zh="该企业", en="This enterprise"),
}
ANY_SCOPE = "whicheverscope"  # first word of its tables, until it is known which one it is
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
    informs: tuple[str, ...] = ()  # enterprises whose authorities hear of it as well

    @property
    def undecided(self) -> bool:
        """Unknown is not yes: such a finding never restricts."""
        return self.band == UNDECIDED

    def at(self, lake_version: int) -> Finding:
        """The same finding in another lake version; without the constructor, which takes ten times
        as long where all findings of a county go from one version to the next."""
        one = object.__new__(Finding)
        one.__dict__.update(self.__dict__, lake_version=lake_version)
        return one

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
        if self.informs:
            told["informs"] = list(self.informs)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Finding:
        """The finding that `to_json` wrote; it writes the same bytes again."""
        told: dict[str, Any] = json.loads(line, parse_float=Decimal)
        fixed = {
            "value": Decimal(told["value"]),
            "as_of": date.fromisoformat(told["as_of"]),
            "push": tuple(told["push"]),
            "informs": tuple(told.get("informs", ())),
            "evidence": _floats(told["evidence"]),
            "params": _floats(told["params"]),
        }
        return cls(**(told | fixed))


def scan(
    indicators: Iterable[Indicator],
    engine: Engine,
    as_of: date,
    lake_version: int,
    *,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
    subject: str | None = None,
    subjects: Collection[str] | Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """What the indicators find in the warehouse that `engine` is bound to.

    `overrides` is code -> parameter -> the bureau's value.  With `subject` ("person:…" or
    "enterprise:…") or `subjects` only what is found about those, without reading everyone's rows;
    `subjects` may be code -> the subjects that this indicator is asked about.
    """
    chosen = list(indicators)
    asked = {subject} if subject else subjects
    scope = None
    each: Mapping[str, Collection[str]] = {}
    if asked is not None:
        each = asked if isinstance(asked, Mapping) else dict.fromkeys(_codes(chosen), asked)
        kinds = {code: _kinds(frozenset(some)) for code, some in each.items()}
        chosen = [one for one in chosen if kinds[one.code] & set(one.subject)]
        scope = Scope(engine, each, [one for one in chosen if not one.whole])
    found = []
    try:
        for indicator in sorted(chosen, key=lambda one: one.code):
            settings = indicator.settings((overrides or {}).get(indicator.code, {}))
            alone = scope and not indicator.whole
            among = scope.asked(indicator.code) if scope and alone else None
            if alone and among is None:
                continue
            sql = select(indicator, engine.dialect, as_of, settings, among=among)
            rows = engine.again(sql) if scope and alone and scope.stays else engine.run(sql)
            if scope and not alone:
                rows = [row for row in rows if row["subject_id"] in each[indicator.code]]
            found += findings(indicator, rows, settings, as_of, lake_version)
    finally:
        if scope:
            scope.close()
    return found


@lru_cache(maxsize=64)
def _kinds(subjects: frozenset[str]) -> frozenset[str]:
    """Of which kinds these keys are; `Trouble` for one that is none."""
    return frozenset(kind for kind, ids in by_kind(subjects).items() if ids)


def _codes(indicators: Iterable[Indicator]) -> list[str]:
    return [one.code for one in indicators]


def select(
    indicator: Indicator,
    dialect: str,
    as_of: date,
    settings: Mapping[str, Value],
    *,
    among: str | None = None,
) -> str:
    """The SQL that one scan runs: parameters filled in, and over a scope's rows alone if `among`
    names the table of its subjects."""
    frozen = tuple(
        (name, tuple(told) if isinstance(told, list) else told) for name, told in settings.items()
    )
    if among is None:
        return _select(indicator, dialect, as_of, frozen, None)
    sql = _select(indicator, dialect, as_of, frozen, f"{ANY_SCOPE}_{ASKED}")
    word = among.partition("_")[0]
    return sql.replace(f"{ANY_SCOPE}_{ASKED}", among).replace(f"{ANY_SCOPE}_", f"{word}_")


@lru_cache(maxsize=512)  # putting it together takes longer than running it over one subject's rows
def _select(
    indicator: Indicator,
    dialect: str,
    as_of: date,
    settings: tuple[tuple[str, Decimal | str | tuple[str, ...]], ...],
    among: str | None,
) -> str:
    tree = over_scope(indicator.query, among) if among else indicator.query
    literals = {name: literal_of(value) for name, value in settings}
    literals["as_of"] = exp.cast(exp.Literal.string(as_of.isoformat()), "date")
    return exp.replace_placeholders(tree, **literals).sql(dialect=dialect)


def findings(
    indicator: Indicator,
    rows: Iterable[Row],
    settings: Mapping[str, Value],
    as_of: date,
    lake_version: int,
) -> list[Finding]:
    """What the rows of an indicator's SELECT say, by subject and whom it acts on."""
    found = [_finding(indicator, row, settings, as_of, lake_version) for row in rows]
    return sorted(found, key=lambda one: (one.subject, one.acted_on))


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
        informs=tuple(f"enterprise:{one}" for one in row[indicator.informs] or ())
        if indicator.informs
        else (),
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
    said = words.zh.format_map(zh).replace(f"{UNKNOWN.zh}元", f"金额{UNKNOWN.zh}")
    return Words(zh=said, en=words.en.format_map(en))


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


def literal_of(value: Value | tuple[str, ...]) -> exp.Expr:
    """A parameter's value as its SQL writes it."""
    if isinstance(value, list | tuple):
        return exp.Tuple(expressions=[exp.Literal.string(one) for one in value])
    if isinstance(value, Decimal):
        return exp.Literal.number(f"{value:f}")
    return exp.Literal.string(value)


def _floats(told: Any) -> Any:
    """Decimals as the floats that `_plain` makes of them."""
    match told:
        case Decimal():
            return float(told)
        case list():
            return [_floats(one) for one in told]
        case dict():
            return {name: _floats(one) for name, one in told.items()}
        case _:
            return told


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
