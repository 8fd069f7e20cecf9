"""The own page of who is to confirm a binding: opened by the address in his message, answered with
a code that goes to the same phone.

It shows an enterprise, a role and a name with its middle hidden; nothing else of anybody.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.hall import enrolment
from chengxin.notices.outbox import To
from chengxin.offices import access
from chengxin.people import bindings, codes
from chengxin.people.codes import Use
from chengxin.people.models import Binding, Person
from chengxin.trace import record

BY_CODE = "opened by the address sent to the phone of who is to confirm, answered with a code"
REFUSED = gettext_noop("本人在网上确认页面拒绝")


@access.everyone(BY_CODE)
@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    bound = bindings.behind(code)
    told = {"bound": bound, "code": code, "sent": "sent" in request.GET}
    answer = render(request, "people/confirm.html", told, status=200 if bound else 404)
    answer["Cache-Control"] = "no-store"
    return answer


@access.everyone(BY_CODE)
@require_POST
def send_code(request: HttpRequest, code: str) -> HttpResponse:
    bound, person = _asked(code)
    with record.of("code.send", about=person.key) as trace:
        trace.detail |= {"use": Use.PAGE, "binding": bound.pk}
        enrolment.send_to(To(person.key, person.phone), Use.PAGE, bound.key)
    return redirect(f"{request.path.rpartition('/')[0]}/?sent=1")


@access.everyone(BY_CODE)
@require_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Yes or no, with the digits that came to the phone."""
    bound, person = _asked(code)
    digits = request.POST.get("digits", "").strip()[:6]
    codes.spend(person.phone, Use.PAGE, bound.key, digits)
    if request.POST.get("answer") == "yes":
        made = bindings.confirm(bound, person)
    else:
        made = bindings.refuse(bound, person, REFUSED)
    return render(request, "people/confirmed.html", {"bound": made})


def _asked(code: str) -> tuple[Binding, Person]:
    bound = bindings.behind(code)
    person = enrolment.confirmer_of(bound) if bound else None
    if bound is None or person is None:
        raise Refusal("page_over", _("此确认已处理或已超过七天，请到办税服务厅办理"))
    return bound, person
