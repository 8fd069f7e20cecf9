"""The frames of a camera as `liveness` judges them: faces found, and that it stayed one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chengxin.devices import face, liveness, liveness_rules
from chengxin.devices.comparison import Band, Channel
from chengxin.devices.face_nets import Picture
from chengxin.devices.face_port import Face, FaceEngine
from chengxin.devices.liveness import Outcome, Step, Watched
from chengxin.devices.liveness_rules import Frame, Seen


def watch(engine: FaceEngine, shots: Sequence[tuple[int, bytes]], steps: Sequence[Step]) -> Watched:
    """Judge pictures, each with the number of the step during which it was taken, in order.

    The best frame is one of those that look straight, so that what is compared with the reference
    belongs to what was judged.
    """
    pictures = [face.read(jpeg) for _step, jpeg in shots]
    faces = [_alone(engine, picture) for picture in pictures]
    frames = [
        Frame(step, Seen(one.points, one.openness) if one else None)
        for (step, _jpeg), one in zip(shots, faces, strict=True)
    ]
    verdict = liveness_rules.judge(frames, steps)
    best = _best(engine, pictures, faces, [step for step, _jpeg in shots])
    if verdict.passed and not _same(engine, pictures, faces):
        verdict = replace(verdict, outcome=Outcome.ANOTHER, words=liveness.ANOTHER)
    return Watched(verdict, best)


def _alone(engine: FaceEngine, picture: Picture | None) -> Face | None:
    found = engine.detect(picture) if picture is not None else []
    return found[0] if found and face.alone(found).passed else None


def _best(
    engine: FaceEngine,
    pictures: Sequence[Picture | None],
    faces: Sequence[Face | None],
    steps: Sequence[int],
) -> int | None:
    """The straightest of the first frames that pass the quality gate."""
    good = []
    for number, (picture, one) in enumerate(zip(pictures, faces, strict=True)):
        if steps[number] != 0 or picture is None or one is None:
            continue
        if engine.quality(picture, one, Channel.LIVE).passed:
            good.append((abs(one.yaw), number))
    return min(good)[1] if good else None


def _same(
    engine: FaceEngine, pictures: Sequence[Picture | None], faces: Sequence[Face | None]
) -> bool:
    """Whether the straightest face of the first half is that of the second half.

    Who has turned away is described badly: only faces that look straight are compared.
    """
    seen = [
        (number, picture, one)
        for number, (picture, one) in enumerate(zip(pictures, faces, strict=True))
        if picture is not None and one is not None
    ]
    halves = [
        [one for one in seen if (one[0] < len(faces) / 2) is early] for early in (True, False)
    ]
    if not all(halves):
        return False
    found = [min(half, key=lambda one: abs(one[2].yaw)) for half in halves]
    if abs(found[1][2].yaw) > liveness_rules.TURN_YAW:
        return True  # it never looked straight again: nothing to tell by
    one, other = (
        engine.template(engine.embed(picture, seen_face), Channel.CAMERA)
        for _number, picture, seen_face in found
    )
    return engine.compare(one, other).band is not Band.REJECT
