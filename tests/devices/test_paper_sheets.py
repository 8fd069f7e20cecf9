"""A photographed sheet: corners found, made straight and light, within bounds, or said why not."""

import re

import cv2
import numpy as np
import pytest

from chengxin.devices import paper_sheets
from chengxin.devices.paper_sheets import PoorPicture, paper
from chengxin.devices.simulator.document_camera import (
    CameraTrouble,
    SimulatedDocumentCamera,
    on_desk,
    photographed,
    sheet,
)
from chengxin.devices.usb_camera import BUSY, UNPLUGGED, UsbCamera
from chengxin.devices.words import DeviceUnavailable


def seen(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize(("turn", "tilt"), [(0, 0), (6, 0.05), (-12, 0.08), (20, -0.05)])
def test_corners_are_found_where_the_sheet_was_laid(turn, tilt):
    page = sheet(1)

    found = paper_sheets.corners(seen(photographed(page, turn=turn, tilt=tilt)))

    laid = on_desk(page, turn, tilt)
    assert found is not None
    assert np.abs(found - laid).max() < 20  # pixels of 1,600


@pytest.mark.parametrize("turn", [-12, 0, 15])
def test_a_turned_sheet_comes_out_as_it_was_written(turn):
    page = sheet(2)

    told = paper(photographed(page, turn=turn, tilt=0.06))

    out = seen(told.content)
    assert told.straightened
    assert (told.height, told.width) == out.shape[:2]
    assert told.height / told.width == pytest.approx(2**0.5, rel=0.01)
    alike = cv2.resize(out, (840, 1188), interpolation=cv2.INTER_AREA).astype(float)
    apart = np.abs(alike - page).mean(axis=2)
    assert np.median(apart) < 12
    assert apart.mean() < 25


def test_a_shadow_is_taken_out_and_the_seal_stays_red():
    told = paper(photographed(sheet(3), turn=3, tilt=0.03, shadow=0.5))

    out = seen(told.content).astype(int)
    height, width = out.shape[:2]
    margin = out[int(0.9 * height) : int(0.97 * height)]
    left, right = margin[:, : width // 5].mean(), margin[:, -width // 5 :].mean()
    assert abs(left - right) < 12  # it was half as bright on one side
    assert min(left, right) > 225
    seal = out[int(0.78 * height) : int(0.93 * height), int(0.6 * width) : int(0.88 * width)]
    assert ((seal[..., 2] - seal[..., 1]) > 80).mean() > 0.05


def test_without_a_sheet_the_picture_is_handed_on_and_said_so():
    desk = np.full((1200, 1600, 3), 120, np.uint8)
    _, coded = cv2.imencode(".jpg", desk)

    told = paper(coded.tobytes())

    assert not told.straightened
    assert (told.width, told.height) == (1600, 1200)


def test_size_is_bounded_whatever_the_paper_holds():
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 255, (3000, 4000, 3), np.uint8)
    _, coded = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 99])

    for kind in ("jpeg", "pdf"):
        told = paper(coded.tobytes(), kind=kind, most=400_000)
        assert len(told.content) <= 400_000
        assert max(told.width, told.height) <= 2400


def test_a_pdf_holds_the_picture_on_one_page_and_its_table_is_right():
    told = paper(photographed(sheet(4), turn=2, tilt=0.02), kind="pdf")

    raw = told.content
    assert raw.startswith(b"%PDF-1.4")
    start = int(re.search(rb"startxref\n(\d+)", raw)[1])
    assert raw[start : start + 4] == b"xref"
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n", raw)]
    assert all(raw[at:].startswith(b"%d 0 obj" % n) for n, at in enumerate(places, 1))
    picture = cv2.imdecode(np.frombuffer(raw[raw.index(b"\xff\xd8") :], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[:2] == (told.height, told.width)


@pytest.mark.parametrize("nothing", [b"", b"no picture", b"\xff\xd8\xff\xe0half"])
def test_what_is_no_picture_is_told_in_words(nothing):
    with pytest.raises(PoorPicture) as told:
        paper(nothing)
    assert told.value.words == paper_sheets.NO_PICTURE


# ---- the camera's contract, scripted ------------------------------------------------------------


def test_simulated_camera_sees_a_sheet():
    assert paper(SimulatedDocumentCamera().picture()).straightened


def test_simulated_camera_shows_the_pictures_of_a_folder_in_turn(tmp_path):
    for name, page in (("a", sheet(7)), ("b", sheet(8))):
        (tmp_path / f"{name}.jpg").write_bytes(photographed(page, turn=0, tilt=0))
    camera = SimulatedDocumentCamera(tmp_path)

    first, second, third = (camera.picture() for _ in range(3))

    assert first == third != second


def test_a_lamp_that_is_off_is_told():
    camera = SimulatedDocumentCamera()
    camera.trouble = CameraTrouble.DARK

    with pytest.raises(PoorPicture) as told:
        paper(camera.picture())
    assert told.value.words == paper_sheets.TOO_DARK


def test_a_camera_that_is_busy_or_gone_says_so():
    camera = SimulatedDocumentCamera()
    for trouble, words in ((CameraTrouble.BUSY, BUSY), (CameraTrouble.UNPLUGGED, UNPLUGGED)):
        camera.trouble = trouble
        with pytest.raises(DeviceUnavailable) as told:
            camera.picture()
        assert told.value.words == words


def test_a_cable_pulled_in_the_middle_gives_no_half_paper():
    camera = SimulatedDocumentCamera()
    camera.trouble = CameraTrouble.PULLED

    half = camera.picture()

    with pytest.raises(PoorPicture) as told:
        paper(half)
    assert told.value.words == paper_sheets.NO_PICTURE
    assert not camera.there()


def test_a_camera_that_is_not_there_is_not_opened():
    camera = UsbCamera("/dev/video-of-nobody")

    assert not camera.there()
    with pytest.raises(DeviceUnavailable) as told:
        camera.picture()
    assert told.value.words == UNPLUGGED
