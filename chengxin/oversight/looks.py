"""Who looked at whom without a visit or a case: 无业务查询.

A look has its ground when the same officer did something else about the same subject, or about one
that is affiliated with it: in a hall on the same day, in the back office within thirty days before
and seven after; or when an alert on such a subject lay open in his own office at that moment.  What
has no such ground is shown to the auditor, who asks; it says of nobody that he did wrong.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import connection
from django.utils.timezone import get_current_timezone

from chengxin.offices.models import Officer
from chengxin.oversight import asked
from chengxin.trace.models import Trace, TraceQuerySet

# Looks at one person or enterprise; searches and lists name nobody, or many.
LOOKS = (
    "dossier.open", "dossier.rows", "dossier.graph", "dossier.export", "dossier.print",
    "number.reveal", "person.see", "score.see",
)  # fmt: skip
# What is no ground either: looking once more, looking for somebody, being turned away.
NO_GROUND = (*LOOKS, "dossier.search", "trace.search", "trace.see", "picture.see", "access.ask")
BEFORE, AFTER = 30, 7  # days

_UNGROUNDED = Path(__file__).with_suffix(".sql").read_text("utf-8")


def without_ground(officer: Officer, since: date, until: date, who: str = "") -> TraceQuerySet:
    """The looks from `since` to `until`, both included, that `officer` may see, newest first."""
    zone = get_current_timezone()
    begin = datetime.combine(since, time.min, zone)
    end = datetime.combine(until + timedelta(days=1), time.min, zone)
    with connection.cursor() as cursor:
        cursor.execute(
            _UNGROUNDED,
            {
                "looks": list(LOOKS), "no_ground": list(NO_GROUND), "zone": str(zone),
                "since": begin, "until": end,
                "before": BEFORE, "after": AFTER,
            },
        )  # fmt: skip
        keys = [pk for (pk,) in cursor.fetchall()]
    lines = Trace.objects.filter(asked.of_county(officer), pk__in=keys)
    if who:
        lines = lines.filter(officer__username=who)
    return lines.select_related("officer").latest_first()
