"""管户清单: who is administered by which office, and has open findings or not.

One set of conditions, by which the map's numbers are counted and their lists opened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer
from chengxin.people.models import TakenOver
from chengxin.risk import caselist
from chengxin.risk.inbox import A_PAGE, Known, Subject
from chengxin.risk.models import Alert, RiskScore

FOUND = {"yes": _("有未办结预警"), "no": _("无未办结预警")}
OPEN = caselist.Asked(stage="open")


@dataclass(frozen=True)
class Asked:
    """The conditions of the list, as its address has them; blank: any."""

    office: str = ""
    bureau: str = ""
    who: str = ""  # person | enterprise
    found: str = ""  # whether it has open findings

    @classmethod
    def of(cls, told: Mapping[str, str]) -> Asked:
        """From an address; what is no condition counts as blank."""
        read = cls(**{one.name: str(told.get(one.name, ""))[:20] for one in fields(cls)})
        known = {
            "office": read.office.isdecimal() and len(read.office) == 11,
            "bureau": read.bureau in Office.Bureau.values,
            "who": read.who in caselist.WHO,
            "found": read.found in FOUND,
        }
        return replace(read, **{name: "" for name, right in known.items() if not right})

    def with_(self, **told: str) -> Asked:
        return replace(self, **told)

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in vars(self).items() if value})

    def codes(self, officer: Officer) -> tuple[str, ...]:
        """The offices asked for, of those that `officer` may see."""
        offices = access.offices_of(officer)
        if self.bureau:
            offices = offices.filter(bureau=self.bureau)
        if self.office:
            offices = offices.filter(pk=self.office)
        return tuple(offices.order_by("pk").values_list("pk", flat=True))

    def held(self, officer: Officer) -> QuerySet[Jurisdiction]:
        """Who is administered where, of what `officer` may see; one of both bureaus twice."""
        held = Jurisdiction.objects.filter(office__in=self.codes(officer))
        if self.who:
            held = held.filter(about__startswith=f"{self.who}:")
        if self.found == "yes":
            return held.filter(about__in=flagged(officer))
        return held.exclude(about__in=flagged(officer)) if self.found == "no" else held

    def within(self, officer: Officer) -> QuerySet[Jurisdiction, Any]:
        """Each of them once."""
        return self.held(officer).values("about").distinct()


def flagged(officer: Officer) -> QuerySet[Any, Any]:
    """The subjects of the open findings that `officer` may see."""
    return OPEN.within(officer).order_by().values("subject")


@dataclass(frozen=True)
class Numbers:
    """How many are administered: (persons, enterprises) by office, and of all, each once."""

    offices: dict[str, tuple[int, int]]
    all: tuple[int, int]


def numbers(officer: Officer, asked: Asked) -> Numbers:
    """Counted once in a process for each state of the jurisdictions: only the night moves them."""
    told = _numbers(_state(), asked.codes(officer))
    wanted = (asked.who != "enterprise", asked.who != "person")
    return Numbers(
        {code: _of(counts, wanted) for code, counts in told.offices.items()}, _of(told.all, wanted)
    )


def found(officer: Officer, asked: Asked) -> tuple[dict[str, int], int]:
    """How many have open findings: by office, and of all, each once.

    Counted once in a process for each state of the jurisdictions and of what is open: a finding
    that comes has a new number, one that goes is one less, and neither ever comes back.
    """
    alerts = Alert.objects.aggregate(newest=Max("pk"), open=Count("pk", filter=caselist.OPEN))
    sent = Alert.offices.through.objects.aggregate(newest=Max("pk"))
    state = (*_state(), alerts["newest"], alerts["open"], sent["newest"])
    return _found(state, asked.codes(officer), Asked().codes(officer), asked.who)


def _of(counts: tuple[int, int], wanted: tuple[bool, bool]) -> tuple[int, int]:
    return counts[0] * wanted[0], counts[1] * wanted[1]


def _state() -> tuple[str, int]:
    """Another one whenever the registry took over or somebody was added."""
    digest = TakenOver.objects.filter(pk=Jurisdiction._meta.db_table).values_list("digest")
    newest = Jurisdiction.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return "".join(str(one) for [one] in digest), newest


@lru_cache(maxsize=200)
def _numbers(state: tuple[str, int], codes: tuple[str, ...]) -> Numbers:
    held = Jurisdiction.objects.filter(office__in=codes).order_by()
    persons = Q(about__startswith="person:")
    rows = held.values("office").annotate(n=Count("pk"), persons=Count("pk", filter=persons))
    both = [held.filter(persons), held.exclude(persons)]
    each = tuple(one.aggregate(n=Count("about", distinct=True))["n"] for one in both)
    offices = {str(row["office"]): (row["persons"], row["n"] - row["persons"]) for row in rows}
    return Numbers(offices, (each[0], each[1]))


@lru_cache(maxsize=200)
def _found(
    state: tuple[object, ...], codes: tuple[str, ...], seen: tuple[str, ...], who: str
) -> tuple[dict[str, int], int]:
    told = Alert.offices.through.objects.filter(office__in=seen).values("alert")
    subjects = Alert.objects.open().filter(pk__in=told, control=None).values("subject")
    held = Jurisdiction.objects.filter(office__in=codes, about__in=subjects, about__startswith=who)
    sql, params = held.order_by().values("office_id", "about").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH held (office, about) AS MATERIALIZED ({sql}) "  # noqa: S608 (Django's own)
            "SELECT office, count(*) FROM held GROUP BY office UNION ALL "
            "SELECT NULL, count(*) FROM (SELECT about FROM held GROUP BY about) AS each",
            params,
        )
        counts: dict[str | None, int] = dict(cursor.fetchall())
    return {code: count for code, count in counts.items() if code}, counts.get(None, 0)


def forget() -> None:
    """Count anew at the next look."""
    _numbers.cache_clear()
    _found.cache_clear()


@dataclass(frozen=True)
class Row:
    """One person or enterprise of the list."""

    subject: Subject
    offices: list[Office]
    score: RiskScore | None
    findings: int

    @property
    def query(self) -> str:
        """The address of its open findings."""
        return OPEN.with_(about=self.subject.key).query


@dataclass(frozen=True)
class Administered:
    """One page of the list."""

    asked: Asked
    officer: Officer
    page: Page[dict[str, Any]]
    office: Office | None

    @cached_property
    def rows(self) -> list[Row]:
        keys = [one["about"] for one in self.page]
        known = Known.of(keys)
        scores = {one.about: one for one in RiskScore.objects.filter(about__in=keys).defer("parts")}
        found = OPEN.within(self.officer).filter(subject__in=keys).order_by().values("subject")
        counts = dict(found.annotate(n=Count("pk")).values_list("subject", "n"))
        offices: dict[str, list[Office]] = defaultdict(list)
        mine = access.offices_of(self.officer)
        held = Jurisdiction.objects.filter(about__in=keys, office__in=mine)
        for one in held.select_related("office").order_by("office"):
            offices[one.about].append(one.office)
        return [
            Row(known.subject(key), offices[key], scores.get(key), counts.get(key, 0))
            for key in keys
        ]

    @property
    def titles(self) -> list[str]:
        """The conditions in words."""
        told = []
        if self.asked.bureau:
            told.append(str(Office.Bureau(self.asked.bureau).label))
        if self.asked.who:
            told.append(str(caselist.WHO[self.asked.who]))
        if self.asked.found:
            told.append(str(FOUND[self.asked.found]))
        return told or ([] if self.office else [gettext("全部管户")])


def of(officer: Officer, asked: Asked, number: str) -> Administered:
    """The greatest risk first among those with findings, else by their keys."""
    found: Any = asked.within(officer)
    if asked.found == "yes":
        score = RiskScore.objects.filter(about=OuterRef("about")).values("score")
        listed: Any = found.annotate(score=Subquery(score)).order_by(
            F("score").desc(nulls_last=True), "about"
        )
    else:
        listed = found.order_by("about")
    office = access.offices_of(officer).filter(pk=asked.office).first() if asked.office else None
    return Administered(asked, officer, Paginator(listed, A_PAGE).get_page(number), office)
