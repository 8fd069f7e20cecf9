"""The kiosk's line is cut for ten minutes: numbers go on, and all come to the window in order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flow.test_kiosk_fits import UPRIGHT, look
from tools.walk import SLOW, Visit, finish

pytestmark = [pytest.mark.browser, pytest.mark.face]

Launch = Callable[[str], Browser]
TEN_MINUTES, A_WHILE = 600_000, 20_000  # milliseconds of the kiosk's own clock


@pytest.fixture
def kiosk(in_front_of: Launch, address: str) -> Iterator[Page]:
    """A kiosk that has its numbers for today, and a clock that the test moves."""
    page = in_front_of("honest").new_context(viewport=UPRIGHT).new_page()
    page.clock.install()
    with page.expect_response("**/kiosk-1/block"):
        page.goto(f"{address}/kiosk/kiosk-1/")
    page.wait_for_timeout(300)  # it is kept
    yield page
    page.context.set_offline(False)


def take(page: Page, business: str, *items: str) -> str:
    """A number of the kiosk's own, as a person takes it."""
    page.get_by_test_id(f"business-{business}").click()
    expect(page.locator("#screen-alone")).to_be_visible(timeout=SLOW)
    page.get_by_test_id("items-alone").click()
    Visit(page, "", "").pick(*items)
    number = page.get_by_test_id("alone-number")
    expect(number).to_be_visible()
    told = number.inner_text()
    page.locator("#screen-alone-ticket .btn-primary").click()
    expect(page.get_by_test_id("line-gone")).to_contain_text("仍可取号")
    return told


def test_numbers_given_while_the_line_was_cut_are_served_in_order_and_once(
    kiosk: Page, officer_page: Callable[[str], Page], address: str, home: Path
) -> None:
    kiosk.context.set_offline(True)
    first = take(kiosk, "personal", "vehicle")
    kiosk.clock.fast_forward(TEN_MINUTES)
    second = take(kiosk, "enterprise")
    third = take(kiosk, "personal")
    assert (first[0], second[0], third[0]) == ("D", "A", "D")
    assert (first[-2:], second[-2:], third[-2:]) == ("01", "01", "02")
    assert first[1:-2] == second[1:-2]
    assert set(first[1:-2]).isdisjoint("ADK")  # the businesses' own

    kiosk.context.set_offline(False)
    with kiosk.expect_response("**/kiosk-1/settle") as settled:
        kiosk.clock.fast_forward(A_WHILE)
    told = settled.value.json()
    assert (sorted(told["valid"]), told["void"]) == (sorted([first, second, third]), [])
    expect(kiosk.get_by_test_id("line-gone")).to_be_hidden()
    for _ in range(3):  # nothing is left to be told of
        kiosk.clock.fast_forward(70_000)
    left = kiosk.evaluate(
        """() => new Promise((done) => {
            indexedDB.open("chengxin-kiosk").onsuccess = (event) => {
                const given = event.target.result.transaction("given").objectStore("given");
                given.count().onsuccess = (counted) => done(counted.target.result);
            };
        })"""
    )
    assert left == 0

    officer = officer_page("zhao")
    officer.goto(f"{address}/windows/")
    officer.get_by_test_id("window-1").click()
    officer.wait_for_url(re.compile(r"/windows/\d+/$"), wait_until="load")
    called = []
    for _ in range(3):
        officer.get_by_test_id("call-next").click()
        current = officer.get_by_test_id("current-number")
        expect(current).not_to_have_text("—")
        called.append(current.inner_text())
        if len(called) == 1:
            name_and_serve(officer, home)
        else:
            officer.get_by_test_id("miss").click()
            expect(officer.get_by_test_id("call-next")).to_be_enabled()
    assert called == [first, second, third]


def name_and_serve(officer: Page, home: Path) -> None:
    """The officer reads the document that lies before him; only then it goes on."""
    card = json.loads((home / "demo" / "cards" / "王守信.json").read_text("utf-8"))
    expect(officer.get_by_test_id("planned")).to_contain_text("车辆")
    officer.get_by_test_id("start").click()
    expect(officer.locator("#notice")).to_contain_text("断网")
    form = officer.get_by_test_id("bearer")
    form.locator("[name=number]").fill(card["number"])
    form.locator("button").click()
    expect(officer.locator(".person h2")).to_contain_text("王守信")
    expect(officer.get_by_test_id("verification")).to_contain_text("待人工核验")
    officer.get_by_test_id("start").click()
    expect(officer.get_by_test_id("finish")).to_be_enabled()
    finish(officer)


@pytest.mark.parametrize(
    ("size", "language"), [("", "zh-hans"), ("elder", "zh-hans"), ("elder", "en")]
)
def test_steps_without_a_line_fit_their_screens(
    kiosk: Page, address: str, size: str, language: str
) -> None:
    chosen = {"django_language": language, "kiosk_size": size}
    kiosk.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in chosen.items()]
    )
    kiosk.goto(f"{address}/kiosk/kiosk-1/")
    kiosk.wait_for_timeout(300)
    kiosk.context.set_offline(True)
    kiosk.clock.fast_forward(A_WHILE)
    expect(kiosk.get_by_test_id("line-gone")).to_be_visible()
    look(kiosk, "home", size)
    kiosk.get_by_test_id("business-enterprise").click()
    look(kiosk, "alone", size)
    kiosk.get_by_test_id("items-alone").click()
    look(kiosk, "items", size)
    kiosk.locator("#screen-items [data-do=back]").click()
    kiosk.locator("#screen-alone [data-do=home]").click()


def test_server_that_is_gone_behind_its_proxy_is_a_line_that_is_cut(kiosk: Page) -> None:
    kiosk.route("**/kiosk-1/begin", lambda route: route.fulfill(status=502))

    kiosk.get_by_test_id("business-personal").click()

    expect(kiosk.locator("#screen-alone")).to_be_visible(timeout=SLOW)
    kiosk.locator("#screen-alone [data-do=home]").click()


def test_line_cut_in_the_middle_offers_a_number_of_its_own(
    kiosk: Page, in_front_of: Launch, address: str
) -> None:
    table = Visit(in_front_of("stranger").new_page(), address, "王守信")
    table.lift_card()
    kiosk.get_by_test_id("business-personal").click()
    expect(kiosk.locator("#screen-card")).to_be_visible(timeout=SLOW)

    kiosk.context.set_offline(True)
    kiosk.clock.fast_forward(A_WHILE)

    expect(kiosk.locator("#screen-trouble h1")).to_contain_text("网络中断")
    kiosk.get_by_test_id("go-alone").click()
    expect(kiosk.locator("#screen-alone")).to_be_visible()
    kiosk.locator("#screen-alone [data-do=home]").click()


def test_kiosk_without_a_line_never_loses_its_page_to_another_language(kiosk: Page) -> None:
    kiosk.context.set_offline(True)
    kiosk.clock.fast_forward(A_WHILE)

    kiosk.locator(".kiosk-switches form button").click()

    expect(kiosk.locator("#toasts")).to_contain_text("网络中断")
    expect(kiosk.locator("#screen-home")).to_be_visible()
