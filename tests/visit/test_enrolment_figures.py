"""采集统计、核实统计: one count for the page of enrolment, the board and the files of a hall."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import enrolment, enrolment_figures, figure_files, figures, identify, visits
from chengxin.hall.models import Hall, Window
from chengxin.people import identity, retention
from chengxin.people.identity import CardRead
from chengxin.people.models import Portrait

pytestmark = pytest.mark.django_db

KIOSK = "hall:yangxin/device:kiosk-1"
YES = {"face": "given", "messages": "refused"}
WORDS = {
    "accept": "比对通过",
    "staff": "待人工核验",
    "reject": "比对未通过",
    "manual": "人工核验通过",
}


@pytest.fixture
def far(offices) -> Window:
    """A window of another county, whose hall's code begins as ours does."""
    hall = Hall.objects.create(code="yangxin-2", name="二厅", office=offices["neighbour"])
    return Window.objects.create(hall=hall, number=1, serves="enrolment")


@pytest.fixture
def feng(officer):
    return officer("feng", "冯窗口", "county", "window")


def today(hall: Hall) -> enrolment_figures.Identities:
    return enrolment_figures.of([hall], localdate(), localdate())


def test_enrolment_counts_once_when_it_is_complete_by_way_window_and_officer(
    serving, faces, li, zhang, hall, window, zhao, feng
):
    ticket = serving(li, business="enrolment", band=None)
    enrolment.inform(ticket, YES, officer=zhao)
    Portrait.objects.create(person=li, channel="card", jpeg=b"chip")
    enrolment.enrol_face(ticket, b"live", officer=zhao)
    assert (today(hall).enrolled, today(hall).faces) == (0, 1)  # a face alone is no enrolment

    enrolment.complete(ticket, officer=zhao)
    visits.finish(ticket, officer=zhao)
    ticket = serving(zhang, business="enrolment", band=None)
    enrolment.inform(ticket, YES, officer=zhao)
    identify.verify_by_hand(ticket, "摄像头损坏", officer=zhao, second=feng)
    enrolment.complete(ticket, officer=zhao)

    told = today(hall)
    assert told.enrolled == 2
    assert dict(told.ways) == {
        "人脸比对": 1, "双人核验": 1, "证件加短信验证码": 0, "指纹比对": 0,
    }  # fmt: skip
    assert told.places == [(window.place, 2)]
    assert told.officers == [("赵窗口", 2)]
    assert (told.faces, told.two_officers, told.verified) == (1, 1, 2)


def test_first_face_kept_at_the_kiosk_counts_as_at_the_window(hall, wang, faces):
    Portrait.objects.create(person=wang, channel="card", jpeg=b"chip")
    identity.verify(wang, b"first", place=KIOSK)
    identity.verify(wang, b"again", place=KIOSK)  # compared, not kept
    assert today(hall).faces == 1
    assert dict(today(hall).bands)["比对通过"] == 2


def test_documents_count_from_the_chip_as_typed_by_two(hall, window, zhao, feng):
    until = localdate() + timedelta(days=300)
    chip = CardRead(DocumentKind.PASSPORT, "E12345678", "约翰", until, None)
    identity.meet(chip, place=KIOSK)
    identity.take_down(chip, officer=zhao, second=feng, place=window.place)
    with pytest.raises(Refusal):
        identity.take_down(chip, officer=zhao, second=zhao, place=window.place)
    assert today(hall).registered == 2


def test_what_was_done_stays_counted_when_the_pictures_are_deleted(hall, window, wang, faces, zhao):
    Portrait.objects.create(person=wang, channel="card", jpeg=b"chip")
    identity.enrol(wang, b"live", place=window.place, officer=zhao)
    before = today(hall)
    assert retention.forget_face(wang) == 2
    assert today(hall) == before
    assert before.faces == 1


def test_neighbour_hall_with_a_like_code_and_other_days_are_left_out(hall, far, wang, zhao, sun):
    identity.verify_by_hand(wang, "证件原件", officer=zhao, place=far.place)
    yesterday = localdate() - timedelta(days=1)
    assert today(hall).verified == 0
    assert today(far.hall).verified == 1
    assert enrolment_figures.of([far.hall], yesterday, yesterday).verified == 0
    assert enrolment_figures.seen_by(zhao, localdate(), localdate()).verified == 0
    assert enrolment_figures.seen_by(sun, localdate(), localdate()).verified == 1


def test_page_board_and_file_say_the_same(hall, window, wang, faces, zhao):
    identity.enrol(wang, b"live", place=window.place, officer=zhao)
    page = enrolment_figures.seen_by(zhao, localdate(), localdate())
    assert page == figures.day(hall, localdate()).identities
    rows = {row[0]: row[1] for row in figure_files.identities_table(page).rows}
    assert (rows["采集人像"], rows["核验（次）"]) == ("1", "1")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counted_while_it_is_done_gives_the_same_figures(
    seed, person, hall, far, window, faces, zhao, feng
):
    dice = random.Random(seed)
    people = [person(f"路人{n}", f"3723231985031{n:04}") for n in range(100, 112)]
    for one in people[::2]:
        Portrait.objects.create(person=one, channel="card", jpeg=b"chip")
    bands: Counter[str] = Counter()
    kept: Counter[int] = Counter()  # faces of a person; only the first may come by itself
    faces_kept = turned_away = two = 0
    for _turn in range(60):
        one = dice.choice(people)
        has_card = one in people[::2]
        faces.band = dice.choice(["accept", "staff", "reject"])
        place = dice.choice([window.place, KIOSK, far.place])
        ours = place != far.place
        step = dice.choice(["verify", "enrol", "by_hand"])
        if step == "by_hand":
            second = dice.choice([None, feng])
            identity.verify_by_hand(one, "证件原件", officer=zhao, place=place, second=second)
            bands["manual"] += ours
            two += ours and second is not None
            continue
        # with nothing to compare with an officer decides; a chip's picture rejects, and so does
        # an enrolled one only beside a chip's
        compared = has_card or kept[one.pk] > 0
        band = faces.band if compared else "staff"
        if band == "reject" and not has_card:
            band = "staff"
        bands[band] += ours
        if step == "verify":
            identity.verify(one, b"live", place=place, officer=zhao)
            first = band == "accept" and not kept[one.pk]
            kept[one.pk] += first
            faces_kept += first and ours
            continue
        with suppress(Refusal):
            identity.enrol(one, b"live", place=place, officer=zhao)
        if band == "reject":
            turned_away += ours
        else:
            kept[one.pk] += 1
            faces_kept += ours
    told = today(hall)
    assert dict(told.bands) == {title: bands[band] for band, title in WORDS.items()}
    assert (told.faces, told.turned_away, told.two_officers) == (faces_kept, turned_away, two)
