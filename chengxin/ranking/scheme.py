"""The scheme of risk scores 风险评分方案: one YAML file, and what this bureau sets otherwise.

    ranking/scheme.yaml ──▶ local/ranking.yaml over it ──▶ limits ──▶ Scheme

What is not understood, unknown or beyond its limits stops with one sentence that names the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from chengxin.core import descriptions, places
from chengxin.indicators.catalogue import UNDECIDED, all_indicators

LEVELS = ("severe", "high", "medium", "low", "slight")
HERE = Path(__file__).with_name("scheme.yaml")


@dataclass(frozen=True)
class Limit:
    """Between which values a number of the scheme may be set, and why."""

    min: float
    max: float
    why: str


@dataclass(frozen=True)
class Level:
    """风险等级: which scores are called so."""

    code: str
    title: str
    title_en: str
    least: float  # points from which on


@dataclass(frozen=True)
class Network:
    """How influence passes between a person and an enterprise."""

    damping: float  # of what arrives, how much one role passes on at most
    steps: int  # roles one after another
    cap: float  # points that a network part never reaches
    roles: dict[str, float]  # code -> 0 to 1
    why: str


@dataclass(frozen=True)
class Weighting:
    """What findings of one indicator are worth."""

    bands: dict[str, float]  # points of a fresh finding
    cap: float  # points at most, however large its value
    least: float  # the value from which on doublings count
    per_doubling: float  # of the weight, for each doubling
    half_life_days: float  # after so many the part that fades is half
    keeps: float  # the part that never fades, 0 to 1
    spreads: bool  # whether it marks others through the network
    acted_on: float  # times, for somebody else whom it acts on; 0 when it says nothing of him
    why: str = ""


@dataclass(frozen=True)
class Scheme:
    """All numbers that make a score; `version` names these very numbers."""

    version: str
    least: float
    remembers_days: int
    levels: list[Level]
    limits: dict[str, Limit]
    judged: dict[str, float]
    network: Network
    indicators: dict[str, Weighting]
    others: dict[str, Weighting] = field(default_factory=dict)  # by kind of indicator

    def level(self, score: float) -> Level:
        return next(one for one in self.levels if score >= one.least)

    def end_of(self, points: float) -> float:
        """The greatest score, 0 to 100, that is still in the level of so many points."""
        above = [one.least - 0.01 for one in self.levels if one.least > points]
        return max(points, min(above, default=100.0))

    @cached_property
    def by_code(self) -> dict[str, Level]:
        return {one.code: one for one in self.levels}

    def weighting(self, indicator: str) -> Weighting:
        """Of an indicator that the scheme does not name, that of its kind."""
        kind = "analysis" if indicator.startswith("A") else "monitoring"
        return self.indicators.get(indicator) or self.others[kind]

    def problems(self) -> list[str]:
        """What is wrong with the numbers, in words; empty when nothing is."""
        return [*self._outside(), *self._unknown()]

    def _outside(self) -> Iterator[str]:
        for what, value, limit in self._numbers():
            if not limit.min <= value <= limit.max:
                yield f"{what} is {value:g}, not {limit.min:g} to {limit.max:g} ({limit.why})"
        if [one.code for one in self.levels] != list(LEVELS):
            yield f"its levels must be {', '.join(LEVELS)}"
        bounds = [one.least for one in self.levels]
        if bounds != sorted(set(bounds), reverse=True) or bounds[-1:] != [0]:
            yield "its levels must go down, the last one to 0"

    def _numbers(self) -> Iterator[tuple[str, float, Limit]]:
        limits, network = self.limits, self.network
        for outcome, times in self.judged.items():
            yield f"judged {outcome}", times, limits["judged"]
        yield "the network's damping", network.damping, limits["damping"]
        yield "the network's cap", network.cap, limits["network_cap"]
        yield "the network's steps", network.steps, limits["steps"]
        for role, weight in network.roles.items():
            yield f"role {role}", weight, limits["role"]
        for code, one in (self.indicators | self.others).items():
            for band, weight in one.bands.items():
                yield f"{code} {band}", weight, limits["weight"]
            yield f"{code} cap", one.cap, limits["cap"]
            yield f"{code} from", one.least, limits["from"]
            yield f"{code} per_doubling", one.per_doubling, limits["per_doubling"]
            yield f"{code} half_life_days", one.half_life_days, limits["half_life_days"]
            yield f"{code} keeps", one.keeps, limits["keeps"]
            yield f"{code} acted_on", one.acted_on, limits["acted_on"]

    def _unknown(self) -> Iterator[str]:
        known = {one.code: set(one.bands) - {UNDECIDED} for one in all_indicators()}
        for code, one in self.indicators.items():
            if code not in known:
                yield f"weighs {code}, which is no indicator"
            elif set(one.bands) != known[code]:
                yield f"{code} weighs {sorted(one.bands)}, its bands are {sorted(known[code])}"


def load() -> Scheme:
    """The scheme in force; `Trouble` when a number of this bureau's may not be."""
    with descriptions.understood(HERE):
        told = yaml.safe_load(HERE.read_text("utf-8"))
    own, path = HERE, places.local() / "ranking.yaml"
    if path.exists():
        own = path
        with descriptions.understood(path):
            told = _over(told, yaml.safe_load(path.read_text("utf-8")) or {})
    with descriptions.understood(own):
        scheme = _scheme(told)
        if problems := scheme.problems():
            raise ValueError(f"in it {'; '.join(problems)}")
    return scheme


def _scheme(told: dict[str, Any]) -> Scheme:
    version = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
    parts = dict(told)
    parts.pop("why")
    usual, others = parts.pop("usual"), parts.pop("others")
    parts["limits"] = {name: Limit(**limit) for name, limit in parts["limits"].items()}
    parts["levels"] = [
        Level(**{("least" if key == "from" else key): value for key, value in one.items()})
        for one in parts["levels"]
    ]
    parts["network"] = Network(**parts["network"])
    parts["indicators"] = {
        code: _weighting(usual | one) for code, one in parts["indicators"].items()
    }
    parts["others"] = {
        kind: _weighting(usual | {"bands": {"*": weight}}) for kind, weight in others.items()
    }
    return Scheme(version=version, **parts)


def _weighting(told: Mapping[str, Any]) -> Weighting:
    named = {("least" if key == "from" else key): value for key, value in told.items()}
    return Weighting(**named)


def _over(told: dict[str, Any], own: Any, *, top: bool = True) -> dict[str, Any]:
    """`told` with what `own` sets otherwise."""
    if not isinstance(own, dict):
        raise ValueError("it is no list of names and values")
    if top and (unknown := sorted(map(str, set(own) - set(told)))):
        raise ValueError(f"nobody knows its key {unknown[0]}")
    if top and "limits" in own:
        raise ValueError("its limits are the program's own")
    return told | {
        key: _over(told[key], value, top=False) if isinstance(told.get(key), dict) else value
        for key, value in own.items()
    }
