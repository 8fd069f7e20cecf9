"""限制类指令: orders from the back office, and the counter's one question.

    a finding, a list, two officers ──impose──▶ in force ──lift | release | expire──▶ lifted

`check` answers "may this person do this item for this enterprise, now?" for the kiosk (事前提醒),
the window (事中阻断) and other systems; `require` turns the answer into a Refusal.  Filing,
payment, curing and objection are at most reminded of: no law lets a counter refuse them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.timezone import localdate, make_aware, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.core.items import GROUPS, ITEMS, Item, effect_on
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk import second_officer
from chengxin.risk.models import Directive, title_of
from chengxin.trace import record
from chengxin.trace.models import Trace

STANDS = timedelta(days=180)  # then it falls, unless it is reviewed and imposed anew
LONGEST = timedelta(days=365)
REVIEWED = timedelta(days=90)  # by hand: then somebody looks whether it is still needed
LEADER_RELEASES = ("M01", "M12")  # the fact's end is not enough: a county leader must release
MAY_LIFT = (Role.RISK, Role.SECTION_HEAD, Role.LEADER)
MAY_PROPOSE = (Role.FIELD, *MAY_LIFT)
MAY_APPROVE = (Role.SECTION_HEAD, Role.LEADER)

# What no law lets a counter refuse, and the groups that hold nothing else: never chosen by hand.
NEVER_REFUSED = {code for code, item in ITEMS.items() if item.never_refused} | {
    group
    for group in GROUPS
    if all(item.never_refused for item in ITEMS.values() if group in item.groups)
}

# Kept as they are and translated when shown: the row outlives the language of who was looking.
EXPIRED = gettext_noop("期满")
RELEASED = gettext_noop("事实已终结，局领导批准解除")


class Decision(StrEnum):
    """What the counter does with one item."""

    ALLOWED = "allowed"
    REMIND = "remind"
    APPROVAL = "approval"
    LEGAL_REP = "legal_rep"
    LEGAL_REP_APPROVAL = "legal_rep_approval"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The answer for one item: what is decided, by which directives, in which words."""

    item: Item
    decision: Decision
    effects: list[tuple[Effect, Directive]]  # strictest first
    reasons: list[str]  # for the person at the counter, strictest first, each once
    personal: bool = False  # no enterprise is concerned: whoever stands here acts for himself

    @property
    def needs_legal_rep(self) -> bool:
        return self.decision in (Decision.LEGAL_REP, Decision.LEGAL_REP_APPROVAL)

    @property
    def needs_approval(self) -> bool:
        return self.decision in (Decision.APPROVAL, Decision.LEGAL_REP_APPROVAL)


def check(item: str, person: str, enterprise: str | None) -> Verdict:
    """May `person` do `item` for `enterprise` (None: for himself), now?  Keys, not ids."""
    [verdict] = check_all(person, enterprise, [item])
    return verdict


def check_all(person: str, enterprise: str | None, items: Iterable[str]) -> list[Verdict]:
    """The answers for several items (codes of `core.items`), in their order, with one query."""
    about = [person, enterprise] if enterprise else [person]
    standing = [(order, order.words) for order in Directive.objects.standing(*about)]
    return [_verdict(_item(code), standing, personal=enterprise is None) for code in items]


def require(
    verdict: Verdict, *, person_is_legal_rep: bool, approved_by: Officer | None = None
) -> None:
    """Refuse unless everything that the directives ask for is there."""
    if lacking := missing(
        verdict, person_is_legal_rep=person_is_legal_rep, approved_by=approved_by
    ):
        raise lacking


def missing(
    verdict: Verdict, *, person_is_legal_rep: bool, approved_by: Officer | None = None
) -> Refusal | None:
    """What the directives ask for and is not there; None when nothing is missing.

    For a matter of his own the verified person himself is whom D2 asks to appear.
    """
    if verdict.decision == Decision.REFUSED:
        return Refusal("restricted", verdict.reasons[0])
    if verdict.needs_legal_rep and not (person_is_legal_rep or verdict.personal):
        return Refusal("legal_rep_needed", verdict.reasons[0])
    if verdict.needs_approval and not (approved_by and approved_by.holds(*MAY_APPROVE)):
        return Refusal("approval_needed", verdict.reasons[0])
    return None


@dataclass(frozen=True)
class Terms:
    """What a directive by hand says: `levels` (item, group or `*` → effect), the sentence for the
    counter, its first day (None: at once), its last (None: 180 days, at most a year), and the day
    on which somebody looks whether it is still needed (None: after 90 days, or at its end)."""

    levels: Mapping[str, str]
    reason: str
    reason_en: str = ""
    begins_on: date | None = None
    until: date | None = None
    review_on: date | None = None

    @property
    def first(self) -> date:
        return max(self.begins_on or localdate(), localdate())

    @property
    def last(self) -> date:
        return self.until or self.first + STANDS

    @property
    def looked_at(self) -> date:
        return self.review_on or min(self.last, self.first + REVIEWED)

    def require_whole(self) -> None:
        """Refuse what the counter could not obey, or must not."""
        if not self.levels or not set(self.levels) <= {"*", *GROUPS, *ITEMS}:
            raise Refusal("wrong_levels", _("请选择受限的办税事项"))
        if not set(self.levels.values()) <= set(Effect):
            raise Refusal("wrong_levels", _("请选择限制方式"))
        if free := [name for name in self.levels if name in NEVER_REFUSED]:
            told = {"items": _("、").join(title_of(name) for name in free)}
            raise Refusal("never_refused", _("依法不得限制：%(items)s") % told)
        if not self.reason.strip():
            raise Refusal("reason_needed", _("请填写下达指令的理由"))
        if not self.first <= self.last <= self.first + LONGEST:
            raise Refusal("wrong_end", _("截止日期须在今日起一年之内"))
        if not self.first <= self.looked_at <= self.last:
            raise Refusal("wrong_review", _("复查日期须在起止日期之间"))


def impose(about: str, terms: Terms, *, officer: Officer, second: Officer) -> Directive:
    """Order the counter by hand, as `officer` proposed and `second` approved (双人复核)."""
    with record.of("directive.impose", about=about, officer=second) as trace:
        require_two(officer, second)
        terms.require_whole()
        directive = Directive.objects.create(
            about=about,
            subject=about,
            source=Directive.Source.MANUAL,
            levels=dict(terms.levels),
            reason=terms.reason.strip(),
            reason_en=terms.reason_en.strip(),
            valid_from=start_of(terms.first) if terms.first > localdate() else now(),
            until=end_of(terms.last),
            review_on=terms.looked_at,
            imposed_by=officer,
            approved_by=second,
        )
        trace.detail |= {"directive": directive.pk, "proposed_by": officer.username}
    return directive


def lift(directive: Directive, reason: str, *, officer: Officer, second: Officer) -> None:
    """Lift by hand, as `officer` asked and `second` decided.

    Who proposed a directive may ask for its end, but not decide it; what a leader must release
    (M01, M12) a leader decides.
    """
    with record.of("directive.lift", about=directive.about, officer=second) as trace:
        trace.detail |= {"directive": directive.pk, "proposed_by": officer.username}
        directive = _locked(directive)
        require_two(officer, second)
        _require_releaser(directive, second)
        if directive.imposed_by_id == second.pk:
            raise Refusal("second_officer_needed", _("解除须由下达人以外的人员复核办理"))
        if not reason.strip():
            raise Refusal("reason_needed", _("请填写解除指令的理由"))
        directive.lift_asked_by = officer
        _fall(directive, reason.strip()[:400], second)


def review(directive: Directive, note: str, again_on: date, *, officer: Officer) -> None:
    """It is still needed: somebody who did not propose it says why, and when to look again."""
    with record.of("directive.review", about=directive.about, officer=officer) as trace:
        trace.detail |= {"directive": directive.pk, "note": note.strip()[:400]}
        directive = _locked(directive)
        access.require_role(officer, *MAY_LIFT)
        if directive.imposed_by_id == officer.pk:
            raise Refusal("second_officer_needed", _("复查须由提出人以外的人员办理"))
        if not note.strip():
            raise Refusal("reason_needed", _("请填写复查情况"))
        if not localdate() < again_on <= last_day(directive):
            raise Refusal("wrong_review", _("下次复查日期须在今日之后、截止日期之前"))
        directive.review_on = again_on
        directive.save(update_fields=["review_on"])
        trace.detail["again_on"] = again_on


def release(directive: Directive, *, officer: Officer) -> None:
    """A county leader releases what stayed after its fact had ended (M01)."""
    with record.of("directive.release", about=directive.about, officer=officer) as trace:
        trace.detail["directive"] = directive.pk
        directive = _locked(directive)
        if not officer.holds(Role.LEADER):
            raise Refusal("leader_needed", _("该指令须由县局领导解除"))
        if not directive.release_needed:
            raise Refusal("fact_stands", _("案件尚未终结，不能解除"))
        _fall(directive, RELEASED, officer)


def ease(directive: Directive, eased: Mapping[str, str], *, officer: Officer) -> None:
    """An answer to an objection: from now on the counter obeys `eased`, which stops less.

    The levels of the fact stay on the row; when the fact itself changes, a new directive says so.
    """
    with record.of("directive.ease", about=directive.about, officer=officer) as trace:
        trace.detail |= {"directive": directive.pk, "levels": dict(eased)}
        directive = _locked(directive)
        _require_releaser(directive, officer)
        if not is_milder(eased, directive.ordered):
            raise Refusal("not_milder", _("减轻后的限制须比原指令轻，不得加重任何事项"))
        directive.eased = dict(eased)
        directive.save(update_fields=["eased"])


def grant(directive: Directive, reason: str, *, officer: Officer) -> None:
    """An answer to an objection: the directive ends, as the one who objects asked."""
    with record.of("directive.lift", about=directive.about, officer=officer) as trace:
        trace.detail["directive"] = directive.pk
        directive = _locked(directive)
        _require_releaser(directive, officer)
        _fall(directive, reason, officer)


def is_milder(eased: Mapping[str, str], levels: Mapping[str, str]) -> bool:
    """Whether `eased` stops no item more than `levels`, and some item less."""
    if not eased or not set(eased) <= {"*", *GROUPS, *ITEMS}:
        return False
    if not set(eased.values()) <= set(Effect):
        return False
    order = [*STRICTEST_FIRST, None]
    pairs = [
        (order.index(effect_on(code, eased)), order.index(effect_on(code, levels)))
        for code in ITEMS
    ]
    return all(then >= was for then, was in pairs) and any(then > was for then, was in pairs)


def impose_all(orders: Sequence[Directive], *, officer: Officer | None = None) -> None:
    """Impose many at once, in the caller's transaction; one trace each."""
    made = Directive.objects.bulk_create(orders, batch_size=5_000)
    record.many([_trace("directive.impose", order, officer) for order in made])


def lift_all(orders: Sequence[Directive], because: str) -> None:
    """Let many fall at once, in the caller's transaction, without an officer; one trace each."""
    Directive.objects.filter(pk__in=[order.pk for order in orders]).update(
        lifted_at=now(), lifted_because=because
    )
    record.many([_trace("directive.lift", order, None) for order in orders])


def hold_for_leader(orders: Sequence[Directive]) -> None:
    """Their fact ended, but only a county leader may release them: ask, once; one trace each."""
    fresh = [order for order in orders if not order.release_needed]
    Directive.objects.filter(pk__in=[order.pk for order in fresh]).update(release_needed=True)
    record.many([_trace("directive.await_release", order, None) for order in fresh])


def expire() -> int:
    """Close those past their end, in the caller's transaction; the number of them."""
    past = list(Directive.objects.filter(lifted_at=None, until__lte=now()))
    lift_all(past, EXPIRED)
    return len(past)


def require_proposer(officer: Officer) -> None:
    access.require_role(officer, *MAY_PROPOSE)


def require_two(officer: Officer, second: Officer) -> None:
    """Two officers, the one who decides not below the one who asks."""
    require_proposer(officer)
    access.require_role(second, *MAY_LIFT)
    second_officer.require(second, officer)


def start_of(day: date) -> datetime:
    """The first moment of `day`."""
    return make_aware(datetime.combine(day, time()))


def last_day(directive: Directive) -> date:
    """The last day on which it stands."""
    return localdate(directive.until - timedelta(microseconds=1))


def end_of(day: date) -> datetime:
    """The first moment after `day`: the last day of a span is inside it."""
    return make_aware(datetime.combine(day + timedelta(days=1), time()))


def _item(code: str) -> Item:
    if code not in ITEMS:
        raise Refusal("unknown_item", _("没有这个办税事项：%(code)s") % {"code": code[:30]})
    return ITEMS[code]


def _verdict(item: Item, standing: Sequence[tuple[Directive, str]], *, personal: bool) -> Verdict:
    """What directives, each with its words, say of one item."""
    if not standing:
        return Verdict(item, Decision.ALLOWED, [], [], personal)
    met = [(effect, *told) for told in standing if (effect := told[0].effect_on(item))]
    met.sort(key=lambda one: STRICTEST_FIRST.index(one[0]))
    effects = [(effect, order) for effect, order, _words in met]
    reasons = list(dict.fromkeys(words for _effect, _order, words in met))
    return Verdict(item, _decision({one[0] for one in effects}), effects, reasons, personal)


def _decision(effects: set[Effect]) -> Decision:
    if Effect.BLOCK in effects:
        return Decision.REFUSED
    if {Effect.LEGAL_REP, Effect.APPROVAL} <= effects:
        return Decision.LEGAL_REP_APPROVAL
    if Effect.LEGAL_REP in effects:
        return Decision.LEGAL_REP
    if Effect.APPROVAL in effects:
        return Decision.APPROVAL
    return Decision.REMIND if effects else Decision.ALLOWED


def _require_releaser(directive: Directive, officer: Officer) -> None:
    if directive.indicator in LEADER_RELEASES and not officer.holds(Role.LEADER):
        raise Refusal("leader_needed", _("该指令须由县局领导解除"))


def _locked(directive: Directive) -> Directive:
    locked = Directive.objects.select_for_update().get(pk=directive.pk)
    if locked.lifted_at:
        raise Refusal("already_lifted", _("该指令已解除"))
    return locked


def _fall(directive: Directive, because: str, officer: Officer) -> None:
    directive.lifted_at, directive.lifted_by = now(), officer
    directive.lifted_because = because
    directive.save(update_fields=["lifted_at", "lifted_by", "lift_asked_by", "lifted_because"])


def _trace(action: str, order: Directive, officer: Officer | None) -> Trace:
    told = {"directive": order.pk, "indicator": order.indicator, "alert": order.alert_id}
    return Trace(action=action, about=order.about, officer=officer, detail=told)
