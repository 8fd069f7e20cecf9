"""Which moves a ticket may make: the whole table in one place.

           ┌──────────── transfer ◀─────────────┬──────────┬───────┐
           ▼                                    │          │       │
    take ▶ waiting ──────────── call ──────▶ called ─start▶ serving ─finish▶ finished
           │  ▲ ▲ └─precall─▶ ready ─call─┘   │ ▲ recall   │  ▲    │
           │  │ └───release───┘               │ └──┘       park resume
           │  └────────── return ── missed ◀─miss          ▼  │    │
           │                          │                   parked ──┘
           └──▶ abandoned ◀─ abandon ─┴──▶ merged (into another ticket of the same person)

A step not listed for a state is refused.  Each step made is one row of the time ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("等候")
    READY = "ready", _("预叫")
    CALLED = "called", _("已叫号")
    SERVING = "serving", _("办理中")
    PARKED = "parked", _("挂起")
    MISSED = "missed", _("过号")
    FINISHED = "finished", _("办结")
    ABANDONED = "abandoned", _("弃号")
    MERGED = "merged", _("已合并")


OPEN = (State.WAITING, State.READY, State.CALLED, State.SERVING, State.PARKED)
HERE = (State.CALLED, State.SERVING)  # at a window
SHOWN = (*HERE, State.PARKED, State.FINISHED)  # on the display: came, or is awaited
# what may become of a number whose holder nobody knows yet
UNNAMED = (State.WAITING, State.READY, State.CALLED, State.MISSED, State.ABANDONED, State.MERGED)


@dataclass(frozen=True)
class Move:
    """From which states a step leads to which; "" is before the ticket was taken."""

    before: tuple[str, ...]
    after: State


MOVES: dict[str, Move] = {
    "take": Move(("",), State.WAITING),
    "precall": Move((State.WAITING,), State.READY),
    "release": Move((State.READY,), State.WAITING),
    "call": Move((State.WAITING, State.READY), State.CALLED),
    "recall": Move((State.CALLED,), State.CALLED),
    "start": Move((State.CALLED,), State.SERVING),
    "miss": Move((State.CALLED,), State.MISSED),
    "return": Move((State.MISSED,), State.WAITING),
    "park": Move((State.SERVING,), State.PARKED),
    "resume": Move((State.PARKED,), State.SERVING),
    "transfer": Move((State.CALLED, State.SERVING, State.PARKED), State.WAITING),
    "merge": Move((State.WAITING, State.READY, State.PARKED, State.MISSED), State.MERGED),
    "abandon": Move(
        (State.WAITING, State.READY, State.CALLED, State.PARKED, State.MISSED), State.ABANDONED
    ),
    "finish": Move((State.SERVING,), State.FINISHED),
}


def may(step: str, state: str) -> bool:
    """Whether a ticket in `state` may make `step`."""
    return state in MOVES[step].before


def legal() -> models.Q:
    """The table as a rule that the database keeps on every row of the ledger."""
    rule = models.Q()
    for step, move in MOVES.items():
        rule |= models.Q(step=step, before__in=move.before, after=move.after)
    return rule
