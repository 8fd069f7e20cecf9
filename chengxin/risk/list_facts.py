"""The lists that officers keep here, as the lake is told of them.

    approved ──told──▶ own_watch, own_blacklist, own_responsible ──▶ M15, M04, M05, M08 …

Every entry that was ever in force is told, those that ended too, so that no two states have the
same text.  An entry that expires says nothing new: its last day was told from the beginning.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import F
from django.db.models.functions import Least
from django.utils.timezone import localdate

from chengxin.risk.list_models import ListEntry

SOURCES = ("own_watch", "own_blacklist", "own_responsible")  # under which the lake receives them

WATCH = ("entry_id", "subject_kind", "subject", "reason", "officer", "second_officer",
         "valid_from", "until", "groups", "withdrawn_on")  # fmt: skip
BLACKLIST = ("entry_id", "case_no", "subject_kind", "subject", "document_no", "criterion",
             "violated_from", "violated_until", "published_on", "stopped_on", "stopped_because",
             "officer", "second_officer")  # fmt: skip
RESPONSIBLE = ("entry_id", "enterprise", "person", "role", "withdrawn_on")

Row = Sequence[object]

_BECAUSE = {ListEntry.State.STOPPED: "early_stop", ListEntry.State.REMOVED: "removal"}


def told(seen_on: date | None = None) -> list[tuple[str, str, date]]:
    """(source, its delivery's text, the day of the last word on it); a list without entries is
    not told.

    With `seen_on`, what has begun or ended by the calendar counts from that day on at the latest,
    and goes on counting so.
    """
    if seen_on is not None:
        _seen(seen_on)
    watch: list[Row] = [WATCH]
    black: list[Row] = [BLACKLIST]
    answering: list[Row] = [RESPONSIBLE]
    last: dict[str, date] = {}
    everything = ListEntry.objects.decided().select_related("proposed_by", "approved_by")
    for one in everything.prefetch_related("responsible").order_by("pk"):
        kind = SOURCES[0] if one.is_watch else SOURCES[1]
        day = localdate(one.changed_at)
        last[kind] = max(last.get(kind, day), day)
        if one.is_watch:
            watch.append(_watch(one))
            continue
        black.append(_publication(one))
        for row in _answering(one):
            answering.append(row)
            last[SOURCES[2]] = max(last.get(SOURCES[2], day), day)
    texts = dict(zip(SOURCES, map(_text, (watch, black, answering)), strict=True))
    return [(source, texts[source], last[source]) for source in SOURCES if source in last]


def _seen(day: date) -> None:
    begun = ListEntry.objects.decided().filter(told_from=None, valid_from__lte=localdate())
    begun.update(told_from=Least(F("valid_from"), day))
    ended = ListEntry.objects.decided().filter(told_until=None, ended_on__lte=localdate())
    ended.update(told_until=Least(F("ended_on"), day))


def _watch(one: ListEntry) -> list[object]:
    kind, _colon, pk = one.about.partition(":")
    return [
        _id(one), kind, pk, one.reason, *_officers(one), _first(one), one.until, one.groups,
        _ended(one),
    ]  # fmt: skip


def _publication(one: ListEntry) -> list[object]:
    kind, _colon, pk = one.about.partition(":")
    stops = _ended(one) or one.until + timedelta(days=1)
    return [
        _id(one), one.case_no, kind, pk, one.document_no, one.criterion, one.violated_from,
        one.violated_until, _first(one), stops, _BECAUSE.get(ListEntry.State(one.state), "term"),
        *_officers(one),
    ]  # fmt: skip


def _answering(one: ListEntry) -> Iterator[list[object]]:
    """An early stop ends the publication, not who answered for the case; a removal ends both."""
    ended = _ended(one) if one.state == ListEntry.State.REMOVED else None
    for named in sorted(one.responsible.all(), key=lambda named: named.pk):
        firm, person = one.about.partition(":")[2], named.about.partition(":")[2]
        yield [_id(one), firm, person, named.role, ended]


def _first(one: ListEntry) -> date | None:
    return min(filter(None, (one.valid_from, one.told_from)), default=None)


def _ended(one: ListEntry) -> date | None:
    """The day from which on it does not stand; None while nobody took it off."""
    return min(filter(None, (one.ended_on, one.told_until)), default=None)


def _id(one: ListEntry) -> str:
    return f"{one.pk:08d}"  # the newest is the greatest as text too


def _officers(one: ListEntry) -> tuple[str, str]:
    assert one.approved_by is not None  # kept by the database: listed_only_with_a_second_officer
    return one.proposed_by.username, one.approved_by.username


def _text(rows: list[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return text.getvalue()
