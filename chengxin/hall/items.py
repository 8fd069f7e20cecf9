"""The items of a visit: begun when identity, binding and directives allow it, then finished or
stopped (事中阻断).

Only this module changes an item record.  Several may be under way in one visit.
"""

from __future__ import annotations

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS, Item
from chengxin.core.refusal import Refusal
from chengxin.hall import checks, ledger, orders, reverification
from chengxin.hall.models import Business, ItemRecord, Ticket
from chengxin.offices.models import Officer
from chengxin.people import bindings
from chengxin.people.models import Enterprise, Person
from chengxin.risk import counter, directives
from chengxin.risk.directives import Decision, Verdict
from chengxin.trace import record

WITHOUT_ENTERPRISE = {"REG", "ID"}  # groups that may concern an enterprise not yet known


def begin(
    ticket: Ticket,
    item: str,
    enterprise: Enterprise | None,
    *,
    officer: Officer,
    approved_by: Officer | None = None,
    override: str = "",
) -> ItemRecord:
    """Begin one item, if identity, binding and directives allow it; otherwise say which does not.

    D2 is met by the verified legal representative in person, D3 by `approved_by`.  With the
    reason `override` he lets pass what the directives restrict (放行), never an identity that was
    not verified or somebody who is not bound to the enterprise.
    """
    with record.of("item.begin", about=ticket.holder.key, officer=officer) as trace:
        trace.detail["item"] = item
        if enterprise is not None:
            trace.detail["enterprise"] = enterprise.pk
        held = ledger.held_in(ticket, trace, Ticket.State.SERVING)
        verdict = directives.check(item, held.holder.key, enterprise.key if enterprise else None)
        trace.detail["directives"] = [order.pk for _effect, order in verdict.effects]
        trace.detail["restricting"] = [order.pk for order in counter.restricting(verdict)]
        if begun := held.items.filter(
            item=item, enterprise=enterprise, state=ItemRecord.State.STARTED
        ).first():
            trace.drop()
            return begun
        _require_identity(held, verdict.item)
        if enterprise is not None:
            require_bound(held.holder, enterprise)
        elif needs_enterprise(verdict.item):
            raise Refusal("enterprise_needed", _("请先选择所代表的企业"))
        lacking = directives.missing(
            verdict,
            person_is_legal_rep=held.identified and is_legal_rep(held.holder, enterprise),
            approved_by=approved_by,
        )
        if lacking and not (override and approved_by):
            raise lacking
        if lacking and approved_by:
            visit = orders.visit_of(held, enterprise)
            counter.override(verdict, visit, override, officer=officer, head=approved_by)
            trace.detail["overridden"] = True
        signed = approved_by if lacking or verdict.needs_approval else None
        if signed:
            trace.detail["approved_by"] = signed.username
        made = ItemRecord.objects.create(
            ticket=held,
            item=item,
            enterprise=enterprise,
            officer=officer,
            approved_by=signed,
            directives=trace.detail["directives"],
        )
    return made


def finish(handled: ItemRecord, *, officer: Officer) -> None:
    """The item is done (办结)."""
    _end("item.finish", handled, ItemRecord.State.FINISHED, officer)


def stop(handled: ItemRecord, *, officer: Officer) -> None:
    """The item could not be done today (中止)."""
    _end("item.stop", handled, ItemRecord.State.STOPPED, officer)


def verdicts(person: Person, business: Business, enterprise: Enterprise | None) -> list[Verdict]:
    """For each item that belongs to `business`: what the back office says of it now."""
    key = enterprise.key if enterprise else None
    return directives.check_all(person.key, key, [item.code for item in of(business)])


def of(business: Business) -> list[Item]:
    """The items of one kiosk module; enrolment is for those whose identity must be collected."""
    if business == Business.ENROLMENT:
        return [ITEMS["identity"]]
    personal = business == Business.PERSONAL
    return [item for item in ITEMS.values() if item.personal == personal]


def nothing_possible(found: list[Verdict]) -> bool:
    return all(verdict.decision == Decision.REFUSED for verdict in found)


def needs_enterprise(item: Item) -> bool:
    return not item.personal and not WITHOUT_ENTERPRISE.intersection(item.groups)


def is_legal_rep(person: Person, enterprise: Enterprise | None) -> bool:
    """Whether `person` is the legal representative of `enterprise` today."""
    return enterprise is not None and checks.represents(person, enterprise)


def require_bound(person: Person, enterprise: Enterprise) -> None:
    if not bindings.may_act(person, enterprise, localdate()):
        raise Refusal("not_bound", _("此人不是该企业的法定代表人、财务负责人或办税人员"))


def _end(action: str, handled: ItemRecord, state: str, officer: Officer) -> None:
    with record.of(action, about=handled.ticket.holder.key, officer=officer) as trace:
        held = ItemRecord.objects.select_for_update(of=["self"]).get(pk=handled.pk)
        trace.detail["item"] = held.item
        if held.enterprise_id:
            trace.detail["enterprise"] = held.enterprise_id
        ticket = ledger.held_in(handled.ticket, trace, Ticket.State.SERVING)
        if held.state != ItemRecord.State.STARTED:
            raise Refusal(
                "wrong_state", _("该事项当前为“%(state)s”") % {"state": held.get_state_display()}
            )
        held.state, held.ended_at = state, now()
        held.save(update_fields=["state", "ended_at"])
        if state == ItemRecord.State.FINISHED:
            checks.note(held, ticket, officer=officer)


def _require_identity(ticket: Ticket, item: Item) -> None:
    """实名: nothing is done for someone who was not verified; filing and payment never wait."""
    if item.real_name != "none" and not item.never_refused and not ticket.identified:
        raise Refusal("not_identified", _("身份尚未核验，请先比对人脸或人工核验"))
    reverification.require(ticket.holder, item)
