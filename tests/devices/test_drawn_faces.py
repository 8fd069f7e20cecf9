"""The drawn cast: detected, itself in every picture, and far from everybody else."""

import itertools

import numpy as np
import pytest

from chengxin.devices import drawn_faces, face
from chengxin.devices.comparison import Channel
from chengxin.devices.drawn_faces import CAST

pytestmark = pytest.mark.face


@pytest.fixture(scope="module")
def vectors():
    """For each of the cast: two live pictures, one as a shaken camera sees it, and the card's."""
    engine = face.bundled()
    found = {}
    for name, recipe in CAST.items():
        shaken = drawn_faces.jpeg(drawn_faces.draw(recipe, pose=8, light=0.9, noise=6, shot=9), 75)
        found[name] = []
        for coded, channel in (
            (drawn_faces.live_photo(recipe, shot=1), Channel.LIVE),
            (drawn_faces.live_photo(recipe, shot=2), Channel.LIVE),
            (shaken, Channel.LIVE),
            (drawn_faces.card_photo(recipe), Channel.CARD),
        ):
            picture = face.read(coded)
            faces = engine.detect(picture)
            assert len(faces) == 1, name
            assert engine.quality(picture, faces[0], channel).passed, name
            found[name].append(engine.embed(picture, faces[0]))
    return found


def test_each_of_the_cast_is_near_himself(vectors):
    far = {
        name: max(np.linalg.norm(a - b) for a, b in itertools.combinations(mine, 2))
        for name, mine in vectors.items()
    }

    assert max(far.values()) <= 0.30, far


def test_any_two_of_the_cast_are_far_apart(vectors):
    near = {
        (one, other): min(np.linalg.norm(a - b) for a in vectors[one] for b in vectors[other])
        for one, other in itertools.combinations(vectors, 2)
    }

    assert min(near.values()) > 0.45, min(near, key=near.get)


def test_a_card_picture_has_the_chips_size():
    picture = face.read(drawn_faces.card_photo(CAST["elder"]))

    assert picture.shape == (126, 102, 3)


def test_the_same_picture_is_drawn_twice_from_the_same_numbers():
    assert drawn_faces.live_photo(3, shot=4) == drawn_faces.live_photo(3, shot=4)
    assert drawn_faces.live_photo(3, shot=4) != drawn_faces.live_photo(3, shot=5)


def test_a_clip_is_whole_pictures_one_after_another(tmp_path):
    frames = drawn_faces.clip(CAST["honest"], frames=3)

    path = drawn_faces.mjpeg(tmp_path / "honest.mjpeg", frames)

    assert path.read_bytes() == b"".join(frames)
    assert path.read_bytes().count(b"\xff\xd8\xff") == 3
    assert face.read(frames[0]).shape == (480, 640, 3)
