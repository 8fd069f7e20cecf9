"""注销或死亡: an identity ends, and everything that rests on it, in one moment.

    propose (ground, paper) ──another officer──▶ approve ─▶ identity closed, bindings ended,
                                    │                      numbers and appointments given up
                                    └── refuse
    a mistake: propose again as 更正 ──another officer──▶ identity open, to be verified anew

What ended stays ended: who acts again is bound again.  A person who is being served is not closed:
if he is dead, somebody else stands there (疑似冒名).
"""

from __future__ import annotations

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, ledger, moves
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import Appointment, Ticket
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people import identity, moving
from chengxin.people import moves as people_moves
from chengxin.people.dossier import CLOSERS
from chengxin.people.models import Binding, Closing, Person
from chengxin.people.moving import Because
from chengxin.trace import record

PROPOSERS = CLOSERS
DECIDERS = (Role.SECTION_HEAD, Role.LEADER)
Step, Ground, Verdict = Closing.Step, Closing.Ground, Closing.Verdict
STEPS = {Step.CLOSE: identity.close, Step.REOPEN: identity.reopen}
PAPER = 200  # letters of its name, number and issuer

# Kept as they are and translated when shown.
ENDED = gettext_noop("本人身份已登记注销或死亡")


def propose(person: Person, step: str, ground: str, paper: str, *, officer: Officer) -> Closing:
    """Say that the identity ends, or that it ended by mistake; nothing changes before another
    officer has looked at the paper."""
    with record.of("closing.propose", about=person.key, officer=officer) as trace:
        trace.detail |= {"step": step, "ground": ground}
        access.require_role(officer, *PROPOSERS)
        held = Person.objects.select_for_update().get(pk=person.pk)
        if step not in Step.values or (ground == Ground.MISTAKE) != (step == Step.REOPEN):
            raise Refusal("ground_needed", _("请选择依据：死亡、户口或证件注销；更正的为登记有误"))
        if ground not in Ground.values or not paper.strip():
            raise Refusal("paper_needed", _("请写明证明材料的名称、编号和出具单位"))
        if not people_moves.IDENTITY.may(step, held.state):
            raise moving.wrong_state(held)
        if held.closings.filter(verdict=Verdict.OPEN).exists():
            raise Refusal("already_proposed", _("此人已有待复核的登记，请先复核"))
        return Closing.objects.create(
            person=held, step=step, ground=ground, paper=paper.strip()[:PAPER], proposed_by=officer
        )


def approve(closing: Closing, reason: str, *, officer: Officer) -> None:
    """The second officer saw the paper: from now on nothing is done in this name, or again."""
    about = closing.person.key
    with record.of("closing.approve", about=about, officer=officer) as trace:
        held = _held(closing, officer)
        one_at_a_time(about)
        person = Person.objects.select_for_update().get(pk=held.person_id)
        because = Because.of_officer(reason, officer)
        STEPS[Step(held.step)](person, because)
        if held.step == Step.CLOSE:
            trace.detail |= {
                "numbers": _give_up_numbers(person, officer),
                "bindings": _end_bindings(person, officer),
            }
        trace.detail |= {"closing": held.pk, "step": held.step}
        _decide(held, Verdict.APPROVED, reason, officer)


def refuse(closing: Closing, reason: str, *, officer: Officer) -> None:
    """The paper does not show it."""
    about = closing.person.key
    with record.of("closing.refuse", about=about, officer=officer) as trace:
        held = _held(closing, officer)
        trace.detail["closing"] = held.pk
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写理由"))
        _decide(held, Verdict.REFUSED, reason, officer)


def _held(closing: Closing, officer: Officer) -> Closing:
    access.require_role(officer, *DECIDERS)
    held = Closing.objects.select_for_update().get(pk=closing.pk)
    if not held.is_open:
        raise Refusal("already_answered", _("该申请已答复"))
    if held.proposed_by_id == officer.pk:
        raise Refusal("second_officer_needed", _("须由登记人以外的人员复核"))
    return held


def _decide(held: Closing, verdict: str, reason: str, officer: Officer) -> None:
    held.verdict, held.reason = verdict, reason.strip()[:400]
    held.decided_by, held.decided_at = officer, now()
    held.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])


def _give_up_numbers(person: Person, officer: Officer) -> list[str]:
    given_up = []
    for ticket in Ticket.objects.open().filter(person=person).select_for_update(of=["self"]):
        if not moves.may("abandon", ticket.state):
            raise Refusal(
                "being_served",
                _("%(number)s 正以此人身份在窗口办理，请先核实是否冒名")
                % {"number": ticket.number},
            )
        ledger.move(ticket, "abandon", officer=officer, ended_at=now())
        given_up.append(ticket.number)
    ahead = Appointment.objects.filter(person=person, state="booked", day__gte=localdate())
    for one in ahead.select_related("person", "hall"):
        appointments.cancel(one, officer=officer)
    return given_up


def _end_bindings(person: Person, officer: Officer) -> list[int]:
    because = Because.of_officer(ENDED, officer)
    ended = []
    for bound in person.bindings.select_for_update().filter(state__in=people_moves.OPEN):
        if bound.is_pending:
            moving.binding(bound, "refuse", because, page_code="")
        else:
            moving.binding(bound, "end", because, ended_by=Binding.EndedBy.OFFICER)
        ended.append(bound.pk)
    return ended
