"""异议: who is restricted says why it is wrong; somebody without a part in it answers in time.

    file ──▶ open ──answer──▶ kept | eased | lifted      (never anything stricter)
               └──withdraw──▶ withdrawn                  (by its author; he may file anew)

Filing refuses nobody who says what is wrong: whoever stands at a window, an officer for him, or he
himself where he has shown who he is (no `officer` then).
The directive stands until it is answered.  The answer is due in working days; when the fact or two
officers put another directive in its place meanwhile, it is that one the answer is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.risk import directives, wording
from chengxin.risk.models import Directive, Objection, Proposal
from chengxin.risk.second_officer import authority
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

WORKING_DAYS = 10  # to answer; docs/decisions/0026
SOON = 3  # working days before the deadline in which it is called due
SHOWN = timedelta(days=60)  # how long a window shows an answer
UPHELD = gettext_noop("异议成立")
AT_THE_WINDOW = gettext_noop("本人在窗口撤回")
BY_HIMSELF = gettext_noop("本人自助撤回")

# An investigation is answered with these sentences only (M01, M02): nobody may say more.
QUIET = {"M01", "M02"}
TEMPLATES: dict[str, tuple[str, str]] = {
    "kept": (
        "经复核，该限制有依据，予以维持。请联系主管税务机关。",
        "After review the restriction has its grounds and is kept. "
        "Please contact the tax office in charge.",
    ),
    "eased": (
        "经复核，限制予以减轻，其余事项可正常办理。",
        "After review the restriction is eased; all other services are open.",
    ),
    "lifted": (
        "经复核，异议成立，限制即日解除。",
        "After review your objection is upheld; the restriction is lifted as of today.",
    ),
}


@dataclass(frozen=True)
class Answer:
    """What is decided, the sentence for the taxpayer, and for `eased` the levels that remain."""

    outcome: str
    words: str
    words_en: str = ""
    eased: Mapping[str, str] | None = None


def templates() -> list[tuple[str, str]]:
    """Code and sentence of each template, in the language of the page."""
    return [(code, told[english()]) for code, told in TEMPLATES.items()]


def file(
    directive: Directive, grounds: str, *, person: str, officer: Officer | None, place: str = ""
) -> Objection:
    """`person` objects to `directive`; `officer` writes it down, if not he himself.  What is added
    to an open one joins it, and the deadline stays."""
    with record.of("objection.file", about=directive.about, officer=officer, place=place) as trace:
        trace.detail |= {"directive": directive.pk} | record.by(officer)
        if not grounds.strip():
            raise Refusal("grounds_needed", _("请写明异议的理由"))
        Directive.objects.select_for_update().get(pk=directive.pk)
        made = directive.objections.filter(person=person, state=Objection.State.OPEN).first()
        if made:
            day = f"{localtime():%Y-%m-%d %H:%M}"
            made.grounds = f"{made.grounds}\n{day}：{grounds.strip()}"[:4000]
            made.save(update_fields=["grounds"])
        else:
            made = Objection.objects.create(
                directive=directive,
                about=directive.about,
                person=person,
                grounds=grounds.strip()[:4000],
                received_by=officer,
                place=place,
                due_on=add_working_days(localdate(), WORKING_DAYS),
            )
        trace.detail |= {"objection": made.pk, "due_on": made.due_on}
    return made


def file_for(about: str, directive: Directive, grounds: str, *, officer: Officer) -> Objection:
    """An officer files what came by letter or telephone, for a subject of his jurisdiction."""
    access.require(officer, about)
    return file(directive, grounds, person=about, officer=officer)


def withdraw(
    objection: Objection, how: str, *, officer: Officer | None, place: str = ""
) -> Objection:
    """Its author takes it back; `officer`, if not he himself, writes down `how` he said so.  The
    directive stands as it did, and he may object anew."""
    with record.of(
        "objection.withdraw", about=objection.about, officer=officer, place=place
    ) as trace:
        held = _open(objection)
        trace.detail |= {"objection": held.pk, "directive": held.directive_id} | record.by(officer)
        if not how.strip():
            raise Refusal("grounds_needed", _("请写明异议人何时以何种方式表示撤回"))
        held.withdrawn_how = trace.detail["note"] = how.strip()[:400]
        held.state = Objection.State.WITHDRAWN
        held.withdrawn_by, held.withdrawn_at = officer, now()
        held.save(update_fields=["withdrawn_how", "state", "withdrawn_by", "withdrawn_at"])
    return held


def withdraw_for(objection: Objection, how: str, *, officer: Officer) -> Objection:
    """An officer writes down what came by letter or telephone, of a subject of his offices."""
    access.require(officer, objection.about)
    return withdraw(objection, how, officer=officer)


def answer(objection: Objection, told: Answer, *, officer: Officer) -> Objection:
    """Answer it: nothing stricter than what stands, by somebody who had no part in it."""
    with record.of("objection.answer", about=objection.about, officer=officer) as trace:
        trace.detail |= {"objection": objection.pk, "outcome": told.outcome}
        access.require(officer, objection.about)
        held = _open(objection)
        directive = successor(held.directive)
        trace.detail["directive"] = directive.pk
        _require_apart(directive, held.directive, officer)
        words, words_en = _sentence(directive, told)
        held.outcome = _decide(directive, told, officer)
        held.state, held.answer, held.answer_en = Objection.State.ANSWERED, words, words_en
        held.answered_by, held.answered_at = officer, now()
        held.save()
    return held


def successor(directive: Directive) -> Directive:
    """The directive that stands in its place now; itself when it stands, or nothing followed."""
    while directive.lifted_at:
        if directive.source == Directive.Source.MANUAL:
            changed = directive.proposals.filter(
                kind=Proposal.Kind.CHANGE, state=Proposal.State.APPROVED
            )
            followed = changed.select_related("made").first()
            later = followed.made if followed else None
        else:
            later = (
                Directive.objects.about(directive.about)
                .filter(
                    indicator=directive.indicator, subject=directive.subject, pk__gt=directive.pk
                )
                .order_by("pk")
                .first()
            )
        if later is None:
            break
        directive = later
    return directive


def had_a_part(directive: Directive) -> set[int]:
    """The officers who proposed, approved, confirmed, reviewed or decided about it."""
    asked = Proposal.objects.filter(Q(directive=directive) | Q(made=directive))
    reviewed = Trace.objects.filter(
        action="directive.review",
        outcome="done",
        about=directive.about,
        detail__directive=directive.pk,
    )
    found = {directive.imposed_by_id, directive.approved_by_id}
    if alert := directive.alert:
        found |= {alert.closed_by_id, alert.approved_by_id}
    found |= {pk for pair in asked.values_list("proposed_by", "decided_by") for pk in pair}
    found |= set(reviewed.values_list("officer", flat=True))
    return {pk for pk in found if pk is not None}


def may_answer(objection: Objection, officer: Officer) -> bool:
    """Whether the page offers the answer to `officer`; the operation asks again."""
    directive = successor(objection.directive)
    return objection.is_open and _lacks(directive, objection.directive, officer) is None


def _open(objection: Objection) -> Objection:
    held = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if not held.is_open:
        raise Refusal("already_answered", _("该异议已答复或已撤回"))
    return held


def _lacks(directive: Directive, first: Directive, officer: Officer) -> Refusal | None:
    """Why `officer` is not the one to answer; None when he is."""
    if not officer.holds(*directives.MAY_LIFT):
        return access.no_role()
    if officer.pk in had_a_part(directive) | had_a_part(first):
        return Refusal("had_a_part", _("异议须由未参与该指令的人员答复"))
    second = directive.approved_by
    if second and authority(officer) < authority(second):
        return Refusal("authority_too_low", _("答复人的层级或岗位不得低于指令复核人"))
    return None


def _require_apart(directive: Directive, first: Directive, officer: Officer) -> None:
    if lacking := _lacks(directive, first, officer):
        raise lacking


def _sentence(directive: Directive, told: Answer) -> tuple[str, str]:
    """What the taxpayer reads; of an investigation only the fixed sentence."""
    if directive.indicator in QUIET:
        return TEMPLATES.get(told.outcome, TEMPLATES["kept"])
    if not told.words.strip():
        raise Refusal("reason_needed", _("请填写给异议人的答复"))
    wording.require_silent(told.words, told.words_en)
    return told.words.strip()[:1000], told.words_en.strip()[:1500]


def _decide(directive: Directive, told: Answer, officer: Officer) -> str:
    if directive.lifted_at:
        return Objection.Outcome.ENDED
    match told.outcome:
        case Objection.Outcome.LIFTED:
            directives.grant(directive, UPHELD, officer=officer)
        case Objection.Outcome.EASED:
            directives.ease(directive, told.eased or {}, officer=officer)
        case Objection.Outcome.KEPT:
            pass
        case _:
            raise Refusal("wrong_outcome", _("请选择维持、减轻或解除"))
    return told.outcome
