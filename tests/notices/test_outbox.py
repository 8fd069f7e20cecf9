"""The outbox against a gateway over real HTTP: once, again when it is down, forgotten when told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.devices.simulator.sms import SimulatedGateway, Trouble
from chengxin.notices import outbox, reminders
from chengxin.notices.gateway import HttpGateway
from chengxin.notices.models import Message
from chengxin.notices.outbox import Kind, To
from chengxin.people import bindings, consents
from chengxin.people.bindings import Side, Terms
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

HE = To("person:p1", "13800001111")


@pytest.fixture
def gateway():
    with SimulatedGateway(key="secret") as running:
        yield running


def put(**span) -> Message:
    told = outbox.put(
        HE, Kind.CODE, timedelta(**(span or {"minutes": 5})), code="123456", use="核验"
    )
    assert told is not None
    return told


def send(gateway, key: str = "secret") -> Message:
    """The worker comes by, and everything is due."""
    Message.objects.update(next_at=now())
    outbox.send_due(HttpGateway(gateway.url, key))
    return Message.objects.get()


def test_message_is_sent_once_and_forgotten_when_it_arrived(gateway):
    put()
    assert send(gateway).state == "sent"
    assert [one.phone for one in gateway.sent] == [HE.phone]
    assert "123456" in gateway.sent[0].text
    ended = send(gateway)
    assert ended.state == "delivered"
    assert (ended.phone, ended.words) == ("", "")
    assert len(gateway.sent) == 1


def test_gateway_that_is_down_is_tried_again_later_and_later(gateway):
    put()
    gateway.trouble = Trouble.DOWN
    pauses = []
    for _ in range(3):
        waiting = send(gateway)
        pauses.append(round((waiting.next_at - now()).total_seconds()))
    assert waiting.state == "waiting"
    assert pauses == sorted(pauses)
    assert pauses[0] > 5
    gateway.trouble = Trouble.NONE
    assert send(gateway).state == "sent"


def test_same_message_handed_over_twice_is_one(gateway):
    message = put()
    door = HttpGateway(gateway.url, "secret")
    first = door.send(str(message.pk), message.phone, message.words)
    assert door.send(str(message.pk), message.phone, message.words) == first
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("trouble", [Trouble.REFUSES, Trouble.LOSES])
def test_refused_or_lost_message_has_failed_and_is_forgotten(gateway, trouble):
    put()
    gateway.trouble = trouble
    send(gateway)
    message = send(gateway)
    assert message.state == "failed"
    assert message.phone == ""


def test_code_that_is_too_old_is_not_sent_any_more(gateway):
    put(seconds=-1)
    assert send(gateway).state == "failed"
    assert gateway.asked == 0


def test_wrong_key_sends_nothing(gateway):
    put()
    assert send(gateway, "guess").state == "waiting"
    assert gateway.sent == []


def test_without_any_gateway_messages_wait(settings):
    settings.SMS_URL = ""
    put()
    outbox.send_due()
    assert Message.objects.get().state == "waiting"


def test_neither_phone_nor_words_lie_open_in_the_database():
    from django.db import connection

    put()
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, words FROM notices_message")
        [kept] = cursor.fetchall()
    assert all(HE.phone.encode() not in bytes(value) for value in kept)
    assert HE.phone not in str(Trace.objects.values())


def test_nothing_is_put_for_who_has_no_phone():
    assert outbox.put(To("person:p1", ""), Kind.DOCUMENT, timedelta(days=1), day="x") is None
    assert not Message.objects.exists()


@pytest.fixture
def bound(li, factory, zhao):
    li.phone = "13800001111"
    li.save()
    terms = Terms("03", localdate(), letter=b"\xff\xd8\xff", scope="发票")
    made = bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place="")
    return bindings.confirm(made, li)


def remind(bound, left: int) -> dict[str, int]:
    return reminders.run(bound.until - timedelta(days=left))


def test_who_agreed_is_reminded_once_thirty_days_before(bound, li, zhao):
    consents.take(li, {"face": "refused", "messages": "given"}, officer=zhao, place="")
    assert remind(bound, 31)["bindings"] == 0
    assert remind(bound, 30)["bindings"] == 1
    assert remind(bound, 29)["bindings"] == 0
    assert "守信食品" in Message.objects.get().words


def test_who_did_not_agree_is_not_reminded(bound):
    assert remind(bound, 30)["bindings"] == 0


def test_document_is_reminded_of_once_for_each_last_day(li, zhao):
    consents.take(li, {"face": "refused", "messages": "given"}, officer=zhao, place="")
    day = localdate()
    li.phone, li.document_until = "13800001111", day + timedelta(days=30)
    li.save()
    assert [reminders.run(day)["documents"] for _ in range(2)] == [1, 0]
