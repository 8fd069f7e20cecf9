"""须重新核验: when what is known of somebody's identity is not enough any more, and what cures it.

One function, shown at kiosk and window.  What `stops` an item that needs a real name is refused
there by `require`; the others are said, and cured in this visit.  Filing and payment never wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.items import Item
from chengxin.core.refusal import Refusal
from chengxin.people import moves, retention
from chengxin.people.models import Affiliation, Enterprise, Person, Verification
from chengxin.risk.models import Directive

LOW_SCORES = 3
DOUBT = "M20"  # the indicator of a doubt who stands here

State, Band = Person.State, Verification.Band


@dataclass(frozen=True)
class Reason:
    code: str
    words: str  # what is the case
    cure: str  # what is done about it
    stops: bool = False


def reasons(person: Person, enterprise: Enterprise | None, day: date) -> list[Reason]:
    """Why `person` is to be verified anew, for himself or for `enterprise`; empty: he is not."""
    found = [*_of_identity(person, day), *_of_face(person, day)]
    if enterprise is not None:
        found += _of_binding(person, enterprise, day)
    if person.disputes.filter(state="open").exists():
        cure = _("申诉办结后恢复")
        found.append(Reason("appeal", _("本人已登记被冒名申诉"), cure))
    elif Directive.objects.in_force().about(person.key).filter(indicator=DOUBT).exists():
        cure = _("由两名人员当面核对证件原件")
        found.append(Reason("doubt", _("身份核验存在疑点"), cure))
    return found


def require(person: Person, item: Item) -> None:
    """Refuse an item that needs a real name where the identity itself is stopped."""
    if item.real_name == "none" or item.never_refused or "ID" in item.groups:
        return
    for reason in _of_identity(person, localdate()):
        if reason.stops:
            raise Refusal("verify_anew", f"{reason.words}：{reason.cure}")


def _of_identity(person: Person, day: date) -> list[Reason]:
    found = []
    if not person.document_valid_on(day):
        cure = _("请换领新证件后重新采集")
        found.append(Reason("document_expired", _("留存证件已过有效期"), cure, stops=True))
    if person.state == State.CHANGED:
        cure = _("核对证件原件后重新核验")
        found.append(Reason("changed", _("姓名、证件或手机号码有变更"), cure))
    if person.state == State.FROZEN:
        cure = _("由管理机关核实后解除冻结")
        found.append(Reason("frozen", _("身份已冻结"), cure, stops=True))
    if person.state == State.CLOSED:
        cure = _("请联系主管税务机关更正")
        found.append(Reason("closed", _("身份已登记为注销或死亡"), cure, stops=True))
    last = person.identity_moves.order_by("-pk").first()
    if person.state == State.CAPTURED and last is not None and last.step == "thaw":
        cure = _("重新核验本人与证件")
        found.append(Reason("thawed", _("解除冻结后尚未重新核验"), cure))
    return found


def _of_face(person: Person, day: date) -> list[Reason]:
    found = []
    newest = person.portraits.filter(enrolled=True).order_by("-taken_at", "-pk").first()
    good_for = retention.rules()["enrolled_picture"].days
    if newest is not None and (day - localdate(newest.taken_at)).days >= good_for:
        cure = _("重新采集人像")
        found.append(Reason("template_old", _("人像采集已满五年"), cure))
    compared = person.verifications.exclude(distance=None).order_by("-pk")[:LOW_SCORES]
    bands = [one.band for one in compared]
    if len(bands) == LOW_SCORES and Band.ACCEPT not in bands:
        cure = _("核对证件原件后重新采集人像")
        found.append(Reason("low_scores", _("连续三次人脸比对未通过"), cure))
    return found


def _of_binding(person: Person, enterprise: Enterprise, day: date) -> list[Reason]:
    found = []
    mine = person.bindings.filter(enterprise=enterprise)
    if mine.filter(state="expired").exists() and not mine.filter(state__in=moves.OPEN).exists():
        cure = _("凭新的授权委托书重新绑定")
        found.append(Reason("binding_expired", _("在该企业的授权已到期"), cure))
    if _head_changed(person, enterprise, day):
        cure = _("由新的法定代表人重新授权或确认")
        found.append(Reason("representative", _("该企业法定代表人已变更"), cure))
    return found


def _head_changed(person: Person, enterprise: Enterprise, day: date) -> bool:
    """A legal representative who came after this binding was confirmed."""
    since = person.bindings.filter(enterprise=enterprise, state__in=moves.IN_FORCE)
    confirmed = since.order_by("-confirmed_at").values_list("confirmed_at", flat=True).first()
    if confirmed is None:
        return False
    heads = enterprise.affiliations.on(day).filter(role=Affiliation.Role.LEGAL_REP)
    return heads.exclude(person=person).filter(valid_from__gt=localdate(confirmed)).exists()
