"""Write a county: its deliveries of one day and the truth of what must be found in them.

    stories ──▶ enterprises, block by block ──▶ cases ──▶ persons, block by block ──▶ note 交接单

Only who represents which enterprise, and who stands behind losing ones, is held for the whole
county; the rest passes in blocks, so that two million persons need little more memory than two
thousand.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from city import stories
from city.cases import Cases
from city.cast import Cast
from city.dice import Dice
from city.enterprises import Enterprises
from city.forms import Post
from city.people import People
from city.residents import Residents
from city.truth import Truth
from city.year import Year

SMALLEST, LARGEST = 2_000, 2_000_000
ENTERPRISES_PER_1000_PERSONS = 300
_BLOCK = 2_000  # enterprises or, four times as many, persons


@dataclass(frozen=True)
class Summary:
    """What was written, and where."""

    folder: Path
    day: date
    persons: int
    enterprises: int
    findings: int
    rows: dict[str, int]  # by file name


def write(
    out: Path,
    *,
    persons: int,
    seed: int,
    day: date,
    keys: Keys,
    progress: Callable[[str, int, int], None] | None = None,
) -> Summary:
    """Write `out`/deliveries and `out`/truth for a county of so many persons.

    The deliveries depend on `persons`, `seed` and `day` alone; the truth's ids also on `keys`.
    `progress` is called with what is being written, how many are done and how many there are.
    Nothing is left behind when it is stopped on the way.
    """
    if not SMALLEST <= persons <= LARGEST:
        raise Trouble(f"A county has {SMALLEST} to {LARGEST} persons, not {persons}.")
    if (out / "deliveries").exists() or (out / "truth").exists():
        raise Trouble(f"{out} holds a county already; name another folder or empty this one.")
    unfinished = out / "unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    summary = _write(unfinished, out, persons, seed, day, keys, progress or _silent)
    for part in ("truth", "deliveries"):
        (unfinished / part).rename(out / part)
    unfinished.rmdir()
    return summary


def _write(
    folder: Path,
    out: Path,
    persons: int,
    seed: int,
    day: date,
    keys: Keys,
    progress: Callable[[str, int, int], None],
) -> Summary:
    dice = Dice(seed)
    people = People(dice)
    post = Post(folder / "deliveries", day)
    truth = Truth(folder / "truth", keys)

    cast = Cast(dice, people, post, truth, day)
    stories.play(cast)

    others = persons - len(cast.persons)
    count = persons * ENTERPRISES_PER_1000_PERSONS // 1000 - len(cast.firms)
    enterprises = Enterprises(dice, people, persons=others, count=count, day=day)

    year = Year(dice, people, enterprises, post, truth, day)
    for block in enterprises.blocks(_BLOCK):
        year.write(block)
        progress("enterprises", int(block.index[-1]) + 1, count)

    Cases(dice, people, enterprises, post, truth, day).write()

    residents = Residents(dice, people, enterprises, post, truth, day, year.losing_roles())
    for start in range(0, others, 4 * _BLOCK):
        stop = min(others, start + 4 * _BLOCK)
        residents.write(np.arange(start, stop))
        progress("persons", stop, others)
    cast.enter(year, residents)

    rows = post.close()
    truth.close()
    (folder / "truth" / "day.txt").write_text(f"{day.isoformat()}\n", "ascii")
    return Summary(out, day, persons, count + len(cast.firms), truth.findings, rows)


def _silent(what: str, done: int, total: int) -> None:
    pass
