"""Stored pictures meet another engine, and a site measures the engine on its own pictures."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import yaml

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.devices import face_engines
from chengxin.devices.comparison import Channel
from chengxin.devices.drawn_faces import CAST, card_photo, live_photo
from chengxin.devices.face_port import NOT_MEASURED, Template
from chengxin.people import faces
from chengxin.people.models import Person, Portrait, Verification
from chengxin.trace.models import Trace
from tests.devices import tiny_onnx

pytestmark = [pytest.mark.django_db, pytest.mark.face]

DAY = datetime(2017, 8, 18, 9, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An installation whose own engine is the tiny net."""
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(places.key_file()))
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "tiny.onnx").write_bytes(tiny_onnx.model())
    describe(tmp_path)
    return tmp_path


def describe(home, **changed):
    said = {
        "name": "tiny",
        "file": "tiny.onnx",
        "sha256": hashlib.sha256(tiny_onnx.model()).hexdigest(),
        "input": {"size": 112},
        "length": 48,
        "metric": "cosine",
    } | changed
    (home / "local" / "face.yaml").write_text(yaml.safe_dump(said))


@pytest.fixture
def pictures(home):
    """A card's, an enrolled, a merely compared picture, and a card's without a face."""
    person = Person.objects.create(pk="p" + "a" * 26)
    card, live = Portrait.Channel.CARD, Portrait.Channel.LIVE
    honest = CAST["honest"]
    return [
        Portrait.objects.create(person=person, channel=channel, jpeg=jpeg, enrolled=enrolled)
        for channel, jpeg, enrolled in (
            (card, card_photo(honest), False),
            (live, live_photo(honest), True),
            (live, live_photo(honest, shot=2), False),
            (card, b"no picture", False),
        )
    ]


def kept(portrait):
    portrait.refresh_from_db()
    return portrait


def test_reference_pictures_are_described_for_the_engine_in_force(pictures):
    done = faces.reembed()

    card, enrolled, compared, faceless = map(kept, pictures)
    assert (done.described, done.unusable) == (2, 1)
    for portrait, channel in ((card, Channel.CARD), (enrolled, Channel.LIVE)):
        template = Template.from_bytes(portrait.template)
        assert portrait.engine == done.engine
        assert (template.engine, template.channel, len(template.vector)) == ("tiny", channel, 48)
    assert compared.template is None
    assert compared.engine == ""
    assert faceless.template is None
    assert [t.detail["pictures"] for t in Trace.objects.filter(action="face.reembed")] == [3]


def test_a_second_run_finds_nothing_to_do_and_leaves_no_trace(pictures):
    faces.reembed()
    again = faces.reembed()

    assert (again.described, again.unusable) == (0, 0)
    assert Trace.objects.filter(action="face.reembed").count() == 1


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(pictures, monkeypatch):
    monkeypatch.setattr(faces, "BATCH", 1)

    def cut(done, of):
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        faces.reembed(cut)
    assert kept(pictures[0]).template is not None
    assert kept(pictures[1]).template is None

    done = faces.reembed()
    assert (done.described, done.unusable) == (1, 1)


def test_another_engine_describes_all_anew(pictures, home):
    before = faces.reembed()
    describe(home, input={"size": 112, "order": "BGR"})

    after = faces.reembed()

    assert after.engine != before.engine
    assert (after.described, after.unusable) == (2, 1)


def people(count, *, camera=Verification.Band.ACCEPT):
    """Verified people whose pictures are described already; the vectors, by person and channel."""
    engine = face_engines.uncalibrated()
    chance = np.random.default_rng(11)
    made = {}
    for number in range(count):
        person = Person.objects.create(pk=f"p{number:026d}", state=Person.State.VERIFIED)
        own = chance.normal(size=48)
        made[number] = {}
        for channel in Channel:
            vector = (own + chance.normal(size=48) * 0.4).astype(np.float32)
            portrait = Portrait.objects.create(
                person=person,
                channel="card" if channel is Channel.CARD else "live",
                enrolled=channel is Channel.LIVE,
                jpeg=b"",
                template=engine.template(vector, channel).to_bytes(),
                engine=engine.name,
                taken_at=DAY,
            )
            made[number][channel] = vector
            if channel is Channel.CAMERA:
                Verification.objects.create(person=person, band=camera, live=portrait, at=DAY)
    return made


def apart(a, b):
    a, b = a.astype(float), b.astype(float)
    return 1 - a @ b / np.sqrt((a @ a) * (b @ b))


def test_a_sites_own_pictures_give_each_channel_its_bands(home):
    vectors = people(100)

    done = faces.calibrate()

    # Every second person: two halves of 50, so 2 * 50 * 49 = 4,900 pairs of different people.
    # None of them may get in at 0.1 % (one of 4,900 is bounded by 0.11 %).
    for channel in (Channel.CARD, Channel.LIVE):
        nearest = min(
            apart(vectors[a][Channel.CAMERA], vectors[b][channel])
            for a, b in itertools.permutations(range(100), 2)
            if a % 2 == b % 2
        )
        limits = face_engines.in_force().limits(channel)
        assert limits.accept < nearest < limits.accept + 0.0003
        assert limits.staff > limits.accept
    by_reference = {one["reference"]: one for one in done.comparisons}
    assert (by_reference["card"]["same_pairs"], by_reference["card"]["other_pairs"]) == (100, 4900)
    trace = Trace.objects.get(action="face.calibrate")
    assert trace.detail["calibration"] == done.calibration.id
    assert (home / "face" / f"calibration-{done.calibration.id}.json").exists()


def test_a_dry_run_puts_nothing_in_force(home):
    people(40)

    done = faces.calibrate(put_in_force=False)

    assert not done.in_force
    assert not (home / "face").exists()
    assert not Trace.objects.filter(action="face.calibrate").exists()


def test_too_few_pairs_leave_the_engines_own_bands(home):
    people(40)

    faces.calibrate(centre=True)

    engine = face_engines.in_force()
    assert engine.limits(Channel.CARD) == NOT_MEASURED
    assert engine.name.split("/")[2] != "raw"


def test_fewer_than_twenty_people_are_no_calibration(home):
    people(19)

    with pytest.raises(Trouble, match="needs 20"):
        faces.calibrate()


def test_nobody_is_in_the_mean_that_he_is_measured_under(home):
    vectors = people(80)

    done = faces.calibrate(centre=True)

    halves = [range(0, 80, 2), range(1, 80, 2)]
    mean = [
        {c: np.mean([vectors[n][c] for n in half], axis=0, dtype=float) for c in Channel}
        for half in halves
    ]
    proposed = done.comparisons[0]["proposed"]
    assert proposed["accept"] == {"too_few": {"needed": 3688, "have": 2 * 40 * 39}}
    limit = proposed["staff"]
    counted = sum(
        apart(
            vectors[a][Channel.CAMERA] - mean[1 - a % 2][Channel.CAMERA],
            vectors[b][Channel.CARD] - mean[1 - a % 2][Channel.CARD],
        )
        < limit["distance"]
        for a, b in itertools.permutations(range(80), 2)
        if a % 2 == b % 2
    )
    assert counted == limit["false_accept"]["count"]


def test_a_rejected_picture_counts_only_when_an_officer_found_that_it_was_he(home):
    people(40, camera=Verification.Band.REJECT)
    person = Person.objects.order_by("pk")[0]

    assert faces.calibrate(put_in_force=False).calibration.people == {"card": 40, "live": 40}

    Verification.objects.create(
        person=person, band=Verification.Band.MANUAL, at=DAY + timedelta(hours=1)
    )
    assert len(faces._his_own(person)) == 1
    assert faces._his_own(Person.objects.order_by("pk")[1]) == []
