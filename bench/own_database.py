"""An embedded PostgreSQL of a benchmark's own, with the system's tables; thrown away afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_database() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as home:
        os.environ["CHENGXIN_HOME"] = home
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "chengxin.web.settings"
        from chengxin.web import database

        database.ensure()
        import django

        django.setup()
        from chengxin.web import serve

        serve.migrate()
        yield
