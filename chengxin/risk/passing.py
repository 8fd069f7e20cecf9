"""窗口放行率: how often directives met an item at a window, and how often a head let it pass.

One meeting is one directive, one item and one visit, however often the officer tried.  What is
only a reminder stops nothing and is not counted; who came with what a directive asks for met it
and was not let pass.  A refused item leaves nothing but its trace, so the traces are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MEETINGS = """
WITH asked (alert, "by") AS ({asked}),
met AS (
    SELECT d.alert_id, BOOL_OR(t.detail ? 'overridden') AS passed
    FROM trace_trace AS t
    CROSS JOIN LATERAL JSONB_ARRAY_ELEMENTS_TEXT(t.detail -> 'restricting') AS one (directive)
    JOIN risk_directive AS d ON d.id = one.directive::BIGINT
    WHERE t.action = 'item.begin'
    GROUP BY
        d.alert_id, d.id, t.about, t.place, (t.at AT TIME ZONE 'Asia/Shanghai')::DATE,
        t.detail ->> 'ticket', t.detail ->> 'item', t.detail ->> 'enterprise'
)
SELECT asked."by", COUNT(*), COUNT(*) FILTER (WHERE met.passed)
FROM met
JOIN asked ON asked.alert = met.alert_id
GROUP BY asked."by"
"""


@dataclass(frozen=True)
class Passing:
    """Meetings of directives with items at windows, and those of them that were let pass."""

    met: int = 0
    passed: int = 0


def of(found: QuerySet[Any]) -> dict[str, Passing]:
    """By the annotation `by` of these alerts: what became of their directives at the windows."""
    asked, params = found.order_by().values_list("pk", "by").query.sql_with_params()
    with connection.cursor() as cursor:
        # the traces' `?` is an operator, not a place
        cursor.execute(MEETINGS.replace("{asked}", asked), params)
        return {by: Passing(met, passed) for by, met, passed in cursor.fetchall()}
