"""Who stands there: the card, the face in three bands, an officer's own eyes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.people import identity
from chengxin.people.identity import CardRead
from chengxin.people.models import Person, Portrait, Verification
from chengxin.trace.models import Trace
from tests.conftest import number
from tests.visit.conftest import faces

__all__ = ["faces"]

pytestmark = pytest.mark.django_db

KIOSK = "hall:yangxin/device:kiosk-1"


def card(
    name: str = "王守信", *, until: date | None = None, photo: bytes | None = b"chip"
) -> CardRead:
    return CardRead(DocumentKind.RESIDENT, number("37232319850315113"), name, until, photo)


@pytest.mark.parametrize(
    ("by_card", "by_enrolled", "decided"),
    [
        ("accept", None, "accept"),
        ("accept", "reject", "accept"),
        ("staff", "accept", "accept"),
        (None, "accept", "accept"),
        ("reject", "accept", "staff"),  # the card is another's, the face is known: somebody looks
        ("reject", None, "reject"),
        ("reject", "staff", "reject"),
        ("staff", None, "staff"),
        ("staff", "reject", "staff"),
        (None, None, "staff"),  # nothing to compare with: an officer decides
    ],
)
def test_band_of_a_verification_follows_from_card_and_enrolled_picture(
    by_card, by_enrolled, decided
):
    assert identity.decide(by_card, by_enrolled) == decided


def test_card_makes_an_unknown_person_known_and_keeps_its_picture_once():
    person = identity.meet(card(), place=KIOSK)
    assert identity.meet(card(), place=KIOSK) == person
    assert (person.name, person.state) == ("王守信", Person.State.CAPTURED)
    assert Portrait.objects.get().channel == Portrait.Channel.CARD


def test_card_is_valid_to_the_end_of_its_last_day():
    assert identity.meet(card(until=localdate()), place=KIOSK)
    with pytest.raises(Refusal, match="document_expired"):
        identity.meet(card(until=localdate() - timedelta(days=1)), place=KIOSK)
    assert Person.objects.get().state == Person.State.EXPIRED
    assert Trace.objects.filter(outcome="document_expired").exists()


def test_number_with_a_wrong_check_digit_is_no_card():
    wrong = number("37232319850315113")[:-1] + "0"
    with pytest.raises(Refusal, match="card_unreadable"):
        identity.meet(CardRead(DocumentKind.RESIDENT, wrong, "王守信", None, None), place=KIOSK)
    assert not Person.objects.exists()


def test_first_accepted_face_is_enrolled_and_the_person_verified(faces):
    person = identity.meet(card(), place=KIOSK)
    identity.verify(person, b"live", place=KIOSK)
    identity.verify(person, b"live again", place=KIOSK)
    assert person.state == Person.State.VERIFIED
    assert Portrait.objects.get(enrolled=True).jpeg == b"live"


def test_rejected_face_is_kept_for_the_officer_and_verifies_nobody(faces):
    faces.band = "reject"
    person = identity.meet(card(), place=KIOSK)
    made = identity.verify(person, b"stranger", place=KIOSK)
    assert made.band == Verification.Band.REJECT
    assert made.live is not None
    assert not made.live.enrolled
    assert person.state == Person.State.CAPTURED


def test_officer_who_looks_himself_says_why_and_answers_for_it(zhao):
    person = identity.meet(card(photo=None), place=KIOSK)
    with pytest.raises(Refusal, match="reason_needed"):
        identity.verify_by_hand(person, " ", officer=zhao, place="hall:yangxin/window:3")
    made = identity.verify_by_hand(
        person, "照片年代久远，与原件核对一致", officer=zhao, place="hall:yangxin/window:3"
    )
    assert (made.band, made.officer) == (Verification.Band.MANUAL, zhao)
    person.refresh_from_db()
    assert person.state == Person.State.VERIFIED


def test_face_that_the_engine_rejects_nobody_can_enrol(faces, zhao):
    faces.band = "reject"
    person = identity.meet(card(), place=KIOSK)
    with pytest.raises(Refusal, match="face_mismatch"):
        identity.enrol(person, b"stranger", place=KIOSK, officer=zhao)
    assert not Portrait.objects.filter(enrolled=True).exists()


def test_pictures_lie_sealed_in_the_database(faces):
    from django.db import connection

    identity.meet(card(photo=b"a picture of someone"), place=KIOSK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT jpeg FROM people_portrait")
        [(kept,)] = cursor.fetchall()
    assert b"a picture of someone" not in bytes(kept)
