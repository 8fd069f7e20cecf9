"""Which engine this installation compares with: the bureau's own where it describes one.

    local/face.yaml there? ── yes ─▶ OnnxEngine ──┐
                           └─ no ──▶ BundledEngine ┴─▶ with face/calibration.json, if it is there

An engine that is described and cannot be used is unavailable; the bundled one never steps in for
it, for its numbers and errors are others.
"""

from __future__ import annotations

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.devices import face_onnx
from chengxin.devices.face import BundledEngine, NetEngine
from chengxin.devices.face_calibration import Calibration
from chengxin.devices.words import DeviceUnavailable, Words


def in_force() -> NetEngine:
    """DeviceUnavailable when the engine or its calibration is not as it must be."""
    try:
        path = places.face_calibration()
        return uncalibrated(Calibration.load(path) if path.exists() else None)
    except DeviceUnavailable:
        raise
    except Trouble as trouble:
        raise DeviceUnavailable(
            Words("人脸比对引擎设置有误，请联系管理员", str(trouble))
        ) from trouble


def uncalibrated(calibration: Calibration | None = None) -> NetEngine:
    """The engine with no calibration but the one that is given."""
    described = places.face_engine()
    if described.exists():
        return face_onnx.OnnxEngine(face_onnx.read(described), calibration)
    return BundledEngine(calibration)
