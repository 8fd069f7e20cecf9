"""保存期限: what is past its time is deleted by night, rows and bytes.

The periods are data (`retention.yaml`); what the hall keeps goes by `hall.forgetting`.  PostgreSQL
leaves deleted bytes lying in its files until they are written over; so a table of pictures from
which something went is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, now

from chengxin.core import descriptions
from chengxin.people.models import (
    Binding,
    Consent,
    Fingerprint,
    Letter,
    Likeness,
    OneTimeCode,
    Person,
    Portrait,
    RightsRequest,
    Verification,
)
from chengxin.trace import record
from chengxin.trace.tongue import english

BATCH = 500
# a table of more bytes is not written anew by night, while counters may ask; the operator does it
MOST_BYTES = 2_000_000_000

A_DAY = timedelta(hours=26)  # from one night to the next, and a little more

Channel = Portrait.Channel


@dataclass(frozen=True)
class Rule:
    name: str
    days: int
    law: bool
    told: dict[str, str]

    @property
    def title(self) -> str:
        return self.told["title_en" if english() else "title"]

    @property
    def basis(self) -> str:
        return self.told["basis_en" if english() else "basis"]


@cache
def rules() -> dict[str, Rule]:
    path = Path(__file__).with_name("retention.yaml")
    return {
        name: Rule(name, int(told["days"]), bool(told["law"]), told)
        for name, told in descriptions.told(path.read_text("utf-8")).items()
    }


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Job:
    """How the rows of one rule go, and which table's bytes go with them."""

    delete: Callable[[datetime], int]  # of what is older; how many
    table: str = ""  # written anew when something went from it
    by_day: Callable[[], bool] = _never  # whether something went since the last night


def run(others: Mapping[str, Job] | None = None) -> dict[str, int]:
    """The night: delete what is past its time; how many rows of each kind."""
    jobs = {**own_jobs(), **(others or {})}
    with record.of("retention.run") as trace:
        counts = {
            name: job.delete(now() - timedelta(days=rules()[name].days))
            for name, job in jobs.items()
        }
        trace.detail |= counts
        if not any(counts.values()):
            trace.drop()
    for table in {job.table for name, job in jobs.items() if counts[name] or job.by_day()}:
        if table:
            write_anew(table)
    return counts


def own_jobs() -> dict[str, Job]:
    pictures, letters = Portrait._meta.db_table, Letter._meta.db_table
    return {
        "compared_picture": Job(lambda past: _pictures(_compared(past)), pictures, _deleted_by_day),
        "card_picture": Job(lambda past: _pictures(_replaced(past)), pictures),
        "enrolled_picture": Job(
            lambda past: _pictures(Portrait.objects.filter(enrolled=True, taken_at__lt=past)),
            pictures,
        ),
        "finger": Job(
            lambda past: Fingerprint.objects.filter(taken_at__lt=past).delete()[0],
            Fingerprint._meta.db_table,
            _deleted_by_day,
        ),
        "code": Job(lambda past: OneTimeCode.objects.filter(until__lt=past).delete()[0]),
        "letter": Job(_letters, letters),
    }


def forget_face(person: Person) -> int:
    """Every picture and template of this person that rests on his consent, in the caller's
    transaction: he took it back, or asked for it to be deleted."""
    return _pictures(Portrait.objects.filter(person=person))


def forget_fingers(person: Person) -> int:
    """Likewise every template of his fingers."""
    return Fingerprint.objects.filter(person=person).delete()[0]


def write_anew(table: str) -> bool:
    """Write the table's file anew, so that deleted bytes are gone from it; False when it is too
    large to do so by night.  Outside any transaction."""
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [table])
        [(size,)] = cursor.fetchall()
        if size > MOST_BYTES:
            return False
        cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(table)}")
    return True


def _deleted_by_day() -> bool:
    """Whether somebody had his pictures deleted, or agreed to none, since the last night."""
    kinds = (RightsRequest.Kind.DELETE, RightsRequest.Kind.WITHDRAW)
    lately = RightsRequest.objects.filter(answered_at__gte=now() - A_DAY)
    unwanted = Consent.objects.filter(at__gte=now() - A_DAY, answer=Consent.Answer.REFUSED)
    return lately.filter(kind__in=kinds).exists() or unwanted.exists()


def _compared(past: datetime) -> QuerySet[Portrait]:
    """Only compared, and no open question needs them."""
    asked = Likeness.objects.filter(verdict="").filter(
        Q(portrait=OuterRef("pk")) | Q(other_portrait=OuterRef("pk"))
    )
    found = Portrait.objects.filter(channel=Channel.LIVE, enrolled=False, taken_at__lt=past)
    return found.exclude(Exists(asked))


def _replaced(past: datetime) -> QuerySet[Portrait]:
    newer = Portrait.objects.filter(
        person=OuterRef("person"), channel=Channel.CARD, taken_at__gt=OuterRef("taken_at")
    )
    return Portrait.objects.filter(channel=Channel.CARD, taken_at__lt=past).filter(Exists(newer))


def _pictures(which: QuerySet[Portrait]) -> int:
    """Delete them; the results of comparisons stay, without their pictures."""
    count = 0
    while batch := list(which.values_list("pk", flat=True)[:BATCH]):
        Verification.objects.filter(live__in=batch).update(live=None)
        Verification.objects.filter(reference__in=batch).update(reference=None)
        count += Portrait.objects.filter(pk__in=batch).delete()[1].get("people.Portrait", 0)
    return count


def _letters(past: datetime) -> int:
    """Letters all of whose bindings ended so long ago."""
    young = Binding.objects.filter(letter=OuterRef("pk")).filter(
        Q(until__gte=localdate(past)) & ~Q(state__in=["ended", "refused"]) | Q(moves__at__gte=past)
    )
    found = Letter.objects.filter(taken_at__lt=past).exclude(Exists(young))
    return found.delete()[1].get("people.Letter", 0)
