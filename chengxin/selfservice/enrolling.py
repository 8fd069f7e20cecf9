"""实名采集 by oneself, at a terminal: card and face brought him in, no officer stands by.

    card, face accepted ─▶ own pages ─▶ inform ─▶ send_code ─▶ prove_phone ─▶ complete
    anything unsure, no phone, another phone, a state that lets him not in ─▶ number: a window

The operations are those of a window, without an officer and with the terminal as their place.  What
needs a second pair of eyes is not done here: no enterprise is bound, no known phone is changed.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import enrolment, kiosks, locks, visits
from chengxin.hall.models import Business, Device
from chengxin.notices.outbox import To
from chengxin.people import codes, consents, enrolments, identity, retention
from chengxin.people.codes import Use
from chengxin.people.models import Consent, Enrolment, Person, Purpose, Verification
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.selfservice.models import SelfSession
from chengxin.trace import record

PHONES = 5  # codes for one person in a day, to whatever phones he types


def wanted(session: SelfSession) -> bool:
    """He stands at a terminal, his face was accepted, and nobody ever enrolled him."""
    return _alone(session) and not session.person.enrolments.exists()


def done(person: Person) -> Enrolment | None:
    """His last enrolment, wherever it was."""
    return person.enrolments.order_by("-at").first()


def inform(session: SelfSession, answers: dict[str, str]) -> None:
    """What he read and what he answered; pictures that he does not want kept go at once."""
    person = session.person
    with record.of("self.inform", about=person.key, place=session.place) as trace:
        trace.detail |= record.by(None)
        _require_alone(session)
        consents.take(person, answers, officer=None, place=session.place)
        if answers.get(Purpose.FACE) == Consent.Answer.REFUSED:
            trace.detail["pictures"] = retention.forget_face(person)


def send_code(session: SelfSession, phone: str) -> None:
    """A code to the phone that he names."""
    person = session.person
    with record.of("code.send", about=person.key, place=session.place) as trace:
        trace.detail |= {"use": Use.MOBILE} | record.by(None)
        _require_alone(session)
        enrolments.require_informed(person)
        _require_same_phone(person, phone)
        if codes.asked_today(Use.MOBILE, person.key) >= PHONES:
            raise Refusal("too_many_codes", _("今日获取验证码次数过多，请取号到窗口办理"))
        enrolment.send_to(To(person.key, phone), Use.MOBILE, person.key)


def prove_phone(session: SelfSession, phone: str, digits: str) -> None:
    """The code came back: the phone is his."""
    person = session.person
    _require_alone(session)
    enrolments.require_informed(person)
    _require_same_phone(person, phone)
    codes.spend(phone, Use.MOBILE, person.key, digits)
    because = Because(identity.PHONE_CHANGED, Author.PERSON, place=session.place)
    identity.change_phone(person, phone, because)


def complete(session: SelfSession) -> Enrolment:
    """Told, answered, phone proved, face accepted here: he is enrolled; once."""
    person = session.person
    with record.of("enrolment.complete", about=person.key, place=session.place) as trace:
        trace.detail |= record.by(None)
        locks.one_at_a_time(f"enrol:{person.key}")
        if before := done(person):
            trace.drop()
            return before
        _require_alone(session)
        enrolments.require_informed(person)
        if not person.phone_is_proved:
            raise Refusal("no_phone", _("请先验证本人手机号码；没有手机的，请取号到窗口办理"))
        made = _accepted(session)
        if made is None:
            raise Refusal("not_identified", _("人脸比对未通过，请取号到窗口办理"))
        way = Enrolment.Way.FACE
        enrolled = enrolments.write_down(made, way, typed=False, officer=None, place=session.place)
        trace.detail |= {"enrolment": enrolled.pk, "way": way}
    return enrolled


def number(session: SelfSession) -> str:
    """He cannot or will not go on alone: a number of 实名采集 for the window."""
    device = session.device
    if device is None:
        raise Refusal("no_terminal", _("请到办税服务厅办理"))
    return _number(device, session.person, _accepted(session), session.pk)


def number_before(device: Device, session_id: UUID) -> str:
    """The same for somebody who was not let in: his face was not accepted, or his state forbids."""
    before = kiosks.identified(device, session_id)
    person, made = before.person, before.verification
    assert person is not None
    given = _number(device, person, made, before.pk)
    kiosks.end(device, before.pk)
    return given


def _number(device: Device, person: Person, made: Verification | None, nonce: UUID) -> str:
    taken = visits.take_ticket(
        device.hall, person, Business.ENROLMENT, enterprise=None, verification=made, nonce=nonce
    )
    kiosks.print_number(device, nonce)
    return taken.ticket.number


def _alone(session: SelfSession) -> bool:
    return session.device_id is not None and session.way == SelfSession.Way.FACE


def _require_alone(session: SelfSession) -> None:
    if not _alone(session):
        raise Refusal("not_identified", _("自助采集须在终端刷身份证并比对人脸；请取号到窗口办理"))


def _require_same_phone(person: Person, phone: str) -> None:
    """A phone that is known of him is changed at a window only."""
    if person.phone and person.phone != phone:
        raise Refusal("other_phone", _("手机号码与已登记的不一致，请取号到窗口办理"))


def _accepted(session: SelfSession) -> Verification | None:
    """The comparison that brought him in."""
    here = session.person.verifications.filter(
        band=Verification.Band.ACCEPT,
        place=session.place,
        at__gt=session.began_at - session.LONGEST,
        at__lte=session.began_at,
    )
    return here.order_by("-at").first()
