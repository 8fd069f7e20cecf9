"""A real Spark: a standalone master with two workers on loopback, one session for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chengxin.lake.spark import Spark
from tools import java
from tools.spark_cluster import SMALL, cluster


@pytest.fixture(scope="session")
def master() -> Iterator[str]:
    if java.find() is None:
        if os.environ.get("CI"):
            pytest.fail("On CI no test on Spark may be left out: install Java 17 or 21.")
        pytest.skip("LEFT OUT: no Java on this machine")
    with cluster(workers=2) as address:
        yield address


@pytest.fixture(scope="session")
def spark(master: str) -> Iterator[Spark]:
    engine = Spark(master, memory="1GB", settings=SMALL)
    yield engine
    engine.close()
