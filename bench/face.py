"""How long a face takes: detect, judge, embed and compare on one core; search a long list.

    python bench/face.py [--rounds 20] [--templates 1000000]

Each figure is the median; the goals of the design are 300 ms for the whole comparison and 30 ms
for an exact search through 1,000,000 templates.  The list holds random directions, the worst for
whatever leaves out early; a query is one of them with as much noise as another picture of a face.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

from chengxin.devices import face
from chengxin.devices.comparison import Channel
from chengxin.devices.drawn_faces import CAST, card_photo, live_photo
from chengxin.devices.face_port import Metric, Template
from chengxin.devices.face_search import Gallery
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
    parser.add_argument("--templates", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["compare", "search"], default="")
    asked = parser.parse_args()
    if asked.only != "search":
        compare(asked.rounds)
    if asked.only != "compare":
        search(asked.templates, asked.rounds)


def search(count: int, rounds: int) -> None:
    """The 20 nearest of `count`, beside numpy that sorts all; both must name the same."""
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(count, 128)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    own = rows[chance.integers(0, count, rounds)]
    queries = own + chance.normal(size=own.shape).astype(np.float32) * 0.118  # cosine about 0.6
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    kind = ("bench", "0" * 64, "")
    ours, busy, theirs, same = [], [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        keys = [str(row) for row in range(count)]
        gallery = Gallery.written(Path(folder) / "list", kind, Metric.COSINE, keys, rows)
        print(f"lay {count:,} templates    {1000 * (time.perf_counter() - start):10.0f} ms")
        gallery.nearest(Template(*kind, queries[0]), 20)
        for query in queries:
            start, spent = time.perf_counter(), time.process_time()
            found = gallery.nearest(Template(*kind, query), 20)
            ours.append(time.perf_counter() - start)
            busy.append(time.process_time() - spent)
        for query in queries:
            start = time.perf_counter()
            order = np.argsort(-(rows @ query), kind="stable")[:20]
            theirs.append(time.perf_counter() - start)
            found = gallery.nearest(Template(*kind, query), 20)
            same += [one.key for one in found] == [str(row) for row in order]
    for title, times in (
        ("20 nearest, exact", ours),
        ("  processor time of it", busy),
        ("numpy product and argsort", theirs),
    ):
        middle, least = 1000 * statistics.median(times), 1000 * min(times)
        print(f"{title:27} {middle:8.1f} ms (least {least:.1f})")
    print(f"{'the same 20 in':27} {same} of {rounds}")


def compare(rounds: int) -> None:
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if allowed:
        os.sched_setaffinity(0, {max(allowed)})
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
    if allowed:
        os.sched_setaffinity(0, allowed)


if __name__ == "__main__":
    main()
