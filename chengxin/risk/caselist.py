"""Lists of cases: one set of conditions, by which numbers are counted and their lists opened.

A number on the board, among the outcomes or in a picture and the list behind it are the same
condition, so that they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.timezone import localdate, make_aware, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.calendar import add_working_days
from chengxin.offices.models import Office, Officer
from chengxin.risk import industries, words
from chengxin.risk.inbox import A_PAGE, NEAR, Row, of_office, rows_of
from chengxin.risk.models import Alert, AlertQuerySet, Directive, Inquiry

OPEN = Q(state=Alert.State.OPEN)
UNDECIDED = OPEN & Q(proposed="")
NOBODY = "none"  # for `holder`: those whom no officer holds
# what becomes of a case; the open ones are new, held, asked or second
STAGES: dict[str, tuple[str | Promise, Q]] = {
    "open": (_("待核实"), OPEN),
    "new": (_("未分派"), UNDECIDED & Q(held_by=None, is_asked=False)),
    "held": (_("核实中"), UNDECIDED & Q(held_by__isnull=False, is_asked=False)),
    "asked": (_("待纳税人说明"), UNDECIDED & Q(is_asked=True)),
    "second": (_("待复核"), OPEN & ~Q(proposed="")),
    "closed": (_("已办结"), Q(state__in=["confirmed", "explained", "inconclusive"])),
    "confirmed": (_("属实"), Q(state=Alert.State.CONFIRMED)),
    "explained": (_("已说明"), Q(state=Alert.State.EXPLAINED)),
    "inconclusive": (_("无法认定"), Q(state=Alert.State.INCONCLUSIVE)),
    "cleared": (_("事实已终结"), Q(state=Alert.State.CLEARED)),
}
DUE: dict[str, str | Promise] = {"near": _("临近期限"), "overdue": _("已逾期")}
WHO: dict[str, str | Promise] = {"person": _("人员"), "enterprise": _("企业")}
# what was or was not done in a case
DONE: dict[str, dict[str, str | Promise]] = {
    "ordered": {"yes": _("已下达指令"), "no": _("未下达指令")},
    "taken": {"yes": _("已承办"), "no": _("未承办")},
    "inquired": {"yes": _("要求过说明"), "no": _("未要求说明")},
}
DAYS = ("since", "till", "closed_since", "closed_till", "stood")


def due(name: str) -> Q:
    """Open ones past their day, or with at most `NEAR` working days left."""
    today = localdate()
    if name == "overdue":
        return OPEN & Q(due_on__lt=today)
    return OPEN & Q(due_on__gte=today, due_on__lte=add_working_days(today, NEAR))


@dataclass(frozen=True)
class Asked:
    """The conditions of a list, as its address has them; blank: any."""

    holder: str = ""  # an officer's id, or NOBODY
    stage: str = ""
    due: str = ""
    urged: str = ""  # urged at least so far
    kind: str = ""
    indicator: str = ""
    bureau: str = ""
    section: str = ""  # of the classification of industries; "?" where it is not known
    closed: str = ""  # closed within so many days
    opened: str = ""  # opened within so many days
    office: str = ""  # the office it was sent to
    who: str = ""  # of which kind the subject is
    about: str = ""  # the subject
    priority: str = ""
    since: str = ""  # opened on this day or later
    till: str = ""  # opened on this day or earlier
    closed_since: str = ""
    closed_till: str = ""
    stood: str = ""  # was open when this day ended
    ordered: str = ""  # whether a directive was imposed for it
    taken: str = ""  # whether an officer holds or held it
    inquired: str = ""  # whether the taxpayer was asked
    control: str = ""  # of this control sample; the cases of samples are in no other list

    @classmethod
    def of(cls, told: Mapping[str, str]) -> Asked:
        """From an address; what is no condition counts as blank."""
        read = cls(**{one.name: str(told.get(one.name, ""))[:60] for one in fields(cls)})
        known = {
            "holder": read.holder == NOBODY or (read.holder.isdecimal() and len(read.holder) < 10),
            "stage": read.stage in STAGES,
            "due": read.due in DUE,
            "urged": read.urged in ("1", "2", "3"),
            "kind": read.kind in Alert.Kind.values,
            "bureau": read.bureau in Office.Bureau.values,
            "section": read.section == "?" or read.section in industries.SECTIONS,
            "closed": read.closed.isdecimal() and len(read.closed) < 5,
            "opened": read.opened.isdecimal() and len(read.opened) < 5,
            "office": read.office.isdecimal() and len(read.office) == 11,
            "who": read.who in WHO,
            "about": read.about.partition(":")[0] in WHO,
            "priority": read.priority in map(str, Alert.Priority.values),
            **{name: getattr(read, name) in told for name, told in DONE.items()},
            **{name: is_day(getattr(read, name)) for name in DAYS},
            "control": read.control.isdecimal() and len(read.control) < 10,
        }
        return replace(read, **{name: "" for name, right in known.items() if not right})

    def with_(self, **told: str) -> Asked:
        return replace(self, **told)

    @property
    def query(self) -> str:
        return urlencode({k: v for k, v in vars(self).items() if v})

    def within(self, officer: Officer) -> AlertQuerySet:
        """The cases that `officer` may see and that meet the conditions."""
        found = seen_by(officer).filter(self.condition)
        if self.bureau or self.office:
            wanted = {"office__bureau": self.bureau, "office": self.office}
            asked = {name: value for name, value in wanted.items() if value}
            sent = Alert.offices.through.objects.filter(**asked)
            found = found.filter(pk__in=sent.values("alert"))
        for name, rows in (("ordered", Directive.objects), ("inquired", Inquiry.objects)):
            if value := getattr(self, name):
                done = Exists(rows.filter(alert=OuterRef("pk")))
                found = found.filter(done if value == "yes" else ~done)
        return found

    @property
    def condition(self) -> Q:
        """All that stands on the alert itself."""
        met = Q(control=int(self.control)) if self.control else Q(control=None)
        if self.holder:
            met &= Q(held_by=None) if self.holder == NOBODY else Q(held_by=int(self.holder))
        if self.stage:
            met &= STAGES[self.stage][1]
        if self.due:
            met &= due(self.due)
        if self.urged:
            met &= OPEN & Q(urged__gte=int(self.urged))
        if self.kind:
            met &= Q(kind=self.kind)
        if self.indicator:
            met &= Q(indicator=self.indicator)
        if self.section:
            met &= unknown_industry() if self.section == "?" else industries.within(self.section)
        if self.closed:
            met &= Q(closed_at__gte=now() - timedelta(days=int(self.closed)))
        if self.opened:
            met &= Q(first_seen__gte=now() - timedelta(days=int(self.opened)))
        if self.who:
            met &= Q(subject__startswith=f"{self.who}:")
        if self.about:
            met &= Q(subject=self.about)
        if self.priority:
            met &= Q(priority=int(self.priority))
        if self.taken:
            met &= Q(held_by__isnull=self.taken == "no")
        return met & self._days

    @property
    def _days(self) -> Q:
        met = Q()
        if self.since:
            met &= Q(first_seen__gte=morning(self.since))
        if self.till:
            met &= Q(first_seen__lt=morning(self.till, 1))
        if self.closed_since:
            met &= Q(closed_at__gte=morning(self.closed_since))
        if self.closed_till:
            met &= Q(closed_at__lt=morning(self.closed_till, 1))
        if self.stood:
            night = morning(self.stood, 1)
            met &= Q(first_seen__lt=night) & (Q(closed_at=None) | Q(closed_at__gte=night))
        return met

    @property
    def titles(self) -> list[str]:
        """The conditions in words."""
        told: list[str | Promise] = [Alert.Kind.CONTROL.label] if self.control else []
        if self.kind:
            told.append(Alert.Kind(self.kind).label)
        if self.indicator:
            told.append(f"{self.indicator} {words.indicator_title(self.indicator)}")
        if self.bureau:
            told.append(Office.Bureau(self.bureau).label)
        if self.section:
            told.append(section_title(self.section))
        if self.stage:
            told.append(self._stage_title)
        if self.due:
            told.append(DUE[self.due])
        if self.urged:
            told.append(Alert.Urged(int(self.urged)).label)
        if self.closed:
            told.append(gettext("近%(days)s日办结") % {"days": self.closed})
        if self.opened:
            told.append(gettext("近%(days)s日发现") % {"days": self.opened})
        if self.who:
            told.append(WHO[self.who])
        if self.priority:
            told.append(
                gettext("优先级%(level)s") % {"level": Alert.Priority(int(self.priority)).label}
            )
        told += [names[value] for name, names in DONE.items() if (value := getattr(self, name))]
        if self.since or self.till:
            told.append(gettext("%(days)s发现") % {"days": _span(self.since, self.till)})
        if self.closed_since or self.closed_till:
            told.append(
                gettext("%(days)s终结") % {"days": _span(self.closed_since, self.closed_till)}
            )
        if self.stood:
            told.append(gettext("%(day)s日终未终结") % {"day": self.stood})
        return [str(one) for one in told]

    @property
    def _stage_title(self) -> str | Promise:
        own = Alert.CONTROLLED if self.control else {}
        return own.get(self.stage, STAGES[self.stage][0])


@dataclass(frozen=True)
class CaseList:
    """One page of a list."""

    asked: Asked
    holder: Officer | None
    page: Page[Alert]
    office: Office | None = None

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self.page)

    @property
    def titles(self) -> list[str]:
        if self.asked.holder == NOBODY:
            return [gettext("未分派"), *self.asked.titles]
        return [self.holder.full_name, *self.asked.titles] if self.holder else self.asked.titles


def seen_by(officer: Officer) -> AlertQuerySet:
    """Those of his offices, with `is_asked`: the taxpayer's answer is awaited."""
    waiting = Inquiry.objects.waiting().filter(alert=OuterRef("pk"))
    return of_office(officer).annotate(is_asked=Exists(waiting))


def of(officer: Officer, asked: Asked, page: str) -> CaseList:
    found = asked.within(officer).select_related("held_by", "control").most_urgent_first()
    holder = None
    if asked.holder.isdecimal():
        holder = Officer.objects.filter(pk=int(asked.holder)).first()
    office = Office.objects.filter(pk=asked.office).first() if asked.office else None
    return CaseList(asked, holder, Paginator(found, A_PAGE).get_page(page), office)


def is_day(told: str) -> bool:
    """Whether it is a day as 2017-08-18, of a year that calendars know."""
    try:
        return len(told) == 10 and 1900 < date.fromisoformat(told).year < 2200
    except ValueError:
        return False


def morning(day: str, later: int = 0) -> datetime:
    """When that day, or the one so many days later, begins here."""
    return make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=later), time()))


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def unknown_industry() -> Q:
    """Where the class of industry is not known, or in no section."""
    known = Q()
    for section in industries.SECTIONS:
        known |= industries.within(section)
    return ~known


def section_title(section: str) -> str:
    return gettext("行业不详") if section == "?" else str(industries.SECTIONS[section][2])
