"""The monitoring and analysis indicators 监控指标、分析指标, read from their SQL files.

An indicator is one file: a YAML header in the opening comment, then one SELECT.  The folder says
its kind, the file name what it catches, the header's code its number in the bureau's list.  The
SELECT gives `subject_id` and `acted_on_id` as keys ("person:…", "enterprise:…"), the `value`, the
`band`, and then the evidence: ids, dates and amounts, never a name.

What a band does at the counter stands in its `levels`: for each kind of entity that is acted on,
item group or item -> effect.  '*' is every item not named otherwise; '$column' stands for the
groups that this evidence column lists.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from chengxin.core import descriptions
from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS, ITEMS, REST
from chengxin.core.refusal import Trouble
from chengxin.indicators.needs import Needs, named, needs
from chengxin.warehouse.build import models, tables_of

HERE = Path(__file__).parent
KINDS = ("person", "enterprise")
FIRST = ["subject_id", "acted_on_id", "value", "band"]
UNDECIDED = "undecided"
ADDRESSEES = {  # whom a finding is pushed to (domain facts 4.0)
    "C": "counter 前台",
    "G": "managing office of the enterprise 基层管理机关",
    "R": "risk section of county or city 风险管理部门",
    "J": "inspection bureau 稽查局",
    "L": "legal section 法制部门",
    "S": "the taxpayer, by SMS or WeChat 纳税人",
}
SLOTS = {"who", "items", "value", "as_of"}

Value = Decimal | str | list[str]


@dataclass(frozen=True)
class Words:
    """One sentence in both languages; `{who}` and `{items}` are filled at the counter."""

    zh: str
    en: str

    def asked(self) -> set[str]:
        formatter = string.Formatter()
        return {
            name for text in (self.zh, self.en) for _, name, _, _ in formatter.parse(text) if name
        }


@dataclass(frozen=True)
class Measure:
    """What `value` counts."""

    title: str
    title_en: str
    unit: str


@dataclass(frozen=True)
class Param:
    """A threshold that a bureau may set, within limits: a number, a text or a list of texts."""

    title: str
    title_en: str
    default: Value
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str = ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.default, Decimal)

    def wrong(self, value: Value) -> str | None:
        """Why `value` cannot be used here; None when it can."""
        if type(value) is not type(self.default):
            return f"must be like {self.default!r}"
        if isinstance(value, list) and not (value and all(isinstance(v, str) for v in value)):
            return "must be a list of texts, not empty"
        if isinstance(value, Decimal) and (
            (self.min is not None and value < self.min)
            or (self.max is not None and value > self.max)
        ):
            return f"must be between {self.min} and {self.max}"
        return None


@dataclass(frozen=True)
class Band:
    """How strongly it hit, and what follows for each kind of entity acted on."""

    title: str
    title_en: str
    levels: dict[str, dict[str, Effect]] = field(default_factory=dict)
    push: list[str] = field(default_factory=list)  # in addition to the indicator's
    wording: Words | None = None  # instead of the indicator's


@dataclass(frozen=True, eq=False)
class Indicator:
    name: str  # the file's name
    kind: str  # the folder's name: "monitoring" or "analysis"
    sql: str
    version: str  # first 12 hex digits of the file's SHA-256
    code: str  # "M09"
    title: str
    title_en: str
    subject: list[str]  # the kinds of subject it looks at
    reach: list[str]  # roles over which it passes from its subject to one other entity, one step
    reads: list[str]
    value: Measure
    bands: dict[str, Band]
    wording: Words  # what the counter may say
    push: list[str]
    clears: Words
    basis: str
    owner: str
    why: str
    params: dict[str, Param] = field(default_factory=dict)
    # tables of ties that it follows besides -> how many ties one after another, each by itself
    through: dict[str, int] = field(default_factory=dict)
    wording_for: dict[str, Words] = field(default_factory=dict)  # by kind of entity acted on
    facts: Words | None = None  # what the verifying officer reads; the wording when there is none
    push_if: dict[str, list[str]] = field(default_factory=dict)  # evidence column that is true

    @classmethod
    def read(cls, path: Path) -> Indicator:
        """The indicator in a file; TypeError or ValueError for a header that is not understood."""
        text = path.read_text("utf-8")
        header, _, sql = text.removeprefix("/*").partition("*/")
        told = descriptions.told(header)
        told["value"] = Measure(**told["value"])
        told["params"] = {n: _param(p) for n, p in told.get("params", {}).items()}
        told["bands"] = {n: _band(b) for n, b in told["bands"].items()}
        told["wording_for"] = {k: Words(**w) for k, w in told.get("wording_for", {}).items()}
        for words in ("wording", "clears", "facts"):
            if words in told:
                told[words] = Words(**told[words])
        return cls(
            name=path.stem,
            kind=path.parent.name,
            sql=sql.strip(),
            version=hashlib.sha256(text.encode()).hexdigest()[:12],
            **told,
        )

    @property
    def query(self) -> exp.Query:
        """The parsed SELECT; shared, so copy it before changing it."""
        return _parsed(self.sql)

    @property
    def needs(self) -> Needs:
        """Sets of tables: where all of one set are empty, nothing is found."""
        return _needed(self.sql)

    @property
    def names(self) -> frozenset[str] | None:
        """The columns that it can look at are among these; None when that cannot be told."""
        return _named(self.sql)

    def words(self, band: str, acted_on_kind: str) -> Words:
        return self.bands[band].wording or self.wording_for.get(acted_on_kind, self.wording)

    def settings(self, overrides: Mapping[str, object]) -> dict[str, Value]:
        """Every parameter's value: the bureau's where it set one; `Trouble` when it may not."""
        if unknown := set(overrides) - set(self.params):
            raise Trouble(f"Indicator {self.code} has no parameter {', '.join(sorted(unknown))}.")
        settings = {name: param.default for name, param in self.params.items()}
        for name, told in overrides.items():
            value = _value(told)
            if wrong := self.params[name].wrong(value):
                raise Trouble(f"Parameter {name} of indicator {self.code} {wrong}.")
            settings[name] = value
        return settings

    def problems(self) -> list[str]:
        """What is wrong with this file, in words; empty when nothing is."""
        return [*self._problems_of_sql(), *self._problems_of_words(), *self._problems_of_levels()]

    def _problems_of_sql(self) -> Iterator[str]:
        tree = self.query
        asked = {mark.name for mark in tree.find_all(exp.Placeholder)} - {"as_of"}
        tables = tables_of(tree)
        if tree.named_selects[:4] != FIRST:
            yield f"must select {', '.join(FIRST)}, then its evidence"
        if any(select.is_star for select in tree.find_all(exp.Select)):
            yield "must name its columns"
        if tree.args.get("order"):
            yield "must not sort; the scan does"
        if tables != set(self.reads):
            yield f"reads {sorted(tables)} but its header says {sorted(self.reads)}"
        if unknown := tables - set(models()):
            yield f"reads {sorted(unknown)}, which the warehouse does not have"
        if asked != set(self.params):
            yield f"uses {sorted(asked)} but its header sets {sorted(self.params)}"
        if (given := _literals_as(tree, "band")) != set(self.bands):
            yield f"gives the bands {sorted(given)} but its header names {sorted(self.bands)}"
        if (roles := _roles(tree)) != set(self.reach):
            yield f"passes over the roles {sorted(roles)} but its header says {sorted(self.reach)}"
        if untied := [name for name in self.through if name in tables and not models()[name].ties]:
            yield f"goes through {untied}, whose header names no ties"
        if unread := set(self.through) - tables:
            yield f"goes through {sorted(unread)}, which it does not read"
        for name, param in self.params.items():
            if wrong := param.wrong(param.default):
                yield f"the default of {name} {wrong}"
            if param.is_number and (param.min is None or param.max is None or not param.unit):
                yield f"{name} needs min, max and unit"

    def _problems_of_words(self) -> Iterator[str]:
        titles = [(self.title, self.title_en), (self.value.title, self.value.title_en)]
        titles += [(param.title, param.title_en) for param in self.params.values()]
        titles += [(band.title, band.title_en) for band in self.bands.values()]
        if not all(zh and en for zh, en in titles):
            yield "a title is missing in one language"
        texts = [self.wording, self.clears, self.facts, *self.wording_for.values()]
        said = [words for words in (*texts, *(b.wording for b in self.bands.values())) if words]
        if not all(words.zh.strip() and words.en.strip() for words in said):
            yield "a sentence is missing in one language"
        evidence = set(self.query.named_selects[4:])
        if taken := (SLOTS | set(self.params)) & evidence:
            yield f"its evidence takes the names {sorted(taken)}"
        known = SLOTS | set(self.params) | evidence
        if unknown := {name for words in said for name in words.asked()} - known:
            yield f"its sentences ask for {sorted(unknown)}, which nobody fills"
        if not (self.owner and self.basis and self.why.strip()):
            yield "owner, basis and why must be told"
        if not self.code.startswith({"monitoring": "M", "analysis": "A"}.get(self.kind, "?")):
            yield f"the code {self.code} does not fit the folder {self.kind}"

    def _problems_of_levels(self) -> Iterator[str]:
        if wrong := set(self.subject) - set(KINDS):
            yield f"looks at {sorted(wrong)}, which is no kind of subject"
        pushed = [self.push, *self.push_if.values(), *(band.push for band in self.bands.values())]
        if unknown := {to for some in pushed for to in some} - set(ADDRESSEES):
            yield f"pushes to {sorted(unknown)}, whom nobody knows"
        if unknown := set(self.push_if) - set(self.query.named_selects):
            yield f"pushes on {sorted(unknown)}, which it does not select"
        for name, band in self.bands.items():
            if (name == UNDECIDED) != (not band.levels):
                yield f"band {name}: exactly the undecided one has no levels"
            if wrong := set(band.levels) - set(KINDS):
                yield f"band {name} acts on {sorted(wrong)}, which is no kind of entity"
            for target, effect in {
                t: e for s in band.levels.values() for t, e in s.items()
            }.items():
                if not _is_target(target, self.query.named_selects):
                    yield f"band {name} names {target}, which is no item and no group"
                elif effect is not Effect.REMIND and _never_refused(target):
                    yield f"band {name} holds back {target}, which may never be refused"


def indicator(code: str) -> Indicator:
    """The indicator with this code ("M09") or file name; `Trouble` when there is none."""
    for found in all_indicators():
        if code in (found.code, found.name):
            return found
    raise Trouble(f"There is no indicator {code}.")


@cache
def all_indicators() -> tuple[Indicator, ...]:
    """Every indicator, by code."""
    found: dict[str, Indicator] = {}
    for path in descriptions.files(HERE, "indicators", "*/*.sql").values():
        with descriptions.understood(path):
            one = Indicator.read(path)
            if one.code in found:
                raise ValueError(f"its code {one.code} is that of {found[one.code].name}")
            if descriptions.is_local(path) and (problems := one.problems()):
                raise ValueError(f"it {'; it '.join(problems)}")
            found[one.code] = one
    return tuple(found[code] for code in sorted(found))


def _param(told: dict[str, Any]) -> Param:
    limits: dict[str, Any] = {n: Decimal(str(told[n])) for n in ("min", "max") if n in told}
    return Param(**(told | limits | {"default": _value(told["default"])}))


def _band(told: dict[str, Any]) -> Band:
    levels = {
        kind: {target: Effect(effect) for target, effect in some.items()}
        for kind, some in told.get("levels", {}).items()
    }
    wording = Words(**told["wording"]) if "wording" in told else None
    return Band(**(told | {"levels": levels, "wording": wording}))


def _value(told: object) -> Value:
    """A parameter's value as it is told in YAML or JSON."""
    match told:
        case bool():
            raise ValueError("a parameter is a number, a text or a list of texts")
        case int() | float() | Decimal():
            return Decimal(str(told))
        case list() | tuple():
            return [str(one) for one in told]
        case _:
            return str(told)


@cache
def _needed(sql: str) -> Needs:
    return needs(_parsed(sql))


@cache
def _named(sql: str) -> frozenset[str] | None:
    return named(_parsed(sql))


@cache
def _parsed(sql: str) -> exp.Query:
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        raise ValueError(f"it is no SQL ({str(error).splitlines()[0]})") from error
    if not isinstance(tree, exp.Query):
        raise ValueError("it is no SELECT")
    return tree


def _literals_as(tree: exp.Query, column: str) -> set[str]:
    """The texts that a column can hold: a literal, or the results of a CASE."""
    found = set()
    for alias in tree.find_all(exp.Alias):
        if alias.alias != column:
            continue
        told = alias.this
        results = [told]
        if isinstance(told, exp.Case):
            results = [branch.args["true"] for branch in told.args["ifs"]] + [told.args["default"]]
        found |= {one.name for one in results if isinstance(one, exp.Literal) and one.is_string}
    return found


def _roles(tree: exp.Query) -> set[str]:
    """The role codes that a query compares with."""
    return {
        side.name
        for test in tree.find_all(exp.EQ)
        for one, side in ((test.left, test.right), (test.right, test.left))
        if isinstance(one, exp.Column) and one.name == "role" and isinstance(side, exp.Literal)
    }


def _is_target(target: str, columns: list[str]) -> bool:
    if target.startswith("$"):
        return target[1:] in columns
    return target == REST or target in GROUPS or target in ITEMS


def _never_refused(target: str) -> bool:
    """Whether this item, or every item of this group, may never be refused."""
    if target in ITEMS:
        return ITEMS[target].never_refused
    inside = [item for item in ITEMS.values() if target in item.groups]
    return bool(inside) and all(item.never_refused for item in inside)
