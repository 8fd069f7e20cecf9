"""Three small nets in OpenCV: where faces are, 468 points of a face, how open its eyes are.

BlazeFace (short range), face mesh and iris net, Apache-2.0 `.tflite` files from `models`.  All
take RGB pictures of any size and speak in that picture's pixels.  On one core a face takes about
5 ms to find, 4 ms for its points and 10 ms for both eyes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]  # height x width x 3, RGB
Points: TypeAlias = NDArray[np.float64]  # one row per point

# Points of the mesh by their number: the corners of the eyes, forehead, chin and nose.
RIGHT_OUTER, RIGHT_INNER, LEFT_INNER, LEFT_OUTER = 33, 133, 362, 263
FOREHEAD, CHIN, NOSE_BASE = 10, 152, 2

_SIDE = 128  # pixels of the detector's square
_MESH_SIDE = 192
_EYE_SIDE = 64


@dataclass(frozen=True)
class Found:
    """A face in the picture: score 0 to 1, box (left, top, right, bottom), and the two eyes."""

    score: float
    box: Points
    eyes: Points  # 2 x 2: the eye on the picture's left first


class BlazeFace:
    """Finds faces that take at least about a fifth of the picture's width."""

    def __init__(self, path: Path) -> None:
        self._net = _Net(path)
        cells = [
            ((x + 0.5) / grid, (y + 0.5) / grid)
            for grid, anchors in ((16, 2), (8, 6))
            for y in range(grid)
            for x in range(grid)
            for _ in range(anchors)
        ]
        self._anchors = np.array(cells, np.float64)

    def __call__(self, rgb: Picture, *, least: float = 0.5, overlap: float = 0.3) -> list[Found]:
        """Faces scoring `least` or more, best first; boxes that overlap more are one face."""
        height, width = rgb.shape[:2]
        scale = _SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        offset = np.array([(_SIDE - size[0]) // 2, (_SIDE - size[1]) // 2])
        square = np.zeros((_SIDE, _SIDE, 3), np.uint8)
        shrink = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        square[offset[1] : offset[1] + size[1], offset[0] : offset[0] + size[0]] = cv2.resize(
            rgb, size, interpolation=shrink
        )
        out = self._net(cv2.dnn.blobFromImage(square, 1 / 127.5, (_SIDE, _SIDE), (127.5,) * 3))
        by_width = {part.shape[-1]: part for part in out}
        logits = np.clip(by_width[1].reshape(-1), -100, 100).astype(np.float64)
        scores = 1 / (1 + np.exp(-logits))
        keep = np.flatnonzero(scores >= least)
        raw = by_width[16].reshape(-1, 16)[keep].astype(np.float64) / _SIDE
        scores, anchors = scores[keep], self._anchors[keep]
        centre, half = raw[:, :2] + anchors, raw[:, 2:4] / 2
        boxes = np.hstack([centre - half, centre + half])
        eyes = raw[:, 4:8].reshape(-1, 2, 2) + anchors[:, None]
        found = []
        order = list(np.argsort(-scores))
        while order:
            same = [i for i in order if _overlap(boxes[order[0]], boxes[i]) > overlap]
            weight = scores[same] / scores[same].sum()
            box = np.tensordot(weight, boxes[same], 1).reshape(2, 2)
            eye = np.tensordot(weight, eyes[same], 1)
            found.append(
                Found(
                    score=float(scores[order[0]]),
                    box=((box * _SIDE - offset) / scale).reshape(4),
                    eyes=(eye * _SIDE - offset) / scale,
                )
            )
            order = [i for i in order if i not in same]
        return found


class FaceMesh:
    """468 points of a found face, the third coordinate being depth in the same pixels."""

    def __init__(self, path: Path) -> None:
        self._net = _Net(path)

    def __call__(self, rgb: Picture, found: Found) -> tuple[Points, float]:
        """The points (468 x 3) and how sure the net is that this is a face (0 to 1)."""
        left, top, right, bottom = found.box
        side = max(right - left, bottom - top) * 1.5
        centre = np.array([(left + right) / 2, (top + bottom) / 2])
        into = _upright(centre, side, found.eyes[1] - found.eyes[0], _MESH_SIDE)
        crop = cv2.warpAffine(rgb, into, (_MESH_SIDE, _MESH_SIDE))
        by_size = {part.size: part for part in self._net(cv2.dnn.blobFromImage(crop, 1 / 255))}
        points = by_size[1404].reshape(468, 3).astype(np.float64)
        back = cv2.invertAffineTransform(into)
        flat = points[:, :2] @ back[:, :2].T + back[:, 2]
        depth = points[:, 2:] * side / _MESH_SIDE
        sure = 1 / (1 + math.exp(-float(by_size[1].reshape(-1)[0])))
        return np.hstack([flat, depth]), sure


class IrisNet:
    """How open each eye is: height of the opening over its width, 0 when closed."""

    def __init__(self, path: Path) -> None:
        self._net = _Net(path)

    def __call__(self, rgb: Picture, points: Points) -> tuple[float, float]:
        """The eye on the picture's left first."""
        flat = points[:, :2]
        return (
            self._eye(rgb, flat[RIGHT_OUTER], flat[RIGHT_INNER], mirrored=False),
            self._eye(rgb, flat[LEFT_INNER], flat[LEFT_OUTER], mirrored=True),
        )

    def _eye(self, rgb: Picture, start: Points, end: Points, *, mirrored: bool) -> float:
        side = float(np.linalg.norm(end - start)) * 2.3
        into = _upright((start + end) / 2, side, end - start, _EYE_SIDE)
        crop = cv2.warpAffine(rgb, into, (_EYE_SIDE, _EYE_SIDE))
        if mirrored:  # the net knows one side's eyes
            crop = np.ascontiguousarray(crop[:, ::-1])
        by_size = {part.size: part for part in self._net(cv2.dnn.blobFromImage(crop, 1 / 255))}
        contour = by_size[213].reshape(71, 3)[:, :2]
        heights = [np.linalg.norm(contour[up] - contour[low]) for up, low in _LIDS]
        return float(np.mean(heights) / np.linalg.norm(contour[0] - contour[8]))


_LIDS = ((11, 3), (12, 4), (13, 5))  # pairs of the contour's upper and lower lid


def pose(points: Points) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees, from the mesh itself.

    Yaw is 0 for a face that looks into the camera.  Pitch is biased by 0 to 25 degrees: use how
    it changes, not what it is.
    """
    across = points[LEFT_OUTER] - points[RIGHT_OUTER]
    down = points[CHIN] - points[FOREHEAD]
    return (
        math.degrees(math.atan2(across[2], across[0])),
        math.degrees(math.atan2(down[2], down[1])),
        math.degrees(math.atan2(across[1], across[0])),
    )


class _Net:
    def __init__(self, path: Path) -> None:
        self._net: Any = cv2.dnn.readNetFromTFLite(str(path))
        self._names = self._net.getUnconnectedOutLayersNames()

    def __call__(self, blob: NDArray[Any]) -> tuple[NDArray[np.float32], ...]:
        self._net.setInput(blob)
        out: tuple[NDArray[np.float32], ...] = self._net.forward(self._names)
        return out


def _upright(centre: Points, side: float, along: Points, pixels: int) -> NDArray[np.float64]:
    """The transform that cuts a square out of the picture, turned so that `along` is level."""
    angle = math.atan2(along[1], along[0])
    right = np.array([math.cos(angle), math.sin(angle)]) * side / 2
    down = np.array([-math.sin(angle), math.cos(angle)]) * side / 2
    corners = np.array([centre - right - down, centre + right - down, centre - right + down])
    target = np.array([[0, 0], [pixels, 0], [0, pixels]], np.float32)
    return np.asarray(cv2.getAffineTransform(corners.astype(np.float32), target), np.float64)


def _overlap(one: Points, other: Points) -> float:
    """Area of the boxes' intersection over that of their union."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    common = float(np.prod(np.clip(high - low, 0, None)))
    areas = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return common / (areas - common + 1e-9)
