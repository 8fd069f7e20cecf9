"""个人档案、企业档案: everything that is known of one person or enterprise, each with its source.

    registry (PostgreSQL) ──names, roles──▶ dossier ◀──amounts, years, cases── newest warehouse

Reads only, except `reveal`, which shows a whole number and says so in the traces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.lake.engine import Row
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer, Role
from chengxin.people import gathered, lookup
from chengxin.people.models import Affiliation, Enterprise, Person, Registration
from chengxin.trace import record, words
from chengxin.trace.models import Trace, TraceQuerySet

READS = (Role.WINDOW, Role.FIELD, Role.RISK, Role.CREDIT, Role.SECTION_HEAD, Role.LEADER)
SEES_CASES = (Role.FIELD, Role.RISK)
FOUND = 30  # hits of a search that are shown
LINES = 40  # earlier visits; the trace page has the rest
ARREARS = 60
LEVIES: dict[str, str | Promise] = {  # ZSXM_DM
    "10101": _("增值税"),
    "10102": _("消费税"),
    "10104": _("企业所得税"),
    "10106": _("个人所得税"),
    "10107": _("资源税"),
    "10109": _("城市维护建设税"),
    "10110": _("房产税"),
    "10111": _("印花税"),
    "10112": _("城镇土地使用税"),
    "10119": _("契税"),
}
DUES: dict[str, str | Promise] = {
    "tax": _("税款"),
    "surcharge": _("滞纳金"),
    "fine": _("罚款"),
}
VISITS = (
    "item.begin",
    "item.finish",
    "item.stop",
    "ticket.call",
    "ticket.finish",
    "ticket.identify",
    "ticket.miss",
    "ticket.recall",
    "ticket.scan",
    "ticket.start",
    "ticket.take",
)

Subject = TypeVar("Subject", bound=models.Model)


class Purpose(models.TextChoices):
    """Why a whole number is asked for."""

    VERIFY = "verify", _("核实风险预警")
    CONTACT = "contact", _("联系纳税人")
    DOCUMENT = "document", _("核对证件资料")
    ASSIST = "assist", _("依法协助调查")


@dataclass(frozen=True)
class Hits:
    """What a search found, of what the officer may see."""

    persons: list[Person]
    enterprises: list[Enterprise]

    @property
    def count(self) -> int:
        return len(self.persons) + len(self.enterprises)

    @property
    def only(self) -> Person | Enterprise | None:
        """The one that was found, when it is one."""
        found: list[Person | Enterprise] = [*self.persons, *self.enterprises]
        return found[0] if len(found) == 1 else None


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
    def sources(self) -> list[str]:
        told = {bureau for one in self.bureaus.values() for bureau in one.split(",")}
        return [str(Office.Bureau(bureau).label) for bureau in sorted(told, reverse=True) if bureau]


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

    @cached_property
    def bound(self) -> list[Bound]:
        """Roles now, enterprise by enterprise."""
        rows = self.person.affiliations.on(localdate()).select_related("enterprise", "person")
        told = gathered.rows("SELECT * FROM affiliation WHERE person_id = :id", id=self.person.pk)
        return _bound(rows.order_by("enterprise", "role"), told, "enterprise_id", self.officer)

    @property
    def earlier(self) -> QuerySet[Affiliation]:
        """Roles that ended."""
        rows = self.person.affiliations.filter(until__lt=localdate())
        return rows.select_related("enterprise").order_by("-until")

    @property
    def arrears(self) -> Decimal:
        return sum((one.enterprise.arrears for one in self.bound), Decimal())

    @cached_property
    def incomes(self) -> list[Row]:
        return gathered.rows(
            "SELECT tax_year, income, due, paid, payers FROM person_income_year "
            "WHERE person_id = :id ORDER BY tax_year",
            id=self.person.pk,
        )

    @property
    def income_plot(self) -> dict[str, Any]:
        return _plot(
            self.incomes,
            {
                "income": str(_("应纳税所得额")),
                "due": str(_("应纳税额")),
                "paid": str(_("已缴税额")),
            },
        )

    @cached_property
    def homes(self) -> list[Row]:
        rows = gathered.rows(
            "SELECT contract_no, share, price, own_price, area, signed_on FROM person_home "
            "WHERE person_id = :id ORDER BY signed_on DESC NULLS LAST",
            id=self.person.pk,
        )
        return [row | {"share_words": gathered.percent(row["share"])} for row in rows]

    @cached_property
    def offices(self) -> list[Office]:
        return _offices(self.person.key)

    @cached_property
    def visits(self) -> list[Visit]:
        return _visits(Trace.objects.about_any(self.person.key))

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

    @property
    def sees_cases(self) -> bool:
        return self.officer.holds(*SEES_CASES)

    @cached_property
    def bound(self) -> list[Bound]:
        rows = self.enterprise.affiliations.on(localdate()).select_related("enterprise", "person")
        told = gathered.rows(
            "SELECT * FROM affiliation WHERE enterprise_id = :id", id=self.enterprise.pk
        )
        return _bound(rows.order_by("person", "role"), told, "person_id", self.officer)

    @cached_property
    def registrations(self) -> list[Row]:
        """登记 of both bureaus, from the warehouse; what the registry keeps when there is none."""
        rows = gathered.rows(
            "SELECT bureau, registration_id, status, status_changed_on, office, tax_officer, "
            "registered_on, delivered_on, industry, staff, registered_capital, taxpayer_id "
            "FROM enterprise_registration WHERE enterprise_id = :id ORDER BY bureau DESC",
            id=self.enterprise.pk,
        ) or [
            {name: getattr(one, name) for name in ("bureau", "registration_id", "status", "office")}
            for one in self.enterprise.registrations.order_by("-bureau")
        ]
        offices = Office.objects.in_bulk({row["office"] for row in rows if row["office"]})
        return [
            row
            | {
                "bureau_title": bureau(row["bureau"]),
                "office": offices.get(row["office"]),
                "office_code": row["office"],
                "status_title": status(row["status"]),
            }
            for row in rows
        ]

    @cached_property
    def about(self) -> Row:
        """Staff, capital, industry: the registration that counts."""
        found = gathered.rows(
            "SELECT * FROM enterprise WHERE enterprise_id = :id", id=self.enterprise.pk
        )
        return found[0] if found else {}

    @cached_property
    def arrears(self) -> list[Row]:
        """Amounts not paid in time, unpaid ones first."""
        rows = gathered.rows(
            "SELECT bureau, voucher, kind, levy_item, period_from, period_until, due_on, amount, "
            "paid_on FROM arrears_item WHERE enterprise_id = :id "
            "ORDER BY paid_on IS NOT NULL, due_on DESC, voucher",
            id=self.enterprise.pk,
        )
        return [
            row
            | {
                "bureau_title": bureau(row["bureau"]),
                "levy": str(LEVIES.get(row["levy_item"], row["levy_item"])),
                "kind_title": str(DUES.get(row["kind"], row["kind"])),
            }
            for row in rows[:ARREARS]
        ]

    @property
    def unpaid(self) -> int:
        return sum(row["paid_on"] is None for row in self.arrears)

    @cached_property
    def years(self) -> list[Row]:
        """企业所得税年度申报; of two returns for a year the one filed last."""
        rows = gathered.rows(
            "SELECT tax_year, bureau, revenue, profit, taxable_income, payable, filed_on "
            "FROM enterprise_cit_year WHERE enterprise_id = :id "
            "QUALIFY row_number() OVER (PARTITION BY tax_year ORDER BY filed_on DESC NULLS LAST, "
            "bureau DESC) = 1 ORDER BY tax_year",
            id=self.enterprise.pk,
        )
        return [row | {"bureau_title": bureau(row["bureau"])} for row in rows]

    @property
    def cit_plot(self) -> dict[str, Any]:
        return _plot(
            self.years,
            {
                "revenue": str(_("营业收入")),
                "profit": str(_("利润总额")),
                "taxable_income": str(_("应纳税所得额")),
            },
        )

    @cached_property
    def cases(self) -> list[Row]:
        """稽查、评估; nothing for an officer who may not read of cases."""
        if not self.sees_cases:
            return []
        rows = gathered.rows(
            "SELECT 'inspection' AS kind, bureau, coalesce(case_no, case_id) AS case_no, "
            "filed_on AS began_on, closed_on AS ended_on FROM inspection WHERE enterprise_id = :id "
            "UNION ALL SELECT 'assessment' AS kind, bureau, case_no, started_on AS began_on, "
            "ended_on FROM assessment WHERE enterprise_id = :id ORDER BY began_on DESC",
            id=self.enterprise.pk,
        )
        titles = {"inspection": str(_("税务稽查")), "assessment": str(_("纳税评估"))}
        return [
            row | {"title": titles[row["kind"]], "bureau_title": bureau(row["bureau"])}
            for row in rows
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


def search(officer: Officer, text: str) -> Hits:
    """Persons and enterprises by number, code, DJXH or name; only what `officer` may see.

    A whole number finds one; a person's name must be complete, an enterprise's may be a part.
    """
    text = text.strip()
    if not text:
        return Hits([], [])
    person, firm = lookup.person_by_number(text), lookup.enterprise_by_code(text)
    registered = Registration.objects.filter(registration_id=text).values("enterprise")
    persons = _visible(Person.objects.all(), "person", officer)
    firms = _visible(Enterprise.objects.all(), "enterprise", officer)
    name = Keys.load().token("name", text)
    by_name = persons.filter(name_token=name)
    found = firms.filter(pk__in=registered)
    if len(text) >= 2:
        found = found | firms.filter(name__contains=text)
    return Hits(
        list((persons.filter(pk=person.pk) if person else by_name).order_by("pk")[:FOUND]),
        list((firms.filter(pk=firm.pk) if firm else found).order_by("name")[:FOUND]),
    )


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


def reveal(person_id: str, purpose: str, *, officer: Officer) -> Person:
    """The person with his whole numbers, for a purpose that is named and traced."""
    about = f"person:{person_id}"
    access.require(officer, about)
    with record.of("number.reveal", about=about, officer=officer, place="dossier") as trace:
        if purpose not in Purpose.values:
            raise Refusal("purpose_needed", str(_("请先选择查看完整号码的用途")))
        trace.detail["purpose"] = purpose
        return Person.objects.get(pk=person_id)


def bureau(code: str) -> str:
    return str(Office.Bureau(code).label) if code in Office.Bureau.values else code


def status(code: str | None) -> str:
    return str(Enterprise.Status(code).label) if code in Enterprise.Status.values else ""


def _visits(found: TraceQuerySet) -> list[Visit]:
    listed = list(found.filter(action__in=VISITS).select_related("officer").latest_first()[:LINES])
    firms = Enterprise.objects.in_bulk(
        {str(trace.detail["enterprise"]) for trace in listed if trace.detail.get("enterprise")}
    )
    return [Visit(trace, firms.get(str(trace.detail.get("enterprise", "")))) for trace in listed]


def _bound(
    rows: Iterable[Affiliation], told: list[Row], other: str, officer: Officer
) -> list[Bound]:
    """Bindings to one other side each, with who says so."""
    bureaus: dict[tuple[str, str], str] = {}
    for row in told:
        both = {*bureaus.get((row[other], row["role"]), "").split(","), *row["bureaus"].split(",")}
        bureaus[(row[other], row["role"])] = ",".join(sorted(both - {""}))
    groups: dict[str, list[Affiliation]] = {}
    for one in rows:
        groups.setdefault(str(getattr(one, other)), []).append(one)
    kind = other.removesuffix("_id")
    open_keys = seen_of(officer, {f"{kind}:{pk}" for pk in groups})
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


def seen_of(officer: Officer, keys: Collection[str]) -> set[str]:
    """Those of `keys` that `officer` may open."""
    mine = Jurisdiction.objects.filter(access.visible(officer), about__in=keys)
    return set(mine.values_list("about", flat=True))


def _offices(key: str) -> list[Office]:
    return list(Office.objects.filter(subjects__about=key).distinct())


def _visible(found: QuerySet[Subject], kind: str, officer: Officer) -> QuerySet[Subject]:
    keyed = found.annotate(about=Concat(Value(f"{kind}:"), F("pk")))
    return keyed.filter(access.visible(officer))  # type: ignore[return-value]


def _plot(rows: list[Row], series: dict[str, str]) -> dict[str, Any]:
    """Years and one list of yuan for each series; nothing known is null."""
    return {
        "years": [str(row["tax_year"]) for row in rows],
        "series": [
            {
                "name": title,
                "values": [None if row[name] is None else float(row[name]) for row in rows],
            }
            for name, title in series.items()
        ],
    }
