"""身份认定: who is meant by a record without a number, where the program is not sure.

    night ──UnsurePair──▶ queue ──judge──▶ Judgement ──delivery──▶ lake ──▶ next night
                            └──put_off       └──withdraw: the score decides again

A judgement is handed to the lake like any other delivery, so that the lake version of a finding
says which judgements were in force.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import UTC, date, datetime

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people.dossier import Purpose
from chengxin.people.models import Judgement, Person, Unidentified, UnsurePair, UnsurePairQuerySet
from chengxin.trace import record

JUDGES = (Role.DATA,)
PLACE = "identity"
SOURCE = "identity_judgement"  # under which the lake receives them
COLUMNS = ("judgement_id", "record_id", "person_id", "verdict", "judged_at", "judged_by",
           "withdrawn_at", "withdrawn_by")  # fmt: skip


def queue(officer: Officer) -> UnsurePairQuerySet:
    """What `officer` may decide: the likeliest first, what was put off last."""
    pairs = UnsurePair.objects.open().annotate(about=Concat(Value("person:"), F("person_id")))
    mine: UnsurePairQuerySet = pairs.filter(access.visible(officer))
    return mine.select_related("record", "person").order_by(
        F("put_off_at").asc(nulls_first=True), "-confidence", "record_id", "person_id"
    )


def past(officer: Officer) -> models.QuerySet[Judgement]:
    """Judgements about those whom `officer` may see, the newest first."""
    told = Judgement.objects.annotate(about=Concat(Value("person:"), F("person_id")))
    mine = told.filter(access.visible(officer))
    return mine.select_related("record", "person", "officer", "withdrawn_by").order_by("-pk")


def judge(
    record_id: str, person_id: str, verdict: str, *, officer: Officer, reason: str = ""
) -> Judgement:
    """Say that a record is about a person, or is not.

    A record is one person's: who is to be another's must first be taken from the one.
    """
    about = f"person:{person_id}"
    access.require(officer, about, place=PLACE)
    with record.of("identity.judge", about=about, officer=officer, place=PLACE) as trace:
        trace.detail |= {"record": record_id, "verdict": verdict}
        told = Unidentified.objects.select_for_update().filter(pk=record_id).first()
        person = Person.objects.filter(pk=person_id).first()
        if told is None or person is None or verdict not in Judgement.Verdict.values:
            raise access.not_yours()
        standing = Judgement.objects.in_force().filter(record=told)
        taken = Q(person=person)
        if verdict == Judgement.Verdict.SAME:
            taken |= Q(verdict=Judgement.Verdict.SAME)
        if standing.filter(taken).exists():
            raise Refusal(
                "already_judged", _("这条记录已经认定过，请刷新页面；如需更改，先撤销原认定")
            )
        made = Judgement.objects.create(
            record=told,
            person=person,
            verdict=verdict,
            officer=officer,
            reason=reason.strip()[:200],
        )
        trace.detail["judgement"] = made.pk
    return made


def put_off(record_id: str, person_id: str, *, officer: Officer) -> None:
    """Leave a pair for later: it goes to the end of the queue."""
    about = f"person:{person_id}"
    access.require(officer, about, place=PLACE)
    with record.of("identity.put_off", about=about, officer=officer, place=PLACE) as trace:
        trace.detail["record"] = record_id
        pairs = UnsurePair.objects.filter(record=record_id, person=person_id)
        if not pairs.update(put_off_at=now()):
            trace.drop()


def show(record_id: str, person_id: str, purpose: str, *, officer: Officer) -> None:
    """Leave the trace without which nobody sees whole numbers of a pair."""
    about = f"person:{person_id}"
    access.require(officer, about, place=PLACE)
    with record.of("number.reveal", about=about, officer=officer, place=PLACE) as trace:
        if purpose not in Purpose.values:
            raise Refusal("purpose_needed", _("请先选择查看完整号码的用途"))
        trace.detail |= {"purpose": purpose, "record": record_id}


def seen_by(officer: Officer, person_ids: Collection[str]) -> set[str]:
    """Those of `person_ids` that `officer` may see."""
    keys = access.seen_of(officer, {f"person:{pk}" for pk in person_ids})
    return {key.removeprefix("person:") for key in keys}


def withdraw(judgement_id: int, *, officer: Officer, reason: str) -> Judgement:
    """Take a judgement back; from the next night on the record is what it would be without it."""
    found = Judgement.objects.filter(pk=judgement_id).first()
    about = f"person:{found.person_id}" if found else "person:"
    access.require(officer, about, place=PLACE)
    with record.of("identity.withdraw", about=about, officer=officer, place=PLACE) as trace:
        judgement = Judgement.objects.select_for_update().get(pk=judgement_id)
        trace.detail |= {"judgement": judgement.pk, "record": judgement.record_id}
        if judgement.withdrawn_at:
            raise Refusal("already_withdrawn", _("这条认定已经撤销，请刷新页面"))
        if not reason.strip():
            raise Refusal("reason_needed", _("请写明撤销理由"))
        judgement.withdrawn_at, judgement.withdrawn_by = now(), officer
        judgement.withdrawn_because = reason.strip()[:200]
        judgement.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        trace.detail["reason"] = judgement.withdrawn_because
    return judgement


def told() -> tuple[str, date] | None:
    """All judgements ever made as a delivery's text, and the day of the last word on them.

    Withdrawn ones are in it, so that no two states have the same text; None when there are none.
    """
    text, last = io.StringIO(), None
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    everything = Judgement.objects.select_related("officer", "withdrawn_by").order_by("pk")
    for one in everything.iterator(2_000):
        lines.writerow(
            (
                one.pk,
                one.record_id,
                one.person_id,
                one.verdict,
                _written(one.at),
                one.officer.username,
                _written(one.withdrawn_at),
                one.withdrawn_by.username if one.withdrawn_by else "",
            )
        )
        last = max(filter(None, (last, one.at, one.withdrawn_at)))
    return (text.getvalue(), localdate(last)) if last else None


def _written(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
