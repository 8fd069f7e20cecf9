"""Suggestions from a short list: ranked, within the officer's band, and never from a long one."""

from dataclasses import replace

import numpy as np
import pytest

from chengxin.devices import face, face_suggest
from chengxin.devices.comparison import Band, Channel, Listed
from chengxin.devices.drawn_faces import CAST, draw, jpeg, live_photo
from chengxin.devices.face import BundledEngine
from chengxin.devices.face_calibration import Calibration

pytestmark = pytest.mark.face


@pytest.fixture(scope="module")
def engine():
    return face.bundled()


@pytest.fixture(scope="module")
def kept(engine):
    """The cast's templates, as enrolment keeps them."""
    found = {}
    for name, recipe in CAST.items():
        rgb = draw(recipe, shot=3)
        vector = engine.embed(rgb, engine.detect(rgb)[0])
        found[name] = engine.template(vector, Channel.LIVE)
    return found


def listed(kept):
    return [Listed(name, template.to_bytes()) for name, template in kept.items()]


def test_the_person_himself_is_first_and_strangers_are_not_named(engine, kept):
    """Any two of the cast lie 0.5 or more apart, each within 0.2 of himself (drawn_faces)."""
    told = face_suggest.suggest(engine, live_photo(CAST["elder"]), listed(kept), 5)

    assert [(one.key, one.band) for one in told.ranked] == [("elder", Band.ACCEPT)]
    assert (told.searched, told.unusable) == (len(CAST), 0)


def test_who_is_not_on_the_list_is_nobody(engine, kept):
    others = [one for one in listed(kept) if one.key != "elder"]

    assert face_suggest.suggest(engine, live_photo(CAST["elder"]), others, 5).ranked == ()


def test_the_nearest_come_first_and_no_more_than_asked_for(engine, kept):
    mine = kept["elder"]
    rng = np.random.default_rng(1)
    away = rng.normal(size=128).astype(np.float32)
    away /= np.linalg.norm(away)
    near = {f"at-{step}": replace(mine, vector=mine.vector + away * step / 50) for step in range(9)}

    told = face_suggest.suggest(engine, live_photo(CAST["elder"]), listed(near), 5)

    assert len(told.ranked) == 5
    apart = [one.distance for one in told.ranked]
    assert apart == sorted(apart)


def test_a_list_longer_than_the_engine_may_search_is_not_searched(engine, kept):
    long = listed(kept)[:1] * (engine.info.list_limit + 1)

    told = face_suggest.suggest(engine, live_photo(CAST["elder"]), long, 5)

    assert (told.too_long, told.ranked, told.searched) == (500, (), 0)


def test_templates_of_another_engine_are_counted_and_not_compared(engine, kept):
    foreign = {"x": replace(kept["elder"], engine="bureau-r50")}
    older = {"y": replace(kept["elder"], model_sha256="0" * 64)}

    told = face_suggest.suggest(engine, live_photo(CAST["elder"]), listed(foreign | older), 5)

    assert (told.searched, told.unusable, told.ranked) == (0, 2, ())


def test_a_picture_that_is_no_good_is_an_advice(engine, kept):
    dark = jpeg(draw(CAST["elder"], light=0.12))

    told = face_suggest.suggest(engine, dark, listed(kept), 5)

    assert told.advice
    assert not told.ranked


def test_kept_templates_are_put_under_the_calibration_in_force(engine, kept):
    """What is kept is as the net gave it: a calibration made later needs no picture again."""
    rng = np.random.default_rng(2)
    made = [kept["honest"].vector + rng.normal(0, 0.01, 128).astype(np.float32) for _ in range(20)]
    calibration = Calibration.of(engine.info.model_sha256, {Channel.CARD: made, Channel.LIVE: made})
    centred = BundledEngine(calibration)

    told = face_suggest.suggest(centred, live_photo(CAST["elder"]), listed(kept), 5)

    assert told.engine.endswith(calibration.id)
    assert told.searched == len(CAST)
    assert told.ranked[0].key == "elder"
    under_it = {"z": centred.template(kept["elder"].vector, Channel.LIVE)}
    assert face_suggest.suggest(centred, live_photo(CAST["elder"]), listed(under_it), 5).ranked
    assert face_suggest.suggest(engine, live_photo(CAST["elder"]), listed(under_it), 5).unusable
