"""对照抽样: how many an indicator misses, told by subjects that it did not hit.

    subjects of the bureau, not hit ──chance──▶ cases "对照" ──▶ 发现问题 | 未发现问题 | 无法认定
                                                                └──▶ miss rate ──▶ recall

Who is drawn is suspected of nothing: the case orders nothing, asks the taxpayer nothing, and no
dossier speaks of it.  The draw depends on the seed, the subjects' keys and the last night's
findings alone, so that it can be drawn again; nobody chooses the seed.

The miss rate is what was found (发现问题) among what was judged either way, with Wilson's interval.
Recall sets what the indicator hit, by its precision, against what it is estimated to miss among
all whom it did not hit; its bounds take the worse end of both shares.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin import nightly
from chengxin.core import places
from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal, Trouble
from chengxin.core.tongues import Words
from chengxin.indicators.catalogue import KINDS, all_indicators, indicator
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer, Role
from chengxin.people.models import Enterprise
from chengxin.risk import words
from chengxin.risk.control_models import OF_A_SAMPLE
from chengxin.risk.models import Alert, Control
from chengxin.risk.shares import Interval, wilson, written
from chengxin.trace import record
from chengxin.trace.models import Trace

MOST = 200  # cases of one sample
USUAL = 30
DAYS = 15  # working days to verify one
ASKS = Words(  # what the case says
    zh="随机对照，未被命中，不是风险对象：核实有无该指标所指的问题",
    en="Random control, not hit and not suspected: look for what the indicator looks for",
)
NOT_HIT = """
SELECT DISTINCT j.about FROM offices_jurisdiction AS j
WHERE j.office_id = ANY(%(offices)s)
  AND SPLIT_PART(j.about, ':', 1) = ANY(%(kinds)s)
  AND j.about <> ALL(%(hit)s)
"""
POPULATION = f"""
SELECT COUNT(*), MD5(COALESCE(SUM(HASHTEXTEXTENDED(about, 0)), 0)::TEXT)
FROM ({NOT_HIT}) AS known
"""  # noqa: S608 (our own text)
DRAW = f"""
SELECT about FROM ({NOT_HIT}) AS known
ORDER BY MD5(%(seed)s || '/' || about), about
LIMIT %(size)s
"""  # noqa: S608


def draw(code: str, size: int, *, officer: Officer, seed: int | None = None) -> Control:
    """Draw a sample of those in the officer's bureau whom `code` (empty: any indicator) did not
    hit in the last night; each becomes a case of the office that manages it."""
    with record.of("control.draw", officer=officer, place="outcomes") as trace:
        if not may_draw(officer):
            raise Refusal("risk_head_needed", _("对照抽样由风险管理部门的科所长办理"))
        if not 1 <= size <= MOST:
            raise Refusal("wrong_size", _("样本数须在1至%(most)d之间") % {"most": MOST})
        frame = Frame.of(officer, code)
        seed = secrets.randbelow(1 << 62) if seed is None else seed
        population, fingerprint = frame.population()
        drawn = frame.drawn(seed, size)
        if not drawn:
            raise Refusal("nobody_to_draw", _("没有可抽取的未命中对象"))
        control = Control.objects.create(
            indicator=code, bureau=frame.bureau, region=frame.region, seed=seed,
            as_of=frame.night[0], lake_version=frame.night[1], population=population,
            fingerprint=fingerprint, hits=frame.hits(), size=len(drawn), drawn_by=officer,
        )  # fmt: skip
        _open(control, drawn, frame.offices)
        trace.detail |= {
            "control": control.pk, "indicator": code, "seed": seed, "size": len(drawn),
            "population": population,
        }  # fmt: skip
    return control


def may_draw(officer: Officer) -> bool:
    """Whether he heads the risk section."""
    return officer.holds(Role.RISK) and officer.holds(Role.SECTION_HEAD)


@dataclass(frozen=True)
class Frame:
    """Out of whom a sample is drawn: subjects of these offices that the last night did not hit."""

    bureau: str
    region: str
    offices: list[str]
    kinds: list[str]  # of subject
    hit: frozenset[str]
    night: tuple[date, int]  # day, lake version

    @classmethod
    def of(cls, officer: Officer, code: str) -> Frame:
        night = nightly.last(places.nights())
        if night is None or officer.office is None:
            raise Refusal("no_night_yet", _("还没有运行过夜间扫描，没有可试的数据"))
        kinds = list(KINDS)
        if code:
            try:
                kinds = indicator(code).subject
            except Trouble as trouble:
                raise Refusal("no_such_indicator", _("没有这个指标")) from trouble
        hit = frozenset(_hit(code, night[0].isoformat()))
        return cls(
            officer.office.bureau, officer.office.region, _own_offices(officer), kinds, hit, night
        )

    def population(self) -> tuple[int, str]:
        """How many they are, and the fingerprint of their keys."""
        [(count, fingerprint)] = self._ask(POPULATION)
        return count, fingerprint

    def drawn(self, seed: int, size: int) -> list[str]:
        return [about for (about,) in self._ask(DRAW, seed=str(seed), size=size)]

    def hits(self) -> int:
        """Subjects of these offices that were hit."""
        mine = Jurisdiction.objects.filter(office__in=self.offices, about__in=self.hit)
        return mine.values("about").distinct().count()

    def _ask(self, sql: str, **told: Any) -> list[tuple[Any, ...]]:
        told |= {"offices": self.offices, "kinds": self.kinds, "hit": list(self.hit)}
        with connection.cursor() as cursor:
            cursor.execute(sql, told)
            return list(cursor.fetchall())


@dataclass(frozen=True)
class Estimate:
    """What the closed cases of a sample say of all who were not hit."""

    found: int  # 发现问题
    clear: int  # 未发现问题
    population: int
    hits: int
    confirmed: int = 0  # of the indicator's own alerts
    explained: int = 0
    hard: bool = False  # a fact: whoever is hit is rightly hit

    @property
    def judged(self) -> int:
        return self.found + self.clear

    @property
    def rate(self) -> float | None:
        """The part of those not hit that should have been; None without a judged case."""
        return self.found / self.judged if self.judged else None

    @property
    def interval(self) -> Interval | None:
        return wilson(self.found, self.judged) if self.judged else None

    @property
    def missed(self) -> tuple[float, float, float] | None:
        """Subjects missed: least, estimated, most."""
        if self.rate is None or self.interval is None:
            return None
        low, high = self.interval
        return low * self.population, self.rate * self.population, high * self.population

    @property
    def rightly(self) -> tuple[float, float, float] | None:
        """Subjects rightly hit: least, estimated, most; None where nobody has judged a hit."""
        if self.hard:
            return self.hits, self.hits, self.hits
        told = self.confirmed + self.explained
        if not told:
            return None
        low, high = wilson(self.confirmed, told)
        return low * self.hits, self.confirmed / told * self.hits, high * self.hits

    @property
    def recall(self) -> tuple[float, float | None, float] | None:
        """The part of all that should be hit which is: least, estimated, most.

        No estimate, only bounds, while no miss has been found: that none was drawn does not say
        that there is none.  None where there is nothing to set against each other.
        """
        if self.missed is None or self.rightly is None or not self.rightly[2]:
            return None
        (least, some, most), (low, right, high) = self.missed, self.rightly
        estimated = right / (right + some) if self.found else None
        return low / (low + most), estimated, high / (high + least)

    # as a page writes them

    @property
    def rate_words(self) -> str:
        if self.rate is None:
            return _("不足以估计")
        return f"{self.rate:.1%}" if self.found else _("未发现")

    @property
    def between(self) -> str:
        return f"{self.interval[0]:.1%}–{self.interval[1]:.1%}" if self.interval else ""

    @property
    def missed_words(self) -> str:
        if self.missed is None:
            return "—"
        if not self.found:
            return _("至多%(most)s") % {"most": f"{self.missed[2]:,.0f}"}
        return f"{self.missed[1]:,.0f}"

    @property
    def missed_between(self) -> str:
        if self.missed is None or not self.found:
            return ""
        return f"{self.missed[0]:,.0f}–{self.missed[2]:,.0f}"

    @property
    def recall_words(self) -> str:
        told = self.recall
        if told is None:
            return _("不足以估计")
        if told[1] is None:
            return _("至少%(least)s") % {"least": f"{told[0]:.0%}"}
        return f"{told[1]:.0%}"

    @property
    def recall_between(self) -> str:
        told = self.recall
        return written((told[0], told[2])) if told and told[1] is not None else ""


@dataclass(frozen=True)
class Sample:
    """One draw with what became of it."""

    control: Control
    counts: dict[str, int]  # by state of its cases
    estimate: Estimate

    @property
    def title(self) -> str:
        code = self.control.indicator
        return words.indicator_title(code) if code else _("全部指标")

    @property
    def population(self) -> str:
        return f"{self.control.population:,}"

    @property
    def bureau(self) -> str:
        return str(Office.Bureau(self.control.bureau).label)

    @cached_property
    def numbers(self) -> list[tuple[str, int, str]]:
        """(name, count, address of its list)."""
        told = f"control={self.control.pk}"
        listed = [("size", self.control.size, told)]
        return listed + [
            (name, self.counts[name], f"stage={name}&{told}")
            for name in ("open", "confirmed", "explained", "inconclusive")
        ]


def samples(officer: Officer, most: int = 50) -> list[Sample]:
    """The draws of the regions that the officer sees, the newest first."""
    return _samples(_seen(officer).select_related("drawn_by").order_by("-pk")[:most])


def newest(officer: Officer) -> dict[str, Sample]:
    """By code: the newest draw that has told something, of the officer's regions."""
    told = _seen(officer).filter(cases__state__in=("confirmed", "explained"))
    found = told.order_by("indicator", "-pk").distinct("indicator")
    return {one.control.indicator: one for one in _samples(found)}


def choices() -> list[tuple[str, str]]:
    return [(one.code, words.indicator_title(one.code)) for one in all_indicators()]


def _seen(officer: Officer) -> QuerySet[Control]:
    region = officer.office.region if officer.office else "-"
    return Control.objects.filter(region__startswith=region)


def _samples(found: Iterable[Control]) -> list[Sample]:
    chosen = list(found)
    counts: dict[int, dict[str, int]] = {}
    states = Alert.objects.filter(control__in=chosen).order_by().values("control", "state")
    for one in states.annotate(n=Count("pk")):
        counts.setdefault(one["control"], {})[one["state"]] = one["n"]
    judged = _judged({one.indicator for one in chosen})
    hard = {one.code for one in all_indicators() if one.kind == Alert.Kind.MONITORING}
    made = []
    for control in chosen:
        mine = {state: counts.get(control.pk, {}).get(state, 0) for state in Alert.State.values}
        scope = (control.indicator, control.bureau, control.region)
        confirmed, explained = judged.get(scope, (0, 0))
        made.append(
            Sample(
                control,
                mine,
                Estimate(
                    mine["confirmed"], mine["explained"], control.population, control.hits,
                    confirmed, explained, control.indicator in hard,
                ),
            )
        )  # fmt: skip
    return made


def _judged(codes: set[str]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """By indicator, bureau and region of a draw: alerts there that were confirmed, explained."""
    asked = Control.objects.filter(indicator__in=codes).exclude(indicator="")
    told = {}
    for code, bureau, region in set(asked.values_list("indicator", "bureau", "region")):
        offices = _offices(bureau, region)
        found = Alert.objects.filter(indicator=code).sent_to(offices)
        both = found.aggregate(
            confirmed=Count("pk", filter=Q(state=Alert.State.CONFIRMED)),
            explained=Count("pk", filter=Q(state=Alert.State.EXPLAINED)),
        )
        told[code, bureau, region] = both["confirmed"], both["explained"]
    return told


def _offices(bureau: str, region: str) -> QuerySet[Office]:
    found = Office.objects.filter(region__startswith=region)
    return found if bureau == Office.Bureau.JOINT else found.filter(bureau=bureau)


def _own_offices(officer: Officer) -> list[str]:
    """Those of his own bureau among the offices whose subjects he may see."""
    assert officer.office is not None
    own = _offices(officer.office.bureau, officer.office.region)
    return list(access.offices_of(officer).filter(pk__in=own).values_list("pk", flat=True))


def _hit(code: str, day: str) -> Iterable[str]:
    """Whom the night hit, by `code` or by any; who is undecided was not hit."""
    found = nightly.read(places.nights() / day / "findings.jsonl")
    return (one.subject for one in found if code in ("", one.indicator) and not one.undecided)


def _open(control: Control, drawn: list[str], offices: list[str]) -> None:
    """A case for each, sent to those of the offices that manage it."""
    industries = _industries(drawn)
    made = Alert.objects.bulk_create(
        [
            Alert(
                indicator=OF_A_SAMPLE, kind=Alert.Kind.CONTROL, control=control, subject=about,
                value=0, because=ASKS.zh, because_en=ASKS.en,
                findings=[{"acted_on": about, "evidence": {}, "params": {}, "levels": {}}],
                as_of=control.as_of, lake_version=control.lake_version,
                industry=industries.get(about, ""),
                due_on=add_working_days(localdate(), DAYS),
            )
            for about in drawn
        ]
    )  # fmt: skip
    cases = {one.subject: one.pk for one in made}
    managed = Jurisdiction.objects.filter(about__in=drawn, office__in=offices)
    sent = Alert.offices.through
    sent.objects.bulk_create(
        [
            sent(alert_id=cases[about], office_id=office)
            for about, office in managed.values_list("about", "office")
        ]
    )
    record.many(
        [
            Trace(
                action="control.open", about=one.subject, officer=control.drawn_by,
                detail={"alert": one.pk, "control": control.pk},
            )
            for one in made
        ]
    )  # fmt: skip


def _industries(drawn: list[str]) -> dict[str, str]:
    firms = {about.removeprefix("enterprise:") for about in drawn}
    known = Enterprise.objects.filter(pk__in=firms).values_list("pk", "industry")
    return {f"enterprise:{pk}": industry for pk, industry in known}
