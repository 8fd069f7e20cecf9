"""The face engine's plumbing on drawn faces: bands, advice, templates, calibration.

Drawn faces say nothing about accuracy on people; the limits come from biometrics of real sets.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices import drawn_faces, face, models
from chengxin.devices.comparison import Band, Channel
from chengxin.devices.drawn_faces import CAST, card_photo, draw, jpeg, live_photo
from chengxin.devices.face import BundledEngine, compare_pictures
from chengxin.devices.face_calibration import Calibration
from chengxin.devices.face_port import Limits, Template
from chengxin.devices.words import DeviceUnavailable

pytestmark = pytest.mark.face


def failed(report):
    return [check.name for check in report.checks if not check.passed]


def test_the_same_face_is_accepted_live_and_against_its_card():
    live = live_photo(CAST["honest"], shot=1)

    again = compare_pictures(live, live_photo(CAST["honest"], shot=2), Channel.LIVE)
    card = compare_pictures(live, card_photo(CAST["honest"]), Channel.CARD)

    assert (again.band, card.band) == (Band.ACCEPT, Band.ACCEPT)
    assert again.distance is not None
    assert again.distance <= 0.30
    assert again.quality.passed
    assert again.engine == "bundled-dlib-1/55533b28a958/raw"


def test_a_comparison_carries_the_bands_by_which_it_was_judged():
    """Bands change with a new calibration; what was decided before keeps its own."""
    live, card = live_photo(CAST["honest"]), card_photo(CAST["honest"])
    engine = face.bundled()

    assert compare_pictures(live, card, Channel.CARD).limits == (0.35, 0.42)
    rng = np.random.default_rng(3)
    many = [rng.normal(0, 0.1, 128).astype(np.float32) for _ in range(20)]
    made = Calibration.of(
        engine.info.model_sha256,
        {Channel.CARD: many, Channel.LIVE: many},
        limits={Channel.CARD: Limits(0.41, 0.55)},
    )
    calibrated = BundledEngine(made)
    assert compare_pictures(live, card, Channel.CARD, calibrated).limits == (0.41, 0.55)
    assert compare_pictures(live, live, Channel.LIVE, calibrated).limits == (0.45, 0.58)
    nothing = jpeg(np.zeros((126, 102, 3), np.uint8))
    assert compare_pictures(live, nothing, Channel.CARD).limits is None


def test_anothers_card_is_rejected():
    result = compare_pictures(
        live_photo(CAST["impersonator"]), card_photo(CAST["card_owner"]), Channel.CARD
    )

    assert result.band is Band.REJECT
    assert result.reasons


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, Band.ACCEPT),
        (0.35, Band.ACCEPT),
        (0.351, Band.STAFF),
        (0.42, Band.STAFF),
        (0.421, Band.REJECT),
        (float("nan"), Band.REJECT),
    ],
)
def test_three_bands_of_the_raw_distance(distance, band):
    engine = face.bundled()
    zero = np.zeros(128, np.float32)
    other = zero.copy()
    other[0] = distance

    score = engine.compare(
        engine.template(zero, Channel.LIVE), engine.template(other, Channel.CARD)
    )

    assert score.band is band


def test_nobody_before_the_camera_is_advice():
    wall = jpeg(np.full((480, 640, 3), 200, np.uint8))

    result = compare_pictures(wall, card_photo(CAST["honest"]), Channel.CARD)

    assert (result.band, result.distance) == (Band.ADVICE, None)
    assert failed(result.quality) == ["faces"]


def test_two_people_side_by_side_are_advice():
    both = np.hstack(
        [draw(CAST["honest"], size=(480, 480)), draw(CAST["handler"], size=(480, 480))]
    )

    result = compare_pictures(jpeg(both), card_photo(CAST["honest"]), Channel.CARD)

    assert (result.band, result.distance) == (Band.ADVICE, None)
    assert "faces" in failed(result.quality)
    assert result.reasons[0] == face.ONE_PERSON


def test_someone_small_in_the_queue_behind_does_no_harm():
    picture = draw(CAST["honest"], size=(960, 720), shift=(-0.5, 0.0))
    picture[60:300, 700:940] = draw(CAST["stranger"], size=(240, 240), fill=0.66)
    assert len(face.bundled().detect(picture)) == 2

    result = compare_pictures(jpeg(picture), card_photo(CAST["honest"]), Channel.CARD)

    assert result.band is Band.ACCEPT


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda p: cv2.GaussianBlur(p, (0, 0), 6), "sharpness"),
        (lambda p: (p * 0.15).astype(np.uint8), "brightness"),
        (lambda p: np.clip(p.astype(int) * 0.3 + 175, 0, 255).astype(np.uint8), "glare"),
        (lambda p: cv2.resize(p, (96, 72)), "eye_distance"),
    ],
)
def test_a_poor_picture_is_advice_not_rejection(spoil, check):
    clean = draw(CAST["honest"], noise=0)

    result = compare_pictures(jpeg(spoil(clean)), card_photo(CAST["honest"]), Channel.CARD)

    assert result.band is Band.ADVICE
    assert check in failed(result.quality)
    assert result.reasons


def test_a_turned_head_is_advice():
    result = compare_pictures(
        jpeg(draw(CAST["honest"], pose=42)), card_photo(CAST["honest"]), Channel.CARD
    )

    assert result.band is Band.ADVICE
    assert "yaw" in failed(result.quality)


def test_closed_eyes_are_advice():
    shut = jpeg(draw(CAST["handler"], eyes_open=False))

    result = compare_pictures(shut, card_photo(CAST["handler"]), Channel.CARD)

    assert result.band is Band.ADVICE
    assert failed(result.quality) == ["eyes_open"]


@pytest.mark.parametrize("reference", [b"", b"no picture", jpeg(np.zeros((126, 102, 3), np.uint8))])
def test_a_reference_without_a_face_goes_to_an_officer(reference):
    result = compare_pictures(live_photo(CAST["honest"]), reference, Channel.CARD)

    assert (result.band, result.distance) == (Band.STAFF, None)


def test_what_is_no_picture_is_advice():
    result = compare_pictures(b"no picture", card_photo(CAST["honest"]), Channel.CARD)

    assert result.band is Band.ADVICE


def test_a_template_is_the_same_after_keeping():
    engine = face.bundled()
    template = engine.template(np.arange(128, dtype=np.float32), Channel.LIVE)

    kept = Template.from_bytes(template.to_bytes())

    assert (kept.engine, kept.model_sha256, kept.calibration_id) == (
        template.engine,
        template.model_sha256,
        template.calibration_id,
    )
    assert (kept.vector == template.vector).all()


def test_templates_of_another_engine_or_calibration_are_not_compared():
    engine = face.bundled()
    ours = engine.template(np.zeros(128, np.float32), Channel.LIVE)

    for other in (
        Template("other", ours.model_sha256, "", ours.vector),
        Template(ours.engine, "0" * 64, "", ours.vector),
        Template(ours.engine, ours.model_sha256, "abc", ours.vector),
    ):
        with pytest.raises(ValueError, match="different engines"):
            engine.compare(ours, other)


def vectors(people):
    chance = np.random.default_rng(5)
    return list(chance.normal(0, 0.1, (people, 128)).astype(np.float32))


def test_a_calibration_needs_twenty_people_in_each_channel():
    sha256 = models.HASHES[models.DESCRIPTOR]

    with pytest.raises(ValueError, match="needs 20"):
        Calibration.of(sha256, {Channel.CARD: vectors(19), Channel.LIVE: vectors(40)})
    assert Calibration.of(sha256, {Channel.CARD: vectors(20), Channel.LIVE: vectors(20)}).id


def test_a_calibrated_engine_compares_by_centred_cosine(tmp_path):
    sha256 = models.HASHES[models.DESCRIPTOR]
    made = Calibration.of(sha256, {Channel.CARD: vectors(20), Channel.LIVE: vectors(25)})
    made.save(tmp_path / "calibration.json")
    engine = BundledEngine(Calibration.load(tmp_path / "calibration.json"))

    live, card = live_photo(CAST["honest"]), card_photo(CAST["honest"])
    result = compare_pictures(live, card, Channel.CARD, engine)

    assert result.engine.endswith(made.id)
    assert result.band is Band.ACCEPT
    # the definition: 1 - cosine of the two vectors after each channel's mean is taken off
    a, b = (
        engine.embed(picture, engine.detect(picture)[0]) - made.means[channel]
        for picture, channel in (
            (face.read(live), Channel.LIVE),
            (face.read(card), Channel.CARD),
        )
    )
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    assert result.distance == pytest.approx(1 - cosine, abs=1e-5)


def test_a_calibration_of_too_few_or_of_another_model_is_refused(tmp_path):
    made = Calibration.of("0" * 64, {Channel.CARD: vectors(20), Channel.LIVE: vectors(20)})
    path = tmp_path / "calibration.json"
    made.save(path)

    with pytest.raises(Trouble, match="another model"):
        BundledEngine(Calibration.load(path))
    path.write_text(path.read_text().replace('"card": 20', '"card": 3'))
    with pytest.raises(Trouble, match="fewer than 20"):
        Calibration.load(path)


def test_a_model_file_with_another_hash_makes_the_engine_unavailable(tmp_path, monkeypatch):
    for name in models.HASHES:
        (tmp_path / name).symlink_to(Path(models.places.models()) / name)
    (tmp_path / models.IRIS).unlink()
    (tmp_path / models.IRIS).write_bytes(b"another net")
    monkeypatch.setenv("CHENGXIN_MODELS", str(tmp_path))

    with pytest.raises(DeviceUnavailable, match="iris_landmark"):
        BundledEngine()


def test_looking_guides_the_person():
    far = jpeg(draw(CAST["honest"], fill=0.3, size=(320, 240)))

    assert face.look(live_photo(CAST["honest"])).passed
    assert face.CLOSER in face.look(far).advice


def test_the_recipe_of_a_number_does_not_change():
    assert drawn_faces.FaceRecipe.of(28) == CAST["honest"]
