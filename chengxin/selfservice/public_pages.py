"""The public page of a certificate: genuine or not, and what it attests, no more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from chengxin.offices import access
from chengxin.selfservice import certificates

ON_PAPER = "opened by the code printed on a certificate; says what that paper says, names masked"


@access.everyone(ON_PAPER)
@require_GET
@never_cache
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    made = certificates.genuine(code)
    told = {"made": made, "words": certificates.words_of(made) if made else None}
    return render(request, "selfservice/genuine.html", told, status=200 if made else 404)
