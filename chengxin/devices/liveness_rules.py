"""The rules of each step of `liveness`, over the landmarks of frames: pure figures, no pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from chengxin.devices import face_nets
from chengxin.devices.face_nets import Points
from chengxin.devices.liveness import (
    DONE,
    NO_FRAMES,
    NOT_SEEN,
    ONE_FACE,
    WORDS,
    Liveness,
    Outcome,
    Step,
)

# What a real head does and a flat picture does not (docs/face.md has what was measured).
TURN_YAW = 18.0  # degrees
TURN_NOSE = 0.7  # log ratio of the nose's distances from the two outer corners of the eyes
TURN_DEPTH = 0.04  # what no flat motion explains, in distances between the eyes
NOD_PITCH = 12.0
NOD_NOSE = 0.35
NOD_DEPTH = 0.03
CLOSED = 0.42  # a closed eye is below this part of the person's own open one
LONGEST_BLINK = 12  # frames
STRAIGHT = 12.0  # degrees within which a head looks into the camera
LEAST_FRAMES = 3  # of each step with one face
_NOSE, _LIP_UP, _LIP_LOW = 1, 13, 14  # points of the mesh


@dataclass(frozen=True)
class Seen:
    """One face in one frame; openness of the eyes as the iris net gives it."""

    points: Points = field(repr=False)
    openness: tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """What was seen while step number `step` was asked for (0: look straight); None: no face,
    or more than one."""

    step: int
    seen: Seen | None


def judge(frames: Sequence[Frame], steps: Sequence[Step]) -> Liveness:
    """Whether `steps` were done, one after another, by one face with depth."""
    parts = [[one for one in frames if one.step == number] for number in range(len(steps) + 1)]
    if any(sum(one.seen is not None for one in part) < LEAST_FRAMES for part in parts):
        alone = all(len(part) >= LEAST_FRAMES for part in parts)
        return Liveness(Outcome.FACES, ONE_FACE) if alone else Liveness(Outcome.FRAMES, NO_FRAMES)
    if any(len(part) > 2 * sum(one.seen is not None for one in part) for part in parts):
        return Liveness(Outcome.FACES, ONE_FACE)
    start = [one.seen for one in parts[0] if one.seen is not None]
    rest = min(start, key=lambda seen: abs(face_nets.pose(seen.points)[0]))
    number = next(i for i, one in enumerate(frames) if one.seen is rest)
    opened = float(np.median([np.mean(seen.openness) for seen in start]))
    figures: dict[str, Mapping[str, float]] = {}
    failed: Step | None = None
    for step, part in zip(steps, parts[1:], strict=True):
        seen = [one.seen for one in part if one.seen is not None]
        done, figures[step] = _done(step, rest, opened, seen)
        failed = failed or (None if done else step)
    if abs(face_nets.pose(rest.points)[0]) > STRAIGHT:
        return Liveness(Outcome.NOT_SEEN, WORDS[Step.STRAIGHT], figures)
    if failed:
        return Liveness(Outcome.NOT_SEEN, NOT_SEEN[failed], figures, number)
    return Liveness(Outcome.PASSED, DONE, figures, number)


def _done(
    step: Step, rest: Seen, opened: float, seen: Sequence[Seen]
) -> tuple[bool, dict[str, float]]:
    """Whether one step was done, and what was measured where it came nearest to it."""
    match step:
        case Step.LEFT | Step.RIGHT:
            return _turned(1 if step is Step.LEFT else -1, rest, seen)
        case Step.NOD:
            return _nodded(rest, seen)
        case _:
            return _blinked(rest, opened, seen)


def _turned(side: int, rest: Seen, seen: Sequence[Seen]) -> tuple[bool, dict[str, float]]:
    """By yaw, by the nose, and by what no flat picture can do; and never to the other side, but
    for the first third of the frames, in which an earlier turn may still end."""
    turns = [side * _away(rest, one, 0) for one in seen]
    best = seen[int(np.argmax(turns))]
    found = {
        "yaw": max(turns),
        "nose": side * (_across(best.points) - _across(rest.points)),
        "depth": _depth(rest.points, best.points),
        "other": max(0.0, -min(turns[len(turns) // 3 :])),
    }
    done = (
        found["yaw"] >= TURN_YAW
        and found["nose"] >= TURN_NOSE
        and found["depth"] >= TURN_DEPTH
        and found["other"] < TURN_YAW
    )
    return done, found


def _nodded(rest: Seen, seen: Sequence[Seen]) -> tuple[bool, dict[str, float]]:
    nods = [_away(rest, one, 1) for one in seen]
    best = seen[int(np.argmax(nods))]
    found = {
        "pitch": max(nods),
        "nose": _down(best.points) - _down(rest.points),
        "depth": _depth(rest.points, best.points),
    }
    done = found["pitch"] >= NOD_PITCH and found["nose"] >= NOD_NOSE and found["depth"] >= NOD_DEPTH
    return done, found


def _blinked(rest: Seen, opened: float, seen: Sequence[Seen]) -> tuple[bool, dict[str, float]]:
    """Eyes (in their mean: a wink is none) below a part of this person's own open level, for some
    frames, and open again; while the head stays where it was: a turned head hides an eye."""
    level = [float(np.mean(one.openness)) / max(opened, 1e-6) for one in seen]
    closed = [value < CLOSED for value in level]
    runs, run = list[int](), 0
    for number, shut in enumerate(closed):
        run = run + 1 if shut else 0
        opens = number + 1 < len(closed) and not closed[number + 1]
        if shut and opens and run < number + 1:  # open before, and open after
            runs.append(run)
    turned = max(abs(_away(rest, one, 0)) for one in seen[len(seen) // 3 :])
    found = {"least": min(level), "frames": float(max(runs, default=0)), "yaw": turned}
    return any(one <= LONGEST_BLINK for one in runs) and turned < TURN_YAW, found


def _away(rest: Seen, seen: Seen, axis: int) -> float:
    return face_nets.pose(seen.points)[axis] - face_nets.pose(rest.points)[axis]


def _across(points: Points) -> float:
    """How far the nose stands to the picture's right, seen from the eyes: log of the ratio of its
    distances from their outer corners."""
    right, left = points[face_nets.RIGHT_OUTER, :2], points[face_nets.LEFT_OUTER, :2]
    along = (left - right) / max(float(np.linalg.norm(left - right)), 1e-6)
    nose = points[_NOSE, :2]
    return _log_ratio(float((nose - right) @ along), float((left - nose) @ along))


def _down(points: Points) -> float:
    """How low the nose stands between eyes and mouth."""
    right, left = points[face_nets.RIGHT_OUTER, :2], points[face_nets.LEFT_OUTER, :2]
    along = (left - right) / max(float(np.linalg.norm(left - right)), 1e-6)
    down = np.array([-along[1], along[0]])
    mouth = (points[_LIP_UP, :2] + points[_LIP_LOW, :2]) / 2
    nose = points[_NOSE, :2]
    return _log_ratio(float((nose - (right + left) / 2) @ down), float((mouth - nose) @ down))


def _log_ratio(one: float, other: float) -> float:
    return math.log(max(one, 1e-3) / max(other, 1e-3))


def _depth(rest: Points, turned: Points) -> float:
    """How far the points lie from where any flat picture's motion could have brought them, as a
    mean in distances between the eyes."""
    flat, there = rest[:, :2], turned[:, :2]
    motion, _ = cv2.findHomography(flat, there, 0)
    if motion is None:
        return 0.0
    moved = cv2.perspectiveTransform(flat[None], motion)[0]
    eyes = float(np.linalg.norm(flat[face_nets.LEFT_OUTER] - flat[face_nets.RIGHT_OUTER]))
    return float(np.linalg.norm(moved - there, axis=1).mean()) / max(eyes, 1e-6)
