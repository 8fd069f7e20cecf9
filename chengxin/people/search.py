"""The search over persons and enterprises: one field, whatever is typed into it.

    a whole number, code, DJXH, phone or plate   finds whom it names
    a name, a part of it, its pinyin             finds all that are called so

Only what the officer may see is found, and every search leaves a trace: how it was asked and how
much was found, never what was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.timezone import localdate

from chengxin.core.keys import Keys
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer
from chengxin.people import gathered, lookup, names
from chengxin.people.models import Affiliation, Enterprise, Person, Registration
from chengxin.trace import record

FOUND = 30  # hits of each kind that are shown
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,7}[\u4e00-\u9fff]?")
MOBILE = re.compile(r"1[3-9]\d{9}")

Subject = TypeVar("Subject", bound=models.Model)


@dataclass(frozen=True)
class PersonHit:
    """A person that was found, with what tells homonyms apart."""

    person: Person
    enterprises: list[Enterprise]
    offices: list[Office]


@dataclass(frozen=True)
class Hits:
    """What a search found, of what the officer may see."""

    persons: list[PersonHit]
    enterprises: list[Enterprise]

    @property
    def count(self) -> int:
        return len(self.persons) + len(self.enterprises)

    @property
    def more(self) -> bool:
        """Whether there may be more than is shown."""
        return len(self.persons) >= FOUND or len(self.enterprises) >= FOUND

    @property
    def only(self) -> Person | Enterprise | None:
        """The one that was found, when it is one."""
        persons = [hit.person for hit in self.persons]
        found: list[Person | Enterprise] = [*persons, *self.enterprises]
        return found[0] if len(found) == 1 else None


def find(officer: Officer, text: str) -> Hits:
    """Persons and enterprises that `text` names."""
    how, persons, firms = _found(officer, text.strip())
    hits = Hits(_told_apart(persons), firms)
    about = hits.only.key if hits.only else ""
    record.seen("dossier.search", about=about, officer=officer, found=hits.count, by=how)
    return hits


def _found(officer: Officer, text: str) -> tuple[str, list[Person], list[Enterprise]]:
    """(how it was asked, persons, enterprises); the first reading that names somebody counts."""
    persons = _visible(Person.objects.all(), "person", officer)
    firms = _visible(Enterprise.objects.all(), "enterprise", officer)
    if not text:
        return "nothing", [], []
    if keys := _numbered(text):
        how, found = keys
        mine = {"person": persons, "enterprise": firms}
        ids = {
            kind: [key[len(kind) + 1 :] for key in found if key.startswith(kind)] for kind in mine
        }
        return (
            how,
            list(persons.filter(pk__in=ids["person"]).order_by("pk")[:FOUND]),
            list(firms.filter(pk__in=ids["enterprise"]).order_by("name")[:FOUND]),
        )
    return (
        "name",
        names.persons(text, persons, FOUND),
        list(names.enterprises(text, firms).order_by("name")[:FOUND]) if len(text) > 1 else [],
    )


def _numbered(text: str) -> tuple[str, set[str]] | None:
    """(kind of number, the subjects it names), when `text` is a number of somebody."""
    number = names.normal(text).upper()
    person, firm = lookup.person_by_number(number), lookup.enterprise_by_code(number)
    if person or firm:
        return "number", {one.key for one in (person, firm) if one}
    registered = Registration.objects.filter(bureau__in=("state", "local"), registration_id=number)
    if firm_id := gathered.enterprise_of(number):  # a number of before, or of one bureau alone
        return "number", {f"enterprise:{firm_id}"}
    if firms := set(registered.values_list("enterprise", flat=True)):
        return "registration", {f"enterprise:{pk}" for pk in firms}
    if MOBILE.fullmatch(number):
        token = Keys.load().phone_token(number)
        known = Person.objects.filter(phone_token=token).values_list("pk", flat=True)[:FOUND]
        told = gathered.sharing(token, FOUND)
        return "phone", {f"person:{pk}" for pk in known} | set(told)
    if PLATE.fullmatch(number):
        return "plate", set(gathered.plated(number, FOUND))
    return None


def _told_apart(persons: list[Person]) -> list[PersonHit]:
    """Each with his enterprises and the offices that manage him."""
    bound: dict[str, dict[str, Enterprise]] = {}
    roles = Affiliation.objects.on(localdate()).filter(person__in=persons)
    for one in roles.select_related("enterprise").order_by("role"):
        bound.setdefault(one.person_id, {})[one.enterprise_id] = one.enterprise
    managed: dict[str, list[Office]] = {}
    keys = [one.key for one in persons]
    for seat in Jurisdiction.objects.filter(about__in=keys).select_related("office"):
        managed.setdefault(seat.about, []).append(seat.office)
    return [
        PersonHit(one, list(bound.get(one.pk, {}).values()), managed.get(one.key, []))
        for one in persons
    ]


def _visible(found: QuerySet[Subject], kind: str, officer: Officer) -> QuerySet[Subject]:
    keyed = found.annotate(about=Concat(Value(f"{kind}:"), F("pk")))
    return keyed.filter(access.visible(officer))  # type: ignore[return-value]
