"""The studio's form: a version's header as fields, and back; the builder's form as a recipe.

What the form does not show of a copied header (a band's own wording, pushes on a condition) stays
as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengxin.core.effects import STRICTEST_FIRST
from chengxin.core.items import GROUPS, ITEMS, REST
from chengxin.core.tongues import Words
from chengxin.indicators import builder
from chengxin.indicators.builder import Condition, Recipe
from chengxin.indicators.catalogue import KINDS, UNDECIDED
from chengxin.risk.models import EFFECT_TITLES
from chengxin.risk.words import UNITS
from chengxin.studio.models import Version
from chengxin.trace.tongue import english
from chengxin.warehouse.build import models

CONDITIONS = 4  # rows of the builder
SPARE = 2  # empty rows for parameters
PUSHES: dict[str, str | Promise] = {
    "C": _("前台"),
    "G": _("主管税务机关"),
    "R": _("风险管理部门"),
    "J": _("稽查局"),
    "L": _("法制部门"),
    "S": _("纳税人（短信、微信）"),
}
KIND_TITLES: dict[str, str | Promise] = {"person": _("个人"), "enterprise": _("企业")}
REACHED = [target for target in (*GROUPS, REST) if target not in ("FILE", "PAY", "CURE", "NONE")]


def read_header(before: Mapping[str, Any], told: QueryDict) -> dict[str, Any]:
    """The header that the form says, over the one it was shown from."""
    return {
        **before,
        "title": _text(told, "title"),
        "title_en": _text(told, "title_en"),
        "subject": [kind for kind in KINDS if kind in told.getlist("subject")],
        "value": {
            "title": _text(told, "value_title"),
            "title_en": _text(told, "value_title_en"),
            "unit": _text(told, "value_unit"),
        },
        "wording": {"zh": _text(told, "wording_zh"), "en": _text(told, "wording_en")},
        "clears": {"zh": _text(told, "clears_zh"), "en": _text(told, "clears_en")},
        "push": [to for to in PUSHES if to in told.getlist("push")],
        "basis": _text(told, "basis"),
        "owner": _text(told, "owner"),
        "why": _text(told, "why", 2000),
        "params": dict(_params(told)),
        "bands": dict(_bands(before.get("bands", {}), told)),
    }


def read_recipe(told: QueryDict) -> Recipe:
    """What the builder's form says."""
    rows = [
        Condition(_text(told, f"column-{n}"), _text(told, f"test-{n}"), _text(told, f"value-{n}"))
        for n in range(CONDITIONS)
    ]
    conditions = [one for one in rows if one.column or one.value]
    return Recipe.of_form(
        {
            "subject": _text(told, "for"),
            "roles": [role for role in builder.ROLES if role in told.getlist("role")],
            "table": _text(told, "table"),
            "conditions": [vars(one) for one in conditions],
            "day_column": _text(told, "day_column"),
            "days": _text(told, "days"),
            "aggregate": _text(told, "aggregate"),
            "of": _text(told, "of"),
            "threshold": _text(told, "threshold"),
            "acts_on": _text(told, "acts_on"),
        }
    )


def with_recipe(header: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """The header with what follows from a recipe: subject, parameters, unit, whom it acts on."""
    bands = {name: dict(told) for name, told in header.get("bands", {}).items()}
    band = bands.get("hit") or {"title": "命中", "title_en": "Hit"}
    acted = recipe.holder if recipe.acts_on == "reached" else recipe.subject
    levels = next(iter((band.get("levels") or {}).values()), None) or {REST: "remind"}
    value = dict(header.get("value", {}))
    value["title"] = value.get("title") or builder.AGGREGATES[recipe.aggregate].zh
    value["title_en"] = value.get("title_en") or builder.AGGREGATES[recipe.aggregate].en
    return {
        **header,
        "subject": [recipe.subject],
        "params": recipe.params(),
        "value": value | {"unit": recipe.unit()},
        "bands": {"hit": band | {"levels": {acted: levels}}},
    }


@dataclass(frozen=True)
class Choice:
    """One entry of a list in the form."""

    value: str
    title: str
    chosen: bool = False


@dataclass(frozen=True)
class Level:
    """One item group or item of a band: what it does there."""

    name: str  # of the field
    title: str
    effects: list[Choice]
    used: bool


@dataclass(frozen=True)
class LevelsForm:
    """What a band does to one kind of entity: the groups in use, and the others to unfold."""

    kind: str
    title: str
    used: list[Level]
    others: list[Level]


@dataclass(frozen=True)
class BandForm:
    n: int
    name: str
    title: str
    title_en: str
    levels: list[LevelsForm]


@dataclass(frozen=True)
class HeaderForm:
    """A version's header as the template shows it."""

    version: Version

    @property
    def told(self) -> dict[str, Any]:
        return dict(self.version.header)

    @property
    def subjects(self) -> list[Choice]:
        chosen = self.told.get("subject", [])
        return [Choice(kind, str(KIND_TITLES[kind]), kind in chosen) for kind in KINDS]

    @property
    def pushes(self) -> list[Choice]:
        chosen = self.told.get("push", [])
        return [Choice(to, str(title), to in chosen) for to, title in PUSHES.items()]

    @property
    def units(self) -> list[Choice]:
        chosen = self.told.get("value", {}).get("unit")
        return [Choice(unit, str(title), unit == chosen) for unit, title in UNITS.items()]

    @property
    def params(self) -> list[dict[str, Any]]:
        rows = [{"name": name, **told} for name, told in self.told.get("params", {}).items()]
        rows += [{} for _ in range(SPARE)]
        return [
            {"n": n, **row, "default": _shown(row.get("default"))} for n, row in enumerate(rows)
        ]

    @property
    def bands(self) -> list[BandForm]:
        rows = [*self.told.get("bands", {}).items(), ("", {})]
        return [
            BandForm(
                n, name, str(told.get("title", "")), str(told.get("title_en", "")),
                [_levels_form(n, kind, told) for kind in KINDS],
            )
            for n, (name, told) in enumerate(rows)
        ]  # fmt: skip

    @property
    def items(self) -> list[Choice]:
        return [
            Choice(one.code, one.title_en if english() else one.title)
            for one in ITEMS.values()
            if not one.never_refused
        ]


@dataclass(frozen=True)
class BuilderForm:
    """The builder as the template shows it."""

    recipe: Recipe

    @property
    def subjects(self) -> list[Choice]:
        return [Choice(k, str(KIND_TITLES[k]), k == self.recipe.subject) for k in KINDS]

    @property
    def roles(self) -> list[Choice]:
        return [
            Choice(role, _said(words), role in self.recipe.roles)
            for role, words in builder.ROLES.items()
        ]

    @property
    def tables(self) -> list[Choice]:
        kind = self.recipe.holder if self.recipe.subject in KINDS else "enterprise"
        return sorted(
            (
                Choice(
                    name, model.title_en if english() else model.title, name == self.recipe.table
                )
                for name, model in models().items()
                if {f"{kind}_id", "subject_key"} & set(model.columns)
            ),
            key=lambda one: one.title,
        )

    @property
    def conditions(self) -> list[tuple[int, list[Choice], list[Choice], str]]:
        told = [*self.recipe.conditions, *[Condition("", "=")] * CONDITIONS][:CONDITIONS]
        return [
            (n, self._columns(one.column), _listed(builder.TESTS, one.test), one.value)
            for n, one in enumerate(told)
        ]

    @property
    def days(self) -> list[Choice]:
        return self._columns(self.recipe.day_column, only_days=True)

    @property
    def aggregates(self) -> list[Choice]:
        return _listed(builder.AGGREGATES, self.recipe.aggregate)

    @property
    def counted(self) -> list[Choice]:
        return self._columns(self.recipe.of)

    @property
    def acts_on(self) -> list[Choice]:
        return [
            Choice("subject", str(_("命中对象本身")), self.recipe.acts_on != "reached"),
            Choice("reached", str(_("任职关系所及的对象")), self.recipe.acts_on == "reached"),
        ]

    def _columns(self, chosen: str, *, only_days: bool = False) -> list[Choice]:
        model = models().get(self.recipe.table)
        if model is None:
            return []
        return [
            Choice(one.name, one.title_en if english() else one.title, one.name == chosen)
            for one in builder.columns_of(model)
            if one.is_day or not only_days
        ]


def _levels_form(n: int, kind: str, told: Mapping[str, Any]) -> LevelsForm:
    levels = list(_levels(n, kind, told))
    used, others = [one for one in levels if one.used], [one for one in levels if not one.used]
    return LevelsForm(kind, str(KIND_TITLES[kind]), used, others)


def _levels(n: int, kind: str, told: Mapping[str, Any]) -> Iterator[Level]:
    levels: dict[str, str] = (told.get("levels") or {}).get(kind, {})
    for target in dict.fromkeys([*REACHED, *levels]):
        known = GROUPS.get(target) or ITEMS.get(target)
        title = (known.title_en if english() else known.title) if known else target
        if target == REST:
            title = str(_("其他各项业务"))
        chosen = levels.get(target, "")
        effects = [Choice("", "—", not chosen)] + [
            Choice(effect.value, str(EFFECT_TITLES[effect]), effect.value == chosen)
            for effect in STRICTEST_FIRST
        ]
        used = bool(chosen) or target == REST
        yield Level(f"level-{n}-{kind}-{target}", title, effects, used)


def _params(told: QueryDict) -> Iterator[tuple[str, dict[str, Any]]]:
    n = 0
    while f"param-{n}-name" in told:
        name = _text(told, f"param-{n}-name")
        if name.isidentifier():
            one: dict[str, Any] = {
                "title": _text(told, f"param-{n}-title"),
                "title_en": _text(told, f"param-{n}-title_en"),
                "default": _value(_text(told, f"param-{n}-default", 2000)),
            }
            for limit in ("min", "max"):
                if text := _text(told, f"param-{n}-{limit}"):
                    one[limit] = _value(text)
            if unit := _text(told, f"param-{n}-unit"):
                one["unit"] = unit
            yield name, one
        n += 1


def _bands(before: Mapping[str, Any], told: QueryDict) -> Iterator[tuple[str, dict[str, Any]]]:
    n = 0
    while f"band-{n}-name" in told:
        if (name := _text(told, f"band-{n}-name")).isidentifier():
            band = dict(before.get(name, {}))
            band["title"] = _text(told, f"band-{n}-title")
            band["title_en"] = _text(told, f"band-{n}-title_en")
            levels = {kind: dict(_levels_of(told, n, kind)) for kind in KINDS}
            band["levels"] = {kind: some for kind, some in levels.items() if some}
            if name == UNDECIDED:
                band["levels"] = {}
            yield name, band
        n += 1


def _levels_of(told: QueryDict, n: int, kind: str) -> Iterator[tuple[str, str]]:
    start = f"level-{n}-{kind}-"
    for field in told:
        if field.startswith(start) and (effect := _text(told, field)) in EFFECT_TITLES:
            yield field.removeprefix(start), effect
    item, effect = _text(told, f"item-{n}-{kind}"), _text(told, f"effect-{n}-{kind}")
    if item in ITEMS and effect in EFFECT_TITLES:
        yield item, effect


def _value(text: str) -> Any:
    """A parameter's value as it was typed: a number, a list (behind '[') or a text."""
    if text.startswith("[") and text.endswith("]"):
        return [one.strip() for one in text[1:-1].replace("，", ",").split(",") if one.strip()]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text.strip("'\"")


def _shown(value: Any) -> str:
    """A parameter's value as the form shows it; `_value` reads it back."""
    if value is None:
        return ""
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, str) and _value(value) != value:
        return f"'{value}'"  # a code of digits is a text
    return str(value)


def _listed(known: Mapping[str, Words], chosen: str) -> list[Choice]:
    return [Choice(name, _said(words), name == chosen) for name, words in known.items()]


def _said(words: Words) -> str:
    return words.en if english() else words.zh


def _text(told: QueryDict, name: str, longest: int = 400) -> str:
    return (told.get(name) or "").strip()[:longest]
