"""The worker's exact search: is this enrolled face known under another number?

Over every template of the same engine, in parts, so that a county's memory does not grow with it.
What the engine would accept as one face is listed for a person, the three nearest at most.
"""

from __future__ import annotations

import numpy as np

from chengxin.devices import face_engines
from chengxin.devices.comparison import Channel
from chengxin.devices.face import NetEngine
from chengxin.devices.face_port import Template, distances
from chengxin.people import likenesses
from chengxin.people.models import Portrait

PART = 20_000  # templates compared at once
MOST = 3


def look(portrait_pk: int) -> int:
    """List who looks the same; how many."""
    mine = Portrait.objects.filter(pk=portrait_pk, enrolled=True).exclude(template=None).first()
    if mine is None or not mine.template:
        return 0
    engine = face_engines.in_force()
    face = Template.from_bytes(mine.template)
    query = _as_compared(engine, face)
    near: list[tuple[float, int]] = []
    others = (
        Portrait.objects.filter(engine=mine.engine, enrolled=True)
        .exclude(person=mine.person_id)
        .exclude(template=None)
        .order_by("pk")
    )
    keys: list[int] = []
    rows: list[Template] = []
    for portrait in others.only("pk", "template").iterator(2_000):
        keys.append(portrait.pk)
        rows.append(_as_compared(engine, Template.from_bytes(portrait.template or b"")))
        if len(rows) == PART:
            near += _within(engine, query, keys, rows)
            keys, rows = [], []
    near += _within(engine, query, keys, rows)
    for apart, key in sorted(near)[:MOST]:
        likenesses.found_alike(mine, Portrait.objects.get(pk=key), apart, engine.name)
    return min(len(near), MOST)


def _as_compared(engine: NetEngine, raw: Template) -> Template:
    """The stored template is as the net gave it; the mean is taken off when it is put to use."""
    return engine.template(raw.vector, Channel.LIVE)


def _within(
    engine: NetEngine, query: Template, keys: list[int], rows: list[Template]
) -> list[tuple[float, int]]:
    if not rows:
        return []
    apart = distances(engine.metric, query.vector[None], np.array([one.vector for one in rows]))[0]
    limit = engine.limits(Channel.LIVE).accept
    return [(float(apart[i]), keys[i]) for i in np.flatnonzero(apart <= limit)]
