"""Which rows went when files of the lake were written anew, kept beside what stayed.

    tax_due/…-kept-0.parquet          the rows that stayed
    tax_due/_went/…-kept-0.parquet    the rows that went; its footer names the files before

The files before hold what stayed and what went, row by row and each as often, nothing else.  So
whoever compares two versions need not read a file that was rewritten between them.  What is kept
here only shortens that: without it, or where it does not add up, the files themselves are read.
Other readers of Delta pass over a folder whose name begins with "_".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = "_went"
BEFORE = "before"  # in the footer: file before -> its rows, as JSON


@dataclass(frozen=True)
class Rewritten:
    """What a file of the lake was before."""

    before: list[str]
    went: str  # the file of the rows that it has no more


def beside(file: Path) -> Path:
    """Where the rows lie that went when `file` was written."""
    return file.parent / FOLDER / file.name


def footer(before: Iterable[str]) -> str:
    """What the file of the rows that went tells of the files before."""
    return json.dumps({Path(file).name: _rows(file) for file in before})


def rewritten(file: str) -> Rewritten | None:
    """What went when this file was written; None when that is not known for certain."""
    went = beside(Path(file))
    try:
        told = pq.read_metadata(went)
        before: dict[str, int] = json.loads((told.metadata or {})[BEFORE.encode()])
        if sum(before.values()) != told.num_rows + _rows(file):
            return None
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    return Rewritten([str(Path(file).with_name(name)) for name in before], str(went))


def difference(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """(went, came): files that differ by the very rows by which the files of two versions differ.

    A file that both have is in neither.  Nor is one that was rewritten between them: the rows that
    went stand for it.
    """
    known, sides = set(before), Counter[str]()
    for file in after:
        sides.update(_made_of(file, known))
    sides.subtract(before)
    return sorted((-sides).elements()), sorted((+sides).elements())


def _made_of(file: str, known: Collection[str]) -> Counter[str]:
    """How often the rows of which files count, less than nought for those that went, so that all
    together are the rows of this file; itself alone where the way to a known one is lost."""
    made, unread = Counter[str](), [file]
    while unread:
        one = unread.pop()
        told = None if one in known else rewritten(one)
        made[told.went if told else one] += -1 if told else 1
        unread += told.before if told else []
    there = all(Path(one).is_file() for one in made)
    return made if there and not made.keys().isdisjoint(known) else Counter([file])


def _rows(file: str) -> int:
    return int(pq.read_metadata(file).num_rows)
