"""限制指令: the ledger, the form for a proposal, its decision, and the history of a subject.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.people import lookup
from chengxin.risk import directives, ledger, objection_list, proposals, stops
from chengxin.risk.directives import MAY_LIFT, MAY_PROPOSE, Terms
from chengxin.risk.inbox import READS, Known
from chengxin.risk.ledger import Asked, History, Tab
from chengxin.risk.models import Directive
from chengxin.trace import record


class Told(forms.Form):
    """What a directive by hand is to say; whether it may, `Terms.require_whole` says."""

    effect = forms.CharField(required=False, max_length=20)
    groups = forms.Field(required=False, widget=forms.CheckboxSelectMultiple)
    template = forms.CharField(required=False, max_length=20)
    reason = forms.CharField(required=False, max_length=200)
    reason_en = forms.CharField(required=False, max_length=400)
    begins_on = forms.DateField(required=False)
    until = forms.DateField()
    review_on = forms.DateField(required=False)
    grounds = forms.CharField(required=False, max_length=1000)

    def terms(self) -> Terms:
        if not self.is_valid():
            raise Refusal("wrong_end", _("请填写有效的起止日期和复查日期，各项文字不要超长"))
        told = self.cleaned_data
        own = (told["reason"], told["reason_en"])
        reason, reason_en = proposals.TEMPLATES.get(told["template"], own)
        return Terms(
            dict.fromkeys(told["groups"] or [], told["effect"]),
            reason,
            reason_en,
            begins_on=told["begins_on"],
            until=told["until"],
            review_on=told["review_on"],
        )

    @property
    def grounds_given(self) -> str:
        return str(self.cleaned_data["grounds"])


class Reviewed(forms.Form):
    """What a review found, and when to look again."""

    note = forms.CharField(max_length=400)
    again_on = forms.DateField()


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    asked = request.GET.get("tab", Tab.WAITING)
    tab = Tab(asked) if asked in Tab.values else Tab.WAITING
    shown = ledger.of(request.user, tab, request.GET.get("page", "1"))
    context = {"ledger": shown, "waiting": 0, "due": objection_list.due(request.user)}
    if request.user.holds(*MAY_LIFT):
        context["waiting"] = stops.waiting(request.user)
    return render(request, "risk/directives.html", context)


@access.roles(*READS)
@require_GET
def history(request: OfficerRequest, about: str) -> HttpResponse:
    access.require(request.user, about)
    record.seen("directive.see", about=about, officer=request.user)
    return render(request, "risk/history.html", {"history": History(about, request.user)})


@access.roles(*MAY_PROPOSE)
@require_POST
def find(request: OfficerRequest) -> HttpResponse:
    """From a number or code to the form; the number is in no address."""
    about = lookup.subject_key(request.POST.get("number", ""))
    access.require(request.user, about)
    return _go(reverse("propose-directive", args=[about]))


@access.roles(*MAY_PROPOSE)
@require_GET
def propose(request: OfficerRequest, about: str) -> HttpResponse:
    access.require(request.user, about)
    record.seen("directive.see", about=about, officer=request.user)
    return _form(request, about, None)


@access.roles(*MAY_PROPOSE)
@require_POST
def make(request: OfficerRequest, about: str) -> HttpResponse:
    told = Told(request.POST)
    terms = told.terms()
    asked = proposals.propose(about, terms, told.grounds_given, officer=request.user)
    return _go(reverse("proposal", args=[asked.pk]))


@access.roles(*MAY_PROPOSE)
@require_GET
def change(request: OfficerRequest, pk: int) -> HttpResponse:
    standing = ledger.directive(request.user, pk).directive
    record.seen("directive.see", about=standing.about, officer=request.user, directive=pk)
    return _form(request, standing.about, standing)


@access.roles(*MAY_PROPOSE)
@require_POST
def ask_change(request: OfficerRequest, pk: int) -> HttpResponse:
    standing = ledger.directive(request.user, pk).directive
    told = Told(request.POST)
    terms = told.terms()
    asked = proposals.ask_change(standing, terms, told.grounds_given, officer=request.user)
    return _go(reverse("proposal", args=[asked.pk]))


@access.roles(*MAY_PROPOSE)
@require_POST
def ask_lift(request: OfficerRequest, pk: int) -> HttpResponse:
    standing = ledger.directive(request.user, pk).directive
    grounds = request.POST.get("grounds", "")
    asked = proposals.ask_lift(standing, grounds, officer=request.user)
    return _go(reverse("proposal", args=[asked.pk]))


@access.roles(*MAY_LIFT)
@require_POST
def review(request: OfficerRequest, pk: int) -> HttpResponse:
    standing = ledger.directive(request.user, pk).directive
    told = Reviewed(request.POST)
    if not told.is_valid():
        raise Refusal("wrong_review", _("请填写情况和有效的下次复查日期"))
    note, again = told.cleaned_data["note"], told.cleaned_data["again_on"]
    directives.review(standing, note, again, officer=request.user)
    return _go(reverse("directive-history", args=[standing.about]))


@access.roles(*READS)
@require_GET
def proposal(request: OfficerRequest, pk: int) -> HttpResponse:
    asked = ledger.proposal(request.user, pk)
    record.seen("directive.see", about=asked.proposal.about, officer=request.user, proposal=pk)
    return _proposal(request, asked, "risk/proposal.html")


@access.roles(*MAY_LIFT)
@require_POST
def decide(request: OfficerRequest, pk: int) -> HttpResponse:
    """approve or refuse: one form, two buttons."""
    asked = ledger.proposal(request.user, pk).proposal
    note = request.POST.get("note", "")
    if request.POST.get("outcome") == "approve":
        proposals.approve(asked, note, officer=request.user)
    else:
        proposals.refuse(asked, note, officer=request.user)
    return _proposal(request, ledger.proposal(request.user, pk), "risk/_proposal.html")


@access.roles(*MAY_PROPOSE)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    proposals.withdraw(ledger.proposal(request.user, pk).proposal, officer=request.user)
    return _proposal(request, ledger.proposal(request.user, pk), "risk/_proposal.html")


def _form(request: OfficerRequest, about: str, standing: Directive | None) -> HttpResponse:
    today = localdate()
    first = {
        "until": directives.last_day(standing) if standing else today + directives.STANDS,
        "review_on": today + directives.REVIEWED,
        "last": today + directives.LONGEST,
        "today": today,
    }
    context = {
        "subject": Known.of([about]).subject(about),
        "standing": standing,
        "first": first,
        "effects": ledger.effects(),
        "groups": ledger.groups(),
        "templates": proposals.templates(),
    }
    return render(request, "risk/propose.html", context)


def _proposal(request: OfficerRequest, asked: Asked, template: str) -> HttpResponse:
    return render(request, template, {"asked": asked})


def _go(address: str) -> HttpResponse:
    """For htmx: leave the form for another page; a refusal would have left it as it is."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})
