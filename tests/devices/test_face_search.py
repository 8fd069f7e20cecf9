"""The nearest of a list are exactly those that comparing with everyone finds."""

import numpy as np
import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices.face_port import EngineInfo, Metric, Template
from chengxin.devices.face_search import Gallery, ListTooLong
from chengxin.devices.words import Words

KIND = ("tiny", "0" * 64, "")


def query(vector, kind=KIND):
    return Template(*kind, np.asarray(vector, np.float32))


def keys(count):
    return [f"p{row}" for row in range(count)]


def by_hand(rows, vector, metric, top):
    """Everyone's distance in double precision, sorted."""
    a, b = rows.astype(float), vector.astype(float)
    if metric is Metric.COSINE:
        apart = 1 - a @ b / (np.linalg.norm(a, axis=1) * np.linalg.norm(b))
    else:
        apart = np.sqrt(((a - b) ** 2).sum(axis=1))
    order = np.argsort(apart, kind="stable")[:top]
    return [f"p{row}" for row in order], apart[order]


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("spread", ["even", "alike", "few_directions", "outliers"])
def test_the_nearest_are_those_that_comparing_with_all_finds(tmp_path, metric, spread):
    chance = np.random.default_rng(7)
    rows = chance.normal(size=(20_000, 32)).astype(np.float32)
    if spread == "alike":  # all within the codes' coarseness of each other
        rows = np.float32(1) + rows * np.float32(1e-3)
        rows[0] = -5
    if spread == "few_directions":
        rows = rows[:, :2] @ chance.normal(size=(2, 32)).astype(np.float32)
    if spread == "outliers":
        rows[chance.integers(0, 20_000, 20)] *= 1000
    gallery = Gallery.written(tmp_path / "list", KIND, metric, keys(20_000), rows)

    for row in (0, 5, 19_999):
        near = rows[row] + chance.normal(size=32).astype(np.float32) * rows.std() * 0.1
        found = gallery.nearest(query(near), 25)

        named, apart = by_hand(rows, near, metric, 25)
        assert [one.distance for one in found] == pytest.approx(apart, abs=1e-5, rel=1e-5)
        if spread in ("even", "outliers"):  # elsewhere rounding decides between equals
            assert [one.key for one in found] == named
        assert [one.rank for one in found] == list(range(1, 26))


def test_a_short_list_is_ranked_whole(tmp_path):
    rows = np.eye(5, 8, dtype=np.float32)
    gallery = Gallery.written(tmp_path / "list", KIND, Metric.EUCLIDEAN, keys(5), rows)

    found = gallery.nearest(query(rows[3]), 20)

    assert [one.key for one in found] == ["p3", "p0", "p1", "p2", "p4"]
    assert found[0].distance == 0
    assert found[1].distance == pytest.approx(2**0.5)


def test_a_face_of_another_engine_is_not_searched_for(tmp_path):
    rows = np.eye(5, 8, dtype=np.float32)
    gallery = Gallery.written(tmp_path / "list", KIND, Metric.COSINE, keys(5), rows)

    for kind in (("other", *KIND[1:]), ("tiny", "1" * 64, ""), (*KIND[:2], "abc")):
        with pytest.raises(ValueError, match="different engines"):
            gallery.nearest(query(rows[0], kind), 5)


def test_a_list_longer_than_the_engine_is_good_for_is_refused(tmp_path):
    info = EngineInfo("tiny", "0" * 64, 8, True, Metric.COSINE, 4, Words("", ""))
    five = [query(row) for row in np.eye(5, 8)]

    with pytest.raises(ListTooLong, match="at most 4 faces"):
        Gallery.lay(tmp_path / "list", info, Metric.COSINE, keys(5), five)
    assert len(Gallery.lay(tmp_path / "list", info, Metric.COSINE, keys(4), five[:4])) == 4


def test_a_list_laid_anew_replaces_the_old_and_a_damaged_one_is_refused(tmp_path):
    rows = np.eye(5, 8, dtype=np.float32)
    Gallery.written(tmp_path / "list", KIND, Metric.COSINE, keys(5), rows)
    Gallery.written(tmp_path / "list", KIND, Metric.COSINE, keys(3), rows[:3])

    assert len(Gallery(tmp_path / "list")) == 3
    (tmp_path / "list" / "vectors.f32").write_bytes(b"short")
    with pytest.raises(Trouble, match="lay it anew"):
        Gallery(tmp_path / "list")
