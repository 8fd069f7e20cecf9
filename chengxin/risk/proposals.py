"""指令审批: an officer proposes, a second one decides (双人复核).

    propose, ask_change, ask_lift ──▶ waiting ──approve──▶ in force, changed, lifted at once
                                         ├──────refuse───▶ refused
                                         └──────withdraw─▶ withdrawn by who asked

Nobody decides what he asked himself, and who decides is not below who asks
(`risk.second_officer`).  A proposal restricts nobody: the counter hears of it when it is approved.
"""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.risk import directives, wording
from chengxin.risk.directives import Terms
from chengxin.risk.models import Directive, Proposal
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

CHANGED = gettext_noop("内容变更，换发新指令")

# Sentences for the counter that endanger no investigation; kept on the row in both languages.
TEMPLATES: dict[str, tuple[str, str]] = {
    "contact": (
        "有涉税事项待核实，请联系主管税务机关",
        "A tax matter is to be verified; please contact the tax office in charge.",
    ),
    "representative": (
        "须法定代表人持身份证到场核实后办理",
        "The legal representative must first be verified here with the identity card.",
    ),
    "papers": (
        "须补充证明材料，经审批后办理",
        "Further papers are needed, and then an approval.",
    ),
    "address": (
        "注册地址未见经营，请先向主管税务机关说明",
        "No business was found at the registered address; please explain to the tax office first.",
    ),
}


def templates() -> list[tuple[str, str, str]]:
    """Code and sentence of each template, in the language of the page and in the other."""
    return [(code, told[english()], told[not english()]) for code, told in TEMPLATES.items()]


def propose(about: str, terms: Terms, grounds: str, *, officer: Officer) -> Proposal:
    """Ask for a directive on `about`; `grounds` is the evidence, which the counter never reads."""
    with record.of("proposal.make", about=about, officer=officer) as trace:
        _require_proposer(officer, about, grounds)
        _require_both_languages(terms)
        terms.require_whole()
        return _waiting(Proposal.Kind.IMPOSE, about, terms, grounds, officer, trace)


def ask_change(directive: Directive, terms: Terms, grounds: str, *, officer: Officer) -> Proposal:
    """Ask that a directive by hand says something else: approved, a new one takes its place."""
    with record.of("proposal.make", about=directive.about, officer=officer) as trace:
        _require_proposer(officer, directive.about, grounds)
        if not directive.by_hand:
            raise Refusal("follows_its_fact", _("该指令随指标事实变化，不能人工变更；可申请解除"))
        _require_free(directive)
        _require_both_languages(terms)
        terms.require_whole()
        return _waiting(
            Proposal.Kind.CHANGE, directive.about, terms, grounds, officer, trace, directive
        )


def ask_lift(directive: Directive, grounds: str, *, officer: Officer) -> Proposal:
    """Ask that a directive ends: `grounds` says what shows that it is no longer needed."""
    with record.of("proposal.make", about=directive.about, officer=officer) as trace:
        _require_proposer(officer, directive.about, grounds)
        _require_free(directive)
        return _waiting(
            Proposal.Kind.LIFT, directive.about, None, grounds, officer, trace, directive
        )


def approve(proposal: Proposal, note: str = "", *, officer: Officer) -> Directive:
    """The second officer agrees, and the counter obeys at once; the directive it is about."""
    with record.of("proposal.approve", about=proposal.about, officer=officer) as trace:
        asked = _decided(proposal, note, Proposal.State.APPROVED, officer, trace)
        if asked.kind == Proposal.Kind.LIFT:
            directive = _target(asked)
            directives.lift(directive, asked.grounds, officer=asked.proposed_by, second=officer)
        else:
            if asked.kind == Proposal.Kind.CHANGE:
                directives.lift(_target(asked), CHANGED, officer=asked.proposed_by, second=officer)
            directive = directives.impose(
                asked.about, terms_of(asked), officer=asked.proposed_by, second=officer
            )
            asked.made = directive
        asked.save()
        trace.detail["directive"] = directive.pk
    return directive


def refuse(proposal: Proposal, note: str, *, officer: Officer) -> None:
    """The second officer does not agree, and says why."""
    with record.of("proposal.refuse", about=proposal.about, officer=officer) as trace:
        asked = _decided(proposal, note, Proposal.State.REFUSED, officer, trace)
        if not note.strip():
            raise Refusal("reason_needed", _("请填写不予通过的理由"))
        asked.save()


def withdraw(proposal: Proposal, *, officer: Officer) -> None:
    """Who asked takes it back before it is decided."""
    with record.of("proposal.withdraw", about=proposal.about, officer=officer) as trace:
        asked = _locked(proposal, trace)
        if asked.proposed_by_id != officer.pk:
            raise Refusal("not_the_proposer", _("只有提出人可以撤回"))
        asked.state, asked.decided_at = Proposal.State.WITHDRAWN, now()
        asked.save(update_fields=["state", "decided_at"])


def terms_of(proposal: Proposal) -> Terms:
    return Terms(
        proposal.levels,
        proposal.reason,
        proposal.reason_en,
        proposal.begins_on,
        proposal.until,
        proposal.review_on,
    )


def _waiting(
    kind: str,
    about: str,
    terms: Terms | None,
    grounds: str,
    officer: Officer,
    trace: Trace,
    directive: Directive | None = None,
) -> Proposal:
    asked = Proposal(kind=kind, about=about, directive=directive, proposed_by=officer)
    asked.grounds = grounds.strip()[:1000]
    if terms is not None:
        asked.levels = dict(terms.levels)
        asked.reason, asked.reason_en = terms.reason.strip(), terms.reason_en.strip()
        asked.begins_on, asked.until = terms.begins_on, terms.last
        asked.review_on = terms.looked_at
    asked.save()
    trace.detail |= {"proposal": asked.pk, "kind": kind}
    if directive is not None:
        trace.detail["directive"] = directive.pk
    return asked


def _decided(
    proposal: Proposal, note: str, state: Proposal.State, officer: Officer, trace: Trace
) -> Proposal:
    """The proposal's row, locked and decided by `officer`, not yet saved."""
    asked = _locked(proposal, trace)
    access.require(officer, asked.about)
    directives.require_two(asked.proposed_by, officer)
    asked.state, asked.note = state, note.strip()[:400]
    asked.decided_by, asked.decided_at = officer, now()
    return asked


def _locked(proposal: Proposal, trace: Trace) -> Proposal:
    asked = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("proposed_by__office", "directive")
        .get(pk=proposal.pk)
    )
    trace.detail |= {"proposal": asked.pk, "kind": asked.kind}
    if not asked.is_waiting:
        raise Refusal(
            "already_decided",
            _("该申请当前为“%(state)s”") % {"state": asked.get_state_display()},
        )
    return asked


def _target(asked: Proposal) -> Directive:
    assert asked.directive is not None  # kept by the database: change_and_lift_name_a_directive
    return asked.directive


def _require_proposer(officer: Officer, about: str, grounds: str) -> None:
    access.require(officer, about)
    directives.require_proposer(officer)
    if not grounds.strip():
        raise Refusal("grounds_needed", _("请填写依据和证据"))


def _require_both_languages(terms: Terms) -> None:
    if not (terms.reason.strip() and terms.reason_en.strip()):
        raise Refusal("reason_needed", _("请选择告知语，或用中文、英文各写一句"))
    wording.require_silent(terms.reason, terms.reason_en)


def _require_free(directive: Directive) -> None:
    """It still stands, and nobody else has asked something about it."""
    found = Directive.objects.select_for_update().get(pk=directive.pk)
    if found.lifted_at:
        raise Refusal("already_lifted", _("该指令已解除"))
    if found.proposals.waiting().exists():
        raise Refusal("already_proposed", _("该指令已有申请待复核"))
