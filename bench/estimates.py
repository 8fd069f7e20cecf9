"""How many waits lie in the range that was shown: a whole day played by events, without a clock.

    python -m bench.estimates [--windows 40] [--tickets 1500] [--days 2] [--seed 1]

The visitors and windows of `bench.day`, but nobody waits for anybody: the hall's time jumps from
one event to the next, and each event is one operation of the program on a real PostgreSQL.  Two
minutes for a day, the same every time; so a change of `chengxin.hall.estimates` can be judged on
days that it was not made on.  The last day counts; those before give it a past.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import clock
from bench.day import findings, hall, plan
from bench.own_database import own_database

OPENS = 1_500_000_000 - 1_500_000_000 % 86_400 + 1_800  # half past eight of a day in China


class Jumping(clock.Clock):
    """The hall's time, which stands until it is moved."""

    at = float(OPENS)

    def now(self) -> datetime:
        return datetime.fromtimestamp(Jumping.at, UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--windows", type=int, default=40)
    parser.add_argument("--tickets", type=int, default=1_500)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    Jumping(1, 0, OPENS).tell()
    clock._told[:] = [Jumping(1, 0, OPENS)]
    with own_database():
        people = plan.visitors(asked.tickets, asked.hours, asked.seed)
        desks = plan.desks(asked.windows, asked.seed)
        windows = [pk for pk, _desk, _cookies in hall.prepare(people, desks, 0)["windows"]]
        for number in range(asked.days):
            people = plan.visitors(asked.tickets, asked.hours, asked.seed + number)
            Play(OPENS + 86_400 * number, people, desks, windows, asked.seed + number).run()
        json.dump(told(), sys.stdout)
        sys.stdout.write("\n")


class Play:
    """One day: a heap of what happens when."""

    def __init__(self, opens: float, people: Any, desks: Any, windows: Any, seed: int) -> None:
        from chengxin.hall.models import Hall, Window
        from chengxin.offices.models import Officer
        from chengxin.people.models import Person

        self.opens, self.people, self.dice = opens, people, random.Random(seed)
        self.desks = desks
        self.windows = [Window.objects.select_related("hall").get(pk=pk) for pk in windows]
        self.officers = list(Officer.objects.order_by("pk"))
        self.hall = Hall.objects.get()
        self.known = {one.number: one for one in Person.objects.all()}
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.idle: list[int] = list(range(len(desks)))
        self.by_pk: dict[int, Any] = {}
        self.waiting = 0
        self.count = 0

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.events, (Jumping.at + seconds, self.count, what))

    def run(self) -> None:
        from chengxin.hall import attendance, queue

        Jumping.at = self.opens
        for window, officer in zip(self.windows, self.officers, strict=True):
            attendance.come(window, officer=officer)
        for visitor in self.people:
            self.later(visitor.comes, lambda visitor=visitor: self.takes(visitor))
        for minute in range(10 * 60):
            self.later(60 * minute, self.dispatch)
            if not minute % 5:
                self.later(60 * minute, lambda: queue.sweep() and None)
        while self.events:
            at, _count, what = heapq.heappop(self.events)
            Jumping.at = max(Jumping.at, at)
            what()

    def takes(self, visitor: Any) -> None:
        from chengxin.hall import visits

        visitor.taken = visits.take_ticket(
            self.hall, self.known[visitor.number], visitor.business, enterprise=None,
            verification=None, nonce=uuid.UUID(int=self.dice.getrandbits(128), version=4),
        ).ticket  # fmt: skip
        self.by_pk[visitor.taken.pk] = visitor
        self.waiting += 1
        if visitor.patience < 1e8:
            self.later(visitor.patience, lambda: self.leaves(visitor))
        self.dispatch()

    def leaves(self, visitor: Any) -> None:
        from chengxin.hall import queue

        if not visitor.called:
            visitor.gone = True
            if visitor.by_phone:
                queue.abandon(visitor.taken)
                self.waiting -= 1

    def dispatch(self) -> None:
        """Officers who are there and free call whom they can; who rests has paused."""
        from chengxin.hall import visits, windows

        at = Jumping.at - self.opens
        for place in self.idle:
            here, officer = self.windows[place], self.officers[place]
            rests = any(begin <= at < end for begin, end in self.desks[place].rests)
            if rests and not here.pause:
                self.windows[place] = windows.pause(here, "lunch", officer=officer)
            elif here.pause and not rests:
                self.windows[place] = windows.resume(here, officer=officer)
        self.dice.shuffle(self.idle)
        for place in list(self.idle):
            if not self.waiting:
                return
            if self.windows[place].pause:
                continue
            ticket = visits.call_next(self.windows[place], officer=self.officers[place])
            if ticket is not None:
                self.waiting -= 1
                self.idle.remove(place)
                self.called(place, ticket)

    def called(self, place: int, ticket: Any) -> None:
        from chengxin.hall import visits

        visitor, officer = self.by_pk[ticket.pk], self.officers[place]
        visitor.called += 1
        if visitor.gone or (visitor.away and visitor.called == 1):
            self.later(50, lambda: (visits.miss(ticket, officer=officer), self.free(place)))  # type: ignore[arg-type]
            return
        half = 2 if visitor.sent_on else 1
        self.later(visitor.walk, lambda: visits.start(ticket, officer=officer) and None)
        self.later(visitor.walk + visitor.service / half, lambda: self.ends(place, ticket))

    def ends(self, place: int, ticket: Any) -> None:
        from chengxin.hall import queue, visits

        visitor, officer = self.by_pk[ticket.pk], self.officers[place]
        if visitor.sent_on:
            queue.transfer(ticket, officer=officer, business=visitor.sent_on)
            visitor.sent_on = ""
            self.waiting += 1
        else:
            visits.finish(ticket, officer=officer)
        self.free(place)

    def free(self, place: int) -> None:
        self.idle.append(place)
        self.later(self.dice.uniform(3, 15), self.dispatch)


def told() -> dict[str, Any]:
    """The last day's promises by how they ended, all and by the wait that was expected."""
    from django.utils.timezone import localdate

    from chengxin.hall import figures, kept
    from chengxin.hall.models import Hall

    hall = Hall.objects.get()
    found = kept.of(hall, localdate(), localdate())
    total = figures.day(hall, localdate()).total
    lines = {"all": found.total} | {f"{low}+ min": line for (low, _), line in zip(
        kept.STEPS, found.by_wait, strict=True)}  # fmt: skip
    return {
        "tickets": total.taken, "finished": total.finished,
        "wait_mean_min": findings.minutes(total.wait_mean),
        "wait_p90_min": findings.minutes(total.wait_p90),
        "promises": {
            title: line.counts | {
                "in_range": line.share and round(line.share, 3),
                "width_min": line.width and round(line.width, 1),
            }
            for title, line in lines.items()
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()
