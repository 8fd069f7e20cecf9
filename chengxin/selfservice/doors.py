"""The doors to one's own pages: who comes in, how long he stays, how it ends.

    terminal: card ─▶ face accepted ──────────────▶ open_by_face ─┐
                  └─▶ no face: send_code ─▶ open_by_code ─────────┼─▶ session ─▶ hold … end
    phone:    ask (number, phone) ─▶ worker ─▶ enter (digits) ────┘

Nobody is told whether a number is known here: `ask` reads no person, it only writes down what was
typed; the worker looks, and sends a code or nothing (`look`).  What comes back in `enter` is
refused alike, whoever he is.  Only then, with his own phone in hand, is he told why he may not in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengxin.core.identifiers import DocumentKind, is_mobile, normal_number
from chengxin.core.keys import Keys, digest
from chengxin.core.refusal import Refusal
from chengxin.hall import addresses, enrolment, kiosks, locks
from chengxin.hall.models import Device, KioskSession
from chengxin.notices import gateway, outbox
from chengxin.notices.outbox import To
from chengxin.people import codes
from chengxin.people.codes import Use
from chengxin.people.models import Person, Verification
from chengxin.people.retention import Job
from chengxin.selfservice.models import ON_A_PHONE, CodeRequest, SelfSession
from chengxin.trace import record

AT_ONCE = 50  # requests of one run of the worker

State, Way, End = Person.State, SelfSession.Way, SelfSession.End
NEVER_CALLED = (State.UNSEEN, State.CLOSED)  # their phones are nobody's to write to

# Why somebody who has shown who he is may not in all the same, and what he does then.
SHUT: dict[str, str | Promise] = {
    State.UNSEEN: gettext_lazy("您尚未实名采集，请持身份证到窗口或取号机办理"),
    State.CAPTURED: gettext_lazy("您的身份尚未核验，请持身份证到窗口核验后使用"),
    State.EXPIRED: gettext_lazy("您的证件已到期，请换领后持新证件到窗口更新"),
    State.CHANGED: gettext_lazy("您的身份信息有变更，请持身份证到窗口复核后使用"),
    State.FROZEN: gettext_lazy("您的身份已冻结，请持身份证到窗口处理；申报、缴税不受影响"),
    State.CLOSED: gettext_lazy("该身份已登记注销，不能使用；有误的，请持证件到窗口更正"),
}


@dataclass(frozen=True)
class Opened:
    """A session and the token that the browser is to hold, which is kept nowhere."""

    session: SelfSession
    token: str


# ---- at a terminal --------------------------------------------------------------------------


def begin(device: Device, session_id: UUID) -> KioskSession:
    """Somebody touched the screen of a terminal: ask for his card.  Who was here before is out."""
    if not device.self_service:
        raise Refusal("no_terminal", _("本机不是自助办税终端，请使用取号功能"))
    _end_all(SelfSession.objects.filter(device=device), End.REPLACED)
    return kiosks.begin(device, session_id, None)


def open_by_face(device: Device, session_id: UUID) -> Opened:
    """His face was accepted beside his card."""
    before = kiosks.identified(device, session_id)
    made = before.verification
    if made is None or made.band != Verification.Band.ACCEPT:
        with record.of("self.begin", about=_of(before).key, place=device.place):
            raise Refusal("not_identified", _("人脸比对未通过，请改用短信验证码或到窗口办理"))
    return _in_from(before, Way.FACE)


def send_code(device: Device, session_id: UUID) -> None:
    """No face could be compared: a code to the phone that was proved to be his."""
    before = kiosks.identified(device, session_id)
    person = _of(before)
    with record.of("code.send", about=person.key, place=device.place) as trace:
        trace.detail["use"] = Use.SELF
        _require_code_may(before, person)
        enrolment.send_to(To(person.key, person.phone), Use.SELF, person.key)


def open_by_code(device: Device, session_id: UUID, digits: str) -> Opened:
    """The code came back from that phone."""
    before = kiosks.identified(device, session_id)
    person = _of(before)
    _require_code_may(before, person)
    codes.spend(person.phone, Use.SELF, person.key, digits)
    return _in_from(before, Way.CARD)


def code_may(session: KioskSession) -> bool:
    """Whether the terminal offers a code: the face was not another's, and his phone is proved."""
    person, made = session.person, session.verification
    rejected = made is not None and made.band == Verification.Band.REJECT
    return person is not None and person.phone_is_proved and not rejected and gateway.is_there()


# ---- on a phone -----------------------------------------------------------------------------


def ask(number: str, phone: str, *, address: str) -> CodeRequest:
    """Write down a number and a phone, for the worker to look at.  Reads no person."""
    keys = Keys.load()
    typed, mobile = number.strip().upper()[:24], phone.strip()
    pair = keys.token("self", f"{typed}|{mobile}")
    token = keys.address_token(address)
    with record.of("self.ask", place=ON_A_PHONE) as trace:
        trace.detail["from"] = token
        if not gateway.is_there():
            raise Refusal("no_gateway", _("短信服务未开通，请到办税服务厅的自助办税终端办理"))
        if not _numbers(typed):
            raise Refusal("number_wrong", _("证件号码有误，请核对后重新输入"))
        if not is_mobile(mobile):
            raise Refusal("wrong_mobile", _("请输入11位手机号码"))
        locks.one_at_a_time(f"self:{pair}", f"self:{token}")
        moment = now()
        addresses.require_few(CodeRequest.objects.all(), token)
        same = CodeRequest.objects.filter(pair=pair)
        if same.filter(made_at__gt=moment - codes.PAUSE).exists():
            raise Refusal("code_just_sent", _("验证码已发送，一分钟后可以再次获取"))
        if same.filter(made_at__gt=moment - timedelta(days=1)).count() >= codes.A_DAY:
            raise Refusal("too_many_codes", _("今日获取验证码次数过多，请改用其他核验方式"))
        made = CodeRequest.objects.create(
            number=typed,
            phone=mobile,
            pair=pair,
            address=token,
            made_at=moment,
            until=moment + codes.GOOD_FOR,
        )
        outbox.ask_worker(outbox.LOOK)
    return made


def look() -> int:
    """The worker: send a code for each request whose phone is proved to be that person's; how many
    were looked at.  One that comes too soon after another code to that phone waits its minute."""
    waiting = CodeRequest.objects.filter(looked_at=None).order_by("made_at")
    return sum(map(_look_at, waiting.values_list("pk", flat=True)[:AT_ONCE]))


def enter(request_id: UUID | None, digits: str) -> Opened:
    """The digits came back; a wrong one costs one of five tries, whoever typed it."""
    asked = _tried(request_id)
    right = asked is not None and _spent(asked, digits)
    person = asked.person if asked is not None else None
    with record.of("self.begin", about=person.key if person else "", place=ON_A_PHONE) as trace:
        trace.detail |= {"way": Way.PHONE} | record.by(None)
        if asked is None:
            raise Refusal("code_over", _("验证码已失效或尝试次数过多，请重新获取"))
        if not right or person is None:
            raise Refusal("code_wrong", _("验证码不正确"))
        CodeRequest.objects.filter(pk=asked.pk).update(used_at=now())
        return _in(person, Way.PHONE, None)


# ---- inside ---------------------------------------------------------------------------------


def hold(token: str) -> SelfSession | None:
    """The session that this token opens, its idle time begun anew; None when it is over."""
    if not token.isascii() or not 40 <= len(token) <= 50:
        return None
    with transaction.atomic():
        found = SelfSession.objects.select_for_update(of=["self"])
        session = (
            found.select_related("person", "device__hall")
            .filter(token=digest(token.encode()), ended_at=None)
            .first()
        )
        if session is None:
            return None
        if session.until <= now():
            full = session.began_at + session.LONGEST <= now()
            _ended(session, End.OVER if full else End.IDLE)
            return None
        locked = session.device is not None and session.device.locked
        if session.person.state != State.VERIFIED or locked:
            _ended(session, End.SHUT)
            return None
        session.seen_at = now()
        session.save(update_fields=["seen_at"])
    return session


def came_from(token: str) -> Device | None:
    """The terminal at which this token was given out, also when its session is over."""
    found = SelfSession.objects.select_related("device").filter(token=digest(token.encode()))
    session = found.first()
    return session.device if session else None


def end(token: str) -> None:
    """He goes."""
    _end_all(SelfSession.objects.filter(token=digest(token.encode())), End.LEFT)


def _forget(past: datetime) -> int:
    """Sessions and requests that ended so long ago; certificates stay."""
    sessions, _what = SelfSession.objects.filter(began_at__lt=past - SelfSession.LONGEST).delete()
    asked, _what = CodeRequest.objects.filter(until__lt=past).delete()
    return sessions + asked


JOBS = {"self_session": Job(_forget)}


# ---- behind the doors -----------------------------------------------------------------------


def _in_from(before: KioskSession, way: str) -> Opened:
    """From the card at the terminal into the pages; the card's own session is over by that."""
    person, device = _of(before), before.device
    with record.of("self.begin", about=person.key, place=device.place) as trace:
        trace.detail |= {"way": way} | record.by(None)
        opened = _in(person, way, device)
        kiosks.end(device, before.pk)
    return opened


def _in(person: Person, way: str, device: Device | None) -> Opened:
    """Let him in, in the caller's transaction; Refusal in words when his state does not let him."""
    locks.one_at_a_time(f"self:{person.key}")
    person.refresh_from_db(fields=["state"])
    if person.state != State.VERIFIED:
        raise Refusal("self_shut", str(SHUT[person.state]))
    mine = SelfSession.objects.filter(device=device)
    _end_all(mine if device else mine.filter(person=person), End.REPLACED)
    token = secrets.token_urlsafe(32)
    session = SelfSession.objects.create(
        token=digest(token.encode()), person=person, way=way, device=device
    )
    return Opened(session, token)


def _end_all(which: QuerySet[SelfSession], how: str) -> None:
    with transaction.atomic():
        for session in which.select_for_update(of=["self"]).filter(ended_at=None):
            _ended(session, how)


def _ended(session: SelfSession, how: str) -> None:
    about = f"person:{session.person_id}"
    with record.of("self.end", about=about, place=session.place) as trace:
        trace.detail |= {"how": how} | record.by(None)
        session.ended_at, session.ended_by = now(), how
        session.save(update_fields=["ended_at", "ended_by"])


def _of(session: KioskSession) -> Person:
    assert session.person is not None
    return session.person


def _require_code_may(before: KioskSession, person: Person) -> None:
    made = before.verification
    if made is not None and made.band == Verification.Band.REJECT:
        raise Refusal("face_mismatch", _("人脸比对未通过，请到窗口人工核实"))
    if not gateway.is_there():
        raise Refusal("no_gateway", _("短信服务未开通，请到窗口办理"))
    if not person.phone_is_proved:
        raise Refusal("no_phone", _("您没有经验证的手机号码，请先到窗口绑定手机号"))


def _numbers(typed: str) -> set[str]:
    """`typed` as the number of each kind of document that it can be."""
    found = {normal_number(kind, typed) for kind in DocumentKind}
    return {number for number in found if number}


def _whose(asked: CodeRequest) -> Person | None:
    """The person of this number, when this phone is proved to be his and may be written to."""
    keys = Keys.load()
    ids = [keys.person_id(number) for number in _numbers(asked.number)]
    token = keys.phone_token(asked.phone)
    found = Person.objects.filter(pk__in=ids, phone_token=token, proved_token=token)
    return found.exclude(state__in=NEVER_CALLED).first()


def _look_at(pk: UUID) -> bool:
    with transaction.atomic():
        waiting = CodeRequest.objects.select_for_update(skip_locked=True)
        asked = waiting.filter(pk=pk, looked_at=None).first()
        if asked is None:
            return False
        person = _whose(asked) if asked.until > now() else None
        if person is not None and not _sent(asked, person):
            return False
        asked.looked_at, asked.person = now(), person
        asked.save(update_fields=["looked_at", "person"])
    return True


def _sent(asked: CodeRequest, person: Person) -> bool:
    """False when it is too soon; whatever else the rules of codes refuse is sent to nobody."""
    try:
        with record.of("code.send", about=person.key, place=ON_A_PHONE) as trace:
            trace.detail |= {"use": Use.SELF} | record.by(None)
            enrolment.send_to(To(person.key, asked.phone), Use.SELF, asked.key)
    except Refusal as refusal:
        return refusal.code != "code_just_sent"
    return True


def _tried(request_id: UUID | None) -> CodeRequest | None:
    """The request with one try more; None when it is over, used up, or never was."""
    if request_id is None:
        return None
    with transaction.atomic():
        found = CodeRequest.objects.select_for_update(of=["self"]).select_related("person")
        asked = found.filter(pk=request_id, used_at=None, until__gt=now()).first()
        if asked is None or asked.tries >= codes.TRIES:
            return None
        asked.tries += 1
        asked.save(update_fields=["tries"])
    return asked


def _spent(asked: CodeRequest, digits: str) -> bool:
    try:
        codes.spend(asked.phone, Use.SELF, asked.key, digits)
    except Refusal:
        return False
    return True
