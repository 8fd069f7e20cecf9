"""名单比对: what an officer must say first, whom he is shown, and what is kept of it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from chengxin.devices.comparison import Band, Ranked, Suggested
from chengxin.devices.words import Words
from chengxin.hall import suggestions
from chengxin.hall.models import Business, FaceSuggestion
from chengxin.offices.models import Jurisdiction, Role
from chengxin.people.models import Portrait
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


class ScriptedSearch:
    """Ranks the list in the order in which the test names it."""

    def __init__(self):
        self.listed, self.said = (), None

    def suggest(self, live_jpeg, listed, top):
        self.listed = {one.key: one.template for one in listed}
        if self.said:
            return self.said
        ranked = [
            Ranked(key, 0.1 * n, Band.ACCEPT if n == 1 else Band.STAFF)
            for n, key in enumerate(sorted(self.listed), 1)
        ]
        return Suggested(tuple(ranked[:top]), "scripted/0/raw", len(listed))


@pytest.fixture
def searched(monkeypatch):
    scripted = ScriptedSearch()
    monkeypatch.setattr(suggestions, "engine", lambda: scripted)
    return scripted


@pytest.fixture
def kept():
    """kept(person): an enrolled picture with a template."""

    def keep(someone, template=b"T", enrolled=True, channel="live"):
        return Portrait.objects.create(
            person=someone, channel=channel, jpeg=b"JPEG" + template, enrolled=enrolled,
            template=template, engine="scripted/0/raw",
        )  # fmt: skip

    return keep


@pytest.fixture
def room(client, zhao, window):
    client.force_login(zhao)

    class Room:
        def search(self, **changes):
            asked = {
                "scope": "enrolled", "purpose": "no_document", "reason": "未带证件", "told": "1",
                "picture": SimpleUploadedFile("face.jpg", b"live"),
            } | changes  # fmt: skip
            told = {name: value for name, value in asked.items() if value is not None}
            return client.post(f"/windows/{window.pk}/suggest/search", told)

        def picture(self, made, portrait):
            return client.get(f"/windows/{window.pk}/suggest/{made.pk}/{portrait.pk}.jpg")

    return Room()


def test_nearest_are_shown_with_words_that_it_is_a_suggestion(room, searched, kept, wang, li):
    kept(wang), kept(li)

    shown = room.search().content.decode()

    assert shown.count('data-testid="suggestion"') == 2
    assert shown.count("仅为提示，请当面核对证件原件") == 2
    assert wang.number not in shown
    assert wang.name not in shown


def test_every_person_shown_leaves_a_trace_with_the_officer(room, searched, kept, wang, li, zhao):
    kept(wang), kept(li)
    room.search()

    made = FaceSuggestion.objects.get()
    seen = Trace.objects.filter(action="person.suggest", officer=zhao)
    assert set(seen.values_list("about", flat=True)) == {wang.key, li.key}
    assert {one.detail["suggestion"] for one in seen} == {str(made.pk)}
    assert (made.purpose, made.reason, made.searched) == ("no_document", "未带证件", 2)
    assert b"live" not in str(made.found).encode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": ""}, "purpose_needed"),
        ({"purpose": "curiosity"}, "purpose_needed"),
        ({"scope": "everybody"}, "purpose_needed"),
        ({"reason": " "}, "reason_needed"),
        ({"told": None}, "notice_needed"),
    ],
)
def test_without_purpose_reason_and_the_persons_word_nothing_is_searched(
    room, searched, kept, wang, changes, code
):
    kept(wang)

    assert room.search(**changes).status_code == 409
    assert Trace.objects.filter(action="face.suggest", outcome=code).exists()
    assert not searched.listed


def test_people_whom_the_officer_may_not_see_are_on_no_list(
    room, searched, kept, wang, li, offices
):
    kept(wang), kept(li)
    Jurisdiction.objects.filter(about=li.key).update(office=offices["neighbour_branch"])

    room.search()

    assert set(searched.listed) == {wang.pk}


def test_todays_list_holds_who_took_a_number_here(room, searched, kept, take, wang, li):
    kept(wang), kept(li)
    take(li, Business.PERSONAL)

    room.search(scope="today")

    assert set(searched.listed) == {li.pk}


def test_enrolled_picture_goes_before_the_cards_and_none_is_left_out_in_words(
    room, searched, kept, take, wang, li
):
    kept(wang, b"card", enrolled=False, channel="card"), kept(wang, b"own")
    take(li, Business.PERSONAL), take(wang, Business.PERSONAL)

    shown = room.search(scope="today").content.decode()

    assert searched.listed == {wang.pk: b"own"}
    assert "另有 1 人无可比的人像" in shown


def test_list_longer_than_the_engines_limit_is_refused_in_words(room, searched, kept, wang):
    kept(wang)
    searched.said = Suggested((), "scripted/0/raw", too_long=500)

    assert "最多比对 500 人" in room.search().content.decode()
    searched.said = Suggested((), "scripted/0/raw", too_long=0)
    assert "尚未测定误差" in room.search().content.decode()


def test_a_poor_picture_is_an_advice(room, searched, kept, wang):
    kept(wang)
    searched.said = Suggested((), "s", advice=(Words("请靠近摄像头一些", "Come closer."),))

    assert "请靠近摄像头一些" in room.search().content.decode()
    assert not FaceSuggestion.objects.exists()


def test_pictures_open_for_who_searched_for_a_while_and_for_nothing_else(
    client, room, searched, kept, wang, li, officer
):
    mine = kept(wang)
    room.search()
    made = FaceSuggestion.objects.get()
    other = kept(li)

    assert room.picture(made, mine).content == b"JPEGT"
    assert room.picture(made, other).status_code == 404
    client.force_login(officer("qian2", "钱窗口", "county", Role.WINDOW))
    assert room.picture(made, mine).status_code == 404


def test_pictures_close_after_ten_minutes(room, searched, kept, wang):
    mine = kept(wang)
    room.search()
    FaceSuggestion.objects.update(at=now() - timedelta(minutes=11))

    assert room.picture(FaceSuggestion.objects.get(), mine).status_code == 404


def test_only_window_officers_of_this_county_search(client, room, window, qian, sun):
    for someone in (qian, sun):
        client.force_login(someone)
        assert room.search().status_code in (403, 404)
        assert client.get(f"/windows/{window.pk}/suggest").status_code in (403, 404)
        path = f"/windows/{window.pk}/suggest/{uuid.uuid4()}/1.jpg"
        assert client.get(path).status_code in (403, 404)
