"""Is this the person of the picture?  One live face against one reference, in three bands.

    pictures ─▶ detect ─▶ quality gate ─▶ embed ─▶ compare ─▶ accept | staff | reject
                              └─▶ advice: come closer, take off the mask … and try again

The bundled engine finds faces with `face_nets` and describes them with dlib's residual net (128
numbers, mean of the picture and its mirror image).  It is not certified and estimated only on few
people; so it accepts strictly, leaves doubt to an officer, and never turns away for a bad
picture.  A stronger engine takes its place behind `FaceEngine`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from chengxin.core.refusal import Trouble
from chengxin.devices import face_nets, models
from chengxin.devices.comparison import Band, Channel, Check, Comparison, QualityReport
from chengxin.devices.face_nets import Picture, Points
from chengxin.devices.words import Words

ENGINE = "bundled-dlib-1"
DIMENSIONS = 128
LEAST_PEOPLE = 20  # a mean over fewer people makes the engine worse, not better


# The greatest distance that is accepted, and the greatest that goes to an officer.  Raw is the
# Euclidean distance, centred is 1 - cosine after the site's mean is taken off (`Calibration`).
RAW_LIMITS = (0.35, 0.42)
CENTRED_LIMITS = (0.45, 0.58)


@dataclass(frozen=True)
class EngineInfo:
    id: str
    model_sha256: str
    dimensions: int
    is_bundled: bool
    limits: Words


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

    `vector` is as the net gave it when `calibration_id` is ""; else centred, of length 1.
    """

    engine: str
    model_sha256: str
    calibration_id: str
    vector: NDArray[np.float32] = field(repr=False)

    def to_bytes(self) -> bytes:
        """For keeping, sealed: a line of JSON, then the numbers."""
        head = {
            "engine": self.engine,
            "model_sha256": self.model_sha256,
            "calibration_id": self.calibration_id,
        }
        return json.dumps(head).encode() + b"\n" + self.vector.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Template:
        head, _, numbers = raw.partition(b"\n")
        return cls(**json.loads(head), vector=np.frombuffer(numbers, "<f4").copy())


@dataclass(frozen=True)
class Score:
    distance: float
    band: Band


@dataclass(frozen=True)
class Calibration:
    """A site's mean face per channel, taken off before comparing.

    For a population that looks alike to the net this halves the errors; over fewer than
    LEAST_PEOPLE people it does harm, so it cannot be made.
    """

    id: str
    model_sha256: str
    means: Mapping[Channel, NDArray[np.float32]] = field(repr=False)
    people: Mapping[Channel, int]

    @classmethod
    def of(
        cls, model_sha256: str, vectors: Mapping[Channel, Sequence[NDArray[np.float32]]]
    ) -> Calibration:
        """From raw vectors, one per person and channel; ValueError when there are too few."""
        for channel in Channel:
            if len(vectors.get(channel, ())) < LEAST_PEOPLE:
                raise ValueError(
                    f"channel {channel} has {len(vectors.get(channel, ()))} people; "
                    f"a calibration needs {LEAST_PEOPLE}"
                )
        means = {
            channel: np.asarray(np.mean(vectors[channel], axis=0), np.float32)
            for channel in Channel
        }
        return cls(
            id=_calibration_id(model_sha256, means),
            model_sha256=model_sha256,
            means=means,
            people={channel: len(vectors[channel]) for channel in Channel},
        )

    def save(self, path: Path) -> None:
        means = {channel: mean.tolist() for channel, mean in self.means.items()}
        kept = {"model_sha256": self.model_sha256, "means": means, "people": dict(self.people)}
        path.write_text(json.dumps(kept), encoding="ascii")

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """What `save` kept; `Trouble` when the file is none or was made of too few people."""
        try:
            kept = json.loads(path.read_text(encoding="ascii"))
            people = {channel: int(kept["people"][channel]) for channel in Channel}
            means = {channel: np.array(kept["means"][channel], np.float32) for channel in Channel}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Trouble(f"{path} is no face calibration; make it again.") from error
        if min(people.values()) < LEAST_PEOPLE or any(
            m.shape != (DIMENSIONS,) for m in means.values()
        ):
            raise Trouble(f"{path} was made of fewer than {LEAST_PEOPLE} people; make it again.")
        return cls(
            _calibration_id(kept["model_sha256"], means), kept["model_sha256"], means, people
        )

    def centred(self, vector: NDArray[np.float32], channel: Channel) -> NDArray[np.float32]:
        away = vector - self.means[channel]
        return np.asarray(away / np.linalg.norm(away), np.float32)


def _calibration_id(model_sha256: str, means: Mapping[Channel, NDArray[np.float32]]) -> str:
    digest = hashlib.sha256(model_sha256.encode())
    for channel in Channel:
        digest.update(means[channel].astype("<f4").tobytes())
    return digest.hexdigest()[:12]


class FaceEngine(Protocol):
    @property
    def info(self) -> EngineInfo: ...

    def detect(self, rgb: Picture) -> list[Face]:
        """The faces of a picture, largest first."""
        ...

    def quality(self, rgb: Picture, face: Face, channel: Channel) -> QualityReport:
        """Whether the picture is good enough; a card's picture is asked for less."""
        ...

    def embed(self, rgb: Picture, face: Face) -> NDArray[np.float32]:
        """The face as `info.dimensions` numbers, as the net gives them."""
        ...

    def template(self, vector: NDArray[np.float32], channel: Channel) -> Template: ...

    def compare(self, one: Template, other: Template) -> Score:
        """ValueError when the two do not come from one engine, model and calibration."""
        ...


class BundledEngine:
    """BlazeFace, mesh and iris nets with dlib's residual net.  Not for two threads at once."""

    def __init__(self, calibration: Calibration | None = None) -> None:
        """DeviceUnavailable when a model file is missing or wrong, `Trouble` when `calibration`
        was made with another model."""
        files = models.checked()
        cv2.setNumThreads(1)
        sha256 = models.HASHES[models.DESCRIPTOR]
        if calibration and calibration.model_sha256 != sha256:
            raise Trouble("The face calibration was made with another model; make it again.")
        self._calibration = calibration
        self._blaze = face_nets.BlazeFace(files[models.DETECTOR])
        self._mesh = face_nets.FaceMesh(files[models.MESH])
        self._iris = face_nets.IrisNet(files[models.IRIS])
        self._net = dlib.face_recognition_model_v1(str(files[models.DESCRIPTOR]))
        self.info = EngineInfo(
            id=ENGINE,
            model_sha256=sha256,
            dimensions=DIMENSIONS,
            is_bundled=True,
            limits=Words(
                "内置引擎，未经认证；仅限有人值守的窗口和终端使用",
                "Bundled engine, not certified; only where staff can see the person.",
            ),
        )

    def detect(self, rgb: Picture) -> list[Face]:
        faces = [self._face(rgb, found) for found in self._blaze(rgb)]
        return sorted(faces, key=lambda face: -face.width)

    def quality(self, rgb: Picture, face: Face, channel: Channel) -> QualityReport:
        grey = cv2.cvtColor(_chip(rgb, face), cv2.COLOR_RGB2GRAY)[35:125, 35:115]
        shown = float(grey.std())
        edges = float(cv2.Laplacian(grey, cv2.CV_64F).var())
        sharpness = 1000 * edges / max(shown**2, 1e-6)
        bright = float(grey.mean())
        least_eyes = 25 if channel is Channel.CARD else 40
        eyes = min(face.openness)
        size = _at_least("eye_distance", face.eye_distance, least_eyes, CLOSER)
        found = _at_least("face_score", face.score, 0.7, FACE_FREE)
        if channel is Channel.CARD:
            return QualityReport((found, size))
        return QualityReport(
            (
                found,
                size,
                Check("yaw", abs(face.yaw), "<= 25", abs(face.yaw) <= 25, LOOK_STRAIGHT),
                _at_least("brightness", bright, 50, MORE_LIGHT),
                Check("glare", bright, "<= 215", bright <= 215, LESS_LIGHT),
                _at_least("contrast", shown, 20, MORE_LIGHT),
                _at_least("sharpness", sharpness, 30, HOLD_STILL),
                _at_least("eyes_open", eyes, 0.22, OPEN_EYES),
            )
        )

    def embed(self, rgb: Picture, face: Face) -> NDArray[np.float32]:
        chip = _chip(rgb, face)
        both = [chip, np.ascontiguousarray(chip[:, ::-1])]
        vectors = [np.array(self._net.compute_face_descriptor(one), np.float32) for one in both]
        return np.asarray(np.mean(vectors, axis=0), np.float32)

    def template(self, vector: NDArray[np.float32], channel: Channel) -> Template:
        calibration = self._calibration
        return Template(
            engine=ENGINE,
            model_sha256=self.info.model_sha256,
            calibration_id=calibration.id if calibration else "",
            vector=calibration.centred(vector, channel) if calibration else vector,
        )

    def compare(self, one: Template, other: Template) -> Score:
        expected = (ENGINE, self.info.model_sha256, self._calibration_id)
        for each in (one, other):
            if (each.engine, each.model_sha256, each.calibration_id) != expected:
                raise ValueError("templates of different engines cannot be compared")
        if self._calibration:
            return _score(1 - float(one.vector @ other.vector), CENTRED_LIMITS)
        return _score(float(np.linalg.norm(one.vector - other.vector)), RAW_LIMITS)

    @property
    def name(self) -> str:
        """What a comparison is signed with: engine, model, calibration."""
        return f"{ENGINE}/{self.info.model_sha256[:12]}/{self._calibration_id or 'raw'}"

    @property
    def _calibration_id(self) -> str:
        return self._calibration.id if self._calibration else ""

    def _face(self, rgb: Picture, found: face_nets.Found) -> Face:
        points, _ = self._mesh(rgb, found)
        yaw, pitch, roll = face_nets.pose(points)
        left, top, right, bottom = (float(edge) for edge in found.box)
        return Face(
            score=found.score,
            box=(left, top, right, bottom),
            points=points,
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            openness=self._iris(rgb, points),
        )


ONE_PERSON = Words("请确保画面中只有您一人", "Please stand alone before the camera.")
NO_FACE = Words("未检测到人脸，请正对摄像头", "No face is seen; please face the camera.")
FACE_FREE = Words("请露出整张脸，摘下口罩和帽子", "Show your whole face; take off mask and hat.")
CLOSER = Words("请靠近摄像头一些", "Please come closer to the camera.")
LOOK_STRAIGHT = Words("请正视摄像头", "Please look straight into the camera.")
MORE_LIGHT = Words("光线不足，请面向光源", "It is too dark; please turn to the light.")
LESS_LIGHT = Words("光线过强，请避开强光", "It is too bright; please avoid strong light.")
HOLD_STILL = Words("画面模糊，请保持不动", "The picture is blurred; please hold still.")
OPEN_EYES = Words("请睁开眼睛", "Please open your eyes.")
NO_PICTURE = Words("照片无法识别", "The picture cannot be read.")
POOR_REFERENCE = Words(
    "留存照片无法用于比对，请人工核实", "The reference picture is not usable; an officer decides."
)
UNSURE = Words("比对结果不确定，请人工核实", "The comparison is not certain; an officer decides.")
OTHER_PERSON = Words("与留存照片不符", "The face does not match the reference picture.")


def compare_pictures(
    live_jpeg: bytes, reference_jpeg: bytes, channel: Channel, engine: BundledEngine | None = None
) -> Comparison:
    """Compare a live picture with a reference from `channel`.

    First what the person can mend (ADVICE), then a reference that is no good (STAFF), then the
    distance.  Three tries are the caller's to count.
    """
    engine = engine or bundled()
    live = read(live_jpeg)
    faces = engine.detect(live) if live is not None else []
    quality = _judged(engine, live, faces)
    if live is None or not quality.passed:
        return Comparison(None, Band.ADVICE, quality, engine.name, quality.advice)
    reference = read(reference_jpeg)
    others = engine.detect(reference) if reference is not None else []
    if (
        reference is None
        or not others
        or not engine.quality(reference, others[0], Channel.CARD).passed
    ):
        return Comparison(None, Band.STAFF, quality, engine.name, (POOR_REFERENCE,))
    score = engine.compare(
        engine.template(engine.embed(live, faces[0]), Channel.LIVE),
        engine.template(engine.embed(reference, others[0]), channel),
    )
    why = {Band.ACCEPT: (), Band.STAFF: (UNSURE,)}.get(score.band, (OTHER_PERSON,))
    return Comparison(score.distance, score.band, quality, engine.name, why)


def look(live_jpeg: bytes, engine: BundledEngine | None = None) -> QualityReport:
    """Whether a live picture is good enough to compare; its advice guides the person."""
    engine = engine or bundled()
    live = read(live_jpeg)
    return _judged(engine, live, engine.detect(live) if live is not None else [])


@functools.cache
def bundled() -> BundledEngine:
    """The engine of this process; half a second and 0.2 GB at the first call."""
    return BundledEngine()


def _judged(engine: BundledEngine, live: Picture | None, faces: list[Face]) -> QualityReport:
    if live is None or not faces:
        advice = NO_FACE if live is not None else NO_PICTURE
        return QualityReport((Check("faces", 0, "== 1", False, advice),))
    return QualityReport((_alone(faces), *engine.quality(live, faces[0], Channel.LIVE).checks))


def _alone(faces: list[Face]) -> Check:
    """Someone in the queue behind is small; who is half as large or larger stands beside."""
    near = sum(face.width >= faces[0].width / 2 for face in faces)
    return Check("faces", near, "== 1", near == 1, ONE_PERSON)


def read(jpeg: bytes) -> Picture | None:
    if not jpeg:
        return None
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return None if bgr is None else np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


# The mesh points that stand for the five of dlib: outer and inner corners of both eyes, nose.
_FIVE = (
    face_nets.LEFT_OUTER,
    face_nets.LEFT_INNER,
    face_nets.RIGHT_OUTER,
    face_nets.RIGHT_INNER,
    face_nets.NOSE_BASE,
)
_CHIP_EYES = 60  # pixels; a smaller face is enlarged first, for dlib's points are whole pixels


def _chip(rgb: Picture, face: Face) -> Picture:
    """The face cut out upright, 150 by 150 pixels with a quarter of padding, as dlib wants it."""
    larger = max(1, round(_CHIP_EYES / max(face.eye_distance, 1)))
    if larger > 1:
        enlarged = cv2.resize(rgb, None, fx=larger, fy=larger, interpolation=cv2.INTER_CUBIC)
        rgb = np.asarray(enlarged, np.uint8)
    box = dlib.rectangle(*(round(edge * larger) for edge in face.box))
    five = [dlib.point(*(round(v * larger) for v in face.points[i, :2])) for i in _FIVE]
    shape = dlib.full_object_detection(box, five)
    return np.asarray(dlib.get_face_chip(rgb, shape, size=150, padding=0.25), np.uint8)


def _score(distance: float, limits: tuple[float, float]) -> Score:
    accept, staff = limits
    if distance <= accept:
        return Score(distance, Band.ACCEPT)
    return Score(distance, Band.STAFF if distance <= staff else Band.REJECT)


def _at_least(name: str, value: float, limit: float, advice: Words) -> Check:
    return Check(name, value, f">= {limit:g}", value >= limit, advice)
