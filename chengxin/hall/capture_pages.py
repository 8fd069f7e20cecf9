"""纸质资料采集 at a window: ask the document camera, see what came, discard the wrong sheet; and
已留存资料, what earlier visits left, to look at and to use again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.items import ITEMS
from chengxin.core.papers import PAPERS
from chengxin.core.refusal import Refusal
from chengxin.hall import captures, desk, held_papers, matters, prepared, workstation
from chengxin.hall.captures import Sheet
from chengxin.hall.held_papers import Held
from chengxin.hall.models import ItemRecord, PaperCapture, Ticket
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.people.models import Enterprise
from chengxin.trace import record

TYPES = {"jpeg": "image/jpeg", "pdf": "application/pdf"}


class Asked(forms.Form):
    """Which sheet is to be taken: "item.paper", or a title of its own."""

    what = forms.CharField(max_length=62, required=False)
    title = forms.CharField(max_length=60, required=False)
    until = forms.DateField(label=_("有效期至"), required=False)


@dataclass(frozen=True)
class Choice:
    """The papers of one item, to choose from."""

    title: str
    papers: list[tuple[str, str]]  # "item.paper", its title


@dataclass(frozen=True)
class Row:
    """One sheet of the visit, as it is shown."""

    capture: PaperCapture
    trouble: str


@access.roles(Role.WINDOW)
@require_GET
def page(request: OfficerRequest, pk: int) -> HttpResponse:
    return _page(request, pk, "hall/papers.html")


@access.roles(Role.WINDOW)
@require_GET
def listed(request: OfficerRequest, pk: int) -> HttpResponse:
    """The list anew, while a camera is at work."""
    return _page(request, pk, "hall/_papers.html")


@access.roles(Role.WINDOW)
@require_POST
def take(request: OfficerRequest, pk: int) -> HttpResponse:
    ticket = workstation.ticket_here(request, pk)
    device = get_object_or_404(captures.cameras(ticket.hall), pk=request.POST.get("device", ""))
    captures.ask(
        ticket,
        device,
        _sheet(request, pk),
        officer=request.user,
        format=request.POST.get("format", "jpeg"),
    )
    return _page(request, pk, "hall/_papers.html")


@access.roles(Role.WINDOW)
@require_POST
def reuse(request: OfficerRequest, pk: int, record_pk: int) -> HttpResponse:
    """沿用: a held paper serves for an item that is under way here."""
    here = workstation.window_of(request, pk)
    ticket = workstation.ticket_at(here, request.user)
    handled = get_object_or_404(
        ItemRecord.objects.select_related("enterprise"), pk=record_pk, ticket=ticket
    )
    held_papers.reuse(ticket, handled, request.POST.get("paper", ""), officer=request.user)
    return workstation.desk_of(request, here)


@access.roles(Role.WINDOW)
@require_GET
def held_view(request: OfficerRequest, pk: int, key: str) -> HttpResponse:
    """The picture of a held paper of the person here, or of an enterprise he may act for."""
    here = workstation.window_of(request, pk)
    ticket = workstation.ticket_at(here, request.user)
    found = [one for one in _held(request, ticket) if one.key == key]
    if not found:
        raise Http404
    [paper] = found
    if paper.capture is not None:
        content = captures.opened(paper.capture, officer=request.user, place=here.place)
        kind = TYPES[paper.capture.format]
    else:
        assert paper.letter is not None
        record.seen(
            "letter.see", about=ticket.about, officer=request.user, place=here.place,
            letter=paper.letter.pk,
        )  # fmt: skip
        content, kind = bytes(paper.letter.jpeg or b""), "image/jpeg"
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": "no-store"})


@access.roles(Role.WINDOW)
@require_POST
def discard(request: OfficerRequest, pk: int, paper_pk: UUID) -> HttpResponse:
    here = workstation.window_of(request, pk)
    captures.discard(_paper(request, pk, paper_pk), officer=request.user, place=here.place)
    return _page(request, pk, "hall/_papers.html")


@access.roles(Role.WINDOW)
@require_GET
def view(request: OfficerRequest, pk: int, paper_pk: UUID) -> HttpResponse:
    """The picture of a sheet of the person at this window, and of nobody else."""
    here = workstation.window_of(request, pk)
    paper = _paper(request, pk, paper_pk)
    content = captures.opened(paper, officer=request.user, place=here.place)
    return HttpResponse(
        content, content_type=TYPES[paper.format], headers={"Cache-Control": "no-store"}
    )


@access.roles(Role.WINDOW)
@require_GET
def view_prepared(request: OfficerRequest, pk: int, paper_pk: UUID) -> HttpResponse:
    """A paper that the person at this window handed in before, handed out as a file."""
    ticket = workstation.ticket_here(request, pk)
    held = prepared.prepared(ticket.holder).select_related("person")
    paper = get_object_or_404(held, pk=paper_pk)
    place = ticket.window.place if ticket.window else ""
    content, kind = prepared.opened(
        paper, officer=request.user, place=place, ticket=ticket.number, item=paper.item
    )
    return prepared_answer(content, kind)


def prepared_answer(content: bytes, kind: str) -> HttpResponse:
    """A picture is shown; a PDF that a citizen sent is only handed out, never opened in a page."""
    how = "inline" if kind.startswith("image/") else "attachment; filename=paper.pdf"
    headers = {"Cache-Control": "no-store", "Content-Disposition": how}
    return HttpResponse(content, content_type=kind, headers=headers)


def _page(request: OfficerRequest, pk: int, template: str) -> HttpResponse:
    shown = _desk(request, pk)
    ticket = workstation.ticket_at(shown.window, request.user)
    rows = [Row(one, captures.trouble(one)) for one in _papers(ticket)]
    told = {
        "window": shown.window,
        "desk": shown,
        "rows": rows,
        "waits": any(row.capture.waits for row in rows),
        "cameras": captures.cameras(ticket.hall),
        "choices": _choices(shown),
    }
    return render(request, template, told)


def _desk(request: OfficerRequest, pk: int) -> desk.Desk:
    here = workstation.window_of(request, pk)
    chosen = request.POST.get("chosen") or request.GET.get("chosen", "")
    return desk.of(here, request.user, chosen)


def _held(request: OfficerRequest, ticket: Ticket) -> list[Held]:
    """Of the person, and of the enterprise that is chosen on the page."""
    chosen = Enterprise.objects.filter(pk=request.GET.get("chosen", "")).first()
    return held_papers.of(ticket.holder, chosen)


def _choices(shown: desk.Desk) -> list[Choice]:
    """The papers of what is under way here and of what he came for."""
    assert shown.ticket is not None
    under_way = [one.item for one in shown.handled if one.state == ItemRecord.State.STARTED]
    found = []
    for code in dict.fromkeys([*under_way, *shown.ticket.planned]):
        item = ITEMS[code]
        papers = [(f"{code}.{one.code}", held_papers.title(one)) for one in item.papers]
        if papers:
            found.append(Choice(matters.title(item), papers))
    return found


def _sheet(request: OfficerRequest, pk: int) -> Sheet:
    form = Asked(request.POST)
    if not form.is_valid():
        raise Refusal("wrong_form", str(_("有效期的日期有误，请按 2017-08-31 的样子填写")))
    told = form.cleaned_data
    item, _dot, code = told["what"].partition(".")
    if told["what"] and (item not in ITEMS or code not in PAPERS):
        raise Http404
    enterprise = _desk(request, pk).enterprise
    return Sheet(told["title"], code, item, enterprise, told["until"])


def _papers(ticket: Ticket) -> list[PaperCapture]:
    """Without the pictures themselves: a list unseals none."""
    found = ticket.papers.select_related("command__device", "enterprise").defer("content")
    return list(found.order_by("-asked_at"))


def _paper(request: OfficerRequest, pk: int, paper_pk: UUID) -> PaperCapture:
    mine = workstation.ticket_here(request, pk).papers
    return get_object_or_404(mine.select_related("person"), pk=paper_pk)
