"""大厅设置: the hall manager sets his hall's rules within their limits; each change leaves its trace."""  # noqa: E501

from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Role
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

AT = "/hall-settings/yangxin/"
TOLD = {
    "daily_limit": "10", "slots": "4", "leap": "8", "redress_days": "5",
    "shows_officer": "number", "name_en": "",
}  # fmt: skip


def body(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def manager(client, officer):
    """何主任, who manages the hall."""
    client.force_login(officer("he", "何主任", "county", Role.HALL_MANAGER))
    return client


@pytest.mark.usefixtures("hall")
def test_page_is_for_the_manager_of_the_hall_alone(client, zhao, leader, sun, officer):
    for other in (zhao, leader):
        client.force_login(other)
        assert client.get(AT).status_code == 403
        assert client.post(AT, TOLD).status_code == 403
    client.force_login(officer("he-2", "外县主任", "neighbour", Role.HALL_MANAGER))
    assert client.get(AT).status_code == 404
    assert client.post(AT, TOLD).status_code == 404


def test_page_opens_at_the_managers_own_hall_with_the_limits_in_words(manager, hall):
    assert manager.get("/hall-settings/").headers["Location"] == AT
    shown = body(manager.get(AT))
    assert "0 为不限" in shown
    assert "最长 15 个" in shown
    assert 'name="daily_limit" value="10"' in shown


def test_page_is_whole_in_english(manager, hall):
    manager.post("/language/setlang/", {"language": "en"})
    shown = body(manager.get(AT))
    assert "Hall settings" in shown
    assert "每" not in shown.partition("<main")[2]


def test_change_is_kept_and_the_trace_says_from_what_to_what(manager, hall):
    assert manager.post(AT, TOLD | {"daily_limit": "2", "slots": "0"}).status_code == 302
    hall.refresh_from_db()
    assert (hall.daily_limit, hall.slots, hall.leap) == (2, 0, 8)
    trace = Trace.objects.get(action="hall.set")
    assert trace.officer.username == "he"
    assert trace.place == "hall:yangxin"
    assert trace.detail["before"] == {"daily_limit": 10, "slots": 4}
    assert trace.detail["after"] == {"daily_limit": 2, "slots": 0}


def test_nothing_changed_leaves_no_trace(manager, hall):
    manager.post(AT, TOLD)
    assert not Trace.objects.filter(action="hall.set").exists()


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("daily_limit", "100", "请填 0 到 99 的整数"),
        ("daily_limit", "-1", "请填 0 到 99 的整数"),
        ("slots", "许多", "请填 0 到 200 的整数"),
        ("leap", "", "请填 0 到 50 的整数"),
        ("redress_days", "16", "请填 1 到 15 的整数"),
        ("redress_days", "0", "请填 1 到 15 的整数"),
    ],
)
def test_what_lies_outside_the_limits_is_said_and_what_was_typed_stays(
    manager, hall, field, wrong, words
):
    answer = manager.post(AT, TOLD | {"name_en": "Yangxin Hall", field: wrong})
    assert answer.status_code == 409
    assert words in body(answer)
    assert "Yangxin Hall" in body(answer)
    hall.refresh_from_db()
    assert (hall.daily_limit, hall.slots, hall.leap, hall.redress_days) == (10, 4, 8, 5)
    assert hall.name_en == ""


def test_limit_that_was_lowered_holds_for_the_next_number(manager, hall, take, wang, zhao):
    from chengxin.hall import queue

    queue.abandon(take(wang).ticket)
    manager.post(AT, TOLD | {"daily_limit": "1"})
    hall.refresh_from_db()
    with pytest.raises(Refusal, match="daily_limit"):
        take(wang)


def test_hall_that_takes_no_bookings_offers_no_place(manager, hall):
    from chengxin.hall import appointments

    manager.post(AT, TOLD | {"slots": "0"})
    hall.refresh_from_db()
    assert {one.free for _day, found in appointments.offered(hall) for one in found} == {0}
