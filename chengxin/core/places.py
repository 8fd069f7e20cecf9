"""Where this installation keeps things: everything lies below CHENGXIN_HOME (default `var/`)."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from chengxin.core.refusal import Trouble

ROOT = Path(__file__).resolve().parents[2]  # the checkout


def home() -> Path:
    """The data folder, made when it is not there; `Trouble` when it cannot be written."""
    folder = _home()
    if os.access(folder, os.W_OK) and folder.is_dir():
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"CHENGXIN_HOME={folder} cannot be used ({error.strerror}); "
            "name a folder that this user may write."
        ) from error
    if not os.access(folder, os.W_OK):
        raise Trouble(f"CHENGXIN_HOME={folder} cannot be written; give this user the right to.")
    return folder


def _home() -> Path:
    return _absolute(os.environ.get("CHENGXIN_HOME") or str(ROOT / "var"))


@lru_cache(maxsize=8)  # a page asks for it dozens of times
def _absolute(folder: str) -> Path:
    return Path(folder).absolute()


def local() -> Path:
    """This bureau's own descriptions (core.descriptions); read at start, never written."""
    return _home() / "local"


def lake() -> Path:
    return home() / "lake"


def inbox() -> Path:
    return home() / "inbox"


def events() -> Path:
    """Rows that were told through the interface and wait for the lake; they name persons."""
    return home() / "events"


def warehouse() -> Path:
    return home() / "warehouse"


def nights() -> Path:
    return home() / "nights"


def studio() -> Path:
    """Indicators that the studio has published; looked at for every scan, made by the first one."""
    return _home() / "studio"


def models() -> Path:
    """The face model files (set-up fetches them; the same for every CHENGXIN_HOME)."""
    return Path(os.environ.get("CHENGXIN_MODELS") or ROOT / "var" / "models").absolute()


def face() -> Path:
    """This site's face calibrations, and templates laid ready for searching."""
    return _home() / "face"


def face_calibration() -> Path:
    """The calibration in force."""
    return face() / "calibration.json"


def face_engine() -> Path:
    """The bureau's own face engine (devices.face_onnx); the bundled one when it is not there."""
    return local() / "face.yaml"


def key_file() -> Path:
    return Path(os.environ.get("CHENGXIN_KEY_FILE") or home() / "key").absolute()
