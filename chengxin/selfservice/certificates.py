"""证明: issued once, kept with its words, printed again word for word, verified by anybody.

    issue (enrolled | bound | grade) ─▶ number, code, words, hash ─▶ sheet.pdf
                                              └─ QR ─▶ public page: genuine, and what it attests

A certificate says what the data said when it was issued, and from which version.  It names the
person in full on paper; the public page only as it may be called out.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.hall import desk, locks
from chengxin.hall.models import Hall
from chengxin.offices.models import Office
from chengxin.people import gathered, standing
from chengxin.people.models import Person
from chengxin.selfservice.models import Certificate, SelfSession
from chengxin.selfservice.sight import Firm, Own
from chengxin.trace import record, words
from chengxin.trace.tongue import listed

Kind = Certificate.Kind
TONGUES = ("zh-hans", "en")
SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # of a code: 26 of them hold 130 random bits


@dataclass(frozen=True)
class Words:
    """One certificate in one language: what paper and page say."""

    title: str
    text: str  # on paper, with the name in full
    public: str  # on the page that anybody may open
    office: str  # who manages whom it is about
    day: str


def issue(session: SelfSession, kind: str, enterprise: str = "") -> Certificate:
    """Issue it to the person of this session; the same again on the same day is the same one."""
    own = Own(session.person)
    firm = own.firm(enterprise) if kind in (Kind.BOUND, Kind.GRADE) else None
    told = _told(own, kind, firm)  # reads the lake: outside
    version = gathered.newest() if kind == Kind.GRADE else None
    about = own.person.key
    with record.of("certificate.issue", about=about, place=session.place) as trace:
        trace.detail |= {"kind": kind} | record.by(None)
        if firm is not None:
            trace.detail["enterprise"] = firm.enterprise.pk
        if told is None:
            raise Refusal("nothing_to_certify", _("没有可以证明的记录，请到窗口了解"))
        facts = digest(told.encode())
        locks.one_at_a_time("certificate")
        today = Certificate.objects.filter(issued_at__date=localdate())
        if made := today.filter(person=own.person, kind=kind, facts=facts).first():
            trace.drop()
            return made
        code = "".join(secrets.choice(SIGNS) for _sign in range(26))
        number = _next_number()
        made = Certificate.objects.create(
            code=code,
            number=number,
            kind=kind,
            person=own.person,
            enterprise=firm.enterprise if firm else None,
            facts=facts,
            told=told,
            sha256=_sum(number, code, told),
            lake_version=version,
            issued_at=now(),
            place=session.place,
        )
        trace.detail |= {"certificate": number, "sha256": made.sha256}
    return made


def of(person: Person) -> QuerySet[Certificate]:
    """His own, the newest first."""
    return person.certificates.select_related("enterprise").defer("told").order_by("-issued_at")


def words_of(made: Certificate, tongue: str = "") -> Words:
    """What it says, in the language of the page or in `tongue` ("zh", "en")."""
    return Words(**json.loads(made.told)[tongue or made.tongue])


def genuine(code: str) -> Certificate | None:
    """The certificate of this code, when what is kept is what was issued; who asked is traced."""
    if len(code) != 26 or set(code) - set(SIGNS):
        return None
    made = Certificate.objects.filter(pk=code).select_related("person").first()
    if made is None or made.sha256 != _sum(made.number, made.code, made.told):
        return None
    with record.of("certificate.check", about=made.person.key, place="certificate") as trace:
        trace.detail["certificate"] = made.number
    return made


def _told(own: Own, kind: str, firm: Firm | None) -> str | None:
    """The words in both languages as canonical JSON; None when there is nothing to attest."""
    found: dict[str, Any] = {}
    for tongue in TONGUES:
        with translation.override(tongue):
            said = _said(own, kind, firm)
        if said is None:
            return None
        found[tongue[:2]] = asdict(said)
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def _said(own: Own, kind: str, firm: Firm | None) -> Words | None:
    person = own.person
    who = _("%(name)s（%(document)s，号码 %(number)s）") % {
        "name": person.name, "document": person.document_title, "number": person.masked_number,
    }  # fmt: skip
    known = {"who": who, "public": person.public_name}
    if kind == Kind.ENROLLED:
        sentence = _enrolled(person)
        about = person.key
    elif kind == Kind.BOUND and firm is not None:
        sentence, about = _bound(firm), firm.enterprise.key
    elif kind == Kind.GRADE and firm is not None:
        sentence, about = _graded(firm), firm.enterprise.key
    else:
        raise Refusal("no_such_certificate", _("请选择要出具的证明"))
    if sentence is None:
        return None
    return Words(
        title=str(Kind(kind).label),
        text=sentence % {"who": known["who"]},
        public=sentence % {"who": known["public"]},
        office=desk.contact_of(about),
        day=localdate().isoformat(),
    )


def _enrolled(person: Person) -> str | None:
    """Where and when he was enrolled: at the window, or by the first face that was kept."""
    done = person.enrolments.order_by("at").first()
    kept = person.portraits.filter(enrolled=True).defer("jpeg", "template").order_by("taken_at")
    first = done or kept.first()
    if first is None:
        return None
    moment = done.at if done else first.taken_at  # type: ignore[union-attr]
    told = {"day": localtime(moment).date().isoformat(), "where": _where(first.place)}
    return _quoted(_("%%(who)s已于%(day)s在%(where)s完成办税人员实名信息采集。"), told)


def _bound(firm: Firm) -> str | None:
    roles = [
        _("%(role)s（至%(until)s）") % {"role": one.title, "until": one.until}
        if one.until
        else one.title
        for one in firm.held
        if one.in_force
    ]
    told = {"day": localdate().isoformat(), "roles": listed(roles)} | _firm(firm)
    return _quoted(
        _("截至%(day)s，%%(who)s在%(enterprise)s（%(code)s）的办税身份为：%(roles)s。"), told
    )


def _graded(firm: Firm) -> str | None:
    found = standing.graded(firm.enterprise.key)
    if found is None:
        return None
    told = {
        "year": found.year, "grade": found.grade, "day": found.day or "—",
        "bureau": Office.Bureau(found.bureau).label if found.bureau in Office.Bureau else "",
    } | _firm(firm)  # fmt: skip
    return _quoted(
        _(
            "%(enterprise)s（%(code)s）%(year)s年度纳税信用级别为%(grade)s级（%(bureau)s，%(day)s评定）。"
        ),
        told,
    )


def _quoted(sentence: str, told: Mapping[str, object]) -> str:
    """The sentence with its facts, and the place of the name left open, whatever the facts hold."""
    return sentence % {name: str(value).replace("%", "%%") for name, value in told.items()}


def _firm(firm: Firm) -> dict[str, object]:
    number = firm.enterprise.number or _("登记号码含证件号码，从略")
    return {"enterprise": firm.enterprise.name, "code": number}


def _where(place: str) -> str:
    hall = Hall.objects.filter(pk=place.partition("/")[0].removeprefix("hall:")).first()
    return hall.title if hall else words.place(place) or _("办税服务厅")


def _next_number() -> str:
    """The year and a count within it, in the caller's lock: no gap, none twice."""
    year = localdate().year
    count = Certificate.objects.filter(number__startswith=f"ZM{year}").count()
    return f"ZM{year}{count + 1:07}"


def _sum(number: str, code: str, told: str) -> str:
    return digest(f"{number}\n{code}\n{told}".encode())
