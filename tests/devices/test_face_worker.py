"""The face process: shared by threads, replaced when it dies, and never a reason to accept."""

import os
import signal
import sys
import threading
import time

import pytest

from chengxin.devices import models
from chengxin.devices.comparison import Band, Channel
from chengxin.devices.drawn_faces import CAST, card_photo, draw, jpeg, live_photo
from chengxin.devices.face_worker import WAITING, FaceWorker
from chengxin.devices.liveness import Step
from chengxin.devices.words import DeviceUnavailable

# Stand-ins for the face process, speaking its way over the pipes.
SPEAK = (
    "import os,pickle,sys,time\n"
    "def say(kind,what):\n"
    "    raw=pickle.dumps((kind,what)); os.write(1,len(raw).to_bytes(4)+raw)\n"
    "def hear():\n"
    "    head=sys.stdin.buffer.read(4); sys.stdin.buffer.read(int.from_bytes(head)) or sys.exit()\n"
)
HANGS = SPEAK + "say('done','ready')\nhear()\ntime.sleep(60)\n"
NEVER_STARTS = "import time; time.sleep(60)\n"
DIES = SPEAK + "say('done','ready')\nhear()\n"
DEAF = "import os; os.close(0)\n" + SPEAK + "say('done','ready')\ntime.sleep(60)\n"
FAILS = SPEAK + "say('done','ready')\nhear()\nsay('failed','ZeroDivisionError()')\nhear()\n"


def stand_in(program, **seconds):
    return FaceWorker(command=(sys.executable, "-c", program), **seconds)


@pytest.fixture
def worker():
    worker = FaceWorker()
    yield worker
    worker.close()


@pytest.mark.face
def test_a_worker_compares_and_looks(worker):
    live = live_photo(CAST["honest"])

    result = worker.compare(live, card_photo(CAST["honest"]), Channel.CARD)

    assert result.band is Band.ACCEPT
    assert worker.look(live).passed
    assert worker.compare(live, card_photo(CAST["stranger"]), "card").band is Band.REJECT


@pytest.mark.face
def test_a_worker_that_died_is_replaced(worker):
    live, card = live_photo(CAST["honest"]), card_photo(CAST["honest"])
    worker.compare(live, card, Channel.CARD)
    first = worker._process.pid

    os.kill(first, signal.SIGKILL)

    assert worker.compare(live, card, Channel.CARD).band is Band.ACCEPT
    assert worker._process.pid != first


@pytest.mark.face
def test_several_threads_share_one_worker(worker):
    live = live_photo(CAST["honest"])
    cards = {name: card_photo(CAST[name]) for name in ("honest", "stranger", "elder")}
    worker.look(live)
    bands = {}

    def compare(name):
        bands[name] = worker.compare(live, cards[name], Channel.CARD).band

    threads = [threading.Thread(target=compare, args=(name,)) for name in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert bands == {"honest": Band.ACCEPT, "stranger": Band.REJECT, "elder": Band.REJECT}


def test_missing_models_are_told_and_nobody_is_accepted(tmp_path, monkeypatch, worker):
    monkeypatch.setenv("CHENGXIN_MODELS", str(tmp_path))

    with pytest.raises(DeviceUnavailable) as trouble:
        worker.compare(b"", b"", Channel.CARD)

    assert models.DETECTOR in str(trouble.value)


@pytest.mark.parametrize("program", [HANGS, DIES, DEAF, NEVER_STARTS, "import sys; sys.exit(3)"])
def test_a_process_that_does_not_answer_is_unavailable(program):
    worker = stand_in(program, start_seconds=1, work_seconds=0.3)

    with pytest.raises(DeviceUnavailable, match="officer decides"):
        worker.look(b"")

    assert worker._process is None


def test_a_bug_in_the_process_is_a_bug_here():
    worker = stand_in(FAILS)

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        worker.look(b"")
    worker.close()


def test_too_many_at_once_are_turned_away():
    worker = stand_in(HANGS, work_seconds=0.5)
    outcomes = []

    def look():
        try:
            worker.look(b"")
        except DeviceUnavailable as trouble:
            outcomes.append(trouble.code)

    threads = [threading.Thread(target=look) for _ in range(1 + WAITING)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while worker._room._value and time.monotonic() < deadline:
        time.sleep(0.01)

    with pytest.raises(DeviceUnavailable, match="busy"):
        worker.look(b"")

    worker.close()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 1 + WAITING


@pytest.mark.face
def test_steps_are_judged_by_the_real_process(worker):
    turn = (5, 25, 42, 42, 15)
    made = [(0, jpeg(draw(CAST["handler"], shot=number))) for number in range(4)]
    made += [(1, jpeg(draw(CAST["handler"], pose=pose, shot=pose))) for pose in turn]

    left, right = (worker.watch(made, [step]) for step in (Step.LEFT, Step.RIGHT))

    assert (left.verdict.passed, right.verdict.passed) == (True, False)
    assert left.best in range(4)
