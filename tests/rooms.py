"""A pytest plugin for several workers (`-n 2`): whole rooms go to a worker, the longest first.

A room is a folder of tests.  What its conftest lays (a county, a running demo, a Spark cluster)
is laid once, and tests that tell one story stay in order.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

LONGEST = ("spark", "flow", "indicators", "city")


class Rooms(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _room(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Rooms:
    config.option.loadscopereorder = False  # in the order in which they were collected
    return Rooms(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest rooms first, so that the last worker does not end alone; else as it was."""
    if not hasattr(config, "workerinput"):
        return
    order = {room: place for place, room in enumerate(LONGEST)}
    rooms = list(dict.fromkeys(_room(item.nodeid) for item in items))
    rooms.sort(key=lambda room: order.get(room, len(LONGEST)))
    items.sort(key=lambda item: rooms.index(_room(item.nodeid)))


def _room(nodeid: str) -> str:
    """`flow` of `tests/flow/test_studio.py::test_…`."""
    return nodeid.split("/")[1]
