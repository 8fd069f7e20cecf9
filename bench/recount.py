"""A hall's day counted a second time, slowly, from the traces alone.

Each trace of a hall is taken in its order and what it says is done to a ticket kept here: a second
small queue that knows nothing of the ledger, of its table of moves or of its SQL.  What comes out
must be what `chengxin.hall.figures` says.  A trace is stamped when its operation begins and a row
of the ledger when it is written, so times may differ by as long as an operation takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Visit:
    """One ticket as the traces tell of it."""

    about: str
    business: str
    taken: datetime
    called: datetime | None = None
    since: datetime | None = None  # of the service that goes on
    serving: str = ""  # at which place
    state: str = "waiting"
    at: dict[tuple[str, str], float] = field(default_factory=dict)  # (place, officer): seconds
    served: bool = False
    calls: int = 0
    misses: int = 0
    transfers: int = 0
    times_served: int = 0  # finishes: more than one would be a ticket served twice

    @property
    def wait(self) -> float | None:
        return (self.called - self.taken).total_seconds() if self.called else None

    @property
    def service(self) -> float | None:
        return sum(self.at.values()) if self.served else None

    def begin(self, at: datetime) -> None:
        self.since, self.served, self.state = at, True, "serving"

    def pause(self, trace: Any) -> None:
        if self.since is not None:
            key = (trace.place, trace.officer.username)
            spent = (trace.at - self.since).total_seconds()
            self.at[key] = self.at.get(key, 0.0) + spent
            self.since = None

    def call(self, at: datetime) -> None:
        self.called, self.state = self.called or at, "called"
        self.calls += 1


def visits(traces: Iterable[Any]) -> dict[str, Visit]:
    """number → what became of it, from the traces of one hall on one day, oldest first."""
    found: dict[str, Visit] = {}
    for trace in traces:
        number = trace.detail.get("ticket", "")
        if trace.outcome == "done" and trace.action.startswith("ticket.") and number:
            if trace.action == "ticket.take":
                _given_up_for_a_new_one(found, trace)
                found[number] = Visit(trace.about, trace.detail["business"], trace.at)
            elif number in found:
                _step(found[number], trace)
    return found


def _given_up_for_a_new_one(found: dict[str, Visit], trace: Any) -> None:
    """Who missed his call and takes a new number gives the old one up."""
    for old in found.values():
        same = (old.about, old.business) == (trace.about, trace.detail["business"])
        if same and old.state == "missed":
            old.state = "abandoned"


def _step(visit: Visit, trace: Any) -> None:
    match trace.action:
        case "ticket.call":
            visit.call(trace.at)
        case "ticket.recall":
            visit.calls += 1
        case "ticket.start" | "ticket.resume":
            visit.begin(trace.at)
        case "ticket.scan":
            if visit.state in ("waiting", "ready"):
                visit.call(trace.at)
            if visit.state != "serving":
                visit.begin(trace.at)
        case "ticket.precall":
            visit.state = "ready"
        case "ticket.release" | "ticket.return":
            visit.state = "waiting"
        case "ticket.park":
            visit.pause(trace)
            visit.state = "parked"
        case "ticket.transfer":
            visit.pause(trace)
            visit.state, visit.business = "waiting", trace.detail["business"]
            visit.transfers += 1
        case "ticket.miss":
            visit.misses += 1
            visit.state = "abandoned" if trace.detail.get("abandoned") else "missed"
        case "ticket.merge":
            visit.state = "merged"
        case "ticket.abandon":
            visit.state = "abandoned"
        case "ticket.finish":
            visit.pause(trace)
            visit.state = "finished"
            visit.times_served += 1


def summed(found: Iterable[Visit]) -> dict[str, float | int | None]:
    """The figures of these tickets under the names of `figures.Tickets`."""
    told = list(found)
    waits = sorted(visit.wait for visit in told if visit.wait is not None)
    ended = (visit.service for visit in told if visit.state == "finished")
    services = sorted(service for service in ended if service is not None)
    return {
        "taken": len(told),
        "called": len(waits),
        "finished": sum(visit.state == "finished" for visit in told),
        "abandoned": sum(visit.state == "abandoned" for visit in told),
        "merged": sum(visit.state == "merged" for visit in told),
        "calls": sum(visit.calls for visit in told),
        "misses": sum(visit.misses for visit in told),
        "transfers": sum(visit.transfers for visit in told),
        "wait_mean": mean(waits),
        "wait_median": at_share(waits, 0.5),
        "wait_p90": at_share(waits, 0.9),
        "wait_longest": max(waits, default=None),
        "service_mean": mean(services),
        "service_median": at_share(services, 0.5),
        "service_p90": at_share(services, 0.9),
    }


def differences(told: Any, found: Iterable[Visit], seconds: float) -> Iterator[str]:
    """Where `figures.Tickets` and the traces do not agree; times may differ by so many seconds."""
    for name, counted in summed(found).items():
        said = getattr(told, name)
        if isinstance(counted, int) or counted is None or said is None:
            agree = said == counted
        else:
            agree = abs(said - counted) <= seconds
        if not agree:
            yield f"{name}: {said} in the ledger, {counted} in the traces"


def mean(numbers: list[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def at_share(ordered: list[float], share: float) -> float | None:
    """The value below which `share` of `ordered` lie, on the line between two neighbours."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
