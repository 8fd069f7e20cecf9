"""A bureau's own engine: what its page says is what is run, and what does not fit is not run."""

import hashlib
import json
import math

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from chengxin.devices import face, face_engines, face_onnx, onnx_shape
from chengxin.devices.comparison import Band, Channel
from chengxin.devices.drawn_faces import CAST, card_photo, live_photo
from chengxin.devices.face_calibration import Calibration
from chengxin.devices.face_port import Limits, Metric, distance, distances
from chengxin.devices.face_worker import FaceWorker
from chengxin.devices.words import DeviceUnavailable
from tests.devices import tiny_onnx

pytestmark = pytest.mark.face

BANDS = {"card": {"accept": 0.9, "staff": 1.0}, "live": {"accept": 0.9, "staff": 1.0}}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    (tmp_path / "local").mkdir()
    return tmp_path


@pytest.fixture
def describe(home):
    """Lay a recogniser and the page that describes it; keywords change the page."""

    def lay(raw=None, **changed):
        raw = tiny_onnx.model() if raw is None else raw
        (home / "local" / "tiny.onnx").write_bytes(raw)
        said = {
            "name": "tiny",
            "file": "tiny.onnx",
            "sha256": hashlib.sha256(raw).hexdigest(),
            "input": {"size": 112, "order": "RGB", "mean": 127.5, "scale": 1 / 127.5},
            "length": 48,
            "metric": "cosine",
        } | changed
        (home / "local" / "face.yaml").write_text(yaml.safe_dump(said))

    return lay


def first(engine, jpeg):
    rgb = face.read(jpeg)
    return rgb, engine.detect(rgb)[0]


def test_without_a_page_the_bundled_engine_is_in_force(home):
    assert face_engines.in_force().info.is_bundled


def test_the_net_gets_the_pixels_that_the_page_says(describe):
    describe(input={"size": 112, "order": "BGR", "mean": 100, "scale": 0.5})
    engine = face_engines.in_force()
    rgb, one = first(engine, live_photo(CAST["honest"]))

    vector = engine.embed(rgb, one)

    # the tiny net gives the mean of each field of 28 pixels, plane after plane
    upright = face_onnx.laid(rgb, one, 112)[:, :, ::-1].astype(float)
    fields = ((upright - 100) * 0.5).reshape(4, 28, 4, 28, 3).mean(axis=(1, 3))
    assert vector == pytest.approx(fields.transpose(2, 0, 1).reshape(-1), abs=1e-3)


def test_a_mirrored_engine_takes_the_mean_of_both(describe):
    describe(mirror=True)
    engine = face_engines.in_force()
    vector = engine.embed(*first(engine, live_photo(CAST["honest"])))

    planes = vector.reshape(3, 4, 4)

    assert planes == pytest.approx(planes[:, :, ::-1], abs=1e-5)


def test_a_face_is_laid_by_turn_scale_and_shift_alone():
    five = np.array([(0.0, 0), (2, 0), (1, 1), (0, 2), (2, 2)])
    angle = math.radians(30)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])

    found = face_onnx.turned(five, 3 * five @ turn.T + (5, 7))

    assert found == pytest.approx(np.c_[3 * turn, (5, 7)])


def test_without_bands_nobody_is_accepted_and_nobody_rejected(describe):
    describe()
    engine = face_engines.in_force()

    for card in ("honest", "stranger"):
        result = face.compare_pictures(
            live_photo(CAST["honest"]), card_photo(CAST[card]), Channel.CARD, engine
        )
        assert result.band is Band.STAFF
        assert result.distance is not None


def test_bands_of_the_page_are_the_channels_own(describe):
    describe(bands=BANDS | {"card": {"accept": -1, "staff": 0}})
    engine = face_engines.in_force()
    live = live_photo(CAST["honest"])

    again = face.compare_pictures(live, live, Channel.LIVE, engine)
    card = face.compare_pictures(live, card_photo(CAST["honest"]), Channel.CARD, engine)

    assert (again.band, card.band) == (Band.ACCEPT, Band.REJECT)


def test_templates_of_another_way_to_the_same_net_are_not_compared(describe):
    describe()
    one = face_engines.in_force()
    describe(input={"size": 112, "order": "BGR"})
    other = face_engines.in_force()
    vector = np.ones(48, np.float32)

    with pytest.raises(ValueError, match="different engines"):
        one.compare(one.template(vector, Channel.LIVE), other.template(vector, Channel.LIVE))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"file": "missing.onnx"}, "cannot be read"),
        ({"file": "https://models.example/a.onnx"}, "not an address"),
        ({"length": 128}, "gives 48 numbers, not 128"),
        ({"input": {"size": 128}}, "not one picture of 1 x 3 x 128 x 128"),
        ({"input": {"size": 112, "order": "GRB"}}, "order is RGB or BGR"),
        ({"metric": "manhattan"}, "manhattan"),
        ({"treshold": 1}, "nobody knows its key treshold"),
        ({"bands": {"card": {"accept": 0.6, "staff": 0.5}}}, "accept no more than staff"),
        ({"bands": {"camera": {"accept": 0.4, "staff": 0.5}}}, "card and live"),
        ({"name": "bundled-dlib-1"}, "not bundled"),
        ({"raw": b"rubbish"}, "is no ONNX file"),
        ({"raw": b""}, "is no ONNX file"),
    ],
)
def test_what_does_not_fit_makes_the_engine_unavailable_in_one_sentence(describe, changed, told):
    describe(**changed)

    with pytest.raises(DeviceUnavailable, match=told) as trouble:
        face_engines.in_force()

    assert str(trouble.value).count("\n") == 0


def test_the_worker_fails_closed_and_recovers_when_the_page_is_mended(describe):
    worker = FaceWorker()
    live = live_photo(CAST["honest"])
    try:
        describe(sha256="0" * 64)
        with pytest.raises(DeviceUnavailable, match="another SHA-256"):
            worker.compare(live, live, Channel.LIVE)
        describe(bands=BANDS)
        assert worker.compare(live, live, Channel.LIVE).engine.startswith("tiny/")
    finally:
        worker.close()


def test_a_calibration_of_another_engine_is_not_used(describe, home):
    vectors = list(np.random.default_rng(1).normal(size=(20, 128)).astype(np.float32))
    other = {Channel.CARD: vectors, Channel.LIVE: vectors}
    (home / "face").mkdir()
    Calibration.of("0" * 64, other).save(home / "face" / "calibration.json")
    describe()

    with pytest.raises(DeviceUnavailable, match="another model"):
        face_engines.in_force()


def test_a_calibration_without_means_brings_the_channels_bands(describe):
    describe()
    plain = face_engines.in_force()
    vectors = list(np.random.default_rng(1).normal(size=(20, 48)).astype(np.float32))
    made = Calibration.of(
        plain.info.model_sha256,
        {Channel.CARD: vectors, Channel.LIVE: vectors},
        centre=False,
        limits={Channel.CARD: Limits(0.2, 0.3)},
    )
    engine = face_engines.uncalibrated(made)

    assert engine.metric is Metric.COSINE
    assert engine.limits(Channel.CARD) == (0.2, 0.3)
    assert engine.limits(Channel.LIVE) == plain.limits(Channel.LIVE)
    assert (engine.template(vectors[0], Channel.CARD).vector == vectors[0]).all()


def test_distances_in_a_list_are_those_one_by_one():
    chance = np.random.default_rng(3)
    ones, others = chance.normal(size=(4, 9)), chance.normal(size=(5, 9))

    for metric, by_hand in (
        (Metric.EUCLIDEAN, lambda a, b: math.dist(a, b)),
        (Metric.COSINE, lambda a, b: 1 - (a @ b) / math.sqrt((a @ a) * (b @ b))),
    ):
        table = distances(metric, ones, others)
        for i, a in enumerate(ones):
            for j, b in enumerate(others):
                assert table[i, j] == pytest.approx(by_hand(a, b))
                assert distance(metric, a, b) == pytest.approx(by_hand(a, b))


def test_an_onnx_file_says_what_it_takes():
    assert onnx_shape.taken(tiny_onnx.model(side=96, field=24)) == [(1, 3, 96, 96)]
    for bad in (b"", b"rubbish", tiny_onnx.model()[:60], b"\xff" * 40):
        with pytest.raises(ValueError, match="no ONNX file"):
            onnx_shape.taken(bad)


def test_the_command_says_which_engine_compares_and_by_which_bands(describe):
    from chengxin.web.commands import app

    describe(bands={"card": BANDS["card"]}, list_limit=9)
    told = CliRunner().invoke(app, ["face", "engine", "--json"])
    said = json.loads(told.stdout)
    assert said["engine"].startswith("tiny/")
    assert (said["metric"], said["list_limit"]) == ("cosine", 9)
    assert said["bands"] == {"card": BANDS["card"], "live": None}
    assert "live: all to an officer" in CliRunner().invoke(app, ["face", "engine"]).stdout

    describe(sha256="0" * 64)
    assert "another SHA-256" in str(CliRunner().invoke(app, ["face", "engine"]).exception)
