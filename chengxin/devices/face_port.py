"""What every face engine is to the rest of the house: a port that any recogniser can fill.

    picture ─▶ find ─▶ face (points, pose, eyes) ─▶ quality ─▶ embed ─▶ template ─▶ compare

Numbers of one engine mean nothing to another: a template says which engine, model and calibration
it is of, and only like is compared with like.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from chengxin.devices import face_nets
from chengxin.devices.comparison import Band, Channel, QualityReport
from chengxin.devices.face_nets import Found, Picture, Points
from chengxin.devices.words import Words

Vector = NDArray[np.float32]


class Metric(StrEnum):
    EUCLIDEAN = "euclidean"
    COSINE = "cosine"  # 1 - cosine of the angle between the two


class Limits(NamedTuple):
    """The greatest distance that is accepted, and the greatest that goes to an officer."""

    accept: float
    staff: float

    def band(self, distance: float) -> Band:
        if distance <= self.accept:
            return Band.ACCEPT
        return Band.STAFF if distance <= self.staff else Band.REJECT


NOT_MEASURED = Limits(float("-inf"), float("inf"))  # nobody is accepted, nobody rejected


@dataclass(frozen=True)
class EngineInfo:
    id: str
    model_sha256: str  # of the file; an operator's engine adds how pictures are brought to it
    dimensions: int
    is_bundled: bool
    metric: Metric
    list_limit: int  # templates that it may be asked to search through
    caution: Words


@dataclass(frozen=True)
class Face:
    """One face.  Box and points in the picture's pixels, pose in degrees, openness per eye."""

    score: float
    box: tuple[float, float, float, float]
    points: Points = field(repr=False)
    yaw: float
    pitch: float
    roll: float
    openness: tuple[float, float]

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def eye_distance(self) -> float:
        """Pixels between the outer corners of the eyes."""
        across = self.points[face_nets.LEFT_OUTER] - self.points[face_nets.RIGHT_OUTER]
        return float(np.linalg.norm(across[:2]))


@dataclass(frozen=True)
class Template:
    """A face as numbers.  Only templates of one engine, model and calibration can be compared.

    `vector` is as the net gave it when `calibration_id` is "" or takes off no mean; else centred,
    of length 1.
    """

    engine: str
    model_sha256: str
    calibration_id: str
    vector: Vector = field(repr=False)
    channel: Channel = Channel.LIVE

    def to_bytes(self) -> bytes:
        """For keeping, sealed: a line of JSON, then the numbers."""
        head = {
            "engine": self.engine,
            "model_sha256": self.model_sha256,
            "calibration_id": self.calibration_id,
            "channel": self.channel,
        }
        return json.dumps(head).encode() + b"\n" + self.vector.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Template:
        head, _, numbers = raw.partition(b"\n")
        told: dict[str, Any] = json.loads(head)
        channel = Channel(told.pop("channel", Channel.LIVE))
        return cls(**told, vector=np.frombuffer(numbers, "<f4").copy(), channel=channel)


@dataclass(frozen=True)
class Score:
    distance: float
    band: Band


class FaceEngine(Protocol):
    @property
    def info(self) -> EngineInfo: ...

    @property
    def name(self) -> str:
        """What a comparison is signed with: engine, model, calibration."""
        ...

    @property
    def metric(self) -> Metric:
        """How templates are compared; a calibration may change it."""
        ...

    def find(self, rgb: Picture) -> list[Found]:
        """Where faces are, best first."""
        ...

    def face(self, rgb: Picture, found: Found) -> Face: ...

    def detect(self, rgb: Picture) -> list[Face]:
        """The faces of a picture, largest first."""
        ...

    def quality(self, rgb: Picture, face: Face, channel: Channel) -> QualityReport:
        """Whether the picture is good enough; a card's picture is asked for less."""
        ...

    def embed(self, rgb: Picture, face: Face) -> Vector:
        """The face as `info.dimensions` numbers, as the net gives them."""
        ...

    def template(self, vector: Vector, channel: Channel) -> Template: ...

    def limits(self, reference: Channel) -> Limits:
        """The bands of a comparison with a reference of this channel."""
        ...

    def compare(self, one: Template, other: Template) -> Score:
        """ValueError when the two do not come from one engine, model and calibration."""
        ...


def distance(metric: Metric, one: Vector, other: Vector) -> float:
    if metric is Metric.EUCLIDEAN:
        return float(np.linalg.norm(one - other))
    lengths = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return 1 - float(one @ other) / lengths if lengths else float("nan")


def distances(metric: Metric, ones: Vector, others: Vector) -> NDArray[np.float64]:
    """Every row of `ones` with every row of `others`."""
    a, b = ones.astype(np.float64), others.astype(np.float64)
    if metric is Metric.COSINE:
        return np.asarray(1 - _of_length_one(a) @ _of_length_one(b).T, np.float64)
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * (a @ b.T)
    return np.asarray(np.sqrt(np.clip(squares, 0, None)), np.float64)


def _of_length_one(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float64)
