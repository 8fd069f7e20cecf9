"""Who of a short list looks like this face: exact, within what the engine may be asked.

    live picture ─▶ quality ─▶ template ─▶ all of the list ─▶ the nearest within the officer's band

A list is as long as the engine's `list_limit` allows: beyond it, it would mostly name strangers.
For lists that are searched again and again `face_search` lays them on the disk.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chengxin.devices import face
from chengxin.devices.comparison import Band, Channel, Listed, Ranked, Suggested
from chengxin.devices.face_port import FaceEngine, Template


def suggest(engine: FaceEngine, live_jpeg: bytes, listed: Sequence[Listed], top: int) -> Suggested:
    """The `top` nearest of `listed` whom a comparison would not reject."""
    measured = np.isfinite(engine.limits(Channel.LIVE).staff)
    most = engine.info.list_limit if measured else 0
    if len(listed) > most:
        return Suggested((), engine.name, too_long=most)
    quality = face.look(live_jpeg, engine)
    live = face.read(live_jpeg)
    if live is None or not quality.passed:
        return Suggested((), engine.name, advice=quality.advice)
    asked = engine.template(engine.embed(live, engine.detect(live)[0]), Channel.CAMERA)
    usable = [(one.key, mine) for one in listed if (mine := _as_used(engine, one.template))]
    found = []
    for key, template in usable:
        score = engine.compare(asked, template)
        if score.band is not Band.REJECT and np.isfinite(score.distance):
            found.append(Ranked(key, score.distance, score.band))
    nearest = sorted(found, key=lambda one: (one.distance, one.key))[:top]
    return Suggested(tuple(nearest), engine.name, len(usable), len(listed) - len(usable))


def _as_used(engine: FaceEngine, kept: bytes) -> Template | None:
    """A kept template (as the net gave it) under the calibration in force; None when it is of
    another engine or model, or was made under another calibration."""
    template = Template.from_bytes(kept)
    if (template.engine, template.model_sha256) != (engine.info.id, engine.info.model_sha256):
        return None
    if template.calibration_id:
        in_force = engine.template(template.vector, template.channel).calibration_id
        return template if template.calibration_id == in_force else None
    return engine.template(template.vector, template.channel)
