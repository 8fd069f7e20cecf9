"""The stored pictures and the engine: described anew for another engine, and its calibration.

    another engine in force ─▶ reembed (batch by batch, goes on where it stopped)
                            └▶ calibrate ─▶ mean face and bands of each channel, from own pictures

A stored template is as the net gave it (calibration "raw"); the mean is taken off when it is put
to use, so that a new calibration needs no picture again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.devices import error_rates, face, face_engines, face_measure
from chengxin.devices.comparison import Channel
from chengxin.devices.error_rates import Operating
from chengxin.devices.face_calibration import LEAST_PEOPLE, REFERENCES, Calibration
from chengxin.devices.face_port import FaceEngine, Limits, Metric, Template, Vector, distances
from chengxin.people.models import Person, Portrait, Verification
from chengxin.trace import record

BATCH = 20  # pictures in one transaction: some seconds of work are lost when it is cut off
MOST_PEOPLE = 2_000  # 4 million pairs of different people are plenty

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Reembedded:
    engine: str
    described: int
    unusable: int  # no face that the engine can describe; tried again only by another engine


def reembed(progress: Progress | None = None) -> Reembedded:
    """Describe every reference picture that the engine in force has not described yet."""
    engine = face_engines.uncalibrated()
    described = unusable = 0
    of = _undescribed(engine).count()
    while True:
        with record.of("face.reembed") as trace:
            batch = list(_undescribed(engine).select_for_update(skip_locked=True)[:BATCH])
            for portrait in batch:
                template = described_by(engine, portrait)
                portrait.template = template.to_bytes() if template else None
                portrait.engine = engine.name
                described += template is not None
                unusable += template is None
            Portrait.objects.bulk_update(batch, ["template", "engine"])
            trace.detail.update(engine=engine.name, pictures=len(batch))
            if not batch:
                trace.drop()
        if not batch:
            return Reembedded(engine.name, described, unusable)
        if progress:
            progress(described + unusable, of)


def described_by(engine: FaceEngine, portrait: Portrait) -> Template | None:
    """The picture as this engine describes it, kept or made now; None when it cannot be."""
    if portrait.engine == engine.name:
        return Template.from_bytes(portrait.template) if portrait.template else None
    rgb = face.read(portrait.jpeg or b"")
    faces = engine.detect(rgb) if rgb is not None else []
    channel = Channel(portrait.channel)
    if rgb is None or not faces or not engine.quality(rgb, faces[0], Channel.CARD).passed:
        return None
    return engine.template(engine.embed(rgb, faces[0]), channel)


@dataclass
class Calibrated:
    calibration: Calibration
    in_force: bool
    comparisons: list[dict[str, Any]] = field(default_factory=list)  # face_measure.compared


def calibrate(
    *,
    centre: bool | None = None,
    put_in_force: bool = True,
    most: int = MOST_PEOPLE,
    progress: Progress | None = None,
) -> Calibrated:
    """Measure the engine in force on this site's own pictures; `Trouble` with too few people.

    The bundled engine is centred unless told otherwise, a bureau's own is not.  A channel whose
    pairs are too few keeps the engine's own bands.
    """
    engine = face_engines.uncalibrated()
    centre = engine.info.is_bundled if centre is None else centre
    people = list(_vectors(engine, most, progress))
    by_channel = {
        channel: [one[channel] for one in people if channel in one] for channel in Channel
    }
    limits: dict[Channel, Limits] = {}
    told = []
    try:
        means = Calibration.of(engine.info.model_sha256, by_channel, centre=centre)
    except ValueError as error:
        raise Trouble(
            f"The pictures do not suffice: {error}. Enrol more people, each with card and live "
            "picture, or measure on a folder with `chengxin face measure`."
        ) from error
    for reference in REFERENCES:
        pairs = _pairs(engine, means, people, reference)
        bands = error_rates.proposed(pairs.same, pairs.other)
        if isinstance(bands.accept, Operating) and isinstance(bands.staff, Operating):
            limits[reference] = Limits(_within(bands.accept), _within(bands.staff))
        told.append(face_measure.compared(pairs))
    made = Calibration.of(
        engine.info.model_sha256,
        by_channel,
        centre=centre,
        limits=limits,
        evidence={"engine": engine.name, "comparisons": told},
    )
    if put_in_force:
        with record.of("face.calibrate") as trace:
            trace.detail.update(
                engine=engine.name,
                calibration=made.id,
                people={str(channel): count for channel, count in made.people.items()},
                limits={str(channel): list(pair) for channel, pair in limits.items()},
            )
            places.face().mkdir(parents=True, exist_ok=True)
            made.save(places.face() / f"calibration-{made.id}.json")  # what old bands were stays
            made.save(places.face_calibration())
    return Calibrated(made, put_in_force, told)


def _undescribed(engine: FaceEngine) -> QuerySet[Portrait]:
    reference = Q(channel=Portrait.Channel.CARD) | Q(enrolled=True)
    return Portrait.objects.filter(reference).exclude(engine=engine.name).order_by("pk")


def _vectors(
    engine: FaceEngine, most: int, progress: Progress | None
) -> Iterator[Mapping[Channel, Vector]]:
    """The newest usable picture of each channel of verified people, as the net describes it.

    A camera's picture counts when it was accepted, or when an officer found on the same day that
    it was he.  Ids of persons are as good as drawn by lot.
    """
    people = Person.objects.filter(state=Person.State.VERIFIED).order_by("pk")[:most]
    for done, person in enumerate(people, 1):
        mine = Portrait.objects.filter(person=person).order_by("-taken_at", "-pk")
        camera = mine.filter(pk__in=_his_own(person), enrolled=False)
        newest = {
            Channel.CARD: mine.filter(channel=Portrait.Channel.CARD).first(),
            Channel.LIVE: mine.filter(enrolled=True).first(),
            Channel.CAMERA: camera.first(),
        }
        found = {
            channel: template.vector
            for channel, portrait in newest.items()
            if portrait and (template := described_by(engine, portrait))
        }
        if progress:
            progress(done, len(people))
        yield found


def _his_own(person: Person) -> list[int]:
    verifications = list(Verification.objects.filter(person=person))
    by_hand = {localdate(v.at) for v in verifications if v.band == Verification.Band.MANUAL}
    return [
        v.live_id
        for v in verifications
        if v.live_id and (v.band == Verification.Band.ACCEPT or localdate(v.at) in by_hand)
    ]


def _pairs(
    engine: FaceEngine,
    means: Calibration,
    people: list[Mapping[Channel, Vector]],
    reference: Channel,
) -> face_measure.Pairs:
    """All pairs of a live face with a reference, nobody's own pictures in the mean he is under."""
    halves = [people[0::2], people[1::2]]
    same, other = [np.empty(0)], [np.empty(0)]
    metric = Metric.COSINE if means.means else engine.metric
    for mine, others in (halves, reversed(halves)):
        under = _under(means, others)
        if under is None:
            continue
        probes = {number: _probe(one, reference) for number, one in enumerate(mine)}
        before = {n: under.centred(mine[n][probe], probe) for n, probe in probes.items() if probe}
        kept = {
            number: under.centred(one[reference], reference)
            for number, one in enumerate(mine)
            if reference in one
        }
        if before and kept:
            apart = distances(metric, np.array([*before.values()]), np.array([*kept.values()]))
            alike = np.array([*before])[:, None] == np.array([*kept])
            same.append(apart[alike])
            other.append(apart[~alike])
    limits = face_engines.uncalibrated(means).limits(reference)
    return face_measure.Pairs(reference, np.concatenate(same), np.concatenate(other), limits)


def _probe(one: Mapping[Channel, Vector], reference: Channel) -> Channel | None:
    """Which live picture is compared; against the card the enrolled one serves as well."""
    serve = (Channel.CAMERA,) if reference is Channel.LIVE else (Channel.CAMERA, Channel.LIVE)
    return next((channel for channel in serve if channel in one), None)


def _under(means: Calibration, people: list[Mapping[Channel, Vector]]) -> Calibration | None:
    """The same kind of calibration from these people only; None when they are too few."""
    if not means.means:
        return means
    vectors = {channel: [one[channel] for one in people if channel in one] for channel in Channel}
    if any(len(vectors[channel]) < LEAST_PEOPLE for channel in REFERENCES):
        return None
    return Calibration.of(means.model_sha256, vectors)


def _within(point: Operating) -> float:
    """A limit that is accepted itself, where the measured one is not."""
    return round(point.below - 1e-4, 4)
