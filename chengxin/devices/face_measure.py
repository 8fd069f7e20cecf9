"""Measure any engine on a folder of labelled pictures: errors with bounds, refusals, times.

    folder/<person>/*.jpg ─▶ quality gate ─▶ describe ─▶ all pairs ─▶ rates, proposed bands

One sub-folder per person; its name says nothing to anybody and is never told.  Pictures whose
name begins with `card` are a chip's (102 x 126 pixels); all others come from a camera.  What the
gate turns away counts as failure to enrol and is compared with nothing, as in a hall.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chengxin.core.refusal import Trouble
from chengxin.devices import error_rates, face
from chengxin.devices.comparison import Channel
from chengxin.devices.error_rates import Rate
from chengxin.devices.face_calibration import REFERENCES
from chengxin.devices.face_port import FaceEngine, Limits, Template, distances

PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}
FALSE_ACCEPT_RATES = (1e-2, 1e-3, 1e-4)
UNREADABLE, SEVERAL = "unreadable", "faces"
MOST_PAIRS = 50_000_000  # half a gigabyte of distances


@dataclass
class Pairs:
    """Distances of all pairs of a live picture with a reference of one channel."""

    reference: Channel
    same: NDArray[np.float64]
    other: NDArray[np.float64]
    limits: Limits  # in force when measured


@dataclass
class Measured:
    engine: str
    people: int
    pictures: int
    refused: Counter[str] = field(default_factory=Counter)  # by the first check that failed
    without: int = 0  # people of whom no picture is good enough
    milliseconds: dict[str, float] = field(default_factory=dict)  # median of each stage
    pairs: list[Pairs] = field(default_factory=list)

    @property
    def failure_to_enrol(self) -> Rate:
        return Rate.counted(self.refused.total(), self.pictures)


@dataclass
class _Looked:
    """The usable pictures as rows, with whose they are."""

    whose: list[int] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)


def measure(
    folder: Path, engine: FaceEngine, *, progress: Callable[[int, int], None] | None = None
) -> Measured:
    """`Trouble` when the folder is not as described above."""
    files = _files(folder)
    found = Measured(engine.name, len(files), sum(len(paths) for paths in files))
    looked, done = _Looked(), 0
    with one_core():
        for person, paths in enumerate(files):
            before = len(looked.whose)
            for path in paths:
                reason = _look(path, person, engine, looked)
                found.refused.update([reason] if reason else [])
                done += 1
                if progress:
                    progress(done, found.pictures)
            found.without += len(looked.whose) == before
        if looked.templates:
            one = looked.templates[0]
            for _ in range(50):
                with _timed(looked.times, "compare"):
                    engine.compare(one, one)
    found.milliseconds = {
        stage: 1000 * statistics.median(seconds) for stage, seconds in looked.times.items()
    }
    found.pairs = [
        _pairs(engine, looked, reference)
        for reference in REFERENCES
        if any(template.channel is reference for template in looked.templates)
    ]
    return found


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Times are told for one core; this thread stays on one."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def told(found: Measured) -> dict[str, Any]:
    """Everything that was measured, for a machine."""
    return {
        "engine": found.engine,
        "people": found.people,
        "pictures": found.pictures,
        "failure_to_enrol": _rate(found.failure_to_enrol)
        | {"by_reason": dict(found.refused.most_common()), "people_without": found.without},
        "comparisons": [compared(pairs) for pairs in found.pairs],
        "milliseconds": {stage: round(ms, 3) for stage, ms in found.milliseconds.items()},
    }


def compared(pairs: Pairs) -> dict[str, Any]:
    """The rates of one channel; see `error_rates` for what each means."""
    same, other = pairs.same, pairs.other
    equal = error_rates.equal_error(same, other)
    bands = error_rates.proposed(same, other)
    in_force = [error_rates.at_limit(limit, same, other) for limit in pairs.limits]
    return {
        "reference": str(pairs.reference),
        "same_pairs": len(same),
        "other_pairs": len(other),
        "equal_error": vars(equal) if equal else None,
        "true_accept": [
            {"at": fpr} | _point(error_rates.true_accepts_at(fpr, same, other))
            for fpr in FALSE_ACCEPT_RATES
        ],
        "in_force": {
            name: _point(point) if point and np.isfinite(point.below) else None
            for name, point in zip(Limits._fields, in_force, strict=True)
        },
        "proposed": {"accept": _point(bands.accept), "staff": _point(bands.staff)},
    }


def _point(point: error_rates.Operating | error_rates.TooFew) -> dict[str, Any]:
    if isinstance(point, error_rates.TooFew):
        return {"too_few": vars(point)}
    return {
        "distance": point.below,
        "true_accept": _rate(point.true_accept),
        "false_accept": _rate(point.false_accept),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    value = rate.value if rate.of else None
    return {
        "value": value, "low": rate.low, "high": rate.high, "count": rate.count, "of": rate.of,
    }  # fmt: skip


def _files(folder: Path) -> list[list[Path]]:
    if not folder.is_dir():
        raise Trouble(f"{folder} is no folder; name one with a sub-folder for each person.")
    people = [
        [path for path in sorted(inner.iterdir()) if path.suffix.lower() in PICTURES]
        for inner in sorted(folder.iterdir())
        if inner.is_dir()
    ]
    people = [paths for paths in people if paths]
    if len(people) < 2:
        raise Trouble(
            f"{folder} has pictures of {len(people)} people; it takes two or more, each in a "
            "sub-folder of his own (jpg, png or bmp)."
        )
    return people


def _look(path: Path, person: int, engine: FaceEngine, looked: _Looked) -> str:
    """Take in one picture, or say why not."""
    chip = path.name.lower().startswith("card")
    channel = Channel.CARD if chip else Channel.LIVE
    rgb = face.read(path.read_bytes())
    if rgb is None:
        return UNREADABLE
    with _timed(looked.times, "detect"):
        places = engine.find(rgb)
    if not places:
        return SEVERAL
    with _timed(looked.times, "mesh"):
        first = engine.face(rgb, max(places, key=lambda found: found.box[2] - found.box[0]))
    faces = [first] if len(places) == 1 else engine.detect(rgb)
    report = engine.quality(rgb, faces[0], channel)
    if not chip and not face.alone(faces).passed:
        return SEVERAL
    if not report.passed:
        return next(check.name for check in report.checks if not check.passed)
    with _timed(looked.times, "describe"):
        vector = engine.embed(rgb, faces[0])
    looked.whose.append(person)
    looked.templates.append(engine.template(vector, channel))
    return ""


def _pairs(engine: FaceEngine, looked: _Looked, reference: Channel) -> Pairs:
    """A live picture with each card picture; or every two live ones, once."""
    whose = np.array(looked.whose)
    channels = np.array([template.channel for template in looked.templates])
    vectors = np.array([template.vector for template in looked.templates])
    live, with_ = channels == Channel.LIVE, channels == reference
    if int(live.sum()) * int(with_.sum()) > 2 * MOST_PAIRS:
        raise Trouble(
            f"{live.sum()} by {with_.sum()} pictures are more pairs than fit; measure on fewer."
        )
    same, other = [np.empty(0)], [np.empty(0)]
    for row in np.flatnonzero(live):
        against = with_.copy()
        if reference is Channel.LIVE:
            against[: row + 1] = False
        if not against.any():
            continue
        apart = distances(engine.metric, vectors[row : row + 1], vectors[against])[0]
        mine = whose[against] == whose[row]
        same.append(apart[mine])
        other.append(apart[~mine])
    return Pairs(reference, np.concatenate(same), np.concatenate(other), engine.limits(reference))


@contextlib.contextmanager
def _timed(times: dict[str, list[float]], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times.setdefault(stage, []).append(time.perf_counter() - start)
