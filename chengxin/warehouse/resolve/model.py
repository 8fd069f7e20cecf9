"""The trained Splink model.

`model.json` beside this file holds what is compared, how pairs are found, the parameters, the
thresholds and the facts of the training; `python -m tools.train_resolve` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("model.json")


@dataclass(frozen=True)
class Model:
    """Trained parameters and the lines between the three ways out, in hundredths of a bit."""

    splink: dict[str, Any]  # Splink's own settings, with m and u of every level
    share: float  # of the records without a number, how many belong to a known person
    join_at: int  # from here on a pair may be joined without a person
    ask_at: int  # from here on a person is asked
    ahead: int  # how far the best candidate must be ahead of the next one
    trained_on: dict[str, Any]


@cache
def model() -> Model:
    return Model(**json.loads(PATH.read_text("utf-8")))
