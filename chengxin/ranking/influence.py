"""What others make of a subject 关联影响: influence along the roles of persons in enterprises.

    own points ──▶ over each role, both ways, so many steps ──▶ what arrives, and over whom

A role passes on `damping · w / √(d·e)`: `w` its weight, `d` and `e` the sums of the weights that
both its ends have (the symmetric normalisation of BiRank, He et al. 2017).  Other than in BiRank
nothing goes straight back over the role on which it came, so that nobody is marked by his own echo,
and what arrives over a neighbour is his, not what the subject gave him.

Memory: some forty bytes for each role and direction, of the subjects within reach of a hit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengxin.lake.engine import Engine, render
from chengxin.ranking.scheme import Network

ROLES = Path(__file__).with_name("roles.sql")

Ints = npt.NDArray[np.int32]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Influence:
    """What arrives over one role: from `source` at `target`, places in `keys`.

    `points` of which `direct` come from the source's own findings, the rest from beyond it.  Sorted
    by target, then the greatest first.
    """

    keys: list[str]
    source: Ints
    target: Ints
    role: list[str]
    points: Reals
    direct: Reals


def influence(engine: Engine, day: date, points: Mapping[str, float], how: Network) -> Influence:
    """How those with own `points` (subject -> 0 to 100) mark others."""
    told = engine.arrow(
        render(
            ROLES.read_text("utf-8"),
            engine.dialect,
            {"day": day, "roles": list(how.roles), "weights": list(how.roles.values())},
        )
    )
    keys, person, enterprise = _coded(told)
    weight = told["weight"].to_numpy().astype(np.float64)
    own = np.zeros(len(keys))
    place = {key: at for at, key in enumerate(keys)}
    for key, value in points.items():
        if (at := place.get(key)) is not None:
            own[at] = value
    del place
    source = np.concatenate([person, enterprise])
    target = np.concatenate([enterprise, person])
    degree = np.bincount(source, np.concatenate([weight, weight]), len(keys))
    passes = how.damping * weight / np.sqrt(degree[person] * degree[enterprise])

    near = _reached(own > 0, person, enterprise, how.steps)
    kept = np.flatnonzero(near[person] & near[enterprise])
    both = np.concatenate([kept, kept + len(person)])
    source, target, passes = source[both], target[both], np.tile(passes[kept], 2)
    arrives = _passed(source, target, passes, own, how.steps)
    direct = passes * own[source]

    order = np.lexsort((source, -arrives, target))
    order = order[arrives[order] > 0]
    roles = told["role"].take(pa.array(kept[order % max(1, len(kept))])).to_pylist()
    return Influence(keys, source[order], target[order], roles, arrives[order], direct[order])


def _coded(told: pa.Table) -> tuple[list[str], Ints, Ints]:
    """All subjects, persons first, and who is meant in each row by his place among them."""
    persons = pc.dictionary_encode(told["person"].combine_chunks())
    firms = pc.dictionary_encode(told["enterprise"].combine_chunks())
    keys = [*persons.dictionary.to_pylist(), *firms.dictionary.to_pylist()]
    person = persons.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    enterprise = firms.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return keys, person, enterprise + np.int32(len(persons.dictionary))


def _reached(
    hit: npt.NDArray[np.bool_], person: Ints, enterprise: Ints, steps: int
) -> npt.NDArray[np.bool_]:
    """Who is within so many roles of a hit."""
    near = hit.copy()
    for _ in range(steps):
        before = int(near.sum())
        firms, persons = near[person], near[enterprise]
        near[enterprise[firms]] = True
        near[person[persons]] = True
        if int(near.sum()) == before:
            break
    return near


def _passed(source: Ints, target: Ints, passes: Reals, own: Reals, steps: int) -> Reals:
    """What arrives over each role and direction; the second half are the first half's way back."""
    half = len(source) // 2
    arrives = np.zeros(len(source))
    for _ in range(steps):
        gathered = own + np.bincount(target, arrives, len(own))
        back = np.concatenate([arrives[half:], arrives[:half]])
        arrives = passes * (gathered[source] - back)
    return np.maximum(arrives, 0.0)  # a difference of equals may fall below nothing by rounding
