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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from chengxin.core import descriptions
from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS, ITEMS, REST
from chengxin.core.refusal import Trouble
from chengxin.core.tongues import Words
from chengxin.indicators import fences, published
from chengxin.indicators.needs import Needs, named, needs
from chengxin.lake.engine import render
from chengxin.warehouse.build import models, tables_of

HERE = Path(__file__).parent
KINDS = ("person", "enterprise")
FIRST = ["subject_id", "acted_on_id", "value", "band"]
UNDECIDED = "undecided"
ANY_DAY = date(2000, 1, 1)  # on which SQL is looked at, not run
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
    text: str  # the file
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
    informs: str = ""  # evidence column of enterprises whose authorities hear of it as well
    # nobody has said whom it reaches: of one subject, too, it is asked over everyone
    whole: bool = False

    @classmethod
    def read(cls, path: Path) -> Indicator:
        """The indicator in a file; TypeError or ValueError for a header that is not understood."""
        return cls.of(path.read_text("utf-8"), name=path.stem, kind=path.parent.name)

    @classmethod
    def of(cls, text: str, *, name: str, kind: str) -> Indicator:
        """The indicator that a file of this text would hold."""
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
            name=name,
            kind=kind,
            sql=sql.strip(),
            version=published.version_of(text),
            text=text,
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
        return [one.en for one in self.faults()]

    def faults(self) -> list[Words]:
        """What is wrong with this file, a sentence each in both languages."""
        return [*self._faults_of_sql(), *self._faults_of_words(), *self._faults_of_levels()]

    def fenced(self) -> list[Words]:
        """What its SELECT says that an officer's may not (`fences`)."""
        settings = {name: param.default for name, param in self.params.items()}
        try:
            sql = render(self.sql, "duckdb", settings | {"as_of": ANY_DAY})
        except ValueError as error:
            return [Words(zh=f"参数未登记（{error}）", en=str(error))]
        return fences.faults(sql, set(models()))

    def _faults_of_sql(self) -> Iterator[Words]:
        tree = self.query
        asked = {mark.name for mark in tree.find_all(exp.Placeholder)} - {"as_of"}
        tables = tables_of(tree)
        if tree.named_selects[:4] != FIRST:
            yield Words(
                zh=f"SELECT 须依次给出 {'、'.join(FIRST)}，其后是证据列",
                en=f"must select {', '.join(FIRST)}, then its evidence",
            )
        if any(select.is_star for select in tree.find_all(exp.Select)):
            yield Words(zh="不能用 *，须写明各列", en="must name its columns")
        if tree.args.get("order"):
            yield Words(
                zh="不要排序（ORDER BY），由扫描统一排序", en="must not sort; the scan does"
            )
        if tables != set(self.reads):
            yield Words(
                zh=f"读取 {_listed(tables)}，登记的却是 {_listed(self.reads)}",
                en=f"reads {sorted(tables)} but its header says {sorted(self.reads)}",
            )
        if unknown := tables - set(models()):
            yield Words(
                zh=f"读取 {_listed(unknown)}，数据仓没有这些表",
                en=f"reads {sorted(unknown)}, which the warehouse does not have",
            )
        if asked != set(self.params):
            yield Words(
                zh=f"SQL 用到参数 {_listed(asked)}，登记的却是 {_listed(self.params)}",
                en=f"uses {sorted(asked)} but its header sets {sorted(self.params)}",
            )
        if (given := _literals_as(tree, "band")) != set(self.bands):
            yield Words(
                zh=f"SQL 给出程度 {_listed(given)}，登记的却是 {_listed(self.bands)}",
                en=f"gives the bands {sorted(given)} but its header names {sorted(self.bands)}",
            )
        if not self.whole and (roles := _roles(tree)) != set(self.reach):
            yield Words(
                zh=f"经由任职关系 {_listed(roles)}，登记的却是 {_listed(self.reach)}",
                en=f"passes over the roles {sorted(roles)} but its header says "
                f"{sorted(self.reach)}",
            )
        if untied := [name for name in self.through if name in tables and not models()[name].ties]:
            yield Words(
                zh=f"经由 {_listed(untied)}，这些表没有登记关联列",
                en=f"goes through {untied}, whose header names no ties",
            )
        if unread := set(self.through) - tables:
            yield Words(
                zh=f"经由 {_listed(unread)}，却没有读取",
                en=f"goes through {sorted(unread)}, which it does not read",
            )
        for name, param in self.params.items():
            if wrong := param.wrong(param.default):
                yield Words(
                    zh=f"参数 {name} 的默认值不在允许范围内", en=f"the default of {name} {wrong}"
                )
            if param.is_number and (param.min is None or param.max is None or not param.unit):
                yield Words(
                    zh=f"参数 {name} 须有下限、上限和单位", en=f"{name} needs min, max and unit"
                )

    def _faults_of_words(self) -> Iterator[Words]:
        titles = [(self.title, self.title_en), (self.value.title, self.value.title_en)]
        titles += [(param.title, param.title_en) for param in self.params.values()]
        titles += [(band.title, band.title_en) for band in self.bands.values()]
        if not all(zh and en for zh, en in titles):
            yield Words(
                zh="名称缺少中文或英文（指标、数值、参数、程度都要有）",
                en="a title is missing in one language",
            )
        texts = [self.wording, self.clears, self.facts, *self.wording_for.values()]
        said = [words for words in (*texts, *(b.wording for b in self.bands.values())) if words]
        if not all(words.zh.strip() and words.en.strip() for words in said):
            yield Words(
                zh="告知语或解除条件缺少中文或英文", en="a sentence is missing in one language"
            )
        evidence = set(self.query.named_selects[4:])
        if taken := (SLOTS | set(self.params)) & evidence:
            yield Words(
                zh=f"证据列占用了 {_listed(taken)} 这些名称",
                en=f"its evidence takes the names {sorted(taken)}",
            )
        known = SLOTS | set(self.params) | evidence
        if unknown := {name for words in said for name in words.asked()} - known:
            yield Words(
                zh=f"告知语引用了 {_listed(unknown)}，没有这样的参数或证据列",
                en=f"its sentences ask for {sorted(unknown)}, which nobody fills",
            )
        if not (self.owner and self.basis and self.why.strip()):
            yield Words(zh="须写明负责单位、法规依据和理由", en="owner, basis and why must be told")
        if not self.code.startswith({"monitoring": "M", "analysis": "A"}.get(self.kind, "?")):
            yield Words(
                zh=f"编号 {self.code} 与指标类别不符",
                en=f"the code {self.code} does not fit the folder {self.kind}",
            )

    def _faults_of_levels(self) -> Iterator[Words]:
        if wrong := set(self.subject) - set(KINDS):
            yield Words(
                zh=f"对象 {_listed(wrong)} 不是个人或企业",
                en=f"looks at {sorted(wrong)}, which is no kind of subject",
            )
        pushed = [self.push, *self.push_if.values(), *(band.push for band in self.bands.values())]
        if unknown := {to for some in pushed for to in some} - set(ADDRESSEES):
            yield Words(
                zh=f"推送对象 {_listed(unknown)} 不存在",
                en=f"pushes to {sorted(unknown)}, whom nobody knows",
            )
        if unknown := set(self.push_if) - set(self.query.named_selects):
            yield Words(
                zh=f"推送条件 {_listed(unknown)} 不在 SELECT 中",
                en=f"pushes on {sorted(unknown)}, which it does not select",
            )
        if self.informs and self.informs not in self.query.named_selects:
            yield Words(
                zh=f"告知列 {self.informs} 不在 SELECT 中",
                en=f"informs {self.informs!r}, which it does not select",
            )
        for name, band in self.bands.items():
            if (name == UNDECIDED) != (not band.levels):
                yield Words(
                    zh=f"程度 {name}：除“尚不能判定”外，每个程度都要有限制等级",
                    en=f"band {name}: exactly the undecided one has no levels",
                )
            if wrong := set(band.levels) - set(KINDS):
                yield Words(
                    zh=f"程度 {name} 作用于 {_listed(wrong)}，不是个人或企业",
                    en=f"band {name} acts on {sorted(wrong)}, which is no kind of entity",
                )
            for target, effect in {
                t: e for s in band.levels.values() for t, e in s.items()
            }.items():
                if not _is_target(target, self.query.named_selects):
                    yield Words(
                        zh=f"程度 {name} 限制 {target}，没有这样的事项或事项组",
                        en=f"band {name} names {target}, which is no item and no group",
                    )
                elif effect is not Effect.REMIND and _never_refused(target):
                    yield Words(
                        zh=f"程度 {name} 限制 {target}，依法不得拒办，最多提示",
                        en=f"band {name} holds back {target}, which may never be refused",
                    )


def indicator(code: str) -> Indicator:
    """The indicator with this code ("M09") or file name; `Trouble` when there is none."""
    for found in all_indicators():
        if code in (found.code, found.name):
            return found
    raise Trouble(f"There is no indicator {code}.")


def all_indicators() -> tuple[Indicator, ...]:
    """Every indicator that is in force, by code.

    What the studio has published (`published`) stands in the place of the program's or the
    bureau's own of that code; it is seen at once by every program of the installation.
    """
    live = published.live()
    return _in_force(live) if live else own_indicators()


def cases_of(one: Indicator) -> str:
    """The text of the cases that lie beside the indicator's file; "" when there are none."""
    path = published.path(one.version) or descriptions.files(HERE, "indicators", "*/*.sql").get(
        one.name
    )
    beside = path.with_suffix(".yaml") if path else None
    return beside.read_text("utf-8") if beside and beside.exists() else ""


def at(versions: Mapping[str, str]) -> tuple[Indicator, ...]:
    """The indicators of these versions (code -> version), however many came since.

    `Trouble` when one is there no more: the program or a bureau's own file was changed.
    """
    there = {(one.code, one.version): one for one in (*own_indicators(), *all_indicators())}
    found = []
    for code, version in sorted(versions.items()):
        one = there.get((code, version)) or _kept(version)
        if one is None:
            raise Trouble(f"Version {version} of indicator {code} is there no more.")
        found.append(one)
    return tuple(found)


@cache
def own_indicators() -> tuple[Indicator, ...]:
    """The indicators of the program and of this bureau's own files, by code."""
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


@lru_cache(maxsize=4)
def _in_force(live: tuple[tuple[str, str], ...]) -> tuple[Indicator, ...]:
    found = {one.code: one for one in own_indicators()}
    for code, version in live:
        one = _kept(version)
        if one is None or one.code != code:
            raise Trouble(
                f"The studio's indicator {code} of version {version} is gone; restore "
                f"{published.folder()} from its backup, or switch back to an earlier version."
            )
        found[code] = one
    return tuple(found[code] for code in sorted(found))


def _kept(version: str) -> Indicator | None:
    """A version of the studio; None when it was never kept here."""
    path = published.path(version)
    return None if path is None else _checked(path, version)


@lru_cache(maxsize=256)
def _checked(path: Path, version: str) -> Indicator:
    """A version of the studio, read with the same checks as a file and within the fences."""
    with descriptions.understood(path):
        one = Indicator.read(path)
        if one.version != version:
            raise ValueError("it was changed after it was checked; restore it from its backup")
        if problems := [*one.problems(), *(words.en for words in one.fenced())]:
            raise ValueError(f"it {'; it '.join(problems)}")
    return one


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted(names)) or "（无）"


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


def tables_read(sql: str) -> list[str]:
    """The tables that a SELECT reads; ValueError when it is none."""
    return sorted(tables_of(_parsed(sql)))


def roles_of(sql: str) -> list[str]:
    """The roles that a SELECT passes over; ValueError when it is none."""
    return sorted(_roles(_parsed(sql)))


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
