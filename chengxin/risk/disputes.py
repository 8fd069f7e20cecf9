"""被冒名: the person at the window says it is not he; the enterprise is protected at once.

    register ──▶ directive on the enterprise (INV, INV-AUTH, DEREG: the legal representative in
      │          person), his bindings 争议, a message to the representative, the list of the
      │          risk section, and M20, which hears of an appeal
      └─ propose (grounds) ──▶ decide (a second officer) ──▶ upheld: his bindings end
                                                        └──▶ rejected: they stand again

Filing and payment go on as ever.  Nothing ends by itself but the directive's longest time.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.effects import Effect
from chengxin.core.refusal import Refusal
from chengxin.notices import outbox
from chengxin.notices.outbox import Kind, To
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people import bindings, identity_facts
from chengxin.people.models import Affiliation, Enterprise, IdentityEvent, Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.risk import directives, following, second_officer
from chengxin.risk.models import Directive, Dispute
from chengxin.trace import record
from chengxin.trace.models import Trace

PROTECTED = ("INV", "INV-AUTH", "DEREG")
MAY_PROPOSE = (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)
MAY_DECIDE = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)
TOLD_FOR = timedelta(days=1)  # the message helps nobody later

State = Dispute.State

SAYS_NOT_HE = gettext_noop("本人申诉被冒名")
UPHELD = gettext_noop("冒名申诉认定属实")
REJECTED = gettext_noop("冒名申诉不成立")
# what the counter says: nobody's name
TOLD = "该企业的办税身份存在被冒名申诉，须法定代表人持身份证到场核实；申报、缴纳不受影响。"
TOLD_EN = (
    "Somebody appealed against being named for this enterprise; its legal representative must come "
    "in person with his identity card.  Filing and payment go on."
)


def register(
    person: Person, enterprise: Enterprise, words: str, *, officer: Officer, place: str
) -> Dispute:
    """Take the appeal down; from this moment on the enterprise is protected.

    Where he is said to be the legal representative himself nobody can appear: it is blocked.
    """
    with record.of("dispute.register", about=person.key, officer=officer, place=place) as trace:
        trace.detail["enterprise"] = enterprise.pk
        if not words.strip():
            raise Refusal("words_needed", _("请按本人所述写明情况"))
        Person.objects.select_for_update().get(pk=person.pk)  # two windows at once
        his = Dispute.objects.filter(person=person, enterprise=enterprise)
        if his.filter(state=State.OPEN).exists():
            raise Refusal("already_disputed", _("对该企业的冒名申诉已登记，正在处理"))
        if not _is_named(person, enterprise):
            raise Refusal("not_bound", _("该企业没有登记此人为办税人员"))
        as_head = _named_as_head(person, enterprise)
        effect = Effect.BLOCK if as_head else Effect.LEGAL_REP
        directive = Directive.objects.create(
            about=enterprise.key,
            subject=person.key,
            source=Directive.Source.DISPUTE,
            levels=dict.fromkeys(PROTECTED, effect),
            reason=TOLD,
            reason_en=TOLD_EN,
            until=directives.end_of(localdate() + directives.LONGEST),
            review_on=localdate() + directives.REVIEWED,
            imposed_by=officer,
        )
        made = Dispute.objects.create(
            person=person,
            enterprise=enterprise,
            words=words.strip()[:1000],
            registered_by=officer,
            place=place,
            directive=directive,
        )
        because = Because(SAYS_NOT_HE, Author.PERSON, officer, place)
        touched = bindings.dispute_all(person, enterprise, because)
        made.told_representative = _tell_representative(enterprise, person)
        made.save(update_fields=["told_representative"])
        identity_facts.note(person, IdentityEvent.Kind.APPEAL_OPENED, place, made.key)
        trace.detail |= {"dispute": made.pk, "bindings": [one.pk for one in touched]}
        with record.of("directive.impose", about=enterprise.key, officer=officer, place=place) as t:
            t.detail |= {"directive": directive.pk, "dispute": made.pk}
    following.ask()  # M20 hears of it now
    return made


def propose(dispute: Dispute, outcome: str, grounds: str, *, officer: Officer) -> None:
    """An officer of the risk section or the managing office says what he found, with grounds."""
    with record.of("dispute.propose", about=dispute.person.key, officer=officer) as trace:
        held = _held(dispute, trace)
        access.require_role(officer, *MAY_PROPOSE)
        if outcome not in (State.UPHELD, State.REJECTED):
            raise Refusal("wrong_outcome", _("请选择认定结果"))
        if not grounds.strip():
            raise Refusal("reason_needed", _("请写明认定的依据"))
        held.proposed, held.proposed_by = outcome, officer
        held.grounds = grounds.strip()[:1000]
        held.save(update_fields=["proposed", "proposed_by", "grounds"])
        trace.detail["outcome"] = outcome


def decide(dispute: Dispute, *, officer: Officer, agrees: bool) -> None:
    """A second officer agrees, and it ends; or sends it back."""
    with record.of("dispute.decide", about=dispute.person.key, officer=officer) as trace:
        held = _held(dispute, trace)
        access.require_role(officer, *MAY_DECIDE)
        if not held.proposed or held.proposed_by is None:
            raise Refusal("nothing_proposed", _("还没有人提出认定意见"))
        second_officer.require(officer, held.proposed_by)
        trace.detail |= {"outcome": held.proposed, "agrees": agrees}
        if not agrees:
            held.proposed, held.proposed_by = "", None
            held.save(update_fields=["proposed", "proposed_by"])
            return
        held.state, held.decided_by, held.decided_at = held.proposed, officer, now()
        held.save(update_fields=["state", "decided_by", "decided_at"])
        because = UPHELD if held.state == State.UPHELD else REJECTED
        bindings.settle_all(
            held.person,
            held.enterprise,
            Because.of_officer(because, officer),
            his=held.state == State.REJECTED,
        )
        order = held.directive
        if order.lifted_at is None:
            order.lift_asked_by = held.proposed_by
            order.lifted_at, order.lifted_by, order.lifted_because = now(), officer, because
            order.save(update_fields=["lift_asked_by", "lifted_at", "lifted_by", "lifted_because"])
        identity_facts.note(held.person, IdentityEvent.Kind.APPEAL_CLOSED, held.place, held.key)
    following.ask()


def visible(officer: Officer) -> QuerySet[Dispute]:
    """Those about enterprises of his jurisdiction, the newest first."""
    key = Concat(Value("enterprise:"), "enterprise_id", output_field=CharField())
    found = Dispute.objects.annotate(about=key).filter(access.visible(officer))
    return found.select_related(
        "person", "enterprise", "registered_by", "proposed_by", "decided_by", "directive"
    ).order_by("-pk")


def _is_named(person: Person, enterprise: Enterprise) -> bool:
    delivered = person.affiliations.on(localdate()).filter(enterprise=enterprise)
    collected = person.bindings.filter(enterprise=enterprise).exclude(
        state__in=["ended", "refused"]
    )
    return delivered.exists() or collected.exists()


def _named_as_head(person: Person, enterprise: Enterprise) -> bool:
    heads = person.affiliations.on(localdate()).filter(role=Affiliation.Role.LEGAL_REP)
    return heads.filter(enterprise=enterprise).exists()


def _tell_representative(enterprise: Enterprise, person: Person) -> bool:
    """A message to the legal representatives, but not to who appeals himself."""
    heads = enterprise.affiliations.on(localdate()).filter(role=Affiliation.Role.LEGAL_REP)
    told = [
        outbox.put(
            To(one.person.key, one.person.phone),
            Kind.DISPUTE,
            TOLD_FOR,
            enterprise=enterprise.name,
        )
        for one in heads.select_related("person").exclude(person=person)
    ]
    return any(told)


def _held(dispute: Dispute, trace: Trace) -> Dispute:
    held = (
        Dispute.objects.select_for_update(of=["self"])
        .select_related("person", "enterprise", "proposed_by", "directive")
        .get(pk=dispute.pk)
    )
    trace.detail |= {"dispute": held.pk, "enterprise": held.enterprise_id}
    if not held.is_open:
        raise Refusal("already_decided", _("该申诉已办结"))
    return held
