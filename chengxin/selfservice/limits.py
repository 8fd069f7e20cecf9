"""What restricts a person or an enterprise he handles, in public words, and his objection to it.

The words follow the kiosk's rule (`hall.matters`): facts that he can end himself are named with
their cure; everything else, a case above all, looks alike and says where to ask.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import desk
from chengxin.hall.matters import CURES
from chengxin.people.models import Enterprise
from chengxin.risk import objections
from chengxin.risk.models import Directive, Objection
from chengxin.risk.orders import Order
from chengxin.selfservice.models import SelfSession
from chengxin.selfservice.sight import MOST, Firm, Own


@dataclass(frozen=True)
class Limit:
    """One restriction that stands now."""

    directive: Directive
    enterprise: Enterprise | None  # None: on the person himself
    may_object: bool
    open_objection: bool  # he has objected, and waits

    @property
    def orders(self) -> list[Order]:
        return self.directive.orders

    @property
    def known(self) -> bool:
        """A fact that he can end himself."""
        return self.directive.indicator in CURES

    @property
    def words(self) -> str:
        return self.directive.words if self.known else _("有待核实事项，按下列方式办理")

    @property
    def cure(self) -> str:
        if self.known:
            return str(CURES[self.directive.indicator])
        return _("请到窗口了解，或联系主管税务机关；有异议的可在此提出")

    @property
    def contact(self) -> str:
        """Whom to ask: the offices that manage whom it restricts."""
        return desk.contact_of(self.directive.about)


@dataclass(frozen=True)
class Said:
    """One of his objections."""

    objection: Objection
    whom: str
    own: bool  # he filed it himself and may take it back

    @property
    def may_withdraw(self) -> bool:
        return self.own and self.objection.is_open


def of(own: Own) -> list[Limit]:
    """Restrictions on him and on the enterprises whose matters he handles, strictest first."""
    firms = _firms(own)
    found = Directive.objects.in_force().about(own.person.key, *firms)
    waiting = set(
        Objection.objects.filter(
            person=own.person.key, state=Objection.State.OPEN, directive__in=found
        ).values_list("directive", flat=True)
    )
    return [
        Limit(
            one,
            firms[one.about].enterprise if one.about in firms else None,
            one.about not in firms or firms[one.about].speaks,
            one.pk in waiting,
        )
        for one in sorted(found, key=desk.severity)
    ]


def said(own: Own) -> list[Said]:
    """His own objections, and those an officer filed for an enterprise for which he speaks."""
    firms = {key: firm for key, firm in _firms(own).items() if firm.speaks}
    mine = Q(person=own.person.key) | Q(person__in=firms)
    found = list(Objection.objects.filter(mine).select_related("directive").order_by("-pk")[:MOST])
    pks = [one.about.removeprefix("enterprise:") for one in found]
    names = {one.key: one.name for one in Enterprise.objects.in_bulk(pks).values()}
    return [
        Said(one, names.get(one.about, _("本人")), one.person == own.person.key) for one in found
    ]


def object_to(session: SelfSession, directive: int, grounds: str) -> Objection:
    """He objects, for himself or for an enterprise for which he speaks."""
    own = Own(session.person)
    standing = {one.directive.pk: one for one in of(own)}
    limit = standing.get(directive)
    if limit is None:
        raise Refusal("no_such_limit", _("没有这项限制，或已经解除，请刷新页面"))
    if not limit.may_object:
        raise Refusal(
            "may_not_speak", _("须由法定代表人、财务负责人、办税员或受托人代企业提出异议")
        )
    return objections.file(
        limit.directive, grounds, person=own.person.key, officer=None, place=session.place
    )


def withdraw(session: SelfSession, objection: int) -> Objection:
    """He takes his own objection back."""
    found = Objection.objects.filter(pk=objection, person=session.person.key).first()
    if found is None:
        raise Refusal("not_his_objection", _("您没有提出过这项异议"))
    return objections.withdraw(found, objections.BY_HIMSELF, officer=None, place=session.place)


def _firms(own: Own) -> dict[str, Firm]:
    return {one.enterprise.key: one for one in own.firms if one.handles}
