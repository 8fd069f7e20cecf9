"""A bureau's own recogniser: an ONNX file, described in `CHENGXIN_HOME/local/face.yaml`.

    name: bureau-r50                  # signs comparisons and templates: a-z, 0-9 and -
    file: recogniser.onnx             # beside this page, or a whole path; never an address
    sha256: 3fe7c1…
    input: {size: 112, order: RGB, mean: 127.5, scale: 0.0078125}   # (pixel - mean) * scale
    length: 512                       # of its vector
    metric: cosine                    # or euclidean
    mirror: true                      # mean of the picture and its mirror image
    list_limit: 100000                # longest list it may search; 500 when not said
    bands:                            # `chengxin face measure` proposes them
      card: {accept: 0.55, staff: 0.66}
      live: {accept: 0.52, staff: 0.63}

The face is laid upright on the five points usual for 112 x 112 recognisers (eyes, nose, corners
of the mouth).  Without bands for a channel every comparison goes to an officer.  A missing file,
another hash, another shape: the engine is unavailable, and nobody is accepted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from chengxin.core import descriptions
from chengxin.core.refusal import Trouble
from chengxin.devices import face_nets, onnx_shape
from chengxin.devices.comparison import Channel
from chengxin.devices.face import LIST_LIMIT, NetEngine
from chengxin.devices.face_calibration import REFERENCES, Calibration
from chengxin.devices.face_nets import Picture
from chengxin.devices.face_port import NOT_MEASURED, EngineInfo, Face, Limits, Metric, Vector
from chengxin.devices.words import DeviceUnavailable, Words

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

# Where both eyes, the nose and the corners of the mouth lie in a recogniser's 112 pixels.
_FIVE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
_NOSE_TIP, _MOUTH_RIGHT, _MOUTH_LEFT = 4, 61, 291  # of the mesh


@dataclass(frozen=True)
class Input:
    """How a face is brought to the net: square, (pixel - mean) * scale in this order."""

    size: int
    order: str = "RGB"
    mean: float = 127.5
    scale: float = 1 / 127.5

    def __post_init__(self) -> None:
        if self.order not in ("RGB", "BGR"):
            raise ValueError("order is RGB or BGR")
        if not (isinstance(self.size, int) and 32 <= self.size <= 512):
            raise ValueError("size is a number of pixels from 32 to 512")
        if not self.scale > 0:
            raise ValueError("scale is greater than 0")


@dataclass(frozen=True)
class Manifest:
    name: str
    file: Path
    sha256: str
    input: Input
    length: int
    metric: Metric
    mirror: bool = False
    list_limit: int = LIST_LIMIT
    bands: Mapping[Channel, Limits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name.startswith("bundled"):
            raise ValueError("name is 2 to 40 of a-z, 0-9 and -, and not bundled")
        if "://" in str(self.file) or ":/" in str(self.file):
            raise ValueError("file is a path on this machine, not an address")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError("sha256 is 64 hexadecimal digits")
        if not (isinstance(self.length, int) and 8 <= self.length <= 4096):
            raise ValueError("length is a number from 8 to 4096")
        if not (isinstance(self.list_limit, int) and self.list_limit >= 0):
            raise ValueError("list_limit is a number of templates")
        for channel, limits in self.bands.items():
            if channel not in REFERENCES or not limits.accept <= limits.staff:
                raise ValueError("bands has card and live, each with accept no more than staff")

    @property
    def model_sha256(self) -> str:
        """Another way to bring pictures to it is another model: its numbers differ."""
        way = [self.sha256, self.length, self.mirror, vars(self.input)]
        return hashlib.sha256(json.dumps(way, sort_keys=True).encode()).hexdigest()


def read(path: Path) -> Manifest:
    """`Trouble` with one sentence when the page is not understood."""
    with descriptions.understood(path):
        said: dict[str, Any] = dict(descriptions.told(path.read_text(encoding="utf-8")))
        bands = {
            Channel(channel): Limits(**{key: float(value) for key, value in pair.items()})
            for channel, pair in said.pop("bands", {}).items()
        }
        return Manifest(
            **said
            | {
                "file": path.parent / said["file"],
                "sha256": str(said["sha256"]).lower(),
                "input": Input(**said["input"]),
                "metric": Metric(said["metric"]),
                "bands": bands,
            }
        )


class OnnxEngine(NetEngine):
    """The small nets find and judge a face; the bureau's own net describes it."""

    def __init__(self, manifest: Manifest, calibration: Calibration | None = None) -> None:
        super().__init__(calibration)
        self.info = EngineInfo(
            id=manifest.name,
            model_sha256=manifest.model_sha256,
            dimensions=manifest.length,
            is_bundled=False,
            metric=manifest.metric,
            list_limit=manifest.list_limit,
            caution=Words("本单位自备引擎", "The bureau's own engine."),
        )
        self._of_this_model(calibration)
        self._manifest = manifest
        self._net: Any = _loaded(manifest)

    def embed(self, rgb: Picture, face: Face) -> Vector:
        upright = laid(rgb, face, self._manifest.input.size)
        both = [upright, upright[:, ::-1]] if self._manifest.mirror else [upright]
        return np.asarray(np.mean([self._described(one) for one in both], axis=0), np.float32)

    def _own_limits(self, reference: Channel) -> Limits:
        # Bands of the engine's own distance say nothing about the centred one.
        return NOT_MEASURED if self._centred else self._manifest.bands.get(reference, NOT_MEASURED)

    def _described(self, upright: Picture) -> Vector:
        return _forward(self._net, upright, self._manifest)


def laid(rgb: Picture, face: Face, size: int) -> Picture:
    """The face upright in a square, its five points as near the usual ones as a turn allows."""
    points = face.points[:, :2]
    mine = np.array(
        [
            (points[face_nets.RIGHT_OUTER] + points[face_nets.RIGHT_INNER]) / 2,
            (points[face_nets.LEFT_INNER] + points[face_nets.LEFT_OUTER]) / 2,
            points[_NOSE_TIP],
            points[_MOUTH_RIGHT],
            points[_MOUTH_LEFT],
        ]
    )
    into = turned(mine, _FIVE * size / 112)
    return np.asarray(cv2.warpAffine(rgb, into, (size, size)), np.uint8)


def turned(points: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The turn, even scaling and shift that brings `points` nearest to `target` (2 x 3)."""
    x, y = points[:, 0], points[:, 1]
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate([np.c_[x, -y, one, none], np.c_[y, x, none, one]])
    (a, b, right, down), *_ = np.linalg.lstsq(rows, target.T.reshape(-1), rcond=None)
    return np.array([[a, -b, right], [b, a, down]])


def _loaded(manifest: Manifest) -> Any:
    try:
        raw = manifest.file.read_bytes()
    except OSError as error:
        raise _unavailable(manifest, f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(raw).hexdigest() != manifest.sha256:
        raise _unavailable(manifest, "has another SHA-256 than local/face.yaml says")
    size = manifest.input.size
    try:
        takes = onnx_shape.taken(raw)
        net = cv2.dnn.readNetFromONNX(np.frombuffer(raw, np.uint8))
    except (ValueError, cv2.error) as error:
        raise _unavailable(manifest, "is no ONNX file that OpenCV can run") from error
    if len(takes) != 1 or not _fits(takes[0], (1, 3, size, size)):
        raise _unavailable(manifest, f"takes {takes}, not one picture of 1 x 3 x {size} x {size}")
    try:
        _forward(net, np.zeros((size, size, 3), np.uint8), manifest)
    except (ValueError, cv2.error) as error:
        told = str(error) if isinstance(error, ValueError) else "does not run in OpenCV"
        raise _unavailable(manifest, told) from error
    return net


def _fits(takes: tuple[int, ...], given: tuple[int, ...]) -> bool:
    """A size that the file leaves open fits any."""
    return len(takes) == len(given) and all(
        one in (0, two) for one, two in zip(takes, given, strict=True)
    )


def _forward(net: Any, upright: Picture, manifest: Manifest) -> Vector:
    way = manifest.input
    pixels = upright if way.order == "RGB" else upright[:, :, ::-1]
    blob = ((pixels.astype(np.float32) - way.mean) * way.scale).transpose(2, 0, 1)[None]
    net.setInput(np.ascontiguousarray(blob))
    out = np.asarray(net.forward(), np.float32).reshape(-1)
    if out.size != manifest.length:
        raise ValueError(f"gives {out.size} numbers, not {manifest.length}")
    if not np.isfinite(out).all():
        raise ValueError("gives what is no number")
    return out


def _unavailable(manifest: Manifest, told: str) -> Trouble:
    return DeviceUnavailable(
        Words(
            "本单位人脸比对引擎不可用，请联系管理员",
            f"The face engine {manifest.name} is not used: {manifest.file} {told}.",
        )
    )
