"""What a person may ask of what is kept about him, and what the law keeps all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

from chengxin.core.refusal import Refusal
from chengxin.people import bindings, consents, identity, retention, rights
from chengxin.people.bindings import Side, Terms
from chengxin.people.models import (
    Binding,
    Consent,
    Letter,
    OneTimeCode,
    Portrait,
    Purpose,
    RightsRequest,
    Verification,
)
from chengxin.people.moving import Because
from tests.people.test_identity import card
from tests.visit.conftest import faces

__all__ = ["faces"]

WINDOW = "hall:yangxin/window:3"
YES = {"face": "given", "messages": "given"}
NO = {"face": "refused", "messages": "refused"}


@pytest.fixture
def enrolled(faces, zhao, wang):
    """王守信 with card picture, enrolled face and template, having agreed to everything."""
    person = identity.meet(card(photo=PICTURE), place=WINDOW)
    consents.take(person, YES, officer=zhao, place=WINDOW)
    identity.verify(person, b"live picture " * 200, place=WINDOW)
    return person


PICTURE = b"a picture of a face " * 300


@pytest.mark.django_db
def test_notice_is_kept_with_version_purpose_and_ground(zhao):
    person = identity.meet(card(), place=WINDOW)
    consents.take(person, NO, officer=zhao, place=WINDOW)
    told = {one.purpose: one for one in Consent.objects.all()}
    assert told["identity"].answer == "informed"  # a duty by law: told, not asked
    assert told["face"].answer == "refused"
    assert all(one.version == consents.version() and one.basis for one in told.values())


@pytest.mark.django_db
def test_what_is_asked_needs_an_answer(zhao):
    person = identity.meet(card(), place=WINDOW)
    with pytest.raises(Refusal, match="answer_needed"):
        consents.take(person, {"face": "given"}, officer=zhao, place=WINDOW)
    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_who_refuses_the_face_is_compared_by_no_machine(faces, zhao, qian):
    person = identity.meet(card(), place=WINDOW)
    consents.take(person, NO, officer=zhao, place=WINDOW)
    with pytest.raises(Refusal, match="face_refused"):
        identity.verify(person, b"live", place=WINDOW)
    assert not Portrait.objects.filter(channel="live").exists()
    made = identity.verify_by_hand(person, "不用人脸", officer=zhao, place=WINDOW, second=qian)
    assert made.stands


@pytest.mark.django_db
def test_withdrawal_deletes_pictures_and_template_and_keeps_the_result(enrolled, zhao):
    assert Portrait.objects.exclude(template=None).exists()
    request = rights.withdraw(enrolled, Purpose.FACE, officer=zhao, place=WINDOW)
    assert not Portrait.objects.exists()
    assert Verification.objects.get().band == "accept"
    assert request.answer
    assert consents.refused(enrolled, Purpose.FACE)
    with pytest.raises(Refusal, match="not_given"):
        rights.withdraw(enrolled, Purpose.FACE, officer=zhao, place=WINDOW)


@pytest.mark.django_db
def test_deletion_names_what_the_law_keeps(enrolled, zhao):
    because = Because.of_officer("手机", zhao, WINDOW)
    identity.change_phone(enrolled, "13800001111", because)
    request = rights.erase(enrolled, officer=zhao, place=WINDOW)
    enrolled.refresh_from_db()
    assert (enrolled.phone, enrolled.phone_token, enrolled.state) == ("", "", "unseen")
    assert not Portrait.objects.exists()
    kept = rights.kept_of(request)
    assert {rule.name for rule in kept} == {
        "letter", "binding", "identity", "paper", "suggestion",
    }  # fmt: skip
    assert all(rule.basis for rule in kept)
    assert enrolled.number  # registration needs it


@pytest.mark.django_db
def test_who_acts_for_an_enterprise_ends_that_before_he_is_deleted(enrolled, factory, zhao):
    terms = Terms("03", localdate(), letter=b"\xff\xd8\xff", scope="发票")
    bindings.propose(enrolled, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    with pytest.raises(Refusal, match="still_bound"):
        rights.erase(enrolled, officer=zhao, place=WINDOW)
    assert Portrait.objects.exists()


@pytest.mark.django_db
def test_copy_holds_what_is_kept(enrolled, zhao):
    found = rights.copy(enrolled, officer=zhao, place=WINDOW)
    assert (found.pictures, found.templates) == (2, 1)
    assert len(found.consents) == 3
    assert len(found.verifications) == 1
    assert RightsRequest.objects.get().kind == "copy"


@pytest.mark.django_db
def test_correction_is_answered_within_thirty_days_in_words(enrolled, zhao, qian):
    asked = rights.ask_correction(enrolled, "姓名有误", officer=zhao, place=WINDOW)
    assert asked.due_on == localdate() + timedelta(days=30)
    with pytest.raises(Refusal, match="words_needed"):
        rights.answer(asked, " ", officer=qian)
    rights.answer(asked, "已按证件更正", officer=qian)
    with pytest.raises(Refusal, match="already_answered"):
        rights.answer(asked, "再次", officer=qian)


def aged(days: int) -> None:
    Portrait.objects.update(taken_at=now() - timedelta(days=days))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "left"),
    [(89, {"card", "enrolled", "compared"}), (91, {"card", "enrolled"}), (1827, {"card"})],
)
def test_each_kind_of_picture_goes_in_its_time(enrolled, days, left):
    identity.verify(enrolled, b"another visit", place=WINDOW)
    aged(days)
    retention.run()
    names = {
        "enrolled" if one.enrolled else {"card": "card", "live": "compared"}[one.channel]
        for one in Portrait.objects.all()
    }
    assert names == left
    assert Verification.objects.count() == 2  # the results stay


@pytest.mark.django_db
def test_old_codes_go_and_letters_stay_ten_years(enrolled, factory, zhao):
    terms = Terms("03", localdate(), letter=b"\xff\xd8\xff", scope="发票")
    bindings.propose(enrolled, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    OneTimeCode.objects.create(
        use="mobile", about="person:x", phone_token="t", digest="d",
        until=now() - timedelta(days=2),
    )  # fmt: skip
    Letter.objects.update(taken_at=now() - timedelta(days=4000))
    retention.run()
    assert not OneTimeCode.objects.exists()
    assert Letter.objects.exists()  # its binding is young
    Binding.objects.update(state="refused", until=localdate() + timedelta(days=1))
    Binding.objects.get().moves.update(at=now() - timedelta(days=3700))
    retention.run()
    assert not Letter.objects.exists()


def bytes_of(table: str) -> bytes:
    """Everything that PostgreSQL's own files of this table and its long values hold."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT setting || '/' || pg_relation_filepath(oid) FROM pg_settings, pg_class "
            "WHERE name = 'data_directory' AND oid IN (SELECT %s::regclass UNION "
            "SELECT reltoastrelid FROM pg_class WHERE oid = %s::regclass)",
            [table, table],
        )
        paths = [row[0] for row in cursor.fetchall()]
    return b"".join(open(path, "rb").read() for path in paths)


@pytest.mark.django_db(transaction=True)
def test_what_a_person_had_deleted_is_gone_from_the_files_the_next_night(enrolled, zhao):
    with connection.cursor() as cursor:
        cursor.execute("SELECT jpeg FROM people_portrait")
        sealed = [bytes(value)[20:84] for (value,) in cursor.fetchall()]
    rights.withdraw(enrolled, Purpose.FACE, officer=zhao, place=WINDOW)
    retention.run()
    after = bytes_of("people_portrait")
    assert not any(part in after for part in sealed)


@pytest.mark.django_db(transaction=True)
def test_deleted_pictures_are_gone_from_the_files_of_the_database(enrolled):
    with connection.cursor() as cursor:
        cursor.execute("SELECT jpeg, template FROM people_portrait")
        sealed = [bytes(value)[20:84] for row in cursor.fetchall() for value in row if value]
    assert len(sealed) == 3
    before = bytes_of("people_portrait")
    assert all(part in before for part in sealed)

    aged(1827)
    assert retention.run()["enrolled_picture"] == 1
    after = bytes_of("people_portrait")
    kept = [part for part in sealed if part in after]
    assert len(kept) == 1  # the card's, the newest of his document
