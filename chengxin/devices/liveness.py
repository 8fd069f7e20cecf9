"""动作检测: what a person is asked to do before the camera, and the verdict, in words.

    draw ─▶ look straight, then two steps in random order ─▶ frames of each ─▶ judge ─▶ Liveness

`liveness_rules` judges points, `liveness_frames` pictures; nothing here needs a face engine.  A
flat picture that is turned before the camera does not pass; a replayed film, a mask or an injected
picture may.  So the verdict is a signal for staff, and never the only ground on which anybody is
refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chengxin.devices.words import Words

RULES = "turns-1"  # kept with each verdict: its figures mean what this version says
STEPS = 2  # beside looking straight
MOST_FRAMES = 60
MOST_BYTES = 300_000  # of one picture


class Step(StrEnum):
    """Left and right are the person's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    BLINK = "blink"
    NOD = "nod"


# The rule of a nod was tried on a turned mesh only, not on people: it is not asked for yet.
DRAWN = (Step.LEFT, Step.RIGHT, Step.BLINK)

WORDS: Mapping[Step, Words] = {
    Step.STRAIGHT: Words("请正视摄像头，保持不动", "Look straight into the camera and hold still."),
    Step.LEFT: Words("请慢慢向左转头", "Slowly turn your head to your left."),
    Step.RIGHT: Words("请慢慢向右转头", "Slowly turn your head to your right."),
    Step.BLINK: Words("请慢慢闭上眼睛，再睁开", "Slowly close your eyes, then open them."),
    Step.NOD: Words("请慢慢点一下头", "Slowly nod your head."),
}
ONE_FACE = Words(
    "画面中须一直只有您一人，请再做一次", "You must be alone before the camera; try again."
)
NO_FRAMES = Words("没有拍到足够的画面，请再做一次", "Too few pictures were taken; try again.")
ANOTHER = Words("前后不是同一张脸", "The face changed while the steps were done.")
DONE = Words("动作完成", "All steps were done.")
NOT_SEEN: Mapping[Step, Words] = {
    Step.LEFT: Words(
        "没有看到向左转头，请再做一次", "The turn to the left was not seen; try again."
    ),
    Step.RIGHT: Words(
        "没有看到向右转头，请再做一次", "The turn to the right was not seen; try again."
    ),
    Step.BLINK: Words("没有看到眨眼，请再做一次", "No closing of the eyes was seen; try again."),
    Step.NOD: Words("没有看到点头，请再做一次", "No nod was seen; try again."),
}


class Outcome(StrEnum):
    PASSED = "passed"
    NOT_SEEN = "not_seen"  # a step was not done, or not as a head does it
    FACES = "faces"  # nobody, or somebody beside the person
    FRAMES = "frames"  # too few pictures of a step
    ANOTHER = "another"  # the face at the end is not the one at the beginning


@dataclass(frozen=True)
class Liveness:
    """The verdict, in words, with what was measured of each step."""

    outcome: Outcome
    words: Words
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    straight: int | None = None  # the frame that looks straightest

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class Watched:
    """The verdict, and which frame is good enough to be compared; None: none is."""

    verdict: Liveness
    best: int | None


def draw() -> tuple[Step, ...]:
    """What to ask of the next person, in an order that nobody foresees."""
    return tuple(secrets.SystemRandom().sample(DRAWN, STEPS))
