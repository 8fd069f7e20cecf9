"""个人信息权利: what a person may ask of what is kept about him (个人信息保护法 art. 44 to 50).

    ask ──copy, erase, withdraw───▶ done and answered at once, in words
     └────correct──▶ open ──answer──▶ answered, within thirty days

What the law keeps is not deleted, and the answer says so, rule by rule.  Rows go at once, their
bytes in the files of the database by night (`retention.run`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people import consents, moves, moving, retention
from chengxin.people.models import (
    Binding,
    Consent,
    Enrolment,
    Person,
    Purpose,
    RightsRequest,
    Verification,
)
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.trace import record

Kind = RightsRequest.Kind
ANSWERED_IN = timedelta(days=30)  # GB/T 35273
ASKED_TO_DELETE = gettext_noop("本人申请删除采集的信息")


@dataclass(frozen=True)
class Copy:
    """Everything that enrolment keeps about a person: his own copy."""

    person: Person
    consents: list[Consent]
    enrolments: list[Enrolment]
    bindings: list[Binding]
    verifications: list[Verification]
    pictures: int
    templates: int
    fingers: int


def copy(person: Person, *, officer: Officer, place: str) -> Copy:
    """查询、复制: given at once, and kept as a request that was answered."""
    with record.of("rights.copy", about=person.key, officer=officer, place=place):
        portraits = person.portraits.all()
        found = Copy(
            person,
            list(person.consents.order_by("-pk")),
            list(person.enrolments.order_by("-pk")),
            list(person.bindings.select_related("enterprise").order_by("-pk")),
            list(person.verifications.order_by("-pk")[:200]),
            portraits.count(),
            portraits.exclude(template=None).count(),
            person.fingerprints.count(),
        )
        _answered(person, Kind.COPY, _("已提供复制件"), [], officer, place)
    return found


def ask_correction(person: Person, words: str, *, officer: Officer, place: str) -> RightsRequest:
    """更正: what the person says is wrong; who keeps the data answers within thirty days."""
    with record.of("rights.ask", about=person.key, officer=officer, place=place) as trace:
        if not words.strip():
            raise Refusal("words_needed", _("请写明哪项信息有误、应为何"))
        made = RightsRequest.objects.create(
            person=person,
            kind=Kind.CORRECT,
            words=words.strip()[:1000],
            due_on=localdate() + ANSWERED_IN,
            received_by=officer,
            place=place,
        )
        trace.detail["request"] = made.pk
    return made


def answer(request: RightsRequest, words: str, *, officer: Officer) -> None:
    """What was corrected, or why not, in words for the person."""
    with record.of("rights.answer", about=request.person.key, officer=officer) as trace:
        trace.detail["request"] = request.pk
        held = RightsRequest.objects.select_for_update().get(pk=request.pk)
        if not held.is_open:
            raise Refusal("already_answered", _("该申请已答复"))
        if not words.strip():
            raise Refusal("words_needed", _("请填写答复"))
        held.answer, held.answered_by, held.answered_at = words.strip()[:1000], officer, now()
        held.save(update_fields=["answer", "answered_by", "answered_at"])


def withdraw(person: Person, purpose: str, *, officer: Officer, place: str) -> RightsRequest:
    """撤回同意: what rested on it alone is deleted in the same moment."""
    with record.of("rights.withdraw", about=person.key, officer=officer, place=place) as trace:
        consents.withdraw(person, purpose, officer=officer, place=place)
        done = _("已撤回")
        if purpose == Purpose.FACE:
            trace.detail["pictures"] = retention.forget_face(person)
            done = _("已撤回，人像和人脸特征已删除；以后凭证件双人核验或短信验证码办理")
        elif purpose == Purpose.FINGER:
            trace.detail["fingers"] = retention.forget_fingers(person)
            done = _("已撤回，指纹特征已删除；以后以其他方式核验")
        return _answered(person, Kind.WITHDRAW, done, [], officer, place)


def erase(person: Person, *, officer: Officer, place: str) -> RightsRequest:
    """删除: everything that no law keeps; what the law keeps is named in the answer.

    Who acts for an enterprise has his bindings ended first: the duty ends with them.
    """
    with record.of("rights.delete", about=person.key, officer=officer, place=place) as trace:
        held = Person.objects.select_for_update().get(pk=person.pk)
        if held.bindings.filter(state__in=moves.OPEN).exists():
            raise Refusal("still_bound", _("本人仍有未解除的企业绑定，请先解除后再申请删除"))
        if held.state == Person.State.FROZEN:
            raise Refusal("wrong_state", _("身份已冻结，处理完毕前不能删除"))
        trace.detail["pictures"] = retention.forget_face(held)
        trace.detail["fingers"] = retention.forget_fingers(held)
        held.phone = held.phone_token = held.proved_token = ""
        held.save(update_fields=["phone", "phone_token", "proved_token"])
        if moves.IDENTITY.may("erase", held.state):
            moving.identity(held, "erase", Because(ASKED_TO_DELETE, Author.PERSON, officer, place))
        for purpose in (Purpose.FACE, Purpose.FINGER, Purpose.MESSAGES):
            if consents.stands(held, purpose):
                consents.withdraw(held, purpose, officer=officer, place=place)
        kept = [name for name, rule in retention.rules().items() if rule.law]
        done = _("采集的人像、人脸和指纹特征、手机号码已删除；下列信息依法保存，期满自动删除")
        made = _answered(held, Kind.DELETE, done, kept, officer, place)
    person.refresh_from_db()
    return made


def kept_of(request: RightsRequest) -> list[retention.Rule]:
    """What the law keeps, with its ground, as the answer named it."""
    known = retention.rules()
    return [known[name] for name in request.kept if name in known]


def _answered(
    person: Person, kind: str, words: str, kept: list[str], officer: Officer, place: str
) -> RightsRequest:
    return RightsRequest.objects.create(
        person=person,
        kind=kind,
        due_on=localdate() + ANSWERED_IN,
        received_by=officer,
        place=place,
        answered_at=now(),
        answered_by=officer,
        answer=words,
        kept=kept,
    )
