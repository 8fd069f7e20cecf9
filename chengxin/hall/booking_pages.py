"""预约: officers book for who shows or tells his document; the person sees and cancels by a code.

Nobody books without having been identified: here by an officer who answers for it, at the kiosk by
card and face (`kiosk_booking`).  The public page shows only which half hours are free.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import is_naive, localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, board_pages
from chengxin.hall.models import Appointment, Business, Hall
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.trace import record

FREE = "shows which half hours of a hall are free, and nobody's booking"
BY_CODE = "opened by the one-purpose code of a booking; shows a time, never a person"


class Booking(forms.Form):
    """Who comes, for what, and in which half hour."""

    number = forms.CharField(max_length=40, label=_("证件号码"))
    business = forms.ChoiceField(choices=Business, label=_("业务"))
    at = forms.CharField(max_length=40, label=_("时段"))

    def clean_at(self) -> datetime:
        try:
            at = datetime.fromisoformat(self.cleaned_data["at"])
        except ValueError as error:
            raise forms.ValidationError(_("请选择时段")) from error
        if is_naive(at):
            raise forms.ValidationError(_("请选择时段"))
        return at


@access.roles(*board_pages.MAY_BOOK)
@require_GET
def bookings(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """The half hours of the coming days, and who comes on one of them."""
    hall = board_pages.hall_of(request, hall_code)
    day = request.GET.get("day", "")
    asked = forms.DateField(required=False).clean(day) if _is_day(day) else None
    on = asked or localdate()
    record.seen("appointment.list", about="", officer=request.user, place=hall.place, day=str(on))
    found = Appointment.objects.filter(hall=hall, day=on).select_related("person")
    told: dict[str, Any] = {
        "hall": hall, "on": on, "days": list(appointments.offered(hall)),
        "businesses": Business.choices, "found": found.order_by("at", "pk"),
        "made": _made(hall, request.GET.get("made", "")),
    }  # fmt: skip
    return render(request, "hall/bookings.html", told)


@access.roles(*board_pages.MAY_BOOK)
@require_POST
def book(request: OfficerRequest, hall_code: str) -> HttpResponse:
    hall = board_pages.hall_of(request, hall_code)
    asked = Booking(request.POST)
    if not asked.is_valid():
        raise Refusal("time_unknown", str(_("请填写证件号码，并选择业务和时段")))
    told = asked.cleaned_data
    person = appointments.known(told["number"])
    access.require(request.user, person.key, place=hall.place)
    made = appointments.book(
        hall, person, Business(told["business"]), told["at"], officer=request.user
    )
    address = reverse("hall-bookings", args=[hall.pk])
    return redirect(f"{address}?day={made.day}&made={appointments.code_of(made)}")


@access.roles(*board_pages.MAY_BOOK)
@require_POST
def cancel(request: OfficerRequest, hall_code: str, pk: int) -> HttpResponse:
    hall = board_pages.hall_of(request, hall_code)
    found = get_object_or_404(
        Appointment.objects.select_related("person", "hall"), pk=pk, hall=hall
    )
    appointments.cancel(found, officer=request.user)
    return redirect(f"{reverse('hall-bookings', args=[hall.pk])}?day={found.day}")


@access.everyone(FREE)
@require_GET
def free(request: HttpRequest, hall_code: str) -> HttpResponse:
    """For a phone: which half hours are free, and how one books."""
    hall = get_object_or_404(Hall, pk=hall_code)
    days = list(appointments.offered(hall))
    return render(request, "hall/free.html", {"hall": hall, "days": days})


@access.everyone(BY_CODE)
@require_GET
def booked(request: HttpRequest, code: str) -> HttpResponse:
    told = {"appointment": _by_code(code), "code": code}
    answer = render(request, "hall/booked.html", told)
    answer["Cache-Control"] = "no-store"
    return answer


@access.everyone(BY_CODE)
@require_POST
def give_up(request: HttpRequest, code: str) -> HttpResponse:
    appointments.cancel(_by_code(code))
    return redirect("booked", code)


def _by_code(code: str) -> Appointment:
    found = appointments.by_code(code)
    if found is None:
        raise Http404
    return found


def _made(hall: Hall, code: str) -> dict[str, Any] | None:
    """The booking that was just made, with what the person takes home of it."""
    found = appointments.by_code(code) if code else None
    if found is None or found.hall_id != hall.pk:
        return None
    link, qr = appointments.link_of(found.pk), ""
    if link:
        qr = segno.make(link, error="m", micro=False).svg_data_uri(border=2, scale=5)
    return {"appointment": found, "link": link or reverse("booked", args=[code]), "qr": qr}


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007
    except ValueError:
        return False
    return True
