"""What open pages and devices are told as it happens, over real LISTEN and real streams."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient

from chengxin.devices import signing
from chengxin.devices.messages import Verb
from chengxin.hall import alarms, devices, evaluations, screens, streams, visits
from chengxin.hall.models import Alarm, Device, Evaluation, Window
from chengxin.offices import access
from chengxin.trace import stream
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db(transaction=True)

# Less than KEEP_ALIVE: what comes within it was pushed, not found when the line was next alive.
PATIENCE = 5.0
assert PATIENCE < stream.KEEP_ALIVE


@pytest.fixture(autouse=True)
def _close_after():
    yield
    connections.close_all()


async def heard(lines: AsyncIterator[str], event: str) -> str:
    """The first block of `lines` with this event."""
    async with asyncio.timeout(PATIENCE):
        async for block in lines:
            if f"event: {event}\n" in block:
                return block
    raise AssertionError(f"the stream ended without {event}")


def following(lines: AsyncIterator[str], event: str, do: Callable[[], object]) -> str:
    """Open the stream, do something once it is ready; the event that it brings."""

    async def follow() -> str:
        await heard(lines, "ready")
        await sync_to_async(do)()
        block = await heard(lines, event)
        await lines.aclose()
        await sync_to_async(connections.close_all)()
        return block

    return asyncio.run(follow())


def test_command_reaches_the_agent_on_the_open_line(agent):
    device = Device.objects.select_related("hall").get(pk=agent.device_id)

    async def dial_out() -> str:
        lines = streams.commands(device)
        await anext(lines)
        await anext(lines)  # the line is open and listened to
        await sync_to_async(devices.ask)(device, Verb.SELFTEST)
        block = await heard(lines, "command")
        await lines.aclose()
        await sync_to_async(connections.close_all)()
        return str(json.loads(block.split("data: ")[1])["verb"])

    assert asyncio.run(dial_out()) == "selftest"


def test_command_asked_while_the_line_was_down_comes_with_the_next_one(agent):
    device = Device.objects.select_related("hall").get(pk=agent.device_id)
    devices.ask(device, Verb.SELFTEST)

    async def dial_again() -> str:
        lines = streams.commands(device)
        block = await heard(lines, "command")
        await lines.aclose()
        await sync_to_async(connections.close_all)()
        return block

    first, second = asyncio.run(dial_again()), asyncio.run(dial_again())
    assert first == second  # not answered yet: it is sent again on every line


def test_agents_stream_asks_for_its_signature(agent):
    async def dial(header: str) -> int:
        path = f"/api/devices/{agent.device_id}/commands"
        answer = await AsyncClient().get(path, headers={"Authorization": header})
        await sync_to_async(connections.close_all)()
        return answer.status_code

    path = f"/api/devices/{agent.device_id}/commands"
    good = signing.authorization(agent.key, agent.device_id, "GET", path, b"", at=int(time.time()))
    assert asyncio.run(dial("")) == 401
    assert asyncio.run(dial(good)) == 200


def test_new_directive_reaches_the_open_window(serving, wang, factory, window, order):
    serving(wang, enterprise=factory)

    block = following(
        streams.of_window(window), "directive", lambda: order(factory, {"INV": "block"})
    )

    assert factory.name not in block


def test_directive_on_somebody_else_does_not_disturb_the_window(serving, wang, li, window, order):
    serving(wang)

    def impose_both() -> None:
        order(li, {"INV": "block"})
        order(wang, {"INV": "block"})

    async def follow() -> list[str]:
        lines, seen = streams.of_window(window), []
        await heard(lines, "ready")
        await sync_to_async(impose_both)()
        seen.append(await heard(lines, "directive"))
        with suppress(TimeoutError):
            seen.append(await asyncio.wait_for(heard(lines, "directive"), 0.5))
        await lines.aclose()
        await sync_to_async(connections.close_all)()
        return seen

    assert len(asyncio.run(follow())) == 1


def the_kiosk(agent) -> Device:
    return Device.objects.select_related("hall").get(pk=agent.device_id)


class TestKiosk:
    """What is ordered about the person before a kiosk reaches it while he stands there."""

    def test_directive_on_his_enterprise_reaches_the_kiosk(self, agent, page, wang, factory, order):
        page.begin()
        agent.put_card(wang)

        block = following(
            streams.of_kiosk(the_kiosk(agent)), "changed", lambda: order(factory, {"INV": "block"})
        )

        assert factory.name not in block

    def test_directive_reaches_whoever_came_after_the_line_was_opened(
        self, agent, page, wang, order
    ):
        page.begin()
        device = the_kiosk(agent)

        async def follow() -> None:
            lines = streams.of_kiosk(device)
            await heard(lines, "ready")
            await sync_to_async(agent.put_card)(wang)
            read = await Trace.objects.aget(action="kiosk.read")
            while f"id: {read.pk}\n" not in await heard(lines, "changed"):
                pass
            await sync_to_async(order)(wang, {"INV": "block"})
            await heard(lines, "changed")
            await lines.aclose()
            await sync_to_async(connections.close_all)()

        asyncio.run(follow())

    def test_directive_on_somebody_else_does_not_disturb_it(self, agent, page, wang, li, order):
        page.begin()
        agent.put_card(wang)
        device = the_kiosk(agent)

        async def follow() -> None:
            lines = streams.of_kiosk(device)
            await heard(lines, "ready")
            await sync_to_async(order)(li, {"INV": "block"})
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(heard(lines, "changed"), 0.5)
            await lines.aclose()
            await sync_to_async(connections.close_all)()

        asyncio.run(follow())


def test_new_ticket_reaches_window_and_display(take, wang, li, hall, window):
    block = following(streams.of_window(window), "queue", lambda: take(wang))
    assert "data: null" in block

    block = following(streams.of_hall(hall), "changed", lambda: take(li))
    assert "data: null" in block


def test_call_reaches_the_display_and_says_nothing_of_the_person(take, wang, hall, window, zhao):
    take(wang)

    block = following(
        streams.of_hall(hall), "changed", lambda: visits.call_next(window, officer=zhao)
    )

    assert wang.pk not in block


def test_call_for_help_reaches_the_other_window_and_the_manager(hall, window, zhao, nonce):
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    following(streams.of_window(other), "alarm", lambda: alarms.call(window, nonce, officer=zhao))
    alarm = Alarm.objects.get()
    following(
        streams.of_alarms([hall.pk]),
        "alarm",
        lambda: alarms.end(alarm, officer=zhao, by_mistake=True),
    )


def test_officer_who_can_help_opens_the_stream_of_calls_as_his_page_does(zhao, hall):
    client = AsyncClient()
    client.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")

    async def open_page() -> int:
        answer = await client.get("/alarms/stream")
        await sync_to_async(connections.close_all)()
        return answer.status_code

    assert asyncio.run(open_page()) == 200


class TestCitizensScreen:
    """The citizen's screen hears its window; the officer's page hears nothing of a grade."""

    @pytest.fixture
    def screen(self, window, officer):
        manager = officer("he", "何主任", "county", "hall_manager")
        return screens.pair(screens.invite(window, officer=manager))[0]

    def test_begun_visit_reaches_the_screen(self, screen, take, wang, window, zhao):
        take(wang)
        block = following(
            streams.of_screen(screen), "changed", lambda: visits.call_next(window, officer=zhao)
        )
        assert wang.pk not in block

    def test_grade_does_not_reach_the_officers_window(self, screen, serving, wang, window, zhao):
        visits.finish(serving(wang), officer=zhao)
        asked = Evaluation.objects.get()

        async def follow() -> None:
            lines = streams.of_window(window)
            await heard(lines, "ready")
            await sync_to_async(evaluations.give)(screen, asked.pk, "very_bad")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(heard(lines, "person"), 0.5)
            await lines.aclose()
            await sync_to_async(connections.close_all)()

        asyncio.run(follow())


def test_card_that_was_read_reaches_the_kiosk(page, agent, wang):
    page.begin()
    device = Device.objects.select_related("hall").get(pk=agent.device_id)

    block = following(streams.of_kiosk(device), "changed", lambda: agent.put_card(wang))

    assert wang.pk not in block


def test_streams_of_the_hall_are_not_kept_back_by_proxies(hall):
    async def headers() -> tuple[str, str, str]:
        answer = await AsyncClient().get("/display/yangxin/stream")
        await sync_to_async(connections.close_all)()
        return (
            answer.headers["Content-Type"],
            answer.headers["Cache-Control"],
            answer.headers["X-Accel-Buffering"],
        )

    assert asyncio.run(headers()) == ("text/event-stream", "no-cache", "no")


def test_open_streams_end_with_the_server(hall):
    async def follow() -> list[str]:
        lines = streams.of_hall(hall)
        await heard(lines, "ready")
        stream.listener.end()
        async with asyncio.timeout(PATIENCE):
            left = [block async for block in lines]
        await sync_to_async(connections.close_all)()
        return left

    assert asyncio.run(follow()) == []


def test_open_page_holds_no_connection_between_two_lines(zhao):
    async def lines() -> AsyncGenerator[str, None]:
        assert await sync_to_async(Device.objects.exists)() is False
        yield "event: ready\n\n"
        assert await sync_to_async(Device.objects.exists)() is False
        yield "event: changed\n\n"

    async def follow() -> list[bool]:
        held = []
        async for _line in access.event_stream(lines()):
            held.append(await sync_to_async(lambda: connection.connection is not None)())
        return held

    assert asyncio.run(follow()) == [False, False]
