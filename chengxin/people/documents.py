"""A document that an officer has before him, without a reader: its number typed in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengxin.core.identifiers import DocumentKind, normal_number
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.people.models import Person
from chengxin.trace import record


def shown(kind: DocumentKind, number: str, name: str, *, place: str, officer: Officer) -> Person:
    """The person of this document; who is not known yet is taken down with the name on it.

    Nothing about him counts as read from a chip or as verified.
    """
    normal = normal_number(kind, number)
    keys = Keys.load()
    about = f"person:{keys.person_id(normal)}" if normal else ""
    with record.of("person.type", about=about, officer=officer, place=place) as trace:
        if normal is None:
            raise Refusal("number_wrong", _("证件号码有误，请对照证件原件重新输入"))
        if known := Person.objects.filter(pk=keys.person_id(normal)).first():
            return known
        if not name.strip():
            raise Refusal("name_unknown", _("系统中尚无此人，请一并输入证件上的姓名"))
        trace.detail["new"] = True
        made, _created = Person.objects.get_or_create(
            pk=keys.person_id(normal),
            defaults={
                "document_kind": kind,
                "number": normal,
                "name": name.strip(),
                "name_token": keys.token("name", name.strip()),
            },
        )
    return made
