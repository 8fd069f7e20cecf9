"""预采集: begun on one's own phone, finished at a window.

    type (document, name, phone, answers) ─▶ code to the phone ─▶ prove ─▶ a code to show, 7 days
        ─▶ the window has read the document: use, once ─▶ answers and phone are taken over

Nobody is looked for before a window has his document in hand, so that nobody is told who is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.identifiers import DocumentKind, normal_number
from chengxin.core.keys import Keys, digest
from chengxin.core.refusal import Refusal
from chengxin.hall import addresses, enrolment, locks
from chengxin.hall.models import PreEnrolment, Ticket
from chengxin.notices.outbox import To
from chengxin.offices.models import Officer
from chengxin.people import bindings, codes, consents, identity, retention
from chengxin.people.codes import Use
from chengxin.people.identity import CardRead
from chengxin.people.models import Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.trace import record
from chengxin.trace.models import Trace

PLACE = "self"  # of traces and consents that come from somebody's phone
PREFIX = "CP1-"  # of the QR code
LONG = 12  # characters of the code
AFTER_USE = timedelta(days=1)  # the letter may still be wanted in this visit


@dataclass(frozen=True)
class Typed:
    """What somebody typed of himself."""

    kind: DocumentKind
    number: str
    name: str
    phone: str
    answers: dict[str, str] = field(default_factory=dict)
    enterprise_code: str = ""
    letter: bytes = b""


def begin(typed: Typed, *, address: str) -> PreEnrolment:
    """Seal what was typed and send a code to the phone; the same whoever it is."""
    token = Keys.load().address_token(address)
    with record.of("pre.begin", place=PLACE) as trace:
        trace.detail["from"] = token
        number = normal_number(typed.kind, typed.number)
        if number is None or not typed.name.strip():
            raise Refusal("number_wrong", _("证件号码与证件类型不符，请核对后重新输入"))
        if typed.letter and not typed.letter.startswith(bindings.JPEG):
            raise Refusal("wrong_file", _("授权委托书只能提交 JPG 图片，请重新拍照"))
        if len(typed.letter) > bindings.PICTURE:
            raise Refusal("file_too_large", _("授权书图片超过3兆字节，请降低扫描分辨率"))
        answers = consents.answered(typed.answers)
        locks.one_at_a_time(f"pre:{token}")
        addresses.require_few(PreEnrolment.objects.all(), token)
        pk = uuid4()
        made = PreEnrolment.objects.create(
            id=pk,
            code=_digest(code_of(pk)),
            document_kind=typed.kind,
            number=number,
            name=typed.name.strip()[:60],
            phone=typed.phone,
            version=consents.version(),
            answers=answers,
            enterprise_code=typed.enterprise_code.strip().upper()[:32],
            letter=typed.letter or None,
            address=token,
            until=now() + codes.GOOD_FOR,
        )
        trace.detail["pre"] = str(made.pk)
        enrolment.send_to(To(made.key, typed.phone), Use.MOBILE, made.key)
    return made


def prove(pk: UUID | None, digits: str) -> str:
    """The code came back: hold it for seven days; the code that he is to show."""
    typed = PreEnrolment.objects.filter(proved_at=None, until__gt=now())
    made = typed.filter(pk=pk).first() if pk else None
    if made is None:
        raise Refusal("code_over", _("验证码已失效或尝试次数过多，请重新获取"))
    codes.spend(made.phone, Use.MOBILE, made.key, digits)
    with record.of("pre.prove", place=PLACE) as trace:
        trace.detail["pre"] = str(made.pk)
        held = PreEnrolment.objects.select_for_update(of=["self"]).get(pk=made.pk)
        held.proved_at, held.until = now(), now() + timedelta(days=days())
        held.save(update_fields=["proved_at", "until"])
    return code_of(made.pk)


def behind(code: str) -> PreEnrolment | None:
    """What is held under this code now, used or not; without the letter's bytes."""
    held = PreEnrolment.objects.exclude(proved_at=None).filter(until__gt=now())
    return held.defer("letter").filter(code=_digest(normal(code))).first()


def discard(code: str) -> None:
    """He does not want it kept."""
    with record.of("pre.discard", place=PLACE) as trace:
        held = behind(code)
        if held is None or held.used_at is not None:
            raise _unknown()
        trace.detail["pre"] = str(held.pk)
        PreEnrolment.objects.filter(pk=held.pk).delete()


def require_same(code: str, card: CardRead) -> PreEnrolment:
    """What is held under `code`, when it tells the document that lies here; Refusal when not."""
    held = behind(code)
    if held is None or held.used_at is not None:
        raise _unknown()
    same = normal_number(card.kind, card.number) == held.number and held.name == card.name.strip()
    if held.document_kind != card.kind or not same:
        words = _("预采集的证件类型、号码或姓名与证件原件不一致，请按原件采集")
        raise Refusal("document_differs", words)
    return held


def use(ticket: Ticket, code: str, *, officer: Officer) -> PreEnrolment:
    """The window knows the person by his document: take over his answers and his phone, once."""
    person, place = ticket.holder, ticket.place
    with record.of("pre.use", about=person.key, officer=officer, place=place) as trace:
        card = CardRead(DocumentKind(person.document_kind), person.number, person.name, None, None)
        found = require_same(code, card)
        held = PreEnrolment.objects.select_for_update(of=["self"]).get(pk=found.pk)
        if held.used_at is not None:
            raise _unknown()
        said = consents.Said(held.version, held.answers, held.made_at, PLACE)
        taken = consents.carry_over(person, said, officer=officer, place=place)
        because = Because(identity.PHONE_CHANGED, Author.PERSON, officer, place)
        identity.change_phone(person, held.phone, because)
        held.used_at, held.used_by, held.person = now(), officer, person
        held.until = now() + AFTER_USE
        held.save(update_fields=["used_at", "used_by", "person", "until"])
        trace.detail |= {"pre": str(held.pk), "consents": taken}
    return held


def used_for(person: Person) -> PreEnrolment | None:
    """What was taken over of him lately, and is still there."""
    found = PreEnrolment.objects.filter(person=person, until__gt=now())
    return found.order_by("-used_at").first()


def letter_for(person: Person, enterprise_code: str) -> bytes:
    """The letter that he sent beforehand for this enterprise; b"" when he sent none."""
    held = used_for(person)
    if held is None or held.enterprise_code != enterprise_code.strip().upper():
        return b""
    return bytes(held.letter or b"")


def discarded_by_day() -> bool:
    lately = Trace.objects.filter(at__gte=now() - retention.A_DAY)
    return lately.filter(action__in=["pre.discard", "rights.delete"]).exists()


def days() -> int:
    return retention.rules()["pre_enrolment"].days


def code_of(pk: UUID) -> str:
    """Twelve characters that only this installation can make, in threes of four."""
    plain = Keys.load().token("pre", str(pk)).upper()[:LONG]
    return "-".join(plain[at : at + 4] for at in range(0, LONG, 4))


def normal(text: str) -> str:
    """As typed by hand or read from the QR code."""
    plain = text.strip().upper().removeprefix(PREFIX).replace("-", "").replace(" ", "")[:LONG]
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _digest(code: str) -> str:
    return digest(code.encode())


def _unknown() -> Refusal:
    return Refusal("pre_unknown", _("没有这个预采集码，或已使用、已过期，请按证件原件采集"))
