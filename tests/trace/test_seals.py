from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from chengxin.trace import seals
from chengxin.trace.models import Seal, Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def traces() -> list[Trace]:
    """Five traces of an hour ago."""
    made = [Trace(action="ticket.take", at=now() - timedelta(hours=1)) for _ in range(5)]
    for trace in made:
        trace.save()
    return made


def behind_the_back(sql: str) -> None:
    """What someone with the database's own password could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_untouched_traces_hold_their_seals(traces):
    assert seals.seal() == 5
    assert seals.verify() == []


def test_fresh_traces_wait_to_be_sealed():
    Trace(action="ticket.take").save()
    assert seals.seal() == 0


def test_trace_changed_behind_the_back_breaks_its_seal(traces):
    seals.seal()
    behind_the_back(f"UPDATE trace_trace SET outcome = 'done?' WHERE id = {traces[2].pk}")
    assert len(seals.verify()) == 1


def test_trace_removed_behind_the_back_breaks_its_seal(traces):
    seals.seal()
    behind_the_back(f"DELETE FROM trace_trace WHERE id = {traces[4].pk}")
    [wrong] = seals.verify()
    assert "4 of 5" in wrong


def test_later_batch_takes_in_the_seal_before_it(traces, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 2)
    seals.seal()
    assert Seal.objects.count() == 3
    first = Seal.objects.earliest("last")
    Seal.objects.filter(pk=first.pk).update(digest="0" * 64)
    assert len(seals.verify()) == 2  # the forged one, and the next that was built on it
