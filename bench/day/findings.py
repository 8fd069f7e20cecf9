"""What came of a simulated day, asked of the ledger, the traces and what each client saw."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.day.world import Day
from bench.dossier import middle

TIMED = ("call-next", "scan", "kiosk take", "finish", "display", "phone")


def of(day: Day) -> tuple[dict[str, Any], list[str]]:
    """What came of it, and what is wrong."""
    from django.utils.timezone import localdate

    from bench import recount
    from chengxin.hall import figures, promises
    from chengxin.hall.models import Hall, Ticket, TicketMove
    from chengxin.trace.models import Trace

    hall = Hall.objects.get()
    wrong: list[str] = []
    given = list(Ticket.objects.order_by("pk"))
    wrong += [*day.broken, *lost(day, given)]
    calls = Counter(
        TicketMove.objects.filter(step="call").values_list("ticket__number", "window__number")
    )
    gone = TicketMove.objects.filter(step="abandon", before="called")  # before the page came
    unseen = [one for one in calls - Counter(day.calls) if one[0] not in names(gone)]
    if unseen or Counter(day.calls) - calls:
        wrong.append(f"calls: {unseen} no officer saw, {Counter(day.calls) - calls} nobody made")
    finishes = Counter(
        TicketMove.objects.filter(step="finish").values_list("ticket__number", "window__number")
    )
    if finishes != Counter(day.finishes):
        wrong.append(f"finishes: {finishes - Counter(day.finishes)}")
    made = set(TicketMove.objects.filter(step__in=("call", "recall")).values_list("pk", flat=True))
    left = Ticket.objects.filter(moves__step__in=("abandon", "miss", "transfer"))
    over = set(TicketMove.objects.filter(ticket__in=left).values_list("pk", flat=True))  # at once
    for spoken in day.spoken:
        missing = made - set(spoken) - over
        if missing or not made.issuperset(spoken):
            wrong.append(f"a display left {len(missing)} calls out: {sorted(missing)[:5]}")
        if len(set(spoken)) != len(spoken):
            wrong.append("a display spoke a call twice")
    told = figures.day(hall, localdate())
    traces = Trace.objects.order_by("pk").select_related("officer")
    counted = recount.visits(traces.filter(place__startswith=hall.place))
    within = 0.25 * day.clock.factor  # an operation's own time, in the hall's
    wrong += recount.differences(told.total, counted.values(), within)
    said = promises.count(hall, localdate())
    held = said["kept"] + said["early"] + said["late"]
    return {
        "tickets": len(given), "windows": len(told.by_window), "calls": sum(calls.values()),
        "finished": told.total.finished, "abandoned": told.total.abandoned,
        "sent_on": told.total.transfers, "missed": told.total.misses,
        "wait_mean_min": minutes(told.total.wait_mean),
        "wait_p90_min": minutes(told.total.wait_p90),
        "wait_longest_min": minutes(told.total.wait_longest),
        "service_mean_min": minutes(told.total.service_mean),
        "promises": said, "in_range": round(said["kept"] / held, 3) if held else None,
        "recounted": recount.summed(counted.values()),
        "events_heard": day.events, "refused": day.refused,
        "ms_p95": {
            kind: middle(day.took[kind], 95) for kind in TIMED if len(day.took.get(kind, [])) > 1
        },
    }, wrong  # fmt: skip


def lost(day: Day, given: list[Any]) -> list[str]:
    """Numbers that nobody holds, holders without a number, and ends that are none."""
    wrong = []
    numbers = {ticket.number for ticket in given}
    if len(numbers) != len(given) or numbers != set(day.holders):
        wrong.append(f"numbers given and held differ: {sorted(numbers ^ set(day.holders))[:5]}")
    without = [one.name for one in day.visitors if not one.ticket]
    if without:
        wrong.append(f"{len(without)} came and got no number")
    ends = ("finished", "abandoned", "merged", "missed")
    open_ones = [ticket.number for ticket in given if ticket.state not in ends]
    if open_ones:
        wrong.append(f"{len(open_ones)} numbers came to no end: {open_ones[:5]}")
    for ticket in given:
        visitor = day.holders.get(ticket.number)
        served = int(ticket.state == "finished")
        if visitor is not None and visitor.finished != served:
            wrong.append(f"{ticket.number} is {ticket.state}, served {visitor.finished} times")
    return wrong


def names(moves: Any) -> set[str]:
    return set(moves.values_list("ticket__number", flat=True))


def minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
