"""Officers at work, as the traces tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chengxin.trace.models import Trace
from tests.visit.conftest import serving, take

__all__ = ["serving", "take"]

NOON = datetime(2017, 8, 18, 4, tzinfo=UTC)  # 12:00 in Binzhou


@pytest.fixture
def did(db) -> Callable[..., Trace]:
    """One line of the past: did(zhao, "dossier.open", wang, days=-1)."""

    def told(officer, action: str, about: Any, *, days: float = 0, **more: Any) -> Trace:
        line = Trace(
            officer=officer,
            action=action,
            about=about if isinstance(about, str) else about.key,
            at=NOON + timedelta(days=days),
            **more,
        )
        line.save()
        return line

    return told
