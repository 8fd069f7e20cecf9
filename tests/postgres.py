"""A pytest plugin, loaded before Django: an embedded PostgreSQL and a home folder for the tests."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # one of several: a home and a server of its own
HERE = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:8] + WORKER
HOME = Path(tempfile.gettempdir()) / f"chengxin-tests-{HERE}"  # two checkouts, two homes
HOME.mkdir(parents=True, exist_ok=True)
os.environ["CHENGXIN_HOME"] = str(HOME)
os.environ.pop("CHENGXIN_KEY_FILE", None)
os.environ.setdefault("CHENGXIN_DEMO", "1")

from chengxin.web import database  # noqa: E402  (the home must be set first)

database.ensure()
