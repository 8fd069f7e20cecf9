"""实名采集 at the window, in the order it happens, for the person who stands there.

    receive (other document, two officers) ─┐
    kiosk's card ──────────────────────────┴▶ inform ▶ phone, code ▶ face, or without a face
        ▶ propose a binding ▶ the other side confirms, here or on its own page ▶ complete

Whatever concerns one person only is `people`'s; here it is bound to the visit, its window and its
messages.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.refusal import Refusal
from chengxin.hall import identify, prepared, visits
from chengxin.hall.models import PreEnrolment, Ticket, Window
from chengxin.notices import gateway, outbox
from chengxin.notices.outbox import Kind, To
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people import (
    bindings,
    codes,
    consents,
    enrolments,
    freezing,
    identity,
    lookup,
    rights,
)
from chengxin.people.bindings import Side, Signed, Terms
from chengxin.people.codes import Use
from chengxin.people.models import (
    Affiliation,
    Binding,
    Enrolment,
    Enterprise,
    Person,
    Portrait,
    Purpose,
    Verification,
)
from chengxin.people.moving import Because
from chengxin.trace import record

SUSPECT_FOR = timedelta(days=1)  # the message helps nobody later
TRIES = 3  # of the face in one visit, then two officers or a code
BY_CODE = gettext_noop("持证件原件并通过短信验证码核验")
USES = {
    Use.MOBILE: gettext_noop("绑定手机号"),
    Use.VERIFY: gettext_noop("窗口核验身份"),
    Use.PAGE: gettext_noop("网上确认办税身份"),
    Use.SELF: gettext_noop("自助办税"),
}


def receive(
    window: Window, card: identity.CardRead, *, officer: Officer, second: Officer
) -> Ticket:
    """Somebody came with a document that no reader reads: known by what two officers typed, given
    a number, and served at once at this window."""
    visits.require_free(window)
    person = identity.take_down(card, officer=officer, second=second, place=window.place)
    return visits.enrol_here(window, person, officer=officer)


def inform(ticket: Ticket, answers: dict[str, str], *, officer: Officer) -> None:
    """What the person was shown, and what he said to it."""
    consents.take(ticket.holder, answers, officer=officer, place=ticket.place)


def send_code(ticket: Ticket, phone: str, use: str, *, officer: Officer) -> None:
    """A code to the phone that he names, or to his own for being verified by it."""
    person = ticket.holder
    with record.of("code.send", about=person.key, officer=officer, place=ticket.place) as trace:
        trace.detail["use"] = use
        send_to(To(person.key, phone if use == Use.MOBILE else person.phone), use, person.key)


def send_to(to: To, use: str, about: str) -> None:
    """Make a code and put it into the outbox, in the caller's transaction."""
    if not gateway.is_there():
        raise Refusal("no_gateway", _("短信通道未开通，请双人核验"))
    digits = codes.make(to.phone, use, about)
    words = str(USES[Use(use)])
    outbox.put(to, Kind.CODE, codes.GOOD_FOR, code=digits, use=words)


def prove_phone(ticket: Ticket, phone: str, digits: str, *, officer: Officer) -> None:
    """The code came back: the phone is his."""
    codes.spend(phone, Use.MOBILE, ticket.holder.key, digits)
    because = Because.of_officer(identity.PHONE_CHANGED, officer, ticket.place)
    identity.change_phone(ticket.holder, phone, because)


def verify_by_code(ticket: Ticket, digits: str, *, officer: Officer) -> Verification:
    """Without a face: the original document, and a code on the phone that is kept of him."""
    codes.spend(ticket.holder.phone, Use.VERIFY, ticket.holder.key, digits)
    return identify.verify_by_hand(ticket, BY_CODE, officer=officer)


def enrol_face(ticket: Ticket, jpeg: bytes, *, officer: Officer) -> Portrait:
    """Keep the live face, when he agreed to it; a bad picture costs no try, a wrong face does."""
    with record.of(
        "enrolment.face", about=ticket.holder.key, officer=officer, place=ticket.place
    ) as trace:
        if not consents.stands(ticket.holder, Purpose.FACE):
            raise Refusal("consent_needed", _("请先告知并取得本人对人脸信息的单独同意"))
        if tries_left(ticket) == 0:
            raise Refusal("no_tries_left", _("三次比对均未通过，请双人核验"))
        trace.drop()
    return identify.enrol_face(ticket, jpeg, officer=officer)


def tries_left(ticket: Ticket) -> int:
    """Of this visit at this window."""
    since = ticket.started_at or ticket.taken_at
    failed = ticket.holder.verifications.filter(
        at__gte=since, band=Verification.Band.REJECT, place=ticket.place
    )
    return max(0, TRIES - failed.count())


def propose(ticket: Ticket, code: str, terms: Terms, *, side: str, officer: Officer) -> Binding:
    """Propose a binding for an enterprise of the officer's jurisdiction, by its code."""
    enterprise = lookup.enterprise_by_code(code)
    if enterprise is None:
        raise Refusal("not_known", _("登记库中没有这个号码，请核对后重新输入"))
    access.require(officer, enterprise.key, place=ticket.place)
    return bindings.propose(
        ticket.holder, enterprise, terms, side=side, officer=officer, place=ticket.place
    )


def confirm_here(ticket: Ticket, bound: Binding, *, officer: Officer) -> Binding:
    """The other side stands here: verified in this visit, he says yes himself."""
    require_verified(ticket)
    return bindings.confirm(bound, ticket.holder, signed=Signed(officer, ticket.place))


def refuse_here(ticket: Ticket, bound: Binding, reason: str, *, officer: Officer) -> Binding:
    """The other side stands here and says no."""
    require_verified(ticket)
    return bindings.refuse(bound, ticket.holder, reason, signed=Signed(officer, ticket.place))


def ask_other_side(ticket: Ticket, bound: Binding, *, officer: Officer) -> None:
    """Send the other side the address of its own page."""
    person = ticket.holder
    with record.of("binding.ask", about=person.key, officer=officer, place=ticket.place) as trace:
        trace.detail["binding"] = bound.pk
        if not gateway.is_there() or not settings.PUBLIC_URL:
            raise Refusal("no_gateway", _("短信通道未开通，请对方到厅确认"))
        held = Binding.objects.select_for_update().get(pk=bound.pk)
        other = confirmer_of(held)
        if not held.is_pending or other is None or not other.phone:
            raise Refusal("no_phone", _("对方没有可用的手机号码，请到厅确认"))
        path = reverse("confirm-binding", args=[bindings.page_code(held)])
        outbox.put(
            To(other.key, other.phone),
            Kind.CONFIRM if held.waits_for == Side.PERSON else Kind.CLAIM,
            timedelta(days=1),
            name=held.person.public_name,
            enterprise=held.enterprise.name,
            role=held.get_role_display(),
            link=f"{settings.PUBLIC_URL}{path}",
        )


def confirmer_of(bound: Binding) -> Person | None:
    """Who is asked on his own page: the person, or a legal representative who has a phone."""
    if bound.waits_for == Side.PERSON:
        return bound.person
    heads = bound.enterprise.affiliations.filter(role=Affiliation.Role.LEGAL_REP)
    found = [one.person for one in heads.select_related("person").order_by("pk")]
    return next(
        (
            one
            for one in found
            if one.phone and bindings.represents(one, bound.enterprise, localdate())
        ),
        None,
    )


def claims_for(person: Person) -> list[Binding]:
    """Bindings that wait for this person's word: his own, and those of enterprises he heads."""
    heads = [
        one.enterprise_id
        for one in bindings.acting(person, localdate())
        if isinstance(one, Affiliation) and one.role == Affiliation.Role.LEGAL_REP
    ]
    own = Binding.objects.filter(person=person, proposed_by=Side.ENTERPRISE)
    theirs = Binding.objects.filter(enterprise__in=heads, proposed_by=Side.PERSON)
    waiting = (own | theirs).filter(state="pending").select_related("person", "enterprise")
    return list(waiting.order_by("pk"))


def suspect(ticket: Ticket, words: str, *, officer: Officer) -> None:
    """疑似冒名: identity and bindings of whom the card names are frozen, the enterprises for which
    he acts are told, and another officer looks at it (`people.freezing`)."""
    person, place = ticket.holder, ticket.place
    with record.of("enrolment.suspect", about=person.key, officer=officer, place=place) as trace:
        acting = {one.enterprise for one in bindings.acting(person, localdate())}
        freezing.freeze_all(person, Because.of_officer(words, officer, place))
        told = [_tell_heads(enterprise, person) for enterprise in acting]
        trace.detail |= {"ticket": ticket.number, "told": sum(told)}


def _tell_heads(enterprise: Enterprise, person: Person) -> int:
    heads = enterprise.affiliations.on(localdate()).filter(role=Affiliation.Role.LEGAL_REP)
    told = [
        outbox.put(
            To(one.person.key, one.person.phone), Kind.SUSPECT, SUSPECT_FOR,
            enterprise=enterprise.name,
        )
        for one in heads.select_related("person").exclude(person=person)
    ]  # fmt: skip
    return sum(message is not None for message in told)


def complete(ticket: Ticket, *, officer: Officer) -> Enrolment:
    """Everything is there: the enrolment is written down, with the way in which he was verified."""
    person = ticket.holder
    with record.of(
        "enrolment.complete", about=person.key, officer=officer, place=ticket.place
    ) as trace:
        enrolments.require_informed(person)
        require_verified(ticket)
        made = ticket.verification
        assert made is not None
        way = _way(made)
        if way is None:
            raise Refusal("two_needed", _("采集须人脸比对通过、双人核验，或凭短信验证码核验"))
        typed = not person.portraits.filter(channel=Portrait.Channel.CARD).exists()
        done = enrolments.write_down(made, way, typed=typed, officer=officer, place=ticket.place)
        trace.detail |= {"enrolment": done.pk, "way": way}
    return done


def enterprise_named(person: Person, pk: str) -> Enterprise:
    """One of those that name this person; Refusal for any other."""
    delivered = person.affiliations.filter(enterprise=pk)
    if not delivered.exists() and not person.bindings.filter(enterprise=pk).exists():
        raise Refusal("not_bound", _("该企业没有登记此人为办税人员"))
    return Enterprise.objects.get(pk=pk)


def _way(made: Verification) -> str | None:
    if made.band == Verification.Band.ACCEPT:
        return Enrolment.Way.FINGER if made.by_finger else Enrolment.Way.FACE
    if made.second_officer_id is not None:
        return Enrolment.Way.TWO_OFFICERS
    return Enrolment.Way.CODE if made.reason == BY_CODE else None


def erase(ticket: Ticket, *, officer: Officer) -> None:
    """删除: what no law keeps of him, and the papers that he handed in beforehand."""
    require_verified(ticket)
    rights.erase(ticket.holder, officer=officer, place=ticket.place)
    prepared.erase(ticket.holder, officer=officer, place=ticket.place)
    PreEnrolment.objects.filter(person=ticket.holder).delete()


def require_verified(ticket: Ticket) -> None:
    if not ticket.identified:
        raise Refusal("not_identified", _("身份尚未核验，请先比对人脸或人工核验"))
