"""What the hall keeps of people, and how it goes when its time is over (`people.retention`).

Sheets go with their pictures, ten years after they were last used; how somebody came before a
kiosk or a camera goes soon; of a bad grade the words go and the grade stays.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now

from chengxin.hall import pre_enrolments, prepared
from chengxin.hall.models import (
    FaceSuggestion,
    KioskSession,
    LivenessCheck,
    PaperCapture,
    PaperReuse,
    PreEnrolment,
    PreparedPaper,
    Redress,
    Ticket,
    WindowReading,
)
from chengxin.people.retention import A_DAY, Job

FAILED = Q(taken_at=None) | Q(discarded_at__isnull=False)


def _papers(past: datetime) -> int:
    """Sheets that were taken, and last used again, so long ago."""
    lately = PaperReuse.objects.filter(paper=OuterRef("pk"), at__gte=past)
    old = PaperCapture.objects.exclude(FAILED).filter(taken_at__lt=past)
    return _gone(old.exclude(Exists(lately)).delete(), "hall.PaperCapture")


def _failed(past: datetime) -> int:
    return PaperCapture.objects.filter(FAILED, asked_at__lt=past).delete()[0]


def _discarded_by_day() -> bool:
    return PaperCapture.objects.filter(discarded_at__gte=now() - A_DAY).exists()


def _sessions(past: datetime) -> int:
    ended = KioskSession.objects.filter(until__lt=past)
    readings = WindowReading.objects.filter(asked_at__lt=past)
    return ended.delete()[0] + readings.delete()[0]


def _transfers(past: datetime) -> int:
    """The day tells the age: a number is of one day."""
    told = Ticket.objects.filter(taken_at__lt=past).exclude(passed_on=None)
    return told.update(passed_on="")


def _redresses(past: datetime) -> int:
    return Redress.objects.filter(answered_at__lt=past).exclude(words=None).update(words="")


def _gone(deleted: tuple[int, dict[str, int]], model: str) -> int:
    return deleted[1].get(model, 0)


def _pre_enrolments(past: datetime) -> int:
    gone = PreEnrolment.objects.filter(Q(until__lte=now()) | Q(proved_at__lt=past))
    return gone.delete()[0]


PAPERS = PaperCapture._meta.db_table

JOBS = {
    "paper": Job(_papers, PAPERS),
    "paper_failed": Job(_failed, PAPERS, _discarded_by_day),
    "prepared_paper": Job(
        lambda _past: PreparedPaper.objects.filter(until__lte=now()).delete()[0],
        PreparedPaper._meta.db_table,
        prepared.discarded_by_day,
    ),
    "pre_enrolment": Job(
        _pre_enrolments, PreEnrolment._meta.db_table, pre_enrolments.discarded_by_day
    ),
    "liveness": Job(lambda past: LivenessCheck.objects.filter(drawn_at__lt=past).delete()[0]),
    "suggestion": Job(lambda past: FaceSuggestion.objects.filter(at__lt=past).delete()[0]),
    "kiosk_session": Job(_sessions),
    # sealed words; the tickets of years are not written anew for them every night
    "transfer_words": Job(_transfers),
    "redress_words": Job(_redresses, Redress._meta.db_table),
}
