"""Who of a list looks most like this face: exact, over files that are mapped, not read.

    query ─▶ 8-bit codes of all, two threads ─▶ all that could be among the nearest ─▶ exact order

The codes only leave out what cannot be among the `top` nearest: a code lies at most `slack` from
its vector, so whoever is farther by codes than the top-th by twice that is farther indeed.  The
answer is a ranked suggestion for staff, never an identification.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from chengxin.core.refusal import Trouble
from chengxin.devices.face_port import EngineInfo, Metric, Template, Vector, distances

THREADS = 2
SLICES = 4
FIRST = 256  # nearest by code that each slice gives at first
SMALL = 4096  # so few are compared one by one


class ListTooLong(Trouble):
    """The engine errs too often for a list of this length."""


@dataclass(frozen=True)
class Suggestion:
    """`key` is whose template it is; rank 1 is the nearest."""

    rank: int
    key: str
    distance: float


@dataclass(frozen=True)
class _Head:
    engine: str
    model_sha256: str
    calibration_id: str
    metric: Metric
    count: int
    dimensions: int
    low: float  # value of code 0
    step: float
    slack: float  # farthest that a vector lies from its code


class Gallery:
    """A list of templates of one engine, model and calibration.  Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        """`Trouble` when the folder is no whole gallery."""
        try:
            said = json.loads((folder / "head.json").read_text(encoding="ascii"))
            self._head = head = _Head(**said | {"metric": Metric(said["metric"])})
            shape = head.count, head.dimensions
            self._vectors = np.memmap(folder / "vectors.f32", "<f4", "r", shape=shape)
            codes = np.memmap(folder / "codes.u8", np.uint8, "r", shape=shape)
            self._keys = np.load(folder / "keys.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Trouble(f"{folder} is no list of face templates; lay it anew.") from error
        self._codes = np.asarray(codes)
        self._threads = ThreadPoolExecutor(THREADS)

    def __len__(self) -> int:
        return self._head.count

    @classmethod
    def lay(
        cls,
        folder: Path,
        info: EngineInfo,
        metric: Metric,
        keys: Sequence[str],
        templates: Sequence[Template],
    ) -> Gallery:
        """Write `templates` for searching, in place of what lies there."""
        if len(templates) > info.list_limit:
            raise ListTooLong(
                f"The engine {info.id} searches lists of at most {info.list_limit} faces, and this "
                f"one has {len(templates)}; make the list shorter or use an engine measured for it."
            )
        kinds = {(one.engine, one.model_sha256, one.calibration_id) for one in templates}
        if len(kinds) != 1 or len(keys) != len(templates):
            raise ValueError("a list has templates of one engine and calibration, each with a key")
        return cls.written(
            folder, kinds.pop(), metric, keys, np.array([one.vector for one in templates])
        )

    @classmethod
    def written(
        cls,
        folder: Path,
        kind: tuple[str, str, str],
        metric: Metric,
        keys: Sequence[str],
        vectors: Vector,
    ) -> Gallery:
        rows = _level(vectors, metric)
        low, high = float(rows.min()), float(rows.max())
        step = max((high - low) / 255, 1e-12)
        codes = np.empty(rows.shape, np.uint8)
        slack = 0.0
        for start in range(0, len(rows), 100_000):
            part = rows[start : start + 100_000]
            codes[start : start + 100_000] = code = _coded(part, low, step)
            away = np.linalg.norm(part.astype(np.float64) - (low + step * code), axis=1)
            slack = max(slack, float(away.max()))
        head = _Head(*kind, metric, len(rows), rows.shape[1], low, step, slack)
        fresh = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        rows.tofile(fresh / "vectors.f32")
        codes.tofile(fresh / "codes.u8")
        np.save(fresh / "keys.npy", np.array(keys))
        (fresh / "head.json").write_text(json.dumps(asdict(head)), encoding="ascii")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        return cls(folder)

    def nearest(self, face: Template, top: int) -> list[Suggestion]:
        """The `top` nearest, nearest first; ValueError when `face` is of another engine."""
        head = self._head
        if (face.engine, face.model_sha256, face.calibration_id) != (
            head.engine,
            head.model_sha256,
            head.calibration_id,
        ):
            raise ValueError("templates of different engines cannot be compared")
        query = _level(face.vector[None], head.metric)
        near = self._candidates(query, min(top, head.count))
        apart = distances(head.metric, query, self._vectors[near])[0]
        order = np.lexsort((near, apart))[:top]
        return [
            Suggestion(rank, str(self._keys[near[i]]), float(apart[i]))
            for rank, i in enumerate(order, 1)
        ]

    def _candidates(self, query: Vector, top: int) -> NDArray[np.int64]:
        """The rows that could be among the `top` nearest, in order."""
        head = self._head
        if head.count <= max(SMALL, FIRST * SLICES):
            return np.arange(head.count)
        code = _coded(query, head.low, head.step)
        away = float(np.linalg.norm(query.astype(np.float64) - (head.low + head.step * code)))
        edges = np.linspace(0, head.count, SLICES + 1, dtype=int)
        slices = [(int(start), int(stop)) for start, stop in itertools.pairwise(edges)]
        wanted = max(FIRST, 2 * top)
        while True:
            asked = [(code, start, stop, wanted) for start, stop in slices]
            found = list(self._threads.map(self._by_code, *zip(*asked, strict=True)))
            apart = np.concatenate([one for one, _ in found])
            bound = float(np.partition(apart, top - 1)[top - 1]) + 2 * (head.slack + away)
            # A slice whose last is still within the bound may have left some out.
            cut_short = any(
                len(one) < stop - start and one[-1] <= bound
                for (one, _), (start, stop) in zip(found, slices, strict=True)
            )
            if not cut_short:
                rows = np.concatenate([rows for _, rows in found])
                return np.sort(rows[apart <= bound])
            if wanted * SLICES >= head.count // 8:  # all alike: codes do not help
                return np.arange(head.count)
            wanted *= 8

    def _by_code(
        self, code: NDArray[np.uint8], start: int, stop: int, wanted: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distances and rows of the nearest by code in one slice, nearest first."""
        squares, rows = cv2.batchDistance(
            code,
            self._codes[start:stop],
            cv2.CV_32S,
            normType=cv2.NORM_L2SQR,
            K=min(wanted, stop - start),
        )
        return self._head.step * np.sqrt(squares[0].astype(np.float64)), rows[0] + start


def _level(vectors: Vector, metric: Metric) -> Vector:
    """For cosine all of length 1, so that the nearest by length is the nearest by angle."""
    rows: NDArray[Any] = np.asarray(vectors, np.float32)
    if metric is Metric.COSINE:
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows, "<f4")


def _coded(rows: Vector, low: float, step: float) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint((rows - low) / step), 0, 255), np.uint8)
