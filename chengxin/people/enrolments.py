"""实名采集, brought to its end: what must be there, and the row that says so.

At a window an officer brings it there (`hall.enrolment`), at a terminal the person himself
(`selfservice.enrolling`).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people import consents
from chengxin.people.models import Enrolment, Person, Purpose, Verification


def informed(person: Person) -> bool:
    """He was shown the notice as it is today."""
    shown = person.consents.filter(purpose=Purpose.IDENTITY, version=consents.version())
    return shown.exists()


def require_informed(person: Person) -> None:
    if not informed(person):
        raise Refusal("notice_needed", _("请先向本人出示告知书"))


def write_down(
    made: Verification, way: str, *, typed: bool, officer: Officer | None, place: str
) -> Enrolment:
    """In the caller's transaction: whom, with which document, in which way; without an officer it
    was done at a terminal, by the person alone."""
    person = made.person
    return Enrolment.objects.create(
        person=person,
        document_kind=person.document_kind,
        typed=typed,
        way=way,
        channel=Enrolment.Channel.WINDOW if officer else Enrolment.Channel.KIOSK,
        mobile=bool(person.phone),
        verification=made,
        officer=officer,
        place=place,
    )
