"""个人档案、企业档案: everything that is known of one person or enterprise, each with its source.

    registry (PostgreSQL) ──names, roles──▶ dossier ◀──amounts, years, cases── newest warehouse

Reads only, except `reveal`, which shows a whole number and says so in the traces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.refusal import Refusal
from chengxin.lake.engine import Row
from chengxin.lake.tables import TABLES
from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.people import gathered, plots, sections, standing, timeline, values
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.people.plots import Filings, Plot, Share
from chengxin.people.sections import Group, Section
from chengxin.people.standing import Fact
from chengxin.people.timeline import TimeLine
from chengxin.trace import record, words
from chengxin.trace.models import Trace, TraceQuerySet

READS = (Role.WINDOW, Role.FIELD, Role.RISK, Role.CREDIT, Role.SECTION_HEAD, Role.LEADER)
CLOSERS = (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)  # enter 注销或死亡
SOURCES = 4  # registrations whose source the head of a page names
LINES = 40  # earlier visits; the trace page has the rest
CLOSED = (Enterprise.Status.DEREGISTERED, Enterprise.Status.NON_NORMAL_DEREGISTERED)
VISITS = (
    "item.begin",
    "item.finish",
    "item.stop",
    "ticket.abandon",
    "ticket.call",
    "ticket.finish",
    "ticket.identify",
    "ticket.merge",
    "ticket.miss",
    "ticket.park",
    "ticket.recall",
    "ticket.resume",
    "ticket.return",
    "ticket.scan",
    "ticket.start",
    "ticket.take",
    "ticket.transfer",
)


class Purpose(models.TextChoices):
    """Why a whole number is asked for."""

    VERIFY = "verify", _("核实风险预警")
    CONTACT = "contact", _("联系纳税人")
    DOCUMENT = "document", _("核对证件资料")
    ASSIST = "assist", _("依法协助调查")


@dataclass(frozen=True)
class Bound:
    """One enterprise of a person, or one person of an enterprise, with the roles between them."""

    person: Person
    enterprise: Enterprise
    bindings: list[Affiliation]
    bureaus: dict[str, str]  # role -> who says so: "local,state"
    seen: bool = True  # whether the officer may open it

    @property
    def share(self) -> Decimal | None:
        return next((one.share for one in self.bindings if one.share is not None), None)

    @property
    def share_words(self) -> str:
        return gathered.percent(self.share)

    @property
    def shown_name(self) -> str:
        """The person's name as this officer may read it."""
        return (self.person.name if self.seen else self.person.public_name) or ""

    @property
    def sources(self) -> list[str]:
        told = {bureau for one in self.bureaus.values() for bureau in one.split(",")}
        return [str(Office.Bureau(bureau).label) for bureau in sorted(told, reverse=True) if bureau]


@dataclass(frozen=True)
class Figure:
    """A number that an officer wants before anything else."""

    title: str | Promise
    value: str
    unit: str | Promise = ""
    trouble: bool = False
    source: str = ""  # the table that says so, and its newest delivery


@dataclass(frozen=True)
class Visit:
    """One line of earlier business."""

    trace: Trace
    enterprise: Enterprise | None

    @property
    def title(self) -> str:
        return words.action(self.trace.action)

    @property
    def refused(self) -> bool:
        return self.trace.outcome != "done"

    @property
    def item(self) -> str:
        return str(self.trace.detail.get("item", ""))

    @property
    def ticket(self) -> str:
        return str(self.trace.detail.get("ticket", ""))


@dataclass(frozen=True)
class PersonDossier:
    """个人档案."""

    person: Person
    officer: Officer

    @property
    def may_close(self) -> bool:
        """Whether this officer may enter that the person died or was cancelled (hall.closings)."""
        return self.officer.holds(*CLOSERS)

    @cached_property
    def roles(self) -> list[Affiliation]:
        """Roles of all times."""
        return list(self.person.affiliations.select_related("enterprise", "person"))

    @cached_property
    def bound(self) -> list[Bound]:
        """Roles now, enterprise by enterprise."""
        told = gathered.about("affiliation", self.person.key)
        return _bound(self.roles, told, "enterprise_id", self.officer)

    @cached_property
    def earlier(self) -> list[Affiliation]:
        """Roles that ended, the last one first."""
        ended = [(one.until, one) for one in self.roles if one.until and one.until < localdate()]
        return [one for _until, one in sorted(ended, key=lambda pair: pair[0], reverse=True)]

    @property
    def standing(self) -> list[tuple[Bound, list[Fact]]]:
        """Each enterprise with how it stands, where the officer may open it."""
        return [
            (one, standing.of(self.officer, one.enterprise.key) if one.seen else [])
            for one in self.bound
        ]

    @property
    def arrears(self) -> Decimal:
        return sum((one.enterprise.arrears for one in self.bound), Decimal())

    @cached_property
    def groups(self) -> list[Group]:
        """What the lake's tables know of the person, under their headings."""
        return sections.of(self.officer, self.person.key)

    @cached_property
    def plots(self) -> list[Plot]:
        return plots.of_tables(self.person.key, _names(self.groups))

    @property
    def figures(self) -> list[Figure]:
        """What to know first."""
        income = gathered.about("person_income_year", self.person.key)[-1:]  # sorted by year
        return [
            Figure(_("关联企业"), str(len({one.enterprise.pk for one in self.bound})), _("户")),
            Figure(
                _("关联企业欠税"),
                _yuan(self.arrears),
                _("元"),
                trouble=self.arrears > 0,
                source=gettext("来源：各关联企业的应征税款"),
            ),
            Figure(
                _("%(year)s 年所得") % {"year": income[0]["tax_year"]} if income else _("年所得"),
                _yuan(income[0]["income"]) if income else "—",
                _("元") if income else "",
                source=_source(self.groups, "personal_income"),
            ),
            *_counted(self.groups),
        ]

    @cached_property
    def offices(self) -> list[Office]:
        return _offices(self.person.key)

    @cached_property
    def visits(self) -> list[Visit]:
        return _visits(Trace.objects.about_any(self.person.key))

    @cached_property
    def timeline(self) -> TimeLine:
        return timeline.of(self.officer, self.person.key, self.roles)

    @property
    def portrait_count(self) -> int:
        return self.person.portraits.filter(enrolled=True).count()

    @property
    def verified(self) -> Any:
        """The newest check that the person is who he says."""
        return self.person.verifications.select_related("officer").order_by("-at").first()

    @property
    def document(self) -> str:
        return str(Person.DOCUMENT_TITLES.get(self.person.document_kind, ""))  # type: ignore[call-overload]

    @property
    def lake_version(self) -> int | None:
        return gathered.newest()


@dataclass(frozen=True)
class EnterpriseDossier:
    """企业档案."""

    enterprise: Enterprise
    officer: Officer

    @cached_property
    def roles(self) -> list[Affiliation]:
        """Roles of all times."""
        return list(self.enterprise.affiliations.select_related("enterprise", "person"))

    @cached_property
    def bound(self) -> list[Bound]:
        """Roles now, person by person."""
        told = gathered.about("enterprise_person", self.enterprise.key)
        return _bound(self.roles, told, "person_id", self.officer)

    @cached_property
    def about(self) -> Row:
        """Staff, capital, industry: the registration that counts."""
        found = gathered.about("enterprise", self.enterprise.key)
        return found[0] if found else {}

    @property
    def industry(self) -> str:
        """The class of its industry, with the words for its division."""
        told = self.about.get("industry")
        column = TABLES["registration"].columns["industry"]
        return values.listed(column, str(told)) if told else "—"

    @property
    def source(self) -> str:
        """Who says so, and when: each registration of the enterprise."""
        found = gathered.about("registration", self.enterprise.key, limit=SOURCES)
        return gettext("、").join(sections.source(row) for row in found)

    @cached_property
    def groups(self) -> list[Group]:
        """What the lake's tables know of the enterprise, under their headings."""
        return sections.of(self.officer, self.enterprise.key)

    @cached_property
    def arrears(self) -> list[Row]:
        """Amounts not paid in time, as far as they are known."""
        found = gathered.about("arrears_item", self.enterprise.key)
        return [row for row in found if row["amount"] is not None]

    @cached_property
    def years(self) -> list[Row]:
        """企业所得税年度申报; of two returns for a year the one filed last."""
        found = gathered.about("enterprise_cit_year", self.enterprise.key)
        found.sort(key=lambda row: (row["tax_year"], row["filed_on"] or date.min, row["bureau"]))
        return list({row["tax_year"]: row for row in found}.values())

    @cached_property
    def plots(self) -> list[Plot]:
        made = [plots.cit_years(self.years), plots.arrears(self.arrears, localdate())]
        return [plot for plot in made if plot] + plots.of_tables(
            self.enterprise.key, _names(self.groups)
        )

    @cached_property
    def filings(self) -> Filings | None:
        closed = self.enterprise.status in CLOSED
        return plots.filings(self.enterprise.key, localdate(), closed=closed)

    @cached_property
    def timeline(self) -> TimeLine:
        return timeline.of(
            self.officer,
            self.enterprise.key,
            self.roles,
            arrears=self.arrears,
            filings=self.filings,
        )

    @cached_property
    def shares(self) -> list[Share]:
        """The investors, persons and enterprises, with their parts."""
        today = localdate()
        linked = [
            row
            for row in gathered.about("enterprise_link", self.enterprise.key)
            if row["role"] == Affiliation.Role.INVESTOR and (row["until"] or today) >= today
        ]
        firms = Enterprise.objects.in_bulk({row["linked_id"] for row in linked})
        persons = [(one.shown_name, one.share) for one in self.bound]
        return plots.shares(
            persons
            + [
                (firms[row["linked_id"]].name, row["share"])
                for row in linked
                if row["linked_id"] in firms
            ]
        )

    @property
    def figures(self) -> list[Figure]:
        """What to know first."""
        last = self.years[-1] if self.years else None
        unpaid = sum(row["paid_on"] is None for row in self.arrears)
        owed = self.enterprise.arrears
        return [
            Figure(
                _("欠税"),
                _yuan(owed),
                _("元"),
                trouble=owed > 0,
                source=_source(self.groups, "tax_due"),
            ),
            Figure(
                _("未缴凭证"),
                str(unpaid),
                _("笔"),
                trouble=unpaid > 0,
                source=_source(self.groups, "tax_due"),
            ),
            Figure(
                _("%(year)s 年营业收入") % {"year": last["tax_year"]} if last else _("年营业收入"),
                _yuan(last["revenue"]) if last else "—",
                _("元") if last else "",
                source=_source(self.groups, "cit_year"),
            ),
            *_counted(self.groups),
        ]

    @cached_property
    def offices(self) -> list[Office]:
        return _offices(self.enterprise.key)

    @cached_property
    def visits(self) -> list[Visit]:
        return _visits(Trace.objects.filter(detail__enterprise=self.enterprise.pk))

    @property
    def lake_version(self) -> int | None:
        return gathered.newest()


def person(officer: Officer, person_id: str) -> PersonDossier:
    """The dossier, when `officer` may see it; the look leaves a trace."""
    access.require(officer, f"person:{person_id}")
    found = Person.objects.get(pk=person_id)
    record.seen("dossier.open", about=found.key, officer=officer)
    return PersonDossier(found, officer)


def enterprise(officer: Officer, enterprise_id: str) -> EnterpriseDossier:
    access.require(officer, f"enterprise:{enterprise_id}")
    found = Enterprise.objects.get(pk=enterprise_id)
    record.seen("dossier.open", about=found.key, officer=officer)
    return EnterpriseDossier(found, officer)


def rows(officer: Officer, about: str, table: str, start: int) -> Section:
    """More rows of one section of a dossier; the look leaves a trace."""
    access.require(officer, about)
    record.seen("dossier.rows", about=about, officer=officer, table=table, start=start)
    return sections.more(officer, about, table, start)


def reveal(person_id: str, purpose: str, *, officer: Officer) -> Person:
    """The person with his whole numbers, for a purpose that is named and traced."""
    about = f"person:{person_id}"
    access.require(officer, about)
    with record.of("number.reveal", about=about, officer=officer, place="dossier") as trace:
        if purpose not in Purpose.values:
            raise Refusal("purpose_needed", str(_("请先选择查看完整号码的用途")))
        trace.detail["purpose"] = purpose
        return Person.objects.get(pk=person_id)


def _visits(found: TraceQuerySet) -> list[Visit]:
    listed = list(found.filter(action__in=VISITS).select_related("officer").latest_first()[:LINES])
    firms = Enterprise.objects.in_bulk(
        {str(trace.detail["enterprise"]) for trace in listed if trace.detail.get("enterprise")}
    )
    return [Visit(trace, firms.get(str(trace.detail.get("enterprise", "")))) for trace in listed]


def _bound(
    roles: Iterable[Affiliation], told: list[Row], other: str, officer: Officer
) -> list[Bound]:
    """Bindings in force to one other side each, with who says so."""
    today = localdate()
    rows = sorted(
        (one for one in roles if one.is_in_force(today)),
        key=lambda one: (str(getattr(one, other)), one.role),
    )
    bureaus: dict[tuple[str, str], str] = {}
    for row in told:
        both = {*bureaus.get((row[other], row["role"]), "").split(","), *row["bureaus"].split(",")}
        bureaus[(row[other], row["role"])] = ",".join(sorted(both - {""}))
    groups: dict[str, list[Affiliation]] = {}
    for one in rows:
        groups.setdefault(str(getattr(one, other)), []).append(one)
    kind = other.removesuffix("_id")
    open_keys = access.seen_of(officer, {f"{kind}:{pk}" for pk in groups})
    return [
        Bound(
            person=some[0].person,
            enterprise=some[0].enterprise,
            bindings=some,
            bureaus={one.role: bureaus.get((pk, one.role), "") for one in some},
            seen=f"{kind}:{pk}" in open_keys,
        )
        for pk, some in groups.items()
    ]


def _offices(key: str) -> list[Office]:
    return list(Office.objects.filter(subjects__about=key).distinct())


def _names(groups: list[Group]) -> list[str]:
    return [section.table.name for group in groups for section in group.sections]


def _counted(groups: list[Group]) -> list[Figure]:
    """How much there is of what an officer asks for: property, and cases where he may read them."""
    counted = {"home_contract": (_("房产"), _("处")), "vehicle": (_("车辆"), _("辆"))}
    found = {section.table.name: section.count for group in groups for section in group.sections}
    figures = [
        Figure(title, str(found[name]), unit, source=_source(groups, name))
        for name, (title, unit) in counted.items()
        if name in found
    ]
    cases = sum(
        section.count
        for group in groups
        for section in group.sections
        if section.restricted and sections.is_case(section.table.name)
    )
    if not cases:
        return figures
    return [*figures, Figure(_("案件与名单"), str(cases), _("条"), trouble=True)]


def _source(groups: list[Group], table: str) -> str:
    """The section of a table and its newest delivery; nothing where it has no rows."""
    for group in groups:
        for section in group.sections:
            if section.table.name == table:
                told = {"table": section.title, "day": section.delivered_on}
                return gettext("来源：%(table)s，%(day)s 交付") % told
    return ""


def _yuan(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.2f}"
