"""What the halls saw of somebody's identity is told to the lake: once, by id, without a number."""

from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.people import identity, identity_facts
from chengxin.people.models import IdentityEvent
from tests.people.test_identity import KIOSK, card
from tests.visit.conftest import faces

__all__ = ["faces"]

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"


def kinds() -> list[str]:
    return [one.kind for one in IdentityEvent.objects.order_by("at", "pk")]


def test_card_and_first_accepted_face_are_told_with_the_template_made_of_it(faces):
    person = identity.meet(card(), place=KIOSK)
    identity.verify(person, b"live", place=KIOSK)
    identity.enrol(person, b"again", place=KIOSK)
    assert sorted(kinds()) == ["card_read", "matched", "matched", "template", "template"]


@pytest.mark.parametrize(("band", "told"), [("reject", ["mismatched"]), ("staff", [])])
def test_mismatch_is_told_and_what_is_left_to_an_officer_is_not(faces, band, told):
    person = identity.meet(card(), place=KIOSK)
    IdentityEvent.objects.all().delete()
    faces.band = band
    identity.verify(person, b"live", place=KIOSK)
    assert kinds() == told


def test_one_officer_by_hand_is_not_two(zhao, qian):
    person = identity.meet(card(), place=KIOSK)
    IdentityEvent.objects.all().delete()
    alone = identity.verify_by_hand(person, "本人", officer=zhao, place=WINDOW)
    both = identity.verify_by_hand(person, "本人", officer=zhao, place=WINDOW, second=qian)
    assert kinds() == ["by_hand", "reverified"]
    assert (alone.stands, both.stands) == (False, True)


def test_nobody_is_his_own_second_officer(zhao):
    person = identity.meet(card(), place=KIOSK)
    with pytest.raises(Refusal, match="second_officer_needed"):
        identity.verify_by_hand(person, "本人", officer=zhao, place=WINDOW, second=zhao)


def test_text_says_where_and_when_and_neither_number_nor_name(zhao):
    person = identity.meet(card(), place=KIOSK)
    identity.verify_by_hand(person, "本人", officer=zhao, place=WINDOW)
    seen = identity_facts.told()
    assert seen is not None
    first, second = (line.split(",") for line in seen.text.splitlines()[1:])
    assert (first[1:4:2], first[2], first[5:]) == (
        [person.pk, str(seen.day)], "card_read", ["yangxin", "device:kiosk-1", ""],
    )  # fmt: skip
    assert (second[2], second[5:]) == ("by_hand", ["yangxin", "window:3", ""])
    assert person.number not in seen.text
    assert person.name not in seen.text


def test_what_was_forgotten_is_not_told_again_and_the_rest_is():
    identity.meet(card(), place=KIOSK)
    first = identity_facts.told()
    assert first is not None
    identity.meet(card(), place=KIOSK)  # while the lake takes the first
    identity_facts.forget(first.events)
    rest = identity_facts.told()
    assert rest is not None
    assert len(rest.events) == 1
    assert set(rest.events).isdisjoint(first.events)
    identity_facts.forget(rest.events)
    assert identity_facts.told() is None
