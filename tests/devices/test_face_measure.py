"""Measuring an engine on labelled pictures: what is counted, what is left out, what is said."""

import json
import os

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from chengxin.core.refusal import Trouble
from chengxin.devices import drawn_faces, face, face_measure
from chengxin.devices.drawn_faces import CAST, card_photo, live_photo

pytestmark = pytest.mark.face


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three people with two live pictures and a card's; one blurred picture, one that is none."""
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("honest", "handler", "stranger"):
        (folder / name).mkdir()
        for shot in (1, 2):
            (folder / name / f"{shot}.jpg").write_bytes(live_photo(CAST[name], shot=shot))
        (folder / name / "card.jpg").write_bytes(card_photo(CAST[name]))
    blurred = cv2.GaussianBlur(drawn_faces.draw(CAST["honest"], noise=0), (0, 0), 6)
    (folder / "honest" / "3.jpg").write_bytes(drawn_faces.jpeg(blurred))
    (folder / "handler" / "3.jpg").write_bytes(b"no picture")
    (folder / "handler" / "notes.txt").write_text("not looked at")
    return folder


@pytest.fixture(scope="module")
def measured(folder):
    return face_measure.measure(folder, face.bundled())


def test_what_the_gate_turns_away_is_counted_by_its_reason(measured):
    assert (measured.people, measured.pictures) == (3, 11)
    assert dict(measured.refused) == {"sharpness": 1, "unreadable": 1}
    assert (measured.failure_to_enrol.count, measured.failure_to_enrol.of) == (2, 11)
    assert measured.without == 0


def test_every_pair_is_compared_once(measured):
    by_reference = {pairs.reference: pairs for pairs in measured.pairs}

    live, card = by_reference["live"], by_reference["card"]
    # six live pictures: three pairs of one person, 15 - 3 of two; by three cards: 6 and 18 - 6
    assert (len(live.same), len(live.other)) == (3, 12)
    assert (len(card.same), len(card.other)) == (6, 12)


def test_pairs_are_as_far_apart_as_the_engine_says(measured, folder):
    one, two = (
        face.compare_pictures(
            (folder / "honest" / "1.jpg").read_bytes(),
            (folder / name / "card.jpg").read_bytes(),
            "card",
        )
        for name in ("honest", "stranger")
    )

    card = next(pairs for pairs in measured.pairs if pairs.reference == "card")
    assert np.abs(card.same - one.distance).min() < 1e-5
    assert np.abs(card.other - two.distance).min() < 1e-5


def test_too_few_pairs_are_called_that(measured):
    told = face_measure.told(measured)

    live = told["comparisons"][1]
    assert [point["too_few"]["needed"] for point in live["true_accept"]] == [300, 3000, 30000]
    assert live["proposed"]["accept"] == {"too_few": {"needed": 3688, "have": 12}}
    assert live["in_force"]["accept"]["distance"] == 0.35
    assert live["equal_error"]["high"] > 0.1  # three pairs prove little


def test_each_stage_has_its_time_and_all_cores_are_given_back(measured):
    assert set(measured.milliseconds) == {"detect", "mesh", "describe", "compare"}
    assert all(ms > 0 for ms in measured.milliseconds.values())
    assert len(os.sched_getaffinity(0)) == os.cpu_count()


def test_the_command_says_it_in_words_and_as_json(folder):
    from chengxin.web.commands import app

    words = CliRunner().invoke(app, ["face", "measure", str(folder)])
    told = CliRunner().invoke(app, ["face", "measure", str(folder), "--json"])

    assert words.exit_code == 0
    assert "not enough pairs: 3000 of different people are needed, 12 are there" in words.stdout
    assert json.loads(told.stdout)["failure_to_enrol"]["count"] == 2
    assert "honest" not in words.stdout + told.stdout  # nobody is named


@pytest.mark.parametrize("people", [0, 1])
def test_a_folder_without_two_people_is_refused(tmp_path, people):
    for number in range(people):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "1.jpg").write_bytes(b"")

    with pytest.raises(Trouble, match="two or more"):
        face_measure.measure(tmp_path, face.bundled())
    with pytest.raises(Trouble, match="no folder"):
        face_measure.measure(tmp_path / "missing", face.bundled())
