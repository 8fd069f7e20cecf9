"""From what someone types or scans to a subject of the registry."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengxin.core.identifiers import DocumentKind, normal_number, normal_resident_id
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.people.models import Enterprise, Person


def person_by_number(text: str) -> Person | None:
    """The person with this document number, 15- or 18-digit, of whatever document."""
    keys = Keys.load()
    numbers = (normal_number(kind, text) for kind in DocumentKind)
    ids = {keys.person_id(number) for number in numbers if number}
    return Person.objects.filter(pk__in=ids).first()


def enterprise_by_code(text: str) -> Enterprise | None:
    """The enterprise with this credit code, or with this taxpayer number where it has no code."""
    code = text.strip().upper()
    found = Enterprise.objects.filter(credit_code=code).first() if code else None
    return found or Enterprise.objects.filter(pk__in=_taxpayer_ids(code)).first()


def subject_key(text: str) -> str:
    """`person:…` or `enterprise:…` for an id, a key, a document number or a code.

    Refuses what the registry does not know.
    """
    text = text.strip()
    kind, colon, given = text.partition(":")
    if colon and kind in ("person", "enterprise"):
        text = given
    if kind != "enterprise" and (
        person := Person.objects.filter(pk=text).first() or person_by_number(text)
    ):
        return person.key
    if enterprise := Enterprise.objects.filter(pk=text).first() or enterprise_by_code(text):
        return enterprise.key
    raise Refusal("not_known", _("登记库中没有这个号码，请核对后重新输入"))


def _taxpayer_ids(code: str) -> list[str]:
    """How the lake writes a taxpayer number; one that holds a resident number is a token there."""
    old = len(code) in (15, 17)
    resident, sequence = (code[:15], code[15:]) if old else (code[:18], code[18:])
    number = normal_resident_id(resident)
    token = f"T{Keys.load().token('taxpayer', number + sequence)}" if number else ""
    return [form for form in (code, token) if form]
