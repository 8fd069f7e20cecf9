"""Whose turn it is: one number per ticket, fixed when it is taken, that orders the queue.

The rule, as a poster in the hall can say it: *an ordinary number keeps the order of coming; a
priority number goes forward by at most `leap` places (8; the A-grade green channel by half of
it); so nobody is ever passed by more than `leap` people who came after him.*

Turns count in steps of `STEP` along the hall's order of coming (`Ticket.seq`), one order for all
businesses, so that a window serving several compares like with like, and somebody who is sent to
another queue keeps his waiting time.  A turn never depends on the clock: who is next can be told
from the numbers alone, and asked of an index.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.identifiers import born_on
from chengxin.core.items import ITEMS
from chengxin.core.refusal import Refusal
from chengxin.hall.models import Hall, Priority, Ticket, TicketQuerySet
from chengxin.people import standing
from chengxin.people.models import Enterprise, Person

STEP = 1000
ELDERLY = 60  # 老年人权益保障法 art. 2
RETURNS = 1  # how often a missed number may come back; the next miss is the last
PLACES_BEHIND = 3  # a missed number comes back behind so many who wait (domain facts 8)
NEXT = """
INSERT INTO hall_ticketcounter (hall_id, prefix, day, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (hall_id, prefix, day) DO UPDATE SET last = hall_ticketcounter.last + 1
RETURNING last
"""


def of(seq: int, priority: str, leap: int) -> int:
    """The turn of the hall's `seq`th ticket of the day."""
    return seq * STEP if not priority else (seq - forward(priority, leap)) * STEP - 1


def forward(priority: str, leap: int) -> int:
    """By how many people who came before him somebody with `priority` may pass at most."""
    if not priority:
        return 0
    return leap // 2 if priority == Priority.GRADE_A else leap


def due(person: Person) -> str:
    """The priority that a person has by his document alone."""
    born, today = born_on(person.number), localdate()
    if born is None:
        return Priority.NONE
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return Priority.ELDERLY if age >= ELDERLY else Priority.NONE


def is_grade_a(enterprise: Enterprise) -> bool:
    """Whether its newest credit grade is an A: the green channel (A级绿色通道)."""
    found = standing.grade(enterprise.key)
    return found is not None and found[0] == "A"


def require_within_limit(hall: Hall, mine: TicketQuerySet) -> None:
    """One person is given so many numbers of one business a day (`mine`: his of today); those that
    another visit took up do not count."""
    taken = mine.filter(hall=hall).exclude(state=Ticket.State.MERGED).count()
    if hall.daily_limit and taken >= hall.daily_limit:
        raise Refusal(
            "daily_limit",
            _("您今日在本厅的同类业务已取号 %(count)d 次，已达每日上限，请到咨询台由工作人员协助")
            % {"count": taken},
        )


def needs(hall: Hall, business: str, items: Sequence[str]) -> list[str]:
    """The groups of items that a window must serve to call somebody who comes for `items`.

    All of them where one window of the hall does them all (一窗通办); otherwise the first that some
    window does, and the officer sends him on with the rest.  What no window does binds nobody.
    """
    groups = [ITEMS[item].groups[0] for item in items]
    desks = [set(one.groups) for one in hall.windows.all() if business in one.serves.split(",")]
    if any(not does or does.issuperset(groups) for does in desks):
        return sorted(set(groups))
    return [group for group in groups if any(group in does for does in desks)][:1]


def behind_three(ticket: Ticket) -> int:
    """The turn of a missed number that comes back: behind three who wait, never before its own."""
    waiting = Ticket.objects.filter(
        hall=ticket.hall_id,
        day=ticket.day,
        business=ticket.business,
        state=Ticket.State.WAITING,
    )
    first = waiting.order_by("turn", "pk").values("turn")[:PLACES_BEHIND]
    last = first.aggregate(last=Max("turn"))["last"]
    return ticket.turn if last is None else max(ticket.turn, last + 1)


def next_of(hall: Hall, prefix: str) -> int:
    """The next number of `prefix` in `hall` today: whoever holds the counter's row has it.

    The row is locked until the transaction ends and falls back with it, so a ticket that was
    refused leaves no gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [hall.pk, prefix, localdate()])
        return int(cursor.fetchone()[0])
