"""纸质资料采集 at a window: ask the document camera, see what came, discard the wrong sheet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import captures, prepared, workstation
from chengxin.hall.models import PaperCapture, Ticket
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role

TYPES = {"jpeg": "image/jpeg", "pdf": "application/pdf"}


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
        request.POST.get("title", ""),
        officer=request.user,
        format=request.POST.get("format", "jpeg"),
    )
    return _page(request, pk, "hall/_papers.html")


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
    ticket = workstation.ticket_here(request, pk)
    rows = [Row(one, captures.trouble(one)) for one in _papers(ticket)]
    told = {
        "window": ticket.window,
        "person": ticket.person,
        "rows": rows,
        "waits": any(row.capture.waits for row in rows),
        "cameras": captures.cameras(ticket.hall),
    }
    return render(request, template, told)


def _papers(ticket: Ticket) -> list[PaperCapture]:
    """Without the pictures themselves: a list unseals none."""
    found = ticket.papers.select_related("command__device").defer("content")
    return list(found.order_by("-asked_at"))


def _paper(request: OfficerRequest, pk: int, paper_pk: UUID) -> PaperCapture:
    mine = workstation.ticket_here(request, pk).papers
    return get_object_or_404(mine.select_related("person"), pk=paper_pk)
