"""The time ledger: one row per step, from which waits and services are counted again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from chengxin.hall import visits
from chengxin.hall.models import Ticket, TicketMove


@pytest.mark.django_db
def test_every_step_is_one_row_with_window_and_officer(take, wang, window, zhao):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)
    visits.recall(ticket, officer=zhao)
    visits.start(ticket, officer=zhao)
    visits.finish(ticket, officer=zhao)

    rows = TicketMove.objects.order_by("pk").values_list("step", "before", "after", "window")
    assert list(rows) == [
        ("take", "", "waiting", None),
        ("call", "waiting", "called", window.pk),
        ("recall", "called", "called", window.pk),
        ("start", "called", "serving", window.pk),
        ("finish", "serving", "finished", window.pk),
    ]
    assert set(TicketMove.objects.exclude(step="take").values_list("officer", flat=True)) == {
        zhao.pk
    }
    assert TicketMove.objects.get(step="take").at == Ticket.objects.get().taken_at


@pytest.mark.django_db
def test_refused_step_leaves_no_row(take, wang, window, zhao):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)
    with pytest.raises(Exception, match="wrong_state"):
        visits.finish(ticket, officer=zhao)

    assert TicketMove.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "word", ["UPDATE hall_ticketmove SET at = now()", "DELETE FROM hall_ticketmove"]
)
def test_row_of_the_ledger_is_never_changed(take, wang, word):
    take(wang)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(word)


@pytest.mark.django_db
def test_database_keeps_a_move_that_is_not_in_the_table_out(take, wang):
    ticket = take(wang).ticket
    with pytest.raises(IntegrityError, match="ledger_has_legal_moves_only"), transaction.atomic():
        TicketMove.objects.create(
            ticket=ticket, step="finish", before="waiting", after="finished", business="enterprise"
        )


@pytest.mark.django_db(transaction=True)
def test_tickets_from_before_the_ledger_keep_their_times(take, wang, li, window, zhao):
    at = [datetime(2017, 8, 18, 1, minute, tzinfo=UTC) for minute in range(3)]
    take(wang)
    take(li)
    visits.start(visits.call_next(window, officer=zhao), officer=zhao)
    Ticket.objects.update(day="2017-08-18", taken_at=at[0])
    Ticket.objects.filter(person=wang).update(called_at=at[1], started_at=at[2])
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("hall", "0002_initial")])
    finally:
        executor.loader.build_graph()
        executor.migrate(leaves)

    rows = TicketMove.objects.order_by("ticket", "pk").values_list("ticket__person", "step", "at")
    assert list(rows) == [
        (wang.pk, "take", at[0]),
        (wang.pk, "call", at[1]),
        (wang.pk, "start", at[2]),
        (li.pk, "take", at[0]),
    ]
    assert list(Ticket.objects.order_by("turn").values_list("person", "seq")) == [
        (wang.pk, 1),
        (li.pk, 2),
    ]
