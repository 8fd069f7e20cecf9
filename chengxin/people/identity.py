"""Who stands there: the card, the face, and what an officer sees with his own eyes.

    card ──meet──▶ captured ──verify──▶ accept ──▶ verified
                                   ├──▶ staff ──verify_by_hand──▶ verified
                                   └──▶ reject (again, or an officer looks)

The machine never turns anyone away by itself: below the band it accepts, an officer decides, and
who does not want his face compared is verified by hand (人脸识别技术应用安全管理办法 art. 10).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Protocol

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.identifiers import DocumentKind, normal_number
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.devices.words import DeviceUnavailable, Words
from chengxin.offices.models import Officer
from chengxin.people import consents, identity_facts, likenesses, moves, moving
from chengxin.people.models import IdentityEvent, Person, Portrait, Purpose, Verification
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.trace import record
from chengxin.trace.tongue import english

Band = Verification.Band
Kind = IdentityEvent.Kind
State = Person.State
ADVICE = "advice"  # the engine's word for a live picture that is no good

# Why an identity moved; kept as they are and translated when shown.
CARD_SHOWN = gettext_noop("出示证件")
NAME_CHANGED = gettext_noop("证件姓名与已采集的不一致")
PHONE_CHANGED = gettext_noop("手机号码变更")
PAST_ITS_DAY = gettext_noop("证件超过有效期")
FACE_MATCHED = gettext_noop("人脸比对通过")
LOOKED_AT = gettext_noop("当面核对证件原件")


class Comparison(Protocol):
    """How alike two pictures are, as the face engine says it."""

    @property
    def distance(self) -> float: ...  # 0 same … 2 opposite

    @property
    def band(self) -> str: ...  # accept | staff | reject, or advice: take another picture

    @property
    def engine(self) -> str: ...  # engine, model hash, calibration

    @property
    def reasons(self) -> Sequence[Words]: ...  # for advice: what the person should do

    @property
    def limits(self) -> tuple[float, float] | None: ...  # accept, staff: by which it was judged


class FaceEngine(Protocol):
    """1:1 comparison of a live picture with a reference; `channel` says where that one is from.

    `describe` gives the engine's name and a picture's template for keeping, None without a face.
    """

    def compare(self, live_jpeg: bytes, reference_jpeg: bytes, channel: str) -> Comparison: ...

    def describe(self, jpeg: bytes, channel: str) -> tuple[str, bytes | None]: ...


@dataclass(frozen=True)
class CardRead:
    """What a reader gave of one document.  The number is as printed, not yet checked."""

    kind: DocumentKind
    number: str
    name: str
    until: date | None  # last valid day; None is 长期
    photo: bytes | None  # JPEG; None where the reader's machine has no decoder

    @classmethod
    def from_answer(cls, payload: Mapping[str, Any]) -> CardRead:
        """From a device's answer to `read_id` (devices.messages); Refusal when it is none."""
        try:
            return cls(
                kind=DocumentKind(payload["document_kind"]),
                number=payload["number"],
                name=payload["name"],
                until=date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None,
                photo=base64.b64decode(payload["photo"], validate=True)
                if payload["photo"]
                else None,
            )
        except (KeyError, ValueError, TypeError, binascii.Error) as error:
            raise _unreadable() from error


def person_id(card: CardRead) -> str:
    """As whom the card's number is known; "" for a number that is none."""
    number = normal_number(card.kind, card.number)
    return Keys.load().person_id(number) if number else ""


def face_engine() -> FaceEngine:
    """The face worker of this machine.  Its models are heavy: asked for only when needed."""
    engine: FaceEngine = import_module("chengxin.devices.face_worker")
    return engine


def meet(card: CardRead, *, place: str) -> Person:
    """Know the person of this card, taking down who is new; refuse a card past its last day."""
    return _met("person.meet", card, Because(CARD_SHOWN, Author.PERSON, place=place))


def take_down(card: CardRead, *, officer: Officer, second: Officer, place: str) -> Person:
    """As `meet`, for a document without a readable chip: two officers typed and checked it."""
    if second.pk == officer.pk:
        raise Refusal("second_officer_needed", _("手工录入证件须由另一名人员共同核对"))
    because = Because.of_officer(CARD_SHOWN, officer, place)
    return _met("person.take_down", card, because, second=second)


def _met(action: str, card: CardRead, because: Because, *, second: Officer | None = None) -> Person:
    number = normal_number(card.kind, card.number)
    keys, place = Keys.load(), because.place
    about = f"person:{keys.person_id(number)}" if number else ""
    with record.of(action, about=about, officer=because.officer, place=place) as trace:
        if second is not None:
            trace.detail["second_officer"] = second.username
        if number is None or not card.name.strip():
            raise _unreadable()
        Person.objects.get_or_create(
            pk=keys.person_id(number), defaults={"document_kind": card.kind, "number": number}
        )
        person = Person.objects.select_for_update().get(pk=keys.person_id(number))
        _take_from_card(person, card, number, because)
        trace.detail["state"] = person.state
        identity_facts.note(person, Kind.CARD_READ, place)
        if card.photo is not None:
            _keep_card_photo(person, card.photo, place)
    with record.of("person.admit", about=about, officer=because.officer, place=place) as trace:
        require_open(person)
        if not person.document_valid_on(localdate()):
            raise Refusal("document_expired", _("证件已过有效期，请换领新证件后办理"))
        trace.drop()
    return person


def require_open(person: Person) -> None:
    """Refuse whose identity was closed (注销或死亡)."""
    if person.state == State.CLOSED:
        raise Refusal("identity_closed", _("身份已登记注销或死亡，请到咨询台由工作人员核实"))


def verify(
    person: Person, live_jpeg: bytes, *, place: str, officer: Officer | None = None
) -> Verification:
    """Compare the live face with the card's picture and with the newest enrolled one.

    The card accepts, or the enrolled one accepts and the card does not reject: accept.  The card
    rejects and the enrolled one does not accept: reject.  Everything else an officer decides,
    also when there is nothing to compare with.  The first accepted face is enrolled (一次采集).
    A live picture that is no good is refused as `face_advice`, in words; nothing is kept of it.
    Who does not want his face compared is refused as `face_refused`, and verified without it.
    """
    if consents.refused(person, Purpose.FACE):
        raise Refusal("face_refused", _("本人不同意使用人脸信息，请双人核验或凭短信验证码核验"))
    card = _newest(person, channel=Portrait.Channel.CARD)
    enrolled = _newest(person, enrolled=True)
    by_card = _compared(live_jpeg, card)  # outside the transaction: it takes a while
    by_enrolled = _compared(live_jpeg, enrolled)
    band = decide(_band(by_card), _band(by_enrolled))
    told = by_card or by_enrolled
    if by_enrolled and band == Band.ACCEPT and (by_card is None or by_card.band != Band.ACCEPT):
        told = by_enrolled
    with record.of("person.verify", about=person.key, officer=officer, place=place) as trace:
        live = _keep(person, live_jpeg, place, enrolled=band == Band.ACCEPT and enrolled is None)
        made = Verification.objects.create(
            person=person,
            band=band,
            distance=told.distance if told else None,
            engine=told.engine if told else "",
            accept=told.limits[0] if told and told.limits else None,
            staff=told.limits[1] if told and told.limits else None,
            live=live,
            reference=enrolled if told is by_enrolled else card,
            officer=officer,
            place=place,
        )
        identity_facts.note_comparison(made)
        if live.enrolled:
            identity_facts.note(person, Kind.TEMPLATE, place)
            trace.detail["portrait"] = live.pk
        if band == Band.ACCEPT:
            author = Author.OFFICER if officer else Author.PERSON
            settle(person, Because(FACE_MATCHED, author, officer, place))
        if by_enrolled and by_enrolled.band == Band.REJECT and enrolled is not None:
            likenesses.found_other(enrolled, live, by_enrolled.distance, by_enrolled.engine)
        trace.detail.update(verification=made.pk, band=band)
    if live.enrolled:
        _describe(live)
    return made


def verify_by_hand(
    person: Person, reason: str, *, officer: Officer, place: str, second: Officer | None = None
) -> Verification:
    """An officer compared the person with the original document and answers for it.

    With `second`, who did so too: what the halls saw before is cleared by that (M20).
    """
    with record.of("person.verify_by_hand", about=person.key, officer=officer, place=place) as t:
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写人工核验的理由"))
        if second is not None and second.pk == officer.pk:
            raise Refusal("second_officer_needed", _("双人核实须由经办人以外的另一名人员共同核对"))
        made = Verification.objects.create(
            person=person,
            band=Band.MANUAL,
            officer=officer,
            second_officer=second,
            place=place,
            reason=reason.strip(),
        )
        identity_facts.note(person, Kind.REVERIFIED if second else Kind.BY_HAND, place)
        settle(person, Because.of_officer(LOOKED_AT, officer, place))
        t.detail.update(verification=made.pk, band=made.band)
        if second is not None:
            t.detail["second_officer"] = second.username
    return made


def enrol(
    person: Person, live_jpeg: bytes, *, place: str, officer: Officer | None = None
) -> Portrait:
    """Keep the live face as the one later visits are compared with (实名采集).

    Without an officer beside the person only a face that was accepted is enrolled; a face that
    the engine rejects nobody can enrol.
    """
    verification = verify(person, live_jpeg, place=place, officer=officer)
    with record.of("person.enrol", about=person.key, officer=officer, place=place) as trace:
        if verification.band == Band.REJECT:
            raise Refusal("face_mismatch", _("人脸比对未通过，请到窗口人工核实"))
        if verification.band == Band.STAFF and officer is None:
            raise Refusal("staff_needed", _("请到窗口由工作人员核实后采集"))
        portrait = verification.live
        assert portrait is not None
        if not portrait.enrolled:
            identity_facts.note(person, Kind.TEMPLATE, place)
        portrait.enrolled = True
        portrait.save(update_fields=["enrolled"])
        trace.detail["portrait"] = portrait.pk
    if portrait.template is None:
        _describe(portrait)
    return portrait


def decide(card: str | None, enrolled: str | None) -> Verification.Band:
    """The band of a verification from the bands of its comparisons; None: no such reference."""
    if card == Band.ACCEPT or (enrolled == Band.ACCEPT and card != Band.REJECT):
        return Band.ACCEPT
    if card == Band.REJECT and enrolled != Band.ACCEPT:
        return Band.REJECT
    return Band.STAFF


def change_phone(person: Person, phone: str, because: Because) -> None:
    """A phone that a code proved is his; who was verified with another is looked at anew."""
    with record.of(
        "person.change_phone", about=person.key, officer=because.officer, place=because.place
    ) as trace:
        held = Person.objects.select_for_update().get(pk=person.pk)
        if held.phone == phone and held.phone_is_proved:
            trace.drop()
            return
        if held.phone and held.phone != phone and held.state == State.VERIFIED:
            moving.identity(held, "change", because)
        held.phone, held.phone_token = phone, Keys.load().phone_token(phone)
        held.proved_token = held.phone_token
        held.delivered_on = max(held.delivered_on or date.min, localdate())
        held.save(update_fields=["phone", "phone_token", "proved_token", "delivered_on"])
    person.refresh_from_db()


def freeze(person: Person, because: Because) -> None:
    """Nothing that needs a real name is done for him until it is looked at (冻结)."""
    _step("person.freeze", person, "freeze", because)


def thaw(person: Person, because: Because) -> None:
    """It was looked at: he is verified anew before anything is done (解冻)."""
    _step("person.thaw", person, "thaw", because)


def close(person: Person, because: Because) -> None:
    """He died, or his document was cancelled for good (注销或死亡)."""
    _step("person.close", person, "close", because)


def reopen(person: Person, because: Because) -> None:
    """That was a mistake."""
    _step("person.reopen", person, "reopen", because)


def expire_documents(day: date) -> int:
    """The night: whose document is past its last day (证件到期); how many."""
    before = moves.IDENTITY.moves["expire"].before
    due = Person.objects.filter(document_until__lt=day, state__in=before)
    count = 0
    for pk in due.exclude(state=State.UNSEEN).values_list("pk", flat=True):
        with record.of("person.expire", about=f"person:{pk}"):
            held = Person.objects.select_for_update().get(pk=pk)
            moving.identity(held, "expire", Because(PAST_ITS_DAY))
            count += 1
    return count


def _step(action: str, person: Person, step: str, because: Because) -> None:
    with record.of(action, about=person.key, officer=because.officer, place=because.place):
        held = Person.objects.select_for_update().get(pk=person.pk)
        moving.identity(held, step, because)
    person.refresh_from_db(fields=["state"])


def _take_from_card(person: Person, card: CardRead, number: str, because: Because) -> None:
    name, known = card.name.strip(), person.name
    if known != name:  # the chip is the newest word on it
        person.name, person.name_token = name, Keys.load().token("name", name)
        person.delivered_on = max(person.delivered_on or date.min, localdate())
    person.document_kind, person.number = card.kind, number
    person.document_until = card.until
    person.save()
    if known and known != name and person.state == State.VERIFIED:
        moving.identity(person, "change", _for(because, NAME_CHANGED))
    if not person.document_valid_on(localdate()):
        if moves.IDENTITY.may("expire", person.state):
            moving.identity(person, "expire", _for(because, PAST_ITS_DAY))
    elif person.state == State.UNSEEN:
        moving.identity(person, "capture", because)
    elif person.state == State.EXPIRED:
        moving.identity(person, "renew", because)


def _for(because: Because, reason: str) -> Because:
    return Because(reason, because.author, because.officer, because.place)


def _keep_card_photo(person: Person, photo: bytes, place: str) -> None:
    newest = _newest(person, channel=Portrait.Channel.CARD)
    if newest is None or newest.jpeg != photo:
        Portrait.objects.create(
            person=person, channel=Portrait.Channel.CARD, jpeg=photo, place=place
        )


def _keep(person: Person, jpeg: bytes, place: str, *, enrolled: bool) -> Portrait:
    return Portrait.objects.create(
        person=person, channel=Portrait.Channel.LIVE, jpeg=jpeg, enrolled=enrolled, place=place
    )


def _newest(person: Person, **which: Any) -> Portrait | None:
    return Portrait.objects.filter(person=person, **which).order_by("-taken_at", "-pk").first()


def _compared(live_jpeg: bytes, reference: Portrait | None) -> Comparison | None:
    if reference is None:
        return None
    found = face_engine().compare(live_jpeg, bytes(reference.jpeg or b""), reference.channel)
    if found.band == ADVICE:
        words = found.reasons[0]
        raise Refusal("face_advice", words.en if english() else words.zh)
    return found


def _band(comparison: Comparison | None) -> str | None:
    return comparison.band if comparison else None


def settle(person: Person, because: Because) -> None:
    """In the caller's transaction: verified; who is frozen stays so, and an expired document does
    not become valid by a face."""
    held = Person.objects.select_for_update().get(pk=person.pk)
    if held.state == State.UNSEEN:
        moving.identity(held, "capture", _for(because, CARD_SHOWN))
    if held.state == State.CAPTURED:
        moving.identity(held, "verify", because)
    elif held.state == State.CHANGED:
        moving.identity(held, "review", because)
    person.refresh_from_db(fields=["state"])


def _describe(portrait: Portrait) -> None:
    """Write the template of a picture that was enrolled, and have the worker look for its like.

    Without the engine it stays undescribed until `people.faces.reembed`.
    """
    try:
        engine, template = face_engine().describe(bytes(portrait.jpeg or b""), portrait.channel)
    except DeviceUnavailable:
        return
    with transaction.atomic():
        portrait.engine, portrait.template = engine, template
        portrait.save(update_fields=["engine", "template"])
        if template is not None:
            likenesses.ask(portrait)


def _unreadable() -> Refusal:
    return Refusal("card_unreadable", _("未能读出有效的证件信息，请重新放置证件"))
