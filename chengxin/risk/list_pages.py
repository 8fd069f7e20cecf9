"""重点监控、失信主体名单: the lists, adding, importing, one entry and what is decided about it.

A view reads the request, calls one operation or one query, renders.  What is typed into the search
is posted, so that no number stands in an address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import criteria, list_files, list_room, list_terms, lists
from chengxin.risk.criteria import CRITERIA
from chengxin.risk.inbox import Known
from chengxin.risk.list_models import ListedPerson, ListEntry, ListRequest
from chengxin.risk.list_room import Tab
from chengxin.risk.list_terms import EarlyStop, Publication, Terms, Watch
from chengxin.risk.lists import MAY_PROPOSE
from chengxin.trace import record

READS = MAY_PROPOSE
USUAL = 6  # months of a watch that the form proposes


class WatchForm(forms.Form):
    """What an entry of the watchlist is to say; whether it may, `Watch.require_whole` says."""

    reason = forms.CharField(required=False, max_length=200)
    groups = forms.MultipleChoiceField(
        required=False, choices=[(code, code) for code in list_terms.GROUPS_TO_CHOOSE]
    )
    begins_on = forms.DateField(required=False)
    until = forms.DateField()
    grounds = forms.CharField(required=False, max_length=1000)

    def terms(self, request: OfficerRequest) -> Terms:
        told = _told(self)
        return Watch(told["reason"], told["until"], tuple(told["groups"]), told["begins_on"])


class PublicationForm(forms.Form):
    """What an entry of the tax blacklist is to say; `share` is in per cent."""

    criterion = forms.CharField(required=False, max_length=24)
    case_no = forms.CharField(required=False, max_length=80)
    document_no = forms.CharField(required=False, max_length=80)
    served_on = forms.DateField()
    published_on = forms.DateField()
    violated_from = forms.DateField(required=False)
    violated_until = forms.DateField(required=False)
    tax = forms.DecimalField(required=False, max_digits=18, decimal_places=2)
    share = forms.DecimalField(required=False, max_digits=5, decimal_places=2)
    invoices = forms.IntegerField(required=False, max_value=999_999_999)
    invoiced = forms.DecimalField(required=False, max_digits=18, decimal_places=2)
    variant = forms.BooleanField(required=False)
    paid_on = forms.DateField(required=False)
    responsible = forms.CharField(required=False, max_length=2000)
    grounds = forms.CharField(required=False, max_length=1000)

    def terms(self, request: OfficerRequest) -> Terms:
        told = _told(self)
        told["share"] = None if told["share"] is None else told["share"] / 100
        named = {key: ListedPerson.Role.RESPONSIBLE for key in request.POST.getlist("person")}
        numbers = told.pop("responsible").split()
        named |= {
            list_files.responsible(one, request.user): ListedPerson.Role.RESPONSIBLE
            for one in numbers
        }
        named |= {key: ListedPerson.Role.CONTROLLER for key in request.POST.getlist("controller")}
        told.pop("grounds")
        return Publication(**told, responsible=sorted(named.items()))


class StopForm(forms.Form):
    """What an application for an early stop says."""

    cause = forms.CharField(required=False, max_length=12)
    received_on = forms.DateField()
    fulfilled_on = forms.DateField()
    document_no = forms.CharField(required=False, max_length=80)
    approval_no = forms.CharField(required=False, max_length=80)
    committed = forms.BooleanField(required=False)
    unpunished = forms.BooleanField(required=False)
    grounds = forms.CharField(required=False, max_length=1000)


FORMS: dict[ListEntry.Kind, type[WatchForm | PublicationForm]] = {
    ListEntry.Kind.WATCH: WatchForm,
    ListEntry.Kind.BLACKLIST: PublicationForm,
}


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    asked = request.GET.get("tab", "")
    tab = Tab(asked) if asked in Tab.values else Tab.IN_FORCE
    criterion = request.GET.get("criterion", "")
    criterion = criterion if criterion in CRITERIA else ""
    kind = _kind(request.GET.get("kind", ""))
    room = list_room.of(request.user, kind, tab, criterion, request.GET.get("page", "1"))
    return render(request, "risk/lists.html", {"room": room})


@access.roles(*READS)
@require_POST
def find(request: OfficerRequest) -> HttpResponse:
    """Whom a name or a number means, and where he stands."""
    text = request.POST.get("text", "")
    found, more = list_room.find(request.user, text)
    told = {"found": found, "more": more, "text": text}
    return render(request, "risk/list_found.html", told)


@access.roles(*MAY_PROPOSE)
@require_GET
def propose(request: OfficerRequest, kind: str, about: str) -> HttpResponse:
    access.require(request.user, about)
    record.seen("list.see", about=about, officer=request.user)
    today = localdate()
    told = {
        "kind": _kind(kind),
        "subject": Known.of([about]).subject(about),
        "groups": list_room.groups(),
        "criteria": CRITERIA.values(),
        "people": list_room.people_of(about, request.user),
        "days": {
            "today": today,
            "until": criteria.months_after(today, USUAL),
            "last": criteria.months_after(today, criteria.WATCHED),
        },
    }
    return render(request, "risk/list_propose.html", told)


@access.roles(*MAY_PROPOSE)
@require_POST
def make(request: OfficerRequest, kind: str, about: str) -> HttpResponse:
    form = FORMS[_kind(kind)](request.POST)
    terms = form.terms(request)
    entry = lists.propose(about, terms, form.cleaned_data["grounds"], officer=request.user)
    return _go(reverse("list-entry", args=[entry.pk]))


@access.roles(*MAY_PROPOSE)
@require_GET
def import_form(request: OfficerRequest, kind: str) -> HttpResponse:
    chosen = _kind(kind)
    told = {"kind": chosen, "headings": list_files.HEADINGS[chosen]}
    return render(request, "risk/list_import.html", told)


@access.roles(*MAY_PROPOSE)
@require_GET
def import_template(request: OfficerRequest, kind: str) -> HttpResponse:
    chosen = _kind(kind)
    name = quote(f"{chosen.label}.csv")
    return HttpResponse(
        list_files.template(chosen),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@access.roles(*MAY_PROPOSE)
@require_POST
def import_file(request: OfficerRequest, kind: str) -> HttpResponse:
    """All rows are proposed, or the page says what is wrong with which."""
    chosen, file = _kind(kind), request.FILES.get("file")
    content = file.read() if file and (file.size or 0) <= list_files.MOST_BYTES else b""
    read = list_files.read(content, chosen, officer=request.user)
    if read.wrong:
        told = {"kind": chosen, "headings": list_files.HEADINGS[chosen], "read": read}
        return render(request, "risk/list_import.html", told, status=422)
    name = file.name or "" if file else ""
    made = lists.propose_all(read.rows, name, read.digest, officer=request.user)
    return redirect("list-batch", made.pk)


@access.roles(*READS)
@require_GET
def batch(request: OfficerRequest, pk: int) -> HttpResponse:
    shown = list_room.batch(request.user, pk)
    return render(request, "risk/list_batch.html", {"batch": shown})


@access.roles(*READS)
@require_POST
def approve_batch(request: OfficerRequest, pk: int) -> HttpResponse:
    made = list_room.batch(request.user, pk).made
    lists.approve_import(made, request.POST.get("note", ""), officer=request.user)
    return _go(reverse("list-batch", args=[pk]))


@access.roles(*READS)
@require_GET
def entry(request: OfficerRequest, pk: int) -> HttpResponse:
    case = list_room.case(request.user, pk)
    record.seen("list.see", about=case.entry.about, officer=request.user, entry=pk)
    return render(request, "risk/list_entry.html", {"case": case})


@access.roles(*READS)
@require_POST
def decide(request: OfficerRequest, pk: int) -> HttpResponse:
    """approve or refuse what waits: one form, two buttons."""
    asked = _asked(request, pk)
    note = request.POST.get("note", "")
    if request.POST.get("outcome") == "approve":
        lists.approve(asked, note, officer=request.user)
    else:
        lists.refuse(asked, note, officer=request.user)
    return _go(reverse("list-entry", args=[pk]))


@access.roles(*MAY_PROPOSE)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    lists.withdraw(_asked(request, pk), officer=request.user)
    return _go(reverse("list-entry", args=[pk]))


@access.roles(*MAY_PROPOSE)
@require_POST
def ask_removal(request: OfficerRequest, pk: int) -> HttpResponse:
    found = list_room.case(request.user, pk).entry
    told = request.POST
    lists.ask_removal(found, told.get("cause", ""), told.get("grounds", ""), officer=request.user)
    return _go(reverse("list-entry", args=[pk]))


@access.roles(*MAY_PROPOSE)
@require_POST
def ask_stop(request: OfficerRequest, pk: int) -> HttpResponse:
    found = list_room.case(request.user, pk).entry
    told = _told(StopForm(request.POST))
    grounds = told.pop("grounds")
    lists.ask_early_stop(found, EarlyStop(**told), grounds, officer=request.user)
    return _go(reverse("list-entry", args=[pk]))


def _asked(request: OfficerRequest, pk: int) -> ListRequest:
    asked = list_room.case(request.user, pk).asked
    if asked is None:
        raise Refusal("already_decided", _("该条目没有待复核的申请，请刷新页面"))
    return asked


def _kind(text: str) -> ListEntry.Kind:
    return ListEntry.Kind(text) if text in ListEntry.Kind.values else ListEntry.Kind.WATCH


def _told(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Refusal("wrong_form", _("请填写有效的日期和数额，各项文字不要超长"))
    return dict(form.cleaned_data)


def _go(address: str) -> HttpResponse:
    """For htmx: leave the form for another page; a refusal would have left it as it is."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})
