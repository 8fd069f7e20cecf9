"""Where descriptions lie: the package's own, then this bureau's in `CHENGXIN_HOME/local/`.

    local/tables/<name>.yaml              local/warehouse/<name>.sql
    local/sources/<name>/manifest.yaml    local/indicators/<kind>/<name>.sql

A bureau adds to what the package describes and never replaces it.  What is wrong with a
description stops the start with one sentence that names the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from chengxin.core import places
from chengxin.core.refusal import Trouble

_UNKNOWN = re.compile(r"unexpected keyword argument '(\w+)'")
_MISSING = re.compile(r"missing \d+ required [a-z-]+ arguments?: '(\w+)'")


# libyaml where there is one: ten times faster, and there are two hundred descriptions to a start
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def told(text: str) -> Any:
    """What YAML says."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 (both loaders are the safe one)


def stem(path: Path) -> str:
    return path.stem


def folder(path: Path) -> str:
    return path.parent.name


def files(
    own: Path, kind: str, pattern: str, *, name: Callable[[Path], str] = stem
) -> dict[str, Path]:
    """Name -> file: those in `own` that fit the pattern, then those in `local/<kind>`.

    `Trouble` when the bureau takes a name that is there already.
    """
    found: dict[str, Path] = {}
    for path in [*sorted(own.glob(pattern)), *sorted((places.local() / kind).glob(pattern))]:
        if earlier := found.get(name(path)):
            raise Trouble(
                f"{path} takes the name {name(path)}, which {earlier} has already; choose another."
            )
        found[name(path)] = path
    return found


def is_local(path: Path) -> bool:
    """Whether this bureau wrote it, not the package."""
    return path.is_relative_to(places.local())


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """What is wrong with the description in `path`, as one sentence that names the file."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise Trouble(f"{path} is not UTF-8; save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Trouble(f"{path}{line} is not YAML ({error.problem}); mend it.") from error
    except (TypeError, ValueError, KeyError, AttributeError, OSError) as error:
        raise Trouble(f"{path} is not understood: {_told(error)}.") from error


def _told(error: Exception) -> str:
    text = str(error)
    if found := _UNKNOWN.search(text):
        return f"nobody knows its key {found[1]}"
    if found := _MISSING.search(text):
        return f"it lacks the key {found[1]}"
    if isinstance(error, KeyError):
        return f"it lacks the key {error.args[0]}"
    if isinstance(error, ValueError | OSError):
        return text.rstrip(".")
    return "a part of it is not of the form that is expected there"
