"""动作检测 at kiosk and window: a signal that is kept and shown, and never what turns one away."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from chengxin.devices import liveness as steps
from chengxin.devices.liveness import Liveness, Outcome, Watched
from chengxin.devices.words import DeviceUnavailable, Words
from chengxin.hall import liveness
from chengxin.hall.models import KioskSession, LivenessCheck
from chengxin.offices.models import Role
from chengxin.people.models import Verification
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

FRAMES = 4


class ScriptedWatch:
    """Says what the test tells it to, and remembers what it was shown."""

    def __init__(self):
        self.outcome, self.best, self.shown = Outcome.PASSED, 1, []

    def watch(self, shots, asked):
        if self.outcome == "gone":
            raise DeviceUnavailable(Words("人脸比对暂不可用", "Face comparison does not work."))
        self.shown = list(shots)
        words = steps.DONE if self.outcome is Outcome.PASSED else steps.NOT_SEEN[asked[0]]
        figures = {asked[0]: {"yaw": 27.12345}}
        return Watched(Liveness(self.outcome, words, figures, self.best), self.best)


@pytest.fixture
def watch(monkeypatch):
    scripted = ScriptedWatch()
    monkeypatch.setattr(liveness, "engine", lambda: scripted)
    return scripted


@pytest.fixture
def asking(hall):
    hall.liveness = True
    hall.save()


@pytest.fixture
def at_face(page, agent, wang):
    """王守信 stands before the kiosk's camera, his card read."""
    page.begin()
    agent.put_card(wang)
    return page


def answer(page, check, count=FRAMES, **changes):
    shots = {
        f"step{step}": [SimpleUploadedFile("f.jpg", b"%d-%d" % (step, n)) for n in range(count)]
        for step in range(3)
    }
    told = {"session": page.session, "check": check} | shots | changes
    return page.client.post(
        f"/kiosk/{page.device_id}/liveness/answer", told, headers={"Accept": "application/json"}
    )


def drawn(page):
    return page.post("liveness").json()


def test_a_hall_that_does_not_ask_goes_on_as_ever(at_face, wang):
    refused = at_face.post("liveness")

    assert (refused.status_code, refused.json()["code"]) == (409, "liveness_off")
    assert at_face.show_face().json()["session"]["state"] == "choose"
    assert not LivenessCheck.objects.exists()


@pytest.mark.usefixtures("asking")
def test_steps_are_drawn_by_the_server_with_words_and_half_a_minute(at_face):
    told = drawn(at_face)

    assert told["seconds"] == 30
    assert told["steps"][0]["step"] == "straight"
    assert len(told["steps"]) == 3
    assert all(one["words"] for one in told["steps"])


@pytest.mark.usefixtures("asking")
def test_who_does_them_is_compared_with_the_straight_frame_and_it_is_kept(at_face, watch, faces):
    check = drawn(at_face)["check"]

    told = answer(at_face, check).json()

    assert (told["again"], told["verdict"]) == (False, "passed")
    assert at_face.state()["identified"]
    made = Verification.objects.get()
    assert made.liveness.verdict == "passed"
    assert made.liveness.figures[made.liveness.steps[0]] == {"yaw": 27.123}
    assert bytes(made.live.jpeg) == b"0-1"  # frame 1 of those in which he looks straight
    assert [step for step, _jpeg in watch.shown] == [0] * 4 + [1] * 4 + [2] * 4


@pytest.mark.usefixtures("asking")
def test_steps_not_seen_are_asked_for_once_more_and_never_refuse(at_face, watch, factory):
    watch.outcome = Outcome.NOT_SEEN

    first = answer(at_face, drawn(at_face)["check"]).json()
    assert first["again"]
    assert not Verification.objects.exists()
    second = answer(at_face, drawn(at_face)["check"]).json()

    assert not second["again"]
    assert at_face.state()["identified"]  # the face matched, and that is what decides
    assert Verification.objects.get().liveness.verdict == "not_seen"
    assert at_face.post("take", enterprise=factory.pk).status_code == 200


@pytest.mark.usefixtures("asking")
def test_who_does_not_want_the_steps_is_compared_without_or_by_hand(at_face):
    drawn(at_face)

    assert at_face.show_face().json()["session"]["identified"]
    assert not hasattr(Verification.objects.get(), "liveness")


@pytest.mark.usefixtures("asking", "watch")
def test_an_answer_serves_once(at_face):
    check = drawn(at_face)["check"]
    answer(at_face, check)
    KioskSession.objects.update(state=KioskSession.State.FACE)

    again = answer(at_face, check)

    assert (again.status_code, again.json()["code"]) == (409, "liveness_used")
    assert Verification.objects.count() == 1


@pytest.mark.usefixtures("asking", "watch")
def test_an_answer_after_half_a_minute_is_too_late_and_uses_the_draw_up(at_face):
    check = drawn(at_face)["check"]
    LivenessCheck.objects.update(drawn_at=now() - timedelta(seconds=31))

    assert answer(at_face, check).json()["code"] == "liveness_late"
    assert answer(at_face, check).json()["code"] == "liveness_used"
    assert not Verification.objects.exists()


@pytest.mark.usefixtures("asking", "watch")
def test_a_draw_of_another_session_serves_nobody(at_face, agent, zhang):
    check = drawn(at_face)["check"]
    at_face.session = str(uuid.uuid4())
    at_face.begin()
    agent.put_card(zhang)

    assert answer(at_face, check).json()["code"] == "liveness_used"


@pytest.mark.usefixtures("asking", "watch")
@pytest.mark.parametrize("changes", [{"count": 21}, {"count": 0}])
def test_too_many_pictures_and_none_are_refused_in_words(at_face, changes):
    assert answer(at_face, drawn(at_face)["check"], **changes).json()["code"] == "liveness_frames"


@pytest.mark.usefixtures("asking", "watch")
def test_a_picture_too_large_is_refused(at_face):
    large = [SimpleUploadedFile("f.jpg", b"x" * 300_001)]

    told = answer(at_face, drawn(at_face)["check"], step0=large).json()

    assert told["code"] == "liveness_frames"


@pytest.mark.usefixtures("asking")
def test_engine_that_is_gone_leaves_the_way_to_an_officer(at_face, watch):
    watch.outcome = "gone"

    assert answer(at_face, drawn(at_face)["check"]).json()["code"] == "no_engine"
    assert at_face.post("skip-face").json()["session"]["state"] == "choose"


@pytest.mark.usefixtures("asking", "watch")
def test_every_draw_and_answer_leaves_a_trace(at_face, wang):
    answer(at_face, drawn(at_face)["check"])

    left = Trace.objects.filter(about=wang.key, action__startswith="liveness.")
    assert sorted(left.values_list("action", flat=True)) == ["liveness.answer", "liveness.draw"]


@pytest.mark.usefixtures("asking", "watch", "faces")
def test_at_the_window_the_officer_sees_what_came_of_it(client, serving, wang, window, zhao):
    serving(wang)
    client.force_login(zhao)
    check = client.post(f"/windows/{window.pk}/liveness").json()["check"]
    shots = {f"step{n}": SimpleUploadedFile("f.jpg", b"live") for n in range(3)}

    told = client.post(f"/windows/{window.pk}/liveness/answer", {"check": check} | shots).json()

    assert told["verdict"] == "passed"
    page = client.get(f"/windows/{window.pk}/").content.decode()
    assert "动作检测通过" in page
    assert "仅供参考，请核对本人" in page


@pytest.mark.usefixtures("asking", "faces")
def test_at_the_window_it_is_told_that_the_steps_were_not_done(client, serving, wang, window, zhao):
    ticket = serving(wang)
    Verification.objects.filter(pk=ticket.verification_id).update(distance=0.2)
    client.force_login(zhao)

    assert "未做动作检测" in client.get(f"/windows/{window.pk}/").content.decode()


def test_the_halls_keeper_switches_it_and_nobody_else(client, hall, zhao, sun, officer):
    client.force_login(zhao)
    assert client.post(f"/devices/halls/{hall.pk}/liveness", {"asked": "1"}).status_code == 403
    client.force_login(officer("he", "何主任", "county", Role.HALL_MANAGER))

    client.post(f"/devices/halls/{hall.pk}/liveness", {"asked": "1"})

    hall.refresh_from_db()
    assert hall.liveness
    assert "已启用" in client.get("/devices/").content.decode()
    assert Trace.objects.filter(action="hall.liveness").exists()
    client.force_login(officer("wu", "吴主任", "neighbour", Role.HALL_MANAGER))
    assert client.post(f"/devices/halls/{hall.pk}/liveness").status_code == 404
