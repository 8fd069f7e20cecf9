"""A site's own measure of its faces: the mean face of each capture channel, and bands.

Both come from the site's own enrolments (`people.face_calibration`).  The mean, taken off before
comparing, halves the errors of the bundled engine for a population that looks alike to its net;
over fewer than LEAST_PEOPLE people it does harm, so it cannot be made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chengxin.core.refusal import Trouble
from chengxin.devices.comparison import Channel
from chengxin.devices.face_port import Limits, Vector

LEAST_PEOPLE = 20
REFERENCES = (Channel.CARD, Channel.LIVE)  # what a live face is compared with


@dataclass(frozen=True)
class Calibration:
    """Of one model.  `means` is empty where the engine's own distance serves; a channel without
    `limits` keeps the engine's.  `evidence` is what was measured when it was made."""

    id: str
    model_sha256: str
    means: Mapping[Channel, Vector] = field(repr=False)
    people: Mapping[Channel, int]
    limits: Mapping[Channel, Limits] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        model_sha256: str,
        vectors: Mapping[Channel, Sequence[Vector]],
        *,
        centre: bool = True,
        limits: Mapping[Channel, Limits] | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> Calibration:
        """From raw vectors, one per person and channel; ValueError when there are too few."""
        for channel in REFERENCES:
            if len(vectors.get(channel, ())) < LEAST_PEOPLE:
                raise ValueError(
                    f"channel {channel} has {len(vectors.get(channel, ()))} people; "
                    f"a calibration needs {LEAST_PEOPLE}"
                )
        enough = [c for c in Channel if len(vectors.get(c, ())) >= LEAST_PEOPLE]
        means = {
            channel: np.asarray(np.mean(vectors[channel], axis=0), np.float32)
            for channel in (enough if centre else ())
        }
        return cls(
            id=_id(model_sha256, means, limits or {}),
            model_sha256=model_sha256,
            means=means,
            people={channel: len(vectors[channel]) for channel in enough},
            limits=limits or {},
            evidence=evidence or {},
        )

    def save(self, path: Path) -> None:
        kept = {
            "model_sha256": self.model_sha256,
            "means": {channel: mean.tolist() for channel, mean in self.means.items()},
            "people": dict(self.people),
            "limits": {channel: list(limits) for channel, limits in self.limits.items()},
            "evidence": dict(self.evidence),
        }
        part = path.with_name(f".{path.name}.part")
        part.write_text(json.dumps(kept), encoding="ascii")
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """What `save` kept; `Trouble` when the file is none or was made of too few people."""
        try:
            kept = json.loads(path.read_text(encoding="ascii"))
            people = {Channel(channel): int(count) for channel, count in kept["people"].items()}
            means = {
                Channel(channel): np.array(mean, np.float32)
                for channel, mean in kept["means"].items()
            }
            limits = {
                Channel(channel): Limits(*map(float, pair))
                for channel, pair in kept.get("limits", {}).items()
            }
            model_sha256, evidence = str(kept["model_sha256"]), dict(kept.get("evidence", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Trouble(f"{path} is no face calibration; make it again.") from error
        if min(people.get(channel, 0) for channel in {*REFERENCES, *means}) < LEAST_PEOPLE:
            raise Trouble(f"{path} was made of fewer than {LEAST_PEOPLE} people; make it again.")
        if means and not set(REFERENCES) <= set(means):
            raise Trouble(f"{path} lacks a channel's mean face; make it again.")
        if any(not pair.accept <= pair.staff for pair in limits.values()):
            raise Trouble(f"{path} accepts more than it sends to an officer; make it again.")
        made = _id(model_sha256, means, limits)
        return cls(made, model_sha256, means, people, limits, evidence)

    def centred(self, vector: Vector, channel: Channel) -> Vector:
        """`vector` without its channel's mean; as it is when none is taken off."""
        if not self.means:
            return vector
        away = vector - self.means.get(channel, self.means[Channel.LIVE])
        return np.asarray(away / np.linalg.norm(away), np.float32)


def _id(
    model_sha256: str, means: Mapping[Channel, Vector], limits: Mapping[Channel, Limits]
) -> str:
    digest = hashlib.sha256(model_sha256.encode())
    for channel in Channel:
        if channel in means:
            digest.update(channel.encode() + means[channel].astype("<f4").tobytes())
        if channel in limits:
            digest.update(f"{channel} {limits[channel]}".encode())
    return digest.hexdigest()[:12]
