"""Every operation runs inside `record.of(...)`: one transaction, one trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

from chengxin.core.refusal import Refusal
from chengxin.trace.models import SELF, Trace

if TYPE_CHECKING:
    from chengxin.offices.models import Officer


@contextmanager
def of(
    action: str, *, about: str = "", officer: Officer | None = None, place: str = ""
) -> Iterator[Trace]:
    """Do `action` in one transaction and leave one trace of it.

    If the block refuses, its changes are undone but the trace stays, with the refusal's code as
    its outcome: an attempt that was turned away is what the auditor looks for.  A block that turns
    out to do nothing calls `trace.drop()`.
    """
    trace = Trace(action=action, about=about, officer=officer, place=place)
    try:
        with transaction.atomic():
            yield trace
            if trace.wanted:
                trace.save()
    except Refusal as refusal:
        trace.pk = None
        trace.outcome = refusal.code
        trace.detail["reason"] = refusal.reason
        trace.save()
        raise


def by(officer: Officer | None) -> dict[str, str]:
    """For the detail of what an officer does for a person, or (None) he himself, identified."""
    return {} if officer else {"by": SELF}


def many(traces: Sequence[Trace]) -> None:
    """Leave all of `traces` at once, in the caller's transaction: what the night did to many."""
    Trace.objects.bulk_create(traces, batch_size=5_000)


def seen(
    action: str, *, about: str, officer: Officer | None, place: str = "", **detail: Any
) -> None:
    """Leave a trace that `officer` looked at `about`: every look at a person is one line.  Without
    an officer he looked at it himself."""
    told = detail | by(officer)
    Trace(action=action, about=about, officer=officer, place=place, detail=told).save()
