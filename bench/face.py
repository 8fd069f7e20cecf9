"""How long a face takes: detect, judge, embed and compare, on one core.

    python bench/face.py [--rounds 20]

Each figure is the median; the goal of the design is 300 ms for the whole comparison.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

from chengxin.devices import face
from chengxin.devices.comparison import Channel
from chengxin.devices.drawn_faces import CAST, card_photo, live_photo
from chengxin.devices.face_worker import FaceWorker


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    live, card = live_photo(CAST["honest"]), card_photo(CAST["honest"])
    start = time.perf_counter()
    engine = face.bundled()
    print(f"load the engine             {1000 * (time.perf_counter() - start):7.0f} ms")
    picture = face.read(live)
    assert picture is not None
    found = engine.detect(picture)[0]
    template = engine.template(engine.embed(picture, found), Channel.LIVE)
    worker = FaceWorker()
    for title, work in (
        ("detect (640x480)", lambda: engine.detect(picture)),
        ("quality", lambda: engine.quality(picture, found, Channel.LIVE)),
        ("embed, with its mirror", lambda: engine.embed(picture, found)),
        ("compare two templates", lambda: engine.compare(template, template)),
        ("live against card, whole", lambda: face.compare_pictures(live, card, Channel.CARD)),
        ("the same by the worker", lambda: worker.compare(live, card, Channel.CARD)),
    ):
        print(f"{title:27} {milliseconds(work, rounds):8.1f} ms")
    worker.close()


if __name__ == "__main__":
    main()
