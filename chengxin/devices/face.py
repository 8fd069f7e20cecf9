"""Is this the person of the picture?  One live face against one reference, in three bands.

    pictures ─▶ detect ─▶ quality gate ─▶ embed ─▶ compare ─▶ accept | staff | reject
                              └─▶ advice: come closer, take off the mask … and try again

Every engine finds and judges faces with `face_nets`.  The bundled one describes them with dlib's
residual net (128 numbers, mean of the picture and its mirror image).  It is not certified and
estimated only on few people; so it accepts strictly, leaves doubt to an officer, and never turns
away for a bad picture.  A stronger recogniser takes its place in `face_onnx`.
"""

from __future__ import annotations

import functools
from math import isfinite

import cv2
import dlib
import numpy as np

from chengxin.core.refusal import Trouble
from chengxin.devices import face_nets, models
from chengxin.devices.comparison import Band, Channel, Check, Comparison, QualityReport
from chengxin.devices.face_calibration import Calibration
from chengxin.devices.face_nets import Found, Picture
from chengxin.devices.face_port import (
    EngineInfo,
    Face,
    FaceEngine,
    Limits,
    Metric,
    Score,
    Template,
    Vector,
    distance,
)
from chengxin.devices.words import Words

ENGINE = "bundled-dlib-1"
DIMENSIONS = 128
LIST_LIMIT = 500  # beyond it the bundled net suggests mostly strangers

# Raw is the Euclidean distance, centred is 1 - cosine after the site's mean is taken off.
RAW_LIMITS = Limits(0.35, 0.42)
CENTRED_LIMITS = Limits(0.45, 0.58)


class NetEngine:
    """What all engines share: faces are found and judged by the small nets, templates carry who
    made them.  An engine adds `info`, `embed` and its own limits.  Not for two threads at once."""

    info: EngineInfo

    def __init__(self, calibration: Calibration | None = None) -> None:
        """DeviceUnavailable when a model file is missing or wrong."""
        self._files = files = models.checked()
        cv2.setNumThreads(1)
        self._calibration = calibration
        self._blaze = face_nets.BlazeFace(files[models.DETECTOR])
        self._mesh = face_nets.FaceMesh(files[models.MESH])
        self._iris = face_nets.IrisNet(files[models.IRIS])

    def embed(self, rgb: Picture, face: Face) -> Vector:
        raise NotImplementedError

    def _own_limits(self, reference: Channel) -> Limits:
        """Where the calibration says nothing."""
        raise NotImplementedError

    def find(self, rgb: Picture) -> list[Found]:
        return self._blaze(rgb)

    def detect(self, rgb: Picture) -> list[Face]:
        faces = [self.face(rgb, found) for found in self.find(rgb)]
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

    def face(self, rgb: Picture, found: Found) -> Face:
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

    def template(self, vector: Vector, channel: Channel) -> Template:
        calibration = self._calibration
        return Template(
            engine=self.info.id,
            model_sha256=self.info.model_sha256,
            calibration_id=self._calibration_id,
            vector=calibration.centred(vector, channel) if calibration else vector,
            channel=channel,
        )

    def limits(self, reference: Channel) -> Limits:
        measured = self._calibration.limits.get(reference) if self._calibration else None
        return measured or self._own_limits(reference)

    def compare(self, one: Template, other: Template) -> Score:
        expected = (self.info.id, self.info.model_sha256, self._calibration_id)
        for each in (one, other):
            if (each.engine, each.model_sha256, each.calibration_id) != expected:
                raise ValueError("templates of different engines cannot be compared")
        reference = Channel.CARD if Channel.CARD in (one.channel, other.channel) else Channel.LIVE
        apart = distance(self.metric, one.vector, other.vector)
        return Score(apart, self.limits(reference).band(apart))

    @property
    def metric(self) -> Metric:
        return Metric.COSINE if self._centred else self.info.metric

    @property
    def name(self) -> str:
        return f"{self.info.id}/{self.info.model_sha256[:12]}/{self._calibration_id or 'raw'}"

    @property
    def _calibration_id(self) -> str:
        return self._calibration.id if self._calibration else ""

    @property
    def _centred(self) -> bool:
        return bool(self._calibration and self._calibration.means)

    def _of_this_model(self, calibration: Calibration | None) -> None:
        """`Trouble` when `calibration` was made with another model."""
        if calibration is None:
            return
        lengths = {mean.shape for mean in calibration.means.values()}
        if calibration.model_sha256 != self.info.model_sha256 or lengths - {
            (self.info.dimensions,)
        }:
            raise Trouble("The face calibration was made with another model; make it again.")


class BundledEngine(NetEngine):
    """BlazeFace, mesh and iris nets with dlib's residual net."""

    def __init__(self, calibration: Calibration | None = None) -> None:
        super().__init__(calibration)
        self.info = EngineInfo(
            id=ENGINE,
            model_sha256=models.HASHES[models.DESCRIPTOR],
            dimensions=DIMENSIONS,
            is_bundled=True,
            metric=Metric.EUCLIDEAN,
            list_limit=LIST_LIMIT,
            caution=Words(
                "内置引擎，未经认证；仅限有人值守的窗口和终端使用",
                "Bundled engine, not certified; only where staff can see the person.",
            ),
        )
        self._of_this_model(calibration)
        self._net = dlib.face_recognition_model_v1(str(self._files[models.DESCRIPTOR]))

    def embed(self, rgb: Picture, face: Face) -> Vector:
        chip = _chip(rgb, face)
        both = [chip, np.ascontiguousarray(chip[:, ::-1])]
        vectors = [np.array(self._net.compute_face_descriptor(one), np.float32) for one in both]
        return np.asarray(np.mean(vectors, axis=0), np.float32)

    def _own_limits(self, reference: Channel) -> Limits:
        return CENTRED_LIMITS if self._centred else RAW_LIMITS


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
    live_jpeg: bytes, reference_jpeg: bytes, channel: Channel, engine: FaceEngine | None = None
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
        engine.template(engine.embed(live, faces[0]), Channel.CAMERA),
        engine.template(engine.embed(reference, others[0]), channel),
    )
    why = {Band.ACCEPT: (), Band.STAFF: (UNSURE,)}.get(score.band, (OTHER_PERSON,))
    limits = engine.limits(Channel.CARD if channel is Channel.CARD else Channel.LIVE)
    judged_by = (limits.accept, limits.staff) if isfinite(limits.staff) else None
    return Comparison(score.distance, score.band, quality, engine.name, why, judged_by)


def look(live_jpeg: bytes, engine: FaceEngine | None = None) -> QualityReport:
    """Whether a live picture is good enough to compare; its advice guides the person."""
    engine = engine or bundled()
    live = read(live_jpeg)
    return _judged(engine, live, engine.detect(live) if live is not None else [])


def describe(
    jpeg: bytes, channel: Channel, engine: FaceEngine | None = None
) -> tuple[str, bytes | None]:
    """The face of a picture as the net gives it, for keeping: its engine without any calibration,
    and the template's bytes; None when no face is good enough."""
    engine = engine or bundled()
    info = engine.info
    name = f"{info.id}/{info.model_sha256[:12]}/raw"
    rgb = read(jpeg)
    faces = engine.detect(rgb) if rgb is not None else []
    if rgb is None or not faces or not engine.quality(rgb, faces[0], Channel.CARD).passed:
        return name, None
    vector = engine.embed(rgb, faces[0])
    return name, Template(info.id, info.model_sha256, "", vector, channel).to_bytes()


@functools.cache
def bundled() -> BundledEngine:
    """The engine of this process; half a second and 0.2 GB at the first call."""
    return BundledEngine()


def _judged(engine: FaceEngine, live: Picture | None, faces: list[Face]) -> QualityReport:
    if live is None or not faces:
        advice = NO_FACE if live is not None else NO_PICTURE
        return QualityReport((Check("faces", 0, "== 1", False, advice),))
    return QualityReport((alone(faces), *engine.quality(live, faces[0], Channel.LIVE).checks))


def alone(faces: list[Face]) -> Check:
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


def _at_least(name: str, value: float, limit: float, advice: Words) -> Check:
    return Check(name, value, f">= {limit:g}", value >= limit, advice)
