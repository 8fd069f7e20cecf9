"""疑似重复: one face under two numbers, two faces under one; a person judges, never the machine.

enrolment ──template──▶ worker: exact search ──▶ same face, other number ─┐
comparison ──rejects the enrolled picture──▶ same number, other face ─────┴▶ judge ─▶ withdraw
"""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people.models import Likeness, Person, Portrait
from chengxin.trace import record

ALIKE = "people.alike"  # the worker's task, which stands in `exchange.tasks`
JUDGES = (Role.DATA, Role.RISK, Role.SECTION_HEAD, Role.LEADER)

Kind, Verdict = Likeness.Kind, Likeness.Verdict


def ask(portrait: Portrait) -> None:
    """Have the worker look for the same face under another number, in the caller's transaction."""
    app.configure_task(ALIKE, queue="later").defer(portrait=portrait.pk)


def found_alike(one: Portrait, other: Portrait, distance: float, engine: str) -> Likeness:
    """The same face under two numbers: listed once for the two, whichever was first."""
    pair = sorted((one, other), key=lambda portrait: portrait.person_id)
    return _listed(Kind.SAME_FACE, pair[0], pair[1], distance, engine)


def found_other(
    enrolled: Portrait, live: Portrait, distance: float | None, engine: str
) -> Likeness:
    """Another face under the same number than the enrolled one."""
    return _listed(Kind.OTHER_FACE, enrolled, live, distance, engine)


def judge(likeness: Likeness, verdict: str, reason: str, *, officer: Officer) -> None:
    """One person or two, with the reason; what follows from it an officer does by name."""
    with record.of("likeness.judge", about=likeness.person.key, officer=officer) as trace:
        held = _held(likeness)
        access.require_role(officer, *JUDGES)
        trace.detail |= {"likeness": held.pk, "verdict": verdict}
        if held.verdict:
            raise Refusal("already_judged", _("已认定过，请先撤销"))
        if verdict not in (Verdict.ONE_PERSON, Verdict.TWO_PEOPLE):
            raise Refusal("wrong_outcome", _("请选择认定结果"))
        if not reason.strip():
            raise Refusal("reason_needed", _("请写明认定的依据"))
        held.verdict, held.reason = verdict, reason.strip()[:400]
        held.judged_by, held.judged_at = officer, now()
        held.save()


def withdraw(likeness: Likeness, reason: str, *, officer: Officer) -> None:
    """The judgement was wrong: it is open again, and the old one is kept."""
    with record.of("likeness.withdraw", about=likeness.person.key, officer=officer) as trace:
        held = _held(likeness)
        access.require_role(officer, *JUDGES)
        trace.detail["likeness"] = held.pk
        if not held.verdict or held.judged_by is None or held.judged_at is None:
            raise Refusal("already_withdrawn", _("没有可撤销的认定"))
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写撤销的理由"))
        held.history = [
            *held.history,
            {
                "verdict": held.verdict,
                "reason": held.reason,
                "by": held.judged_by.username,
                "at": held.judged_at.isoformat(),
                "withdrawn_by": officer.username,
                "withdrawn_because": reason.strip()[:400],
            },
        ]
        held.verdict, held.reason, held.judged_by, held.judged_at = "", "", None, None
        held.save()


def _listed(
    kind: str, one: Portrait, other: Portrait, distance: float | None, engine: str
) -> Likeness:
    with transaction.atomic():
        made, _fresh = Likeness.objects.get_or_create(
            kind=kind,
            person_id=one.person_id,
            other_id=other.person_id,
            defaults={
                "portrait": one,
                "other_portrait": other,
                "distance": distance,
                "engine": engine,
            },
        )
    return made


def _held(likeness: Likeness) -> Likeness:
    found = Likeness.objects.select_for_update(of=["self"]).select_related("judged_by")
    return found.get(pk=likeness.pk)


def of(person: Person) -> int:
    """How many open questions there are about him."""
    return Likeness.objects.filter(person=person, verdict="").count()
