from datetime import date
from pathlib import Path

import pytest

from chengxin.core.keys import Keys
from city import county

DAY = date(2017, 8, 18)
KEYS = Keys(bytes(range(32)))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county of 6,000 persons."""
    out = tmp_path_factory.mktemp("city") / "small"
    county.write(out, persons=6_000, seed=7, day=DAY, keys=KEYS)
    return out
