"""A document camera that sees the pictures of a folder, one after another, or drawn sheets.

Troubles are scripted, as a hall has them: another program holds the camera, somebody pulls the
cable in the middle of a picture, the lamp is off.
"""

from __future__ import annotations

import itertools
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chengxin.devices.usb_camera import BUSY, UNPLUGGED
from chengxin.devices.words import DeviceUnavailable

SIZE = (1600, 1200)


class CameraTrouble(StrEnum):
    NONE = "none"
    BUSY = "camera_busy"  # another program has it
    UNPLUGGED = "camera_unplugged"  # it is not there
    PULLED = "camera_pulled"  # the next picture breaks off in the middle, then it is not there
    DARK = "camera_dark"  # the lamp is off


class SimulatedDocumentCamera:
    """The contract of `station.Camera`."""

    def __init__(self, folder: Path | None = None) -> None:
        found = sorted(folder.glob("*.jpg")) if folder else []
        self._pictures = itertools.cycle(found) if found else None
        self._shots = itertools.count(1)
        self.trouble = CameraTrouble.NONE

    def there(self) -> bool:
        return self.trouble is not CameraTrouble.UNPLUGGED

    def picture(self) -> bytes:
        match self.trouble:
            case CameraTrouble.BUSY:
                raise DeviceUnavailable(BUSY, code=103)
            case CameraTrouble.UNPLUGGED:
                raise DeviceUnavailable(UNPLUGGED)
            case CameraTrouble.PULLED:
                self.trouble = CameraTrouble.UNPLUGGED
                whole = self._seen()
                return whole[: len(whole) // 3]
        seen = self._seen()
        return _dimmed(seen) if self.trouble is CameraTrouble.DARK else seen

    def _seen(self) -> bytes:
        if self._pictures is not None:
            return next(self._pictures).read_bytes()
        return photographed(sheet(next(self._shots)), turn=4.0, tilt=0.06)


def sheet(number: int) -> NDArray[np.uint8]:
    """A drawn sheet of A4 with a heading, lines of writing and a red seal; BGR."""
    page = np.full((1188, 840, 3), 252, np.uint8)
    cv2.putText(page, f"FORM {number:03}", (270, 110), 0, 1.8, (20, 20, 20), 4, cv2.LINE_AA)
    rng = np.random.default_rng(number)
    for line in range(18):
        y = 200 + 46 * line
        start = 90
        while start < 720:
            word = int(rng.integers(20, 90))
            cv2.rectangle(page, (start, y), (min(start + word, 750), y + 12), (40, 40, 40), -1)
            start += word + 14
    cv2.circle(page, (620, 1010), 82, (40, 40, 205), 7, cv2.LINE_AA)
    return page


def photographed(
    page: NDArray[np.uint8], *, turn: float, tilt: float, shadow: float = 0.25
) -> bytes:
    """The page on a dark desk, turned and tilted before the camera, half in somebody's shadow."""
    corners = on_desk(page, turn, tilt)
    desk = np.full((SIZE[1], SIZE[0], 3), (52, 60, 66), np.uint8)
    height, width = page.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    into = cv2.getPerspectiveTransform(flat, corners)
    laid = cv2.warpPerspective(page, into, SIZE, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), into, SIZE)
    seen = np.where(mask[..., None] > 127, laid, desk).astype(np.float32)
    seen *= np.linspace(1 - shadow, 1, SIZE[0], dtype=np.float32)[None, :, None]
    _, coded = cv2.imencode(".jpg", seen.clip(0, 255).astype(np.uint8))
    return bytes(coded.tobytes())


def on_desk(page: NDArray[np.uint8], turn: float, tilt: float) -> NDArray[np.float32]:
    """Where the page's corners lie in the picture."""
    height, width = page.shape[:2]
    scale = 0.86 * SIZE[1] / height
    half = np.array([width, height]) * scale / 2
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    square[:, 0] *= 1 + tilt * np.sign(square[:, 1])  # the far edge is shorter
    angle = np.radians(turn)
    turned = square @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(turned + np.array(SIZE) / 2, np.float32)


def _dimmed(jpeg: bytes) -> bytes:
    seen = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    _, coded = cv2.imencode(".jpg", (seen * 0.1).astype(np.uint8))
    return bytes(coded.tobytes())
