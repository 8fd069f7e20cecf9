"""Settings from the environment, each read once, a wrong value stopping the start."""

from __future__ import annotations

import os
from pathlib import Path

from chengxin.core.refusal import Trouble


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, "") or default


def env_bool(name: str, default: bool) -> bool:
    text = env_text(name).lower()
    if text in ("", "1", "true", "yes", "0", "false", "no"):
        return text in ("1", "true", "yes") if text else default
    raise Trouble(f"{name}={text} is not a yes or a no; use 1 or 0.")


def env_int(name: str, default: int, *, low: int, high: int) -> int:
    text = env_text(name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise Trouble(f"{name}={text} is not a whole number from {low} to {high}.")
    return int(text)


def env_list(name: str, default: str) -> list[str]:
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_secret(name: str) -> str:
    """The value of NAME, or what stands in the file that NAME_FILE names."""
    if file := env_text(f"{name}_FILE"):
        try:
            return Path(file).read_text("utf-8").strip()
        except OSError as error:
            raise Trouble(f"{name}_FILE={file} cannot be read ({error.strerror}).") from error
    return env_text(name)
