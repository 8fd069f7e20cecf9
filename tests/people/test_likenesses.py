"""One face under two numbers, two under one: listed for a person, who may take his word back."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from chengxin.core.refusal import Refusal
from chengxin.devices.comparison import Channel
from chengxin.devices.face_port import Limits, Metric, Template
from chengxin.people import alike, identity, likenesses
from chengxin.people.models import Likeness, Person, Portrait
from tests.people.test_identity import KIOSK, card
from tests.visit.conftest import faces

__all__ = ["faces"]

pytestmark = pytest.mark.django_db

ENGINE = "test/0/raw"


class TestEngine:
    """Distances as they are, one face within 0.4."""

    __test__ = False
    name, metric = ENGINE, Metric.EUCLIDEAN

    def template(self, vector, channel):
        return Template("test", "0", "", vector, channel)

    def limits(self, reference):
        return Limits(0.4, 0.6)


@pytest.fixture
def engine(monkeypatch) -> None:
    monkeypatch.setattr(alike.face_engines, "in_force", TestEngine)


def enrolled(number: int, *vector: float) -> Portrait:
    person = Person.objects.create(pk=f"p{number:026d}", name=f"某{number}")
    told = Template("test", "0", "", np.array(vector, np.float32), Channel.LIVE)
    return Portrait.objects.create(
        person=person, channel="live", jpeg=b"x", enrolled=True, engine=ENGINE,
        template=told.to_bytes(),
    )  # fmt: skip


def test_exactly_those_within_the_engines_bound_are_listed(engine, monkeypatch):
    monkeypatch.setattr(alike, "PART", 7)  # several parts
    rng = np.random.default_rng(5)
    faces_ = rng.normal(size=(40, 8)) * 0.25
    portraits = [enrolled(n, *vector) for n, vector in enumerate(faces_)]
    mine = portraits[0]
    alike.look(mine.pk)
    apart = np.linalg.norm(faces_.astype(np.float32) - faces_[0].astype(np.float32), axis=1)
    nearest = [n for n in np.argsort(apart) if n != 0 and apart[n] <= 0.4][:3]
    found = Likeness.objects.filter(kind="face")
    others = {one.person_id for one in found} | {one.other_id for one in found}
    assert others - {mine.person_id} == {portraits[n].person_id for n in nearest}


def test_pair_is_listed_once_whoever_came_first(engine):
    one, other = enrolled(1, 0.0, 0.0), enrolled(2, 0.1, 0.0)
    alike.look(one.pk)
    alike.look(other.pk)
    assert Likeness.objects.count() == 1


def test_templates_of_another_engine_are_not_compared(engine):
    one, other = enrolled(1, 0.0, 0.0), enrolled(2, 0.1, 0.0)
    Portrait.objects.filter(pk=other.pk).update(engine="other/0/raw")
    assert alike.look(one.pk) == 0


def test_enrolment_writes_a_template(faces):
    person = identity.meet(card(), place=KIOSK)
    identity.verify(person, b"live", place=KIOSK)
    portrait = Portrait.objects.get(enrolled=True)
    assert (portrait.template, portrait.engine) == (b"template of live", "scripted/0/raw")


def test_another_face_under_the_same_number_is_listed(faces):
    person = identity.meet(card(), place=KIOSK)
    identity.verify(person, b"live", place=KIOSK)
    faces.band = "reject"
    identity.verify(person, b"stranger", place=KIOSK)
    found = Likeness.objects.get()
    assert (found.kind, found.person, found.other) == ("number", person, person)


@pytest.fixture
def listed(engine) -> Likeness:
    one = enrolled(1, 0.0, 0.0)
    enrolled(2, 0.1, 0.0)
    alike.look(one.pk)
    return Likeness.objects.get()


def test_judgement_is_kept_and_can_be_taken_back(listed, qian, leader):
    with pytest.raises(Refusal, match="reason_needed"):
        likenesses.judge(listed, "one", " ", officer=qian)
    likenesses.judge(listed, "one", "户籍双重登记", officer=qian)
    with pytest.raises(Refusal, match="already_judged"):
        likenesses.judge(listed, "two", "双胞胎", officer=leader)
    likenesses.withdraw(listed, "查明为双胞胎", officer=leader)
    likenesses.judge(listed, "two", "双胞胎", officer=leader)
    listed.refresh_from_db()
    assert listed.verdict == "two"
    [past] = listed.history
    assert (past["verdict"], past["by"], past["withdrawn_by"]) == ("one", "qian", "wu")


def test_window_officer_judges_nothing(listed, zhao):
    with pytest.raises(Refusal, match="no_role"):
        likenesses.judge(listed, "one", "像", officer=zhao)


def test_nobody_is_restricted_by_a_likeness(listed):
    from chengxin.risk.models import Directive

    assert not Directive.objects.exists()


def test_database_refuses_a_likeness_of_somebody_with_himself_under_two_numbers(wang):
    with pytest.raises(IntegrityError), transaction.atomic():
        Likeness.objects.create(kind="face", person=wang, other=wang)
