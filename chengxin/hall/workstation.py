"""窗口工作台: the officer's page.  A view reads the request, calls one operation, renders."""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import (
    approvals,
    attendance,
    desk,
    evaluations,
    identify,
    items,
    local,
    moves,
    orders,
    queue,
    streams,
    visits,
)
from chengxin.hall.models import Business, ItemRecord, Pause, Priority, Ticket, Window
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role
from chengxin.people.models import Enterprise, Portrait
from chengxin.trace import record

OF_A_NUMBER = ("return", "resume", "merge", "release", "call", "abandon")  # steps offered for one
PAUSES = [(one.value, one.label) for one in Pause if one]
SHOWN_SECONDS = 30  # how long an unmasked number stays on the screen


class Bearer(forms.Form):
    """The document of somebody whose number was given while a kiosk's line was cut."""

    kind = forms.ChoiceField(choices=[(one, one) for one in DocumentKind])
    number = forms.CharField(max_length=20)
    name = forms.CharField(required=False, max_length=40)


class Approval(forms.Form):
    """科所长审批 on the spot, and the item it is for."""

    item = forms.CharField(max_length=30)
    enterprise = forms.CharField(required=False, max_length=32)
    work_number = forms.CharField(required=False, max_length=30, label=_("审批人工号"))
    password = forms.CharField(required=False, max_length=128, label=_("密码"))
    why = forms.CharField(required=False, max_length=400, label=_("放行的理由"))


@access.roles(Role.WINDOW)
@require_GET
def windows(request: OfficerRequest) -> HttpResponse:
    found = _windows_of(request.user).select_related("hall").order_by("hall", "number")
    taken = {
        ticket.window_id: ticket
        for ticket in Ticket.objects.filter(window__in=found, state__in=desk.HERE).select_related(
            "officer"
        )
    }
    rows = [(window, taken.get(window.pk)) for window in found]
    told = {"rows": rows, "grades": evaluations.counts_of(request.user)}
    return render(request, "hall/windows.html", told)


@access.roles(Role.WINDOW)
@require_GET
def window(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    attendance.come(here, officer=request.user)
    shown = desk.of(here, request.user, request.GET.get("enterprise", ""))
    if shown.person:
        record.seen("person.see", about=shown.person.key, officer=request.user, place=here.place)
    told = {"desk": shown, "window": here, "businesses": Business.choices, "pauses": PAUSES}
    return render(request, "hall/window.html", told)


@access.roles(Role.WINDOW)
@require_GET
def fragment(request: OfficerRequest, pk: int) -> HttpResponse:
    """The whole desk again, after something changed or another enterprise was chosen."""
    return desk_of(request, window_of(request, pk))


@access.roles(Role.WINDOW)
@require_GET
def waiting(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    shown = desk.Desk(here, request.user, None)
    return render(request, "hall/_queue.html", {"desk": shown, "window": here})


@access.roles(Role.WINDOW)
@require_POST
def call_next(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    visits.call_next(here, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def precall(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    queue.precall(here, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def transfer(request: OfficerRequest, pk: int) -> HttpResponse:
    """Send the person at this window on: `to` is "business:personal" or "window:4"."""
    here = window_of(request, pk)
    kind, _sep, name = request.POST.get("to", "").partition(":")
    note = request.POST.get("note", "")
    if kind == "window" and name.isdecimal() and len(name) < 5:
        target = get_object_or_404(Window, hall=here.hall_id, number=int(name))
        queue.transfer(
            ticket_at(here, request.user), to_window=target, note=note, officer=request.user
        )
    elif kind == "business" and name in Business.values:
        queue.transfer(
            ticket_at(here, request.user), business=name, note=note, officer=request.user
        )
    else:
        raise Http404
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_GET
def find(request: OfficerRequest, pk: int) -> HttpResponse:
    """A number of this hall and what may be done with it; nobody's name."""
    here = window_of(request, pk)
    number = request.GET.get("number", "").strip().upper()[:6]
    found = Ticket.objects.today(here.hall).filter(number=number).first()
    here_now = Ticket.objects.filter(window=here, state__in=moves.HERE).exists()
    told = {
        "window": here, "asked": number, "can_merge": here_now, "ticket": found,
        "priorities": Priority.choices,
        "may": [step for step in OF_A_NUMBER if found and moves.may(step, found.state)],
    }  # fmt: skip
    return render(request, "hall/_found.html", told)


@access.roles(Role.WINDOW)
@require_POST
def move_number(request: OfficerRequest, pk: int, ticket_pk: int, step: str) -> HttpResponse:
    """Any number of this hall today: bring it back, give it up, put it forward, take it up."""
    here = window_of(request, pk)
    ticket = get_object_or_404(
        Ticket.objects.today(here.hall).select_related("person"), pk=ticket_pk
    )
    officer = request.user
    steps: dict[str, Callable[[], object]] = {
        "release": lambda: queue.release(ticket, officer=officer),
        "return": lambda: queue.give_back(ticket, officer=officer),
        "resume": lambda: queue.resume(ticket, here, officer=officer),
        "merge": lambda: queue.merge(ticket_at(here, officer), ticket, officer=officer),
        "abandon": lambda: queue.abandon(ticket, officer=officer),
        "prioritise": lambda: queue.prioritise(
            ticket, request.POST.get("priority", ""), officer=officer
        ),
    }
    steps[step]()
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def scan(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    visits.open_by_token(here, request.POST.get("token", ""), officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def move(request: OfficerRequest, pk: int, step: str) -> HttpResponse:
    """recall, start, miss, park or finish the ticket at this window."""
    here = window_of(request, pk)
    steps = {
        "recall": visits.recall,
        "start": visits.start,
        "miss": visits.miss,
        "park": queue.park,
        "finish": visits.finish,
    }
    steps[step](ticket_at(here, request.user), officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def name_bearer(request: OfficerRequest, pk: int) -> HttpResponse:
    """Who holds a number that a kiosk gave while its line was cut, from his document."""
    here = window_of(request, pk)
    asked = Bearer(request.POST)
    if not asked.is_valid():
        raise Http404
    told = asked.cleaned_data
    local.name(
        ticket_at(here, request.user),
        DocumentKind(told["kind"]),
        told["number"],
        told["name"],
        officer=request.user,
    )
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def compare(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    identify.compare_face(ticket_at(here, request.user), _picture(request), officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def enrol(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    identify.enrol_face(ticket_at(here, request.user), _picture(request), officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def verify_by_hand(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    reason = request.POST.get("reason", "")[:200]
    ticket = ticket_at(here, request.user)
    second = None
    if number := request.POST.get("work_number", "").strip()[:30]:
        password = request.POST.get("password", "")[:128]
        second = approvals.colleague(number, password, officer=request.user, window=here)
    identify.verify_by_hand(ticket, reason, officer=request.user, second=second)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def reveal(request: OfficerRequest, pk: int) -> HttpResponse:
    """The whole number for half a minute; who asked for it leaves a trace."""
    here = window_of(request, pk)
    person = ticket_at(here, request.user).holder
    record.seen("number.reveal", about=person.key, officer=request.user, place=here.place)
    return render(request, "hall/_number.html", {"number": person.number, "seconds": SHOWN_SECONDS})


@access.roles(Role.WINDOW)
@require_POST
def begin_item(request: OfficerRequest, pk: int) -> HttpResponse:
    here = window_of(request, pk)
    asked = Approval(request.POST)
    if not asked.is_valid():
        raise Http404
    told = asked.cleaned_data
    ticket = ticket_at(here, request.user)
    enterprise = None
    if told["enterprise"] not in ("", "-"):
        enterprise = get_object_or_404(Enterprise, pk=told["enterprise"])
    approver = None
    if told["work_number"]:
        approver = approvals.approver(
            told["work_number"], told["password"], officer=request.user, window=here
        )
    items.begin(
        ticket,
        told["item"],
        enterprise,
        officer=request.user,
        approved_by=approver,
        override=told["why"],
    )
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def acknowledge(request: OfficerRequest, pk: int) -> HttpResponse:
    """The officer has read the directives whose ids the page sent: those that it showed."""
    here = window_of(request, pk)
    ticket = ticket_at(here, request.user)
    told = request.POST.getlist("directive")
    shown = [int(one) for one in told if one.isdecimal() and len(one) < 19]
    enterprise = desk.of(here, request.user, request.POST.get("chosen", "")).enterprise
    orders.acknowledge(ticket, enterprise, shown, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def object_to(request: OfficerRequest, pk: int) -> HttpResponse:
    """The person at the window objects to a directive (异议)."""
    here = window_of(request, pk)
    ticket = ticket_at(here, request.user)
    told = request.POST.get("directive", "")
    directive = int(told) if told.isdecimal() and len(told) < 19 else 0
    enterprise = desk.of(here, request.user, request.POST.get("chosen", "")).enterprise
    grounds = request.POST.get("grounds", "")
    orders.object_to(ticket, enterprise, directive, grounds, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_POST
def withdraw_objection(request: OfficerRequest, pk: int, objection_pk: int) -> HttpResponse:
    """The person at the window takes his objection back."""
    here = window_of(request, pk)
    orders.withdraw_objection(ticket_at(here, request.user), objection_pk, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_GET
def objection_paper(request: OfficerRequest, pk: int, objection_pk: int) -> HttpResponse:
    """The answer on paper, for the person who stands here."""
    here = window_of(request, pk)
    shown = desk.of(here, request.user, request.GET.get("chosen", ""))
    found = [one for one in shown.objections if one.objection.pk == objection_pk]
    if not found or not found[0].objection.is_answered:
        raise Http404
    about = found[0].objection.about
    record.seen("objection.print", about=about, officer=request.user, objection=objection_pk)
    return render(request, "risk/objection_paper.html", {"filed": found[0]})


@access.roles(Role.WINDOW)
@require_POST
def end_item(request: OfficerRequest, pk: int, record_pk: int, how: str) -> HttpResponse:
    here = window_of(request, pk)
    ticket = ticket_at(here, request.user)
    handled = get_object_or_404(ItemRecord.objects.select_related("ticket__person"), pk=record_pk)
    if handled.ticket_id != ticket.pk:
        raise Http404
    end = {"finish": items.finish, "stop": items.stop}[how]
    end(handled, officer=request.user)
    return desk_of(request, here)


@access.roles(Role.WINDOW)
@require_GET
def portrait(request: OfficerRequest, pk: int, portrait_pk: int) -> HttpResponse:
    """A picture of the person at this window, and of nobody else."""
    here = window_of(request, pk)
    person = ticket_at(here, request.user).holder
    found = get_object_or_404(Portrait, pk=portrait_pk, person=person)
    return HttpResponse(
        bytes(found.jpeg or b""), content_type="image/jpeg", headers={"Cache-Control": "no-store"}
    )


@access.stream_roles(Role.WINDOW)
async def stream(request: OfficerRequest, pk: int) -> HttpResponseBase:
    here = await sync_to_async(window_of)(request, pk)
    return access.event_stream(streams.of_window(here))


def desk_of(request: OfficerRequest, here: Window) -> HttpResponse:
    chosen = request.POST.get("chosen") or request.GET.get("chosen", "")
    shown = desk.of(here, request.user, chosen)
    return render(request, "hall/_desk.html", {"desk": shown, "window": here})


def _windows_of(officer: Officer) -> QuerySet[Window]:
    return Window.objects.filter(hall__office__in=access.offices_of(officer))


def window_of(request: HttpRequest, pk: int) -> Window:
    """The window, when it is in a hall of the officer's county; otherwise it is not there."""
    officer = request.user
    assert isinstance(officer, Officer)
    found = _windows_of(officer).select_related("hall").filter(pk=pk).first()
    if found is None:
        with record.of("access.ask", officer=officer, place=request.path[:60]):
            raise access.not_yours()
    return found


def ticket_here(request: HttpRequest, pk: int) -> Ticket:
    """For pages beside this one: the person at window `pk`, as the officer may see him."""
    officer = request.user
    assert isinstance(officer, Officer)
    return ticket_at(window_of(request, pk), officer)


def ticket_at(here: Window, officer: Officer) -> Ticket:
    """The person at the window, as `officer` may see him; Refusal when nobody is there."""
    ticket = desk.of(here, officer).ticket
    if ticket is None:
        raise Refusal("nobody_here", str(_("窗口前没有正在办理的号票")))
    return ticket


def _picture(request: HttpRequest) -> bytes:
    picture = request.FILES.get("picture")
    if picture is None:
        raise Http404
    data: bytes = picture.read()
    return data
