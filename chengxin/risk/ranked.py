"""风险排序: the list of those an officer may see, and one score with all its parts in words.

Reads only.  The list is the newest ranking's; without a filter it leaves out the slight ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer, Role
from chengxin.ranking import scheme
from chengxin.ranking.scheme import Scheme
from chengxin.risk import industries, words
from chengxin.risk.inbox import Known, Subject
from chengxin.risk.models import Alert, RankingRun, RiskScore, RiskScoreQuerySet

READS = (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)
A_PAGE = 30
USUALLY = {"kind": RiskScore.Kind.ENTERPRISE.value}  # is shown where nothing else is asked
TONES = {"severe": "danger", "high": "danger", "medium": "warn", "low": "info"}
MOVES = [
    ("", _("不限")),
    ("new", _("新进入")),
    ("up", _("上升")),
    ("down", _("下降")),
    ("level", _("等级变化")),
]


class Asked(forms.Form):
    """Which part of the ranking to show; what is not understood is not asked."""

    kind = forms.ChoiceField(choices=RiskScore.Kind.choices, required=False, label=_("对象"))
    level = forms.ChoiceField(required=False, label=_("等级"))
    office = forms.ChoiceField(required=False, label=_("主管机关"))
    industry = forms.ChoiceField(required=False, label=_("行业"))
    move = forms.ChoiceField(choices=MOVES, required=False, label=_("变动"))

    def __init__(self, given: Any, officer: Officer) -> None:
        super().__init__(USUALLY | {name: value for name, value in given.items() if value})
        levels = [(code, label) for code, label in RiskScore.Level.choices if code]
        sections = [(code, f"{code} {title}") for code, (_f, _l, title) in _sections()]
        mine = access.offices_of(officer).filter(level=Office.Level.BRANCH)
        offices = [(office.pk, str(office)) for office in mine]
        for name, choices in (("level", levels), ("industry", sections), ("office", offices)):
            self.fields[name].choices = [("", _("不限")), *choices]  # type: ignore[attr-defined]

    @property
    def told(self) -> dict[str, str]:
        """What was asked and understood."""
        self.is_valid()
        told = {name: value for name, value in self.cleaned_data.items() if value}
        return USUALLY | told


@dataclass(frozen=True)
class Row:
    """One subject in the list."""

    score: RiskScore
    known: Known
    scheme: Scheme

    @property
    def subject(self) -> Subject:
        return self.known.subject(self.score.about)

    @property
    def level(self) -> str:
        return self.score.get_level_display()

    @property
    def tone(self) -> str:
        return TONES.get(self.score.level, "")

    @property
    def industry(self) -> str:
        return industries.title(self.score.industry) if self.score.industry else ""

    @property
    def is_new(self) -> bool:
        return self.score.previous is None

    @property
    def reasons(self) -> list[str]:
        """What counts most, in a few words: indicators, and the network where it counts more."""
        told = self.score.parts["own"][:2]
        return [words.indicator_title(part["indicator"]) for part in told if part["counts"]]


@dataclass(frozen=True)
class Listed:
    """One page of the ranking, as one officer may see it."""

    form: Asked
    officer: Officer
    number: str

    @cached_property
    def _found(self) -> RiskScoreQuerySet:
        told = self.form.told
        found = RiskScore.objects.filter(access.visible(self.officer), kind=told["kind"])
        if office := told.get("office"):
            found = found.filter(
                about__in=Jurisdiction.objects.filter(office=office).values("about")
            )
        if section := told.get("industry"):
            found = found.filter(industries.within(section))
        return found.moved(told.get("move", ""))

    @cached_property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """Level, its name, its tone, how many of the officer's."""
        rows = self._found.order_by().values_list("level").annotate(n=Count("pk"))
        many = dict(rows)
        return [
            (code, str(label), TONES.get(code, ""), many.get(code, 0))
            for code, label in RiskScore.Level.choices
            if code
        ]

    @cached_property
    def page(self) -> Page[RiskScore]:
        told, found = self.form.told, self._found
        if level := told.get("level"):
            found = found.filter(level=level)
        elif not told.get("move"):
            found = found.exclude(level__in=[RiskScore.Level.SLIGHT, RiskScore.Level.NONE])
        order = {"up": ["-movement"], "down": ["movement"]}.get(told.get("move", ""), ["-score"])
        return Paginator(found.order_by(*order, "about"), A_PAGE).get_page(self.number)

    @cached_property
    def rows(self) -> list[Row]:
        listed = list(self.page)
        known, used = Known.of(score.about for score in listed), scheme.load()
        return [Row(score, known, used) for score in listed]

    @property
    def run(self) -> RankingRun | None:
        return RankingRun.objects.order_by("-pk").first()


@dataclass(frozen=True)
class OwnPart:
    """One finding in a score, with its factors as an officer reads them."""

    told: dict[str, Any]
    about: Subject | None  # whose finding it is, where it acts on this one
    seen: bool  # whether the officer may see him

    @property
    def title(self) -> str:
        return words.indicator_title(self.told["indicator"])

    @property
    def band(self) -> str:
        return words.band_title(self.told["indicator"], self.told["band"])

    @property
    def first_on(self) -> date:
        return date.fromisoformat(self.told["first_on"])

    @property
    def judged(self) -> str:
        return str(Alert.State(self.told["judged"]).label) if self.told["judged"] else ""


@dataclass(frozen=True)
class Through:
    """One neighbour over whom influence comes."""

    told: dict[str, Any]
    subject: Subject
    seen: bool  # whether the officer may see him


@dataclass(frozen=True)
class Scored:
    """One score with all its parts."""

    score: RiskScore
    officer: Officer

    @cached_property
    def row(self) -> Row:
        return Row(self.score, Known.of([self.score.about, *self._others]), self.scheme)

    @cached_property
    def scheme(self) -> Scheme:
        return scheme.load()

    @property
    def own(self) -> list[OwnPart]:
        found = []
        for told in self.score.parts["own"]:
            key = told.get("about", "")
            about = self.row.known.subject(key) if key else None
            found.append(OwnPart(told, about, key in self._mine))
        return found

    @cached_property
    def _mine(self) -> set[str]:
        """Those of the others told of whom the officer may see."""
        return access.seen_of(self.officer, self._others)

    @cached_property
    def through(self) -> list[Through]:
        return [
            Through(told, self.row.known.subject(told["through"]), told["through"] in self._mine)
            for told in self.score.parts["network"]
        ]

    @property
    def others(self) -> dict[str, Any] | None:
        """The neighbours that are not told one by one, when they count."""
        rest: dict[str, Any] = self.score.parts["others"]
        return rest if rest["counts"] else None

    @property
    def _others(self) -> Sequence[str]:
        """Everyone told of in the parts but the subject."""
        parts = self.score.parts
        acting = [told["about"] for told in parts["own"] if told.get("about")]
        return [*acting, *(told["through"] for told in parts["network"])]

    @property
    def run(self) -> RankingRun | None:
        return RankingRun.objects.order_by("-pk").first()


def scored(officer: Officer, about: str) -> Scored:
    """The score of a subject that the officer may see; a refusal when it has none."""
    access.require(officer, about)
    score = RiskScore.objects.filter(about=about).first()
    if score is None:
        raise Refusal("not_ranked", str(_("该对象没有风险评分")))
    return Scored(score, officer)


def _sections() -> list[tuple[str, Any]]:
    return list(industries.SECTIONS.items())
