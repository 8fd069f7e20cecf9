"""实名采集 at the window: one page, opened from the visit; each button is one operation.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import approvals, desk, enrolment, identify, pre_enrolments, workstation
from chengxin.hall.enrolment_sheet import Sheet
from chengxin.hall.models import Ticket, Window
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role
from chengxin.people import bindings, consents, rights
from chengxin.people.bindings import Terms
from chengxin.people.codes import Use
from chengxin.people.identity import CardRead
from chengxin.people.models import Binding, Letter, Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.risk import disputes
from chengxin.trace import record


class Document(forms.Form):
    """A document that two officers type."""

    kind = forms.ChoiceField(
        label=_("证件类型"), choices=[(kind.value, kind.value) for kind in DocumentKind]
    )
    number = forms.CharField(label=_("证件号码"), max_length=30)
    name = forms.CharField(label=_("姓名"), max_length=60)
    until = forms.DateField(label=_("有效期至"), required=False)
    pre = forms.CharField(label=_("预采集码"), max_length=40, required=False)
    work_number = forms.CharField(label=_("第二核验人工号"), max_length=30)
    password = forms.CharField(label=_("第二核验人密码"), max_length=128)


class Proposal(forms.Form):
    """A binding that one side proposes."""

    code = forms.CharField(label=_("信用代码或税号"), max_length=32)
    role = forms.ChoiceField(label=_("办税身份"), choices=Binding.Role)
    side = forms.ChoiceField(label=_("由谁提出"), choices=Binding.Side)
    valid_from = forms.DateField(label=_("有效期自"), required=False)
    until = forms.DateField(label=_("至"), required=False)
    scope = forms.CharField(label=_("授权范围"), max_length=200, required=False)


@access.roles(Role.WINDOW)
@require_GET
def sheet(request: OfficerRequest, pk: int) -> HttpResponse:
    """The enrolment of the person at this window; nobody there: the form for another document."""
    here = workstation.window_of(request, pk)
    shown = desk.of(here, request.user)
    ticket = shown.ticket
    if ticket is None:
        told = {"window": here, "kinds": Person.DOCUMENT_TITLES.items(), "desk": shown}
        return render(request, "people/receive.html", told)
    record.seen("person.see", about=ticket.about, officer=request.user, place=here.place)
    return render(request, "people/enrolment.html", _told(here, request.user, ticket))


@access.roles(Role.WINDOW)
@require_POST
def receive(request: OfficerRequest, pk: int) -> HttpResponse:
    here = workstation.window_of(request, pk)
    told = _read(Document(request.POST))
    second = approvals.colleague(
        told["work_number"], told["password"], officer=request.user, window=here
    )
    card = CardRead(
        DocumentKind(told["kind"]), told["number"], told["name"], told["until"], photo=None
    )
    if pre := told["pre"]:
        pre_enrolments.require_same(pre, card)  # before anybody is taken down
    ticket = enrolment.receive(here, card, officer=request.user, second=second)
    if pre:
        pre_enrolments.use(ticket, pre, officer=request.user)
    return redirect("enrolment", pk)


@access.roles(Role.WINDOW)
@require_POST
def use_pre(request: OfficerRequest, pk: int) -> HttpResponse:
    """预采集码: what the person here typed on his phone fills the sheet."""
    here, ticket = _here(request, pk)
    code = request.POST.get("pre", "")[:40]
    pre_enrolments.use(ticket, code, officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def inform(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    asked = consents.notices(fingers=here.hall.fingers)
    answers = {one.purpose: request.POST.get(one.purpose, "") for one in asked}
    enrolment.inform(ticket, answers, officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def send_code(request: OfficerRequest, pk: int, use: str) -> HttpResponse:
    here, ticket = _here(request, pk)
    enrolment.send_code(ticket, _phone(request), use, officer=request.user)
    return _part(request, here, sent=use, phone=_phone(request))


@access.roles(Role.WINDOW)
@require_POST
def prove_phone(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    enrolment.prove_phone(ticket, _phone(request), _digits(request), officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def verify_by_code(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    enrolment.verify_by_code(ticket, _digits(request), officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def verify_by_two(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    second = approvals.colleague(
        request.POST.get("work_number", "")[:30],
        request.POST.get("password", "")[:128],
        officer=request.user,
        window=here,
    )
    reason = request.POST.get("reason", "")[:200]
    identify.verify_by_hand(ticket, reason, officer=request.user, second=second)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def face(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    picture = request.FILES.get("picture")
    if picture is None:
        raise Http404
    enrolment.enrol_face(ticket, picture.read(), officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def propose(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    told = _read(Proposal(request.POST))
    letter = request.FILES.get("letter")
    if letter is not None and (letter.size or 0) > bindings.PICTURE:
        raise Refusal("file_too_large", str(_("授权书图片超过3兆字节，请降低扫描分辨率")))
    first: date = told["valid_from"] or localdate()
    image = letter.read() if letter else pre_enrolments.letter_for(ticket.holder, told["code"])
    terms = Terms(told["role"], first, told["until"], image, told["scope"])
    enrolment.propose(ticket, told["code"], terms, side=told["side"], officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def answer_binding(request: OfficerRequest, pk: int, binding_pk: int, step: str) -> HttpResponse:
    """The person here confirms or refuses; or the other side is asked on its own page."""
    here, ticket = _here(request, pk)
    bound = _binding(ticket, binding_pk)
    if step == "confirm":
        enrolment.confirm_here(ticket, bound, officer=request.user)
    elif step == "refuse":
        reason = request.POST.get("reason", "")
        enrolment.refuse_here(ticket, bound, reason, officer=request.user)
    else:
        enrolment.ask_other_side(ticket, bound, officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def end_binding(request: OfficerRequest, pk: int, binding_pk: int) -> HttpResponse:
    """解除: the person here asks, for himself or for an enterprise that he heads."""
    here, ticket = _here(request, pk)
    bound = _binding(ticket, binding_pk)
    enrolment.require_verified(ticket)
    own = bound.person_id == ticket.person_id
    author = Author.PERSON if own else Author.ENTERPRISE
    because = Because(request.POST.get("reason", ""), author, request.user, here.place)
    by = Binding.EndedBy.PERSON if own else Binding.EndedBy.ENTERPRISE
    bindings.end(bound, by, because)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def complete(request: OfficerRequest, pk: int) -> HttpResponse:
    here, ticket = _here(request, pk)
    enrolment.complete(ticket, officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def dispute(request: OfficerRequest, pk: int) -> HttpResponse:
    """被冒名: the person here says that it is not he."""
    here, ticket = _here(request, pk)
    enrolment.require_verified(ticket)
    named = enrolment.enterprise_named(ticket.holder, request.POST.get("enterprise", ""))
    words = request.POST.get("words", "")
    disputes.register(ticket.holder, named, words, officer=request.user, place=here.place)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def suspect(request: OfficerRequest, pk: int) -> HttpResponse:
    """疑似冒名: it may not be he who stands here."""
    here, ticket = _here(request, pk)
    enrolment.suspect(ticket, request.POST.get("words", ""), officer=request.user)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def right(request: OfficerRequest, pk: int, kind: str) -> HttpResponse:
    """更正、撤回、删除: what the person here asks of what is kept about him."""
    here, ticket = _here(request, pk)
    enrolment.require_verified(ticket)
    person, officer, place = ticket.holder, request.user, here.place
    if kind == "correct":
        words = request.POST.get("words", "")
        rights.ask_correction(person, words, officer=officer, place=place)
    elif kind == "delete":
        enrolment.erase(ticket, officer=officer)
    else:
        purpose = request.POST.get("purpose", "")
        rights.withdraw(person, purpose, officer=officer, place=place)
    return _part(request, here)


@access.roles(Role.WINDOW)
@require_POST
def own_copy(request: OfficerRequest, pk: int) -> HttpResponse:
    """查询、复制: everything kept of the person here, on a page to print."""
    here, ticket = _here(request, pk)
    enrolment.require_verified(ticket)
    found = rights.copy(ticket.holder, officer=request.user, place=here.place)
    told = {"copy": found, "window": here, "today": localdate()}
    return render(request, "people/own_copy.html", told)


@access.roles(Role.WINDOW)
@require_GET
def letter(request: OfficerRequest, pk: int, letter_pk: int) -> HttpResponse:
    """The image of a letter of the person at this window, or of an enterprise he heads."""
    here, ticket = _here(request, pk)
    mine = ticket.holder.bindings.values("letter")
    found = get_object_or_404(Letter.objects.filter(pk__in=mine), pk=letter_pk)
    record.seen(
        "letter.see", about=ticket.about, officer=request.user, place=here.place, letter=found.pk
    )
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(bytes(found.jpeg or b""), content_type="image/jpeg", headers=headers)


def _here(request: OfficerRequest, pk: int) -> tuple[Window, Ticket]:
    here = workstation.window_of(request, pk)
    return here, workstation.ticket_at(here, request.user)


def _binding(ticket: Ticket, pk: int) -> Binding:
    """One of the person's, or one that waits for his word; nobody else's is there."""
    found = Binding.objects.select_related("person", "enterprise")
    bound = get_object_or_404(found, pk=pk)
    mine = bound.person_id == ticket.person_id
    if not mine and not bindings.represents(ticket.holder, bound.enterprise, localdate()):
        raise Http404
    return bound


def _read(form: forms.Form) -> dict[str, Any]:
    if form.is_valid():
        return form.cleaned_data
    name, errors = next(iter(form.errors.items()))
    told = {"field": form.fields[name].label, "error": errors[0]}
    raise Refusal("wrong_form", str(_("%(field)s：%(error)s")) % told)


def _phone(request: HttpRequest) -> str:
    return request.POST.get("phone", "").strip()[:20]


def _digits(request: HttpRequest) -> str:
    return request.POST.get("digits", "").strip()[:6]


def _part(request: OfficerRequest, here: Window, **more: str) -> HttpResponse:
    ticket = workstation.ticket_at(here, request.user)
    told = _told(here, request.user, ticket) | more
    return render(request, "people/_enrolment.html", told)


def _told(here: Window, officer: Officer, ticket: Ticket) -> dict[str, Any]:
    return {
        "sheet": Sheet(here, officer, ticket),
        "window": here,
        "roles": Binding.Role.choices,
        "uses": Use,
    }
