"""A small hall's morning in a hurry: kiosks, officers, displays, phones as real clients."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MORNING = "--windows 5 --tickets 16 --hours 0.08 --factor 20 --kiosks 2 --part 0.15"


@pytest.fixture(scope="module")
def day() -> dict:
    settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-m", "bench.day", *MORNING.split()],
        cwd=ROOT,
        env=settings | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.stdout, run.stderr[-4000:]
    return json.loads(run.stdout)


def test_no_number_is_lost_or_served_twice_and_the_recount_agrees(day):
    assert day["wrong"] == []
    assert day["tickets"] == 16


def test_people_were_called_served_sent_on_and_left(day):
    assert day["finished"] > 10
    assert day["calls"] >= day["finished"]
    assert day["events_heard"] > 100
