from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from chengxin.core.refusal import Refusal
from chengxin.trace import record
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tamper", [lambda q: q.update(outcome="done"), lambda q: q.delete()])
def test_database_itself_refuses_to_change_a_trace(tamper):
    with record.of("ticket.take", about="person:1"):
        pass
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        tamper(Trace.objects.all())
    assert Trace.objects.count() == 1


def test_database_itself_refuses_to_empty_the_traces():
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE trace_trace")


def test_refused_operation_undoes_its_changes_but_keeps_its_trace(offices):
    def rename_and_refuse() -> None:
        with record.of("ticket.take", about="person:1"):
            offices["branch"].name = "改名"
            offices["branch"].save()
            raise Refusal("restricted", "不予办理")

    with pytest.raises(Refusal):
        rename_and_refuse()

    offices["branch"].refresh_from_db()
    assert offices["branch"].name == "阳信县国税局第一分局"
    trace = Trace.objects.get()
    assert (trace.action, trace.outcome) == ("ticket.take", "restricted")


def test_operation_that_did_nothing_leaves_no_trace():
    with record.of("ticket.call") as trace:
        trace.drop()
    assert not Trace.objects.exists()
