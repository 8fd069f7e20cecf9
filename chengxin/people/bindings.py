"""Who may act for which enterprise: one side proposes, the other side confirms (双向确认).

    enterprise ─letter─▶ propose ─▶ 待确认 ─▶ the person confirms, here or on his own page
    person ────claims──▶ propose ─▶ 待确认 ─▶ the legal representative confirms
                                       └─────▶ refuse

What the bureaus deliver (`Affiliation`) counts as before; what is frozen or disputed here stops it.
A binding ends with the day on its letter, at the latest after a year.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people import moves, moving
from chengxin.people.models import Affiliation, Binding, Enterprise, Letter, Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.trace import record
from chengxin.trace.models import Trace

Role, Side = Binding.Role, Binding.Side
YEAR = timedelta(days=365)  # a binding without an earlier end
NEAR = timedelta(days=30)  # before its end: 即将到期, and he is reminded
PAGE_DAYS = timedelta(days=7)  # as long as his own page waits for his word
PICTURE = 3_000_000  # bytes of a letter's image at most
JPEG = b"\xff\xd8\xff"
ACTING = tuple(Role.values)  # every role but an investor's

# Kept as they are and translated when shown.
NEAR_ITS_END = gettext_noop("三十日内到期")
AT_ITS_END = gettext_noop("有效期届满")
NOT_CONFIRMED = gettext_noop("到期未确认")


@dataclass(frozen=True)
class Terms:
    """In which role, from when until when (None: a year), and the letter's image and scope."""

    role: str
    valid_from: date
    until: date | None = None
    letter: bytes = b""
    scope: str = ""

    @property
    def last(self) -> date:
        return self.until or self.valid_from + YEAR


@dataclass(frozen=True)
class Signed:
    """The officer at whose window it was done, and where; None on a page of one's own."""

    officer: Officer | None = None
    place: str = ""


def propose(
    person: Person, enterprise: Enterprise, terms: Terms, *, side: str, officer: Officer, place: str
) -> Binding:
    """One side says that `person` acts for `enterprise`; nothing may be done until the other does.

    The enterprise speaks through its letter; without one only for whom it registered in that role.
    """
    with record.of("binding.propose", about=person.key, officer=officer, place=place) as trace:
        trace.detail |= {"enterprise": enterprise.pk, "role": terms.role, "side": side}
        if terms.role not in Role.values or side not in Side.values:
            raise Refusal("wrong_role", _("请选择办税身份"))
        if not localdate() <= terms.valid_from <= terms.last <= terms.valid_from + YEAR:
            raise Refusal("wrong_end", _("有效期自今日起，最长一年"))
        by_word = side == Side.ENTERPRISE and not terms.letter
        if by_word and not _registered(person, enterprise, terms):
            raise Refusal("letter_needed", _("请扫描企业盖章、法定代表人签名的授权委托书"))
        bound = Binding(
            person=person,
            enterprise=enterprise,
            role=terms.role,
            valid_from=terms.valid_from,
            until=terms.last,
            state="",
            proposed_by=side,
            letter=_kept(terms, officer, place),
        )
        author = Author.ENTERPRISE if side == Side.ENTERPRISE else Author.PERSON
        why = gettext_noop("凭授权委托书申请绑定") if terms.letter else gettext_noop("申请绑定")
        try:
            with transaction.atomic():
                moving.binding(bound, "propose", Because(why, author, officer, place))
        except IntegrityError as error:
            if "one_binding_per_role_at_a_time" not in str(error):
                raise
            raise Refusal(
                "already_bound", _("此人在该企业的同一身份在所选期间已有绑定，请先解除或另选期间")
            ) from error
        trace.detail["binding"] = bound.pk
    return bound


def confirm(bound: Binding, by: Person, *, signed: Signed = Signed()) -> Binding:
    """The other side says yes: the person himself, or a legal representative of the enterprise."""
    with record.of(
        "binding.confirm", about=bound.person.key, officer=signed.officer, place=signed.place
    ) as trace:
        held = _held(bound, trace)
        side = _side_of(by, held)
        moving.binding(
            held,
            "confirm",
            Because(gettext_noop("双方确认一致"), Author(side), signed.officer, signed.place),
            confirmed_by=side,
            confirmed_at=now(),
            confirmer=by,
            page_code="",
        )
    return held


def refuse(bound: Binding, by: Person, reason: str, *, signed: Signed = Signed()) -> Binding:
    """The other side says no (已驳回)."""
    with record.of(
        "binding.refuse", about=bound.person.key, officer=signed.officer, place=signed.place
    ) as trace:
        held = _held(bound, trace)
        author = Author(_side_of(by, held))
        moving.binding(
            held, "refuse", Because(reason, author, signed.officer, signed.place), page_code=""
        )
    return held


def end(bound: Binding, by: str, because: Because) -> Binding:
    """It is over: by the person, by the enterprise or by the bureau (`Binding.EndedBy`)."""
    with record.of(
        "binding.end", about=bound.person.key, officer=because.officer, place=because.place
    ) as trace:
        held = _held(bound, trace)
        trace.detail["by"] = by
        if by not in Binding.EndedBy.values:
            raise Refusal("wrong_side", _("请说明由哪一方解除"))
        if held.state == moves.BindingState.DISPUTED and by != Binding.EndedBy.OFFICER:
            raise Refusal("wrong_state", _("绑定有争议，须由税务机关处理后解除"))
        moving.binding(held, "end", because, ended_by=by)
    return held


def freeze(bound: Binding, because: Because) -> Binding:
    """Nobody acts under it until it is looked at: a suspected impersonation, a directive."""
    return _step("binding.freeze", bound, "freeze", because)


def thaw(bound: Binding, because: Because) -> Binding:
    """It was looked at and stands; who was frozen shows his document and himself anew."""
    return _step("binding.thaw", bound, "thaw", because)


def dispute_all(person: Person, enterprise: Enterprise, because: Because) -> list[Binding]:
    """The person says that it is not he (被冒名): in the caller's transaction, every binding there.

    One that waits for his word is refused.
    """
    his = Binding.objects.select_for_update().filter(person=person, enterprise=enterprise)
    found = list(his.exclude(state__in=["ended", "refused", "disputed"]).order_by("pk"))
    for bound in found:
        moving.binding(bound, "refuse" if bound.is_pending else "dispute", because)
    return found


def settle_all(person: Person, enterprise: Enterprise, because: Because, *, his: bool) -> None:
    """The dispute is decided: they are his and stand again, or they end."""
    found = Binding.objects.select_for_update().filter(
        person=person, enterprise=enterprise, state=moves.BindingState.DISPUTED
    )
    for bound in found:
        if his:
            moving.binding(bound, "restore", because)
        else:
            moving.binding(bound, "end", because, ended_by=Binding.EndedBy.OFFICER)


def page_code(bound: Binding) -> str:
    """A fresh code of the person's own page, kept only as a digest, in the caller's transaction."""
    code = secrets.token_urlsafe(18)
    bound.page_code = digest(code.encode())
    bound.save(update_fields=["page_code"])
    return code


def behind(code: str) -> Binding | None:
    """What the page with this code asks about; None when nothing waits there any more."""
    if not code.isascii() or not 20 <= len(code) <= 40:
        return None
    found = Binding.objects.select_related("person", "enterprise")
    bound = found.filter(page_code=digest(code.encode()), state="pending").first()
    return bound if bound and now() - bound.proposed_at < PAGE_DAYS else None


def come_to_an_end(day: date) -> dict[str, int]:
    """The night: what ends within thirty days, what ended, what nobody confirmed."""
    steps = (
        ("expire", AT_ITS_END, Q(until__lt=day), "expired"),
        ("near", NEAR_ITS_END, Q(until__lte=day + NEAR), "near"),
        ("refuse", NOT_CONFIRMED, Q(until__lt=day), "refused"),
    )
    counts = {}
    for step, reason, due, name in steps:
        before = moves.BINDING.moves[step].before
        counts[name] = 0
        for pk in Binding.objects.filter(due, state__in=before).values_list("pk", flat=True):
            with record.of("binding.night") as trace:
                held = Binding.objects.select_for_update().select_related("person").get(pk=pk)
                trace.about, trace.detail["step"] = held.person.key, step
                if held.state not in before:
                    trace.drop()
                    continue
                moving.binding(held, step, Because(reason))
                counts[name] += 1
    return counts


def acting(person: Person, day: date) -> list[Affiliation | Binding]:
    """Every role in which `person` may stand for somebody on `day`, delivered and collected.

    A delivered role that is frozen or disputed here is left out; one in both is given once.  Who
    is closed (注销或死亡) acts for nobody.
    """
    if person.state == moves.IdentityState.CLOSED:
        return []
    stopped = set(person.bindings.stopped().values_list("enterprise", "role"))
    delivered = [
        one
        for one in person.affiliations.on(day).select_related("enterprise")
        if (one.enterprise_id, one.role) not in stopped
    ]
    known = {(one.enterprise_id, one.role) for one in delivered}
    collected = [
        one
        for one in person.bindings.on(day).select_related("enterprise")
        if (one.enterprise_id, one.role) not in known
    ]
    return sorted([*delivered, *collected], key=lambda one: (one.role, one.enterprise.name))


def may_act(person: Person, enterprise: Enterprise, day: date) -> bool:
    """Whether one of his roles lets him handle matters of `enterprise`."""
    here = (one for one in acting(person, day) if one.enterprise_id == enterprise.pk)
    return any(one.role in ACTING for one in here)


def represents(person: Person, enterprise: Enterprise, day: date) -> bool:
    """Whether he is its registered legal representative, and nobody disputes that."""
    if person.state == moves.IdentityState.CLOSED:
        return False
    heads = person.affiliations.on(day).filter(enterprise=enterprise, role=Role.LEGAL_REP)
    stopped = person.bindings.stopped().filter(enterprise=enterprise, role=Role.LEGAL_REP)
    return heads.exists() and not stopped.exists()


def _side_of(by: Person, bound: Binding) -> str:
    """Which side `by` speaks for; Refusal when it is not the one that is waited for."""
    if bound.waits_for == Side.PERSON and by.pk == bound.person_id:
        return Side.PERSON
    if bound.waits_for == Side.ENTERPRISE and represents(by, bound.enterprise, localdate()):
        return Side.ENTERPRISE
    if bound.waits_for == Side.ENTERPRISE:
        raise Refusal("other_side_needed", _("须由该企业的法定代表人确认"))
    if bound.waits_for == Side.PERSON:
        raise Refusal("other_side_needed", _("须由被绑定的本人确认"))
    told = {"state": bound.get_state_display()}
    raise Refusal("wrong_state", _("绑定当前为“%(state)s”，不能办理此项") % told)


def _registered(person: Person, enterprise: Enterprise, terms: Terms) -> bool:
    delivered = person.affiliations.on(terms.valid_from)
    return delivered.filter(enterprise=enterprise, role=terms.role).exists()


def _kept(terms: Terms, officer: Officer, place: str) -> Letter | None:
    if not terms.letter:
        return None
    if len(terms.letter) > PICTURE:
        raise Refusal("file_too_large", _("授权书图片超过3兆字节，请降低扫描分辨率"))
    if not terms.letter.startswith(JPEG):
        raise Refusal("wrong_file", _("授权书须为JPEG图片"))
    if not terms.scope.strip():
        raise Refusal("words_needed", _("请填写授权范围"))
    agency = terms.role == Role.AGENT
    return Letter.objects.create(
        kind=Letter.Kind.AGENCY if agency else Letter.Kind.AUTHORISATION,
        jpeg=terms.letter,
        scope=terms.scope.strip()[:200],
        valid_from=terms.valid_from,
        until=terms.last,
        officer=officer,
        place=place,
    )


def _held(bound: Binding, trace: Trace) -> Binding:
    """The binding's row, locked, and told in the trace."""
    held = (
        Binding.objects.select_for_update(of=["self"])
        .select_related("person", "enterprise")
        .get(pk=bound.pk)
    )
    trace.detail |= {"binding": held.pk, "enterprise": held.enterprise_id, "role": held.role}
    return held


def _step(action: str, bound: Binding, step: str, because: Because) -> Binding:
    with record.of(
        action, about=bound.person.key, officer=because.officer, place=because.place
    ) as trace:
        held = _held(bound, trace)
        moving.binding(held, step, because)
    return held
