"""One's own pages.  A view asks for the session's person and nobody else; each look is traced."""

from __future__ import annotations

from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.items import ITEMS
from chengxin.core.refusal import Refusal
from chengxin.hall import matters, prepared
from chengxin.hall.capture_pages import prepared_answer
from chengxin.hall.prepared import Sheet
from chengxin.offices import access
from chengxin.selfservice import certificates, enrolling, guard, limits, sheet, sight
from chengxin.selfservice.guard import OwnRequest, own
from chengxin.selfservice.models import Certificate
from chengxin.selfservice.sight import Own
from chengxin.trace.tongue import english


@own
@require_GET
def home(request: OwnRequest) -> HttpResponse:
    mine = sight.seen(request.own, "home")
    told = {"mine": mine, "limits": limits.of(mine), "enrol": enrolling.wanted(request.own)}
    return guard.page(request, "home", **told)


@own
@require_GET
def enterprises(request: OwnRequest) -> HttpResponse:
    return guard.page(request, "enterprises", mine=sight.seen(request.own, "enterprises"))


@own
@require_GET
def visits(request: OwnRequest) -> HttpResponse:
    return guard.page(request, "visits", mine=sight.seen(request.own, "visits"))


@own
@require_GET
def record_of(request: OwnRequest) -> HttpResponse:
    """Who looked, and what was sent."""
    return guard.page(request, "record", mine=sight.seen(request.own, "record"))


@own
@require_GET
def restrictions(request: OwnRequest) -> HttpResponse:
    mine = sight.seen(request.own, "limits")
    told = {"limits": limits.of(mine), "said": limits.said(mine)}
    return guard.page(request, "limits", **told)


@own
@require_POST
def object_to(request: OwnRequest, pk: int) -> HttpResponse:
    made = limits.object_to(request.own, pk, request.POST.get("grounds", ""))
    messages.success(request, _("异议已提出，答复期限 %(day)s") % {"day": made.due_on})
    return redirect("own-limits")


@own
@require_POST
def withdraw(request: OwnRequest, pk: int) -> HttpResponse:
    limits.withdraw(request.own, pk)
    messages.success(request, _("异议已撤回"))
    return redirect("own-limits")


@own
@require_GET
def papers(request: OwnRequest) -> HttpResponse:
    mine = sight.seen(request.own, "papers")
    item = request.GET.get("item", "")
    told = {
        "mine": mine,
        "held": prepared.prepared(request.own.person),
        "items": [(code, matters.title(one)) for code, one in ITEMS.items()],
        "chosen": ITEMS.get(item),
        "brings": _brings(item),
        "limits": {"most": prepared.LARGEST >> 20, "days": prepared.days()},
        "phone": _phone_code() if request.own.device_id else "",
    }
    return guard.page(request, "papers", **told)


@own
@require_POST
def keep(request: OwnRequest) -> HttpResponse:
    """A picture or PDF for an item, for himself or an enterprise whose matters he handles."""
    sent = request.FILES.get("paper")
    if sent is None:
        raise Refusal("wrong_file", _("请选择要提交的图片或 PDF"))
    if sent.size is not None and sent.size > prepared.LARGEST:
        raise prepared.too_large()
    asked = request.POST.get("enterprise", "")
    firm = Own(request.own.person).firm(asked).enterprise if asked else None
    told = Sheet(request.POST.get("item", ""), request.POST.get("title", ""), sent.read())
    prepared.keep(request.own.person, firm, told, place=request.own.place)
    messages.success(request, _("资料已保存，到窗口办理时工作人员可以看到"))
    return redirect("own-papers")


@own
@require_GET
def paper(request: OwnRequest, pk: UUID) -> HttpResponse:
    held = prepared.prepared(request.own.person).select_related("person")
    found = get_object_or_404(held, pk=pk)
    content, kind = prepared.opened(found, officer=None, place=request.own.place)
    return prepared_answer(content, kind)


@own
@require_POST
def discard(request: OwnRequest, pk: UUID) -> HttpResponse:
    held = prepared.prepared(request.own.person).select_related("person")
    prepared.discard(get_object_or_404(held, pk=pk), place=request.own.place)
    return redirect("own-papers")


@own
@require_GET
def certificate_list(request: OwnRequest) -> HttpResponse:
    mine = sight.seen(request.own, "certificates")
    told = {"mine": mine, "issued": certificates.of(mine.person)[: sight.MOST]}
    return guard.page(request, "certificates", **told)


@own
@require_POST
def issue(request: OwnRequest) -> HttpResponse:
    kind, enterprise = request.POST.get("kind", ""), request.POST.get("enterprise", "")
    made = certificates.issue(request.own, kind, enterprise)
    return redirect("own-certificate", made.code)


@own
@require_GET
def certificate(request: OwnRequest, code: str) -> HttpResponse:
    """One of his own: at a terminal to print, on a phone to keep."""
    made = _mine(request, code)
    told = {"made": made, "words": certificates.words_of(made), "link": sheet.link(made)}
    return guard.page(request, "certificate", **told)


@own
@require_GET
def certificate_page(request: OwnRequest, code: str) -> HttpResponse:
    """The sheet as a picture, as it comes out of a printer."""
    return HttpResponse(sheet.picture(_mine(request, code)), content_type="image/png")


@own
@require_GET
def certificate_pdf(request: OwnRequest, code: str) -> HttpResponse:
    made = _mine(request, code)
    return access.attachment(sheet.pdf(made), f"{made.number}.pdf", "application/pdf")


@own
@require_POST
def stay(request: OwnRequest) -> HttpResponse:
    """我还需要时间: `own` has begun the idle time anew."""
    return JsonResponse({"seconds": request.own.seconds})


def _brings(code: str) -> str:
    known = ITEMS.get(code)
    if known is None:
        return ""
    return known.brings_en if english() else known.brings


def _mine(request: OwnRequest, code: str) -> Certificate:
    return get_object_or_404(Certificate, pk=code, person=request.own.person)


def _phone_code() -> str:
    """The way from the terminal to the phone, where there are cameras and files."""
    if not settings.PUBLIC_URL:
        return ""
    link = settings.PUBLIC_URL.rstrip("/") + reverse("own")
    return segno.make(link, error="m", micro=False).svg_data_uri(border=2, scale=6)
